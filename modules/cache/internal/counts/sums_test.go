package counts_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"zomato/modules/cache/internal/counts"
)

var errAway = errors.New("the pool is away")

// pool adds up hits, as a pool must, and fails as one may.
type pool struct {
	last map[string]int64
	hits int64
	// away says that nothing arrives, deaf that no answer does.
	away, deaf bool
	deliveries []counts.Delivery
}

// Sum implements counts.Pool.
func (p *pool) Sum(_ context.Context, d counts.Delivery) (counts.Set, error) {
	if p.away {
		return nil, errAway
	}
	p.deliveries = append(p.deliveries, d)
	last, known := p.last[d.Instance]
	if !known && d.Number > 1 {
		return nil, counts.ErrLost
	}
	if last < d.Number {
		p.last[d.Instance] = d.Number
		p.hits += d.Counts.Of("menu").MemoryHits
	}
	if p.deaf {
		return nil, errAway
	}
	sum := &counts.Values{}
	sum.MemoryHits = p.hits
	return counts.Set{"menu": sum}, nil
}

// forget loses everything.
func (p *pool) forget() { p.last, p.hits = map[string]int64{}, 0 }

// instance is one that counts hits.
type instance struct {
	counts.Counts
	counts.Sums

	now time.Time
}

func newInstance() *instance {
	return &instance{now: time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)}
}

func (i *instance) own() counts.Set { return counts.Set{"menu": i.Now()} }

func (i *instance) share(t *testing.T, p *pool) error {
	t.Helper()
	return i.Exchange(t.Context(), p, i.own, func() time.Time { return i.now })
}

// shows holds what an instance tells.
func (i *instance) shows(t *testing.T, hits int64, all bool) {
	t.Helper()
	set, asOf, isAll := i.With(i.own(), i.now)
	require.Equal(t, all, isAll)
	require.Equal(t, hits, set.Of("menu").Hits())
	require.False(t, asOf.After(i.now))
}

func TestInstances_add_up(t *testing.T) {
	t.Parallel()
	p := &pool{last: map[string]int64{}}
	a, b := newInstance(), newInstance()
	a.MemoryHits.Add(3)
	b.MemoryHits.Add(40)
	a.shows(t, 3, false)
	require.NoError(t, a.share(t, p))
	a.shows(t, 3, true)
	require.NoError(t, b.share(t, p))
	b.shows(t, 43, true)
	a.shows(t, 3, true) // it has not looked since
	a.MemoryHits.Add(1)
	a.shows(t, 4, true) // its own are of this moment
	require.NoError(t, a.share(t, p))
	a.shows(t, 44, true)
	require.NoError(t, b.share(t, p))
	b.shows(t, 44, true)
	require.EqualValues(t, 1, p.deliveries[2].Counts.Of("menu").Hits(), "only what is new is delivered")

	set, asOf, all := b.With(b.own(), b.now.Add(time.Second))
	require.True(t, all)
	require.Equal(t, b.now, asOf)
	require.EqualValues(t, 44, set.Total().Hits())
	_, _, all = b.With(b.own(), b.now.Add(time.Minute))
	require.False(t, all, "nobody has added anything up for long")
}

func TestA_delivery_whose_answer_is_lost_counts_once(t *testing.T) {
	t.Parallel()
	p := &pool{last: map[string]int64{}}
	a, b := newInstance(), newInstance()
	require.NoError(t, b.share(t, p))
	a.MemoryHits.Add(3)
	p.deaf = true
	require.ErrorIs(t, a.share(t, p), errAway)
	a.MemoryHits.Add(10)
	require.ErrorIs(t, a.share(t, p), errAway)
	a.shows(t, 13, false)
	p.deaf = false
	require.NoError(t, a.share(t, p))
	a.shows(t, 13, true)
	require.NoError(t, a.share(t, p))
	a.shows(t, 13, true)
	require.EqualValues(t, 13, p.hits)
	require.NoError(t, b.share(t, p))
	b.shows(t, 13, true)
}

func TestWhat_a_pool_misses_or_loses_is_delivered_again(t *testing.T) {
	t.Parallel()
	p := &pool{last: map[string]int64{}}
	a, b := newInstance(), newInstance()
	for _, i := range []*instance{a, b} {
		i.MemoryHits.Add(1)
		require.NoError(t, i.share(t, p))
	}
	p.away = true
	for range 3 {
		a.MemoryHits.Add(10)
		require.ErrorIs(t, a.share(t, p), errAway)
	}
	a.now = a.now.Add(time.Minute)
	a.shows(t, 31, false)
	p.away = false
	require.NoError(t, a.share(t, p))
	require.NoError(t, a.share(t, p))
	a.shows(t, 32, true)
	require.EqualValues(t, 32, p.hits)

	p.forget()
	b.MemoryHits.Add(100)
	require.NoError(t, b.share(t, p))
	b.shows(t, 101, true)
	require.NoError(t, a.share(t, p))
	require.EqualValues(t, 132, p.hits)
}

func TestCounts_keep_their_names(t *testing.T) {
	t.Parallel()
	var c counts.Counts
	c.Misses.Add(7)
	c.TookHit(3 * time.Millisecond)
	c.TookMiss(time.Hour)
	v := c.Now()
	named := v.Named()
	require.Len(t, named, 3)
	require.EqualValues(t, 7, named["misses"])
	named["what a later version counts"] = 1
	require.Equal(t, v, counts.FromNamed(named))
	require.InDelta(t, 3*time.Millisecond, v.Plus(v).HitLatency().P95, float64(time.Millisecond))
	require.Zero(t, (&counts.Values{}).MissLatency())
}
