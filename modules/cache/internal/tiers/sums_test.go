package tiers_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"zomato/modules/cache/internal/core"
	"zomato/modules/cache/internal/counts"
	"zomato/modules/cache/internal/tiers"
	"zomato/platform/testkit"
)

// counter is an instance that counts, with its tier.
type counter struct {
	*tiers.Tier
	counts.Counts

	sums counts.Sums
}

func (w *world) counter(t *testing.T) *counter {
	t.Helper()
	return &counter{Tier: w.instance(t)}
}

func (c *counter) own() counts.Set { return counts.Set{"things": c.Now()} }

func (c *counter) share(t *testing.T) error {
	t.Helper()
	return c.sums.Exchange(t.Context(), c.Tier, c.own, time.Now)
}

// shown gives the hits that an instance tells, and whether they are those of all.
func (c *counter) shown() (hits int64, all bool) {
	set, _, all := c.sums.With(c.own(), time.Now())
	return set.Of("things").Hits(), all
}

func TestTiers_on_one_Redis_add_up_what_they_count(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testkit.Redis(t), testkit.SQLite(t))
	a, b := w.counter(t), w.counter(t)
	a.MemoryHits.Add(3)
	a.TookHit(time.Millisecond)
	b.OutsideHits.Add(40)
	b.Misses.Add(5)
	require.NoError(t, a.share(t))
	require.NoError(t, b.share(t))
	require.NoError(t, a.share(t))
	set, _, all := a.sums.With(a.own(), time.Now())
	require.True(t, all)
	v := set.Of("things")
	require.Equal(t, []int64{3, 40, 5}, []int64{v.MemoryHits, v.OutsideHits, v.Misses})
	bset, _, _ := b.sums.With(b.own(), time.Now())
	require.Equal(t, set, bset)
	require.NotZero(t, bset.Of("things").HitLatency())

	keys, err := w.client.Keys(t.Context(), "*"+w.prefix[7:]+"*:sums").Result()
	require.NoError(t, err)
	require.Len(t, keys, 1)
	left, err := w.client.TTL(t.Context(), keys[0]).Result()
	require.NoError(t, err)
	require.Positive(t, left)

	// Whoever puts something else there ends the sums, not the counting.
	require.NoError(t, w.client.Set(t.Context(), keys[0], "garbage", time.Minute).Err())
	require.NoError(t, a.share(t))
	require.NoError(t, b.share(t))
	hits, all := b.shown()
	require.True(t, all)
	require.EqualValues(t, 43, hits)
}

func TestTier_adds_a_delivery_once_however_often_it_is_made(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testkit.Redis(t), testkit.SQLite(t))
	tier := w.instance(t)
	deliver := func(instance string, number, hits int64) (int64, error) {
		v := &counts.Values{}
		v.MemoryHits = hits
		sums, err := tier.Sum(t.Context(), counts.Delivery{Instance: instance, Number: number, Counts: counts.Set{"things": v}})
		return sums.Of("things").MemoryHits, err
	}
	for _, d := range []struct{ number, hits, sum int64 }{{1, 3, 3}, {1, 3, 3}, {2, 10, 13}, {2, 10, 13}, {1, 3, 13}, {3, 0, 13}} {
		sum, err := deliver("one", d.number, d.hits)
		require.NoError(t, err)
		require.Equal(t, d.sum, sum)
	}
	_, err := deliver("another", 2, 100)
	require.ErrorIs(t, err, counts.ErrLost)
	sum, err := deliver("another", 1, 100)
	require.NoError(t, err)
	require.EqualValues(t, 113, sum)
}

func TestTier_counts_on_while_Redis_is_away(t *testing.T) {
	t.Parallel()
	own := testkit.OwnRedis(t)
	w := newWorld(t, own.URL, testkit.SQLite(t))
	a, b := w.counter(t), w.counter(t)
	a.MemoryHits.Add(3)
	b.MemoryHits.Add(40)
	require.NoError(t, a.share(t))
	require.NoError(t, b.share(t))

	own.Halt()
	require.Eventually(t, func() bool { return a.share(t) != nil && a.Shared().Status == core.Down }, patience, 10*time.Millisecond)
	require.ErrorIs(t, a.share(t), counts.ErrAlone)
	a.MemoryHits.Add(500)
	require.Eventually(t, func() bool { _, all := a.shown(); return !all }, patience, 10*time.Millisecond)
	hits, _ := a.shown()
	require.EqualValues(t, 503, hits)

	own.Resume(t) // it has lost what it had
	for _, c := range []*counter{a, b, a} {
		require.Eventually(t, func() bool { return c.share(t) == nil }, patience, 10*time.Millisecond)
	}
	require.Eventually(t, func() bool {
		hits, all := a.shown()
		return a.share(t) == nil && all && hits == 543
	}, patience, 10*time.Millisecond)
}
