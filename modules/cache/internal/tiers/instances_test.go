package tiers_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"zomato/modules/cache/internal/core"
	"zomato/modules/cache/internal/sqlstore"
	"zomato/modules/cache/internal/tiers"
	"zomato/platform/testkit"
)

// patience is how long a test waits for what has to come.
const patience = 30 * time.Second

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	require.Eventually(t, holds, patience, 5*time.Millisecond, what)
}

// strict waits until an instance keeps strict answers.
func strict(t *testing.T, tier *tiers.Tier) {
	t.Helper()
	eventually(t, "strict answers are kept", func() bool {
		taken, err := tier.Tokens(t.Context(), []string{"any"})
		return err == nil && taken.Strict
	})
}

// keep keeps an answer that ends with a tag, and tells whether that could be.
func keep(t *testing.T, tier *tiers.Tier, key, tag string, strict bool) bool {
	t.Helper()
	taken, err := tier.Tokens(t.Context(), []string{"namespace:things", tag})
	if err != nil || strict && !taken.Strict {
		return false
	}
	e := &core.Entry{
		Answer: &core.Answer{ETag: key, Body: []byte(key)}, Namespace: "things", Tags: []string{"namespace:things", tag},
		Tokens: taken.Tokens, Strict: strict, Stored: time.Now(), Fresh: time.Now().Add(time.Hour), Grace: time.Now().Add(time.Hour),
	}
	require.NoError(t, tier.Set(t.Context(), key, e))
	return true
}

// has tells whether an instance serves what is kept under a key.
func has(t *testing.T, tier *tiers.Tier, key string) bool {
	t.Helper()
	e, current, err := tier.Get(t.Context(), key, nil)
	require.NoError(t, err)
	return e != nil && current
}

func TestStrict_answers_are_shared_and_end_everywhere_before_the_commit(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testkit.Redis(t), testkit.Postgres(t))
	a, b := w.instance(t), w.instance(t)
	strict(t, a)
	strict(t, b)
	require.True(t, keep(t, a, "k", "thing:1", true))
	require.True(t, has(t, b, "k"), "what one has loaded the other serves")
	require.True(t, has(t, b, "k"), "from its memory, having asked")

	require.NoError(t, a.Announce(t.Context(), 1, []string{"thing:1"}))
	assert.False(t, has(t, b, "k"), "from the announcement on")
	assert.False(t, keep(t, b, "k", "thing:1", true), "nothing is kept of what is being changed")
	require.NoError(t, a.Bump(t.Context(), 1, []string{"thing:1"}))
	assert.False(t, has(t, b, "k"))
	assert.True(t, keep(t, b, "k", "thing:1", true))
	assert.True(t, has(t, a, "k"))
}

func TestOne_writer_does_not_end_the_mark_of_another(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testkit.Redis(t), testkit.Postgres(t))
	a, b := w.instance(t), w.instance(t)
	require.NoError(t, a.Announce(t.Context(), 1, []string{"thing:1"}))
	require.NoError(t, b.Announce(t.Context(), 2, []string{"thing:1", "thing:2"}))
	require.NoError(t, b.Bump(t.Context(), 2, []string{"thing:1", "thing:2"}))
	assert.False(t, keep(t, a, "one", "thing:1", false), "the first has not committed yet")
	assert.True(t, keep(t, a, "two", "thing:2", false))
	require.NoError(t, a.Bump(t.Context(), 1, []string{"thing:1"}))
	assert.True(t, keep(t, a, "one", "thing:1", false))
}

func TestA_writer_that_died_is_spoken_for_by_who_finds_its_event(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testkit.Redis(t), testkit.Postgres(t))
	a, b := w.instance(t), w.instance(t)
	require.NoError(t, a.Announce(t.Context(), 7, []string{"thing:1"}))
	require.False(t, keep(t, b, "k", "thing:1", false))
	require.NoError(t, b.Bump(t.Context(), 7, []string{"thing:1"}), "from the outbox")
	require.True(t, keep(t, b, "k", "thing:1", false))
	require.NoError(t, a.Bump(t.Context(), 7, []string{"thing:1"}), "once is enough")
	require.True(t, has(t, b, "k"))
}

func TestMemory_ends_with_what_others_tell(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testkit.Redis(t), testkit.Postgres(t))
	a, b := w.instance(t), w.instance(t)
	require.True(t, keep(t, a, "k", "thing:1", false))
	eventually(t, "b has it in memory, under its lease", func() bool {
		e, current, err := b.Near(t.Context(), "k")
		return has(t, b, "k") && err == nil && e != nil && current
	})
	require.NoError(t, a.Bump(t.Context(), 1, []string{"thing:1"}))
	eventually(t, "b forgets it", func() bool {
		_, current, err := b.Near(t.Context(), "k")
		return err == nil && !current
	})
	require.False(t, has(t, b, "k"))
}

func TestWithout_Redis_a_writer_stops_all_that_is_strict(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testkit.Redis(t), testkit.Postgres(t))
	a := w.instance(t)
	strict(t, a)
	require.True(t, keep(t, a, "k", "thing:1", true))
	cut := w.cutOff(t)
	began := time.Now()
	require.NoError(t, cut.Announce(t.Context(), 1, []string{"thing:1"}))
	assert.GreaterOrEqual(t, time.Since(began), tiers.ApartWait, "others may not have seen it before")
	assert.False(t, has(t, a, "k"), "it may be about to change")
	assert.False(t, keep(t, a, "k", "thing:1", true))
	assert.True(t, keep(t, a, "other", "thing:1", false), "what is not strict is kept")
	require.NoError(t, cut.Bump(t.Context(), 1, []string{"thing:1"}))
	require.NoError(t, cut.Announce(t.Context(), 2, []string{"thing:1"}))
	assert.False(t, has(t, a, "k"))
}

func TestAn_instance_that_has_vanished_is_buried(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testkit.Redis(t), testkit.Postgres(t))
	a := w.instance(t)
	strict(t, a)
	require.True(t, keep(t, a, "k", "thing:1", true))
	rows := sqlstore.New(w.db)
	require.NoError(t, rows.Register(t.Context(), "gone", "", -2*time.Second))
	eventually(t, "its row is taken away", func() bool {
		others, err := rows.Look(t.Context(), "", "")
		return err == nil && len(others.Lapsed) == 0
	})
	strict(t, a)
	require.False(t, has(t, a, "k"), "it may have changed anything")
}

func TestAfter_Redis_has_lost_all_nothing_strict_is_kept_for_a_while(t *testing.T) {
	t.Parallel()
	own := testkit.OwnRedis(t)
	w := newWorld(t, own.URL, testkit.Postgres(t))
	a := w.instance(t)
	w.instance(t)
	strict(t, a)
	own.Do(t, "FLUSHALL")
	require.False(t, keep(t, a, "k", "thing:1", true), "somebody may have announced something that is lost")
	require.True(t, keep(t, a, "k", "thing:1", false))
	strict(t, a)
}

func TestAn_old_snapshot_is_never_looked_at(t *testing.T) {
	t.Parallel()
	own := testkit.OwnRedis(t)
	w := newWorld(t, own.URL, testkit.Postgres(t))
	a, b := w.instance(t), w.instance(t)
	strict(t, a)
	strict(t, b)
	require.True(t, keep(t, a, "strict", "thing:1", true))
	require.True(t, keep(t, a, "other", "thing:1", false))
	snapshot := own.Save(t)
	require.NoError(t, a.Bump(t.Context(), 1, []string{"thing:1"}))
	own.Restore(t, snapshot)
	for _, tier := range []*tiers.Tier{a, b} {
		eventually(t, "Redis is used again", func() bool { return tier.Shared().Status == core.Up })
		for _, key := range []string{"strict", "other"} {
			e, current, err := tier.Get(t.Context(), key, nil)
			require.False(t, current, "%s: %v %v", key, e, err)
		}
		strict(t, tier)
		require.False(t, has(t, tier, "strict"))
	}
}

func TestRedis_that_goes_and_comes_is_done_without(t *testing.T) {
	t.Parallel()
	own := testkit.OwnRedis(t)
	w := newWorld(t, own.URL, testkit.Postgres(t))
	a := w.instance(t)
	own.Halt()
	require.NoError(t, a.Announce(t.Context(), 1, []string{"thing:1"}))
	require.NoError(t, a.Bump(t.Context(), 1, []string{"thing:1"}))
	require.Equal(t, core.Down, a.Shared().Status)
	require.True(t, keep(t, a, "k", "thing:1", false), "in its memory")
	require.True(t, has(t, a, "k"))
	require.False(t, keep(t, a, "k", "thing:1", true))
	own.Resume(t)
	eventually(t, "Redis is used again", func() bool { return a.Shared().Status == core.Up })
	require.False(t, has(t, a, "k"), "memory had tokens of its own")
	strict(t, a)
}

// Two hosts may each have a Redis of their own at the same address.
func TestInstances_with_different_Redises_keep_nothing_strict(t *testing.T) {
	t.Parallel()
	url := testkit.Postgres(t)
	w := newWorld(t, testkit.Redis(t), url)
	a := w.instance(t)
	strict(t, a)
	require.True(t, keep(t, a, "k", "thing:1", true))
	elsewhere := *w
	elsewhere.redis = testkit.OwnRedis(t).URL
	b := elsewhere.instance(t)
	require.NoError(t, b.Announce(t.Context(), 1, []string{"thing:1"}))
	require.False(t, has(t, a, "k"), "it does not hear of the other")
	require.False(t, keep(t, a, "k", "thing:1", true))
}

func TestAn_instance_that_starts_ends_what_is_kept(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testkit.Redis(t), testkit.Postgres(t))
	a := w.instance(t)
	require.True(t, keep(t, a, "k", "thing:1", false))
	w.instance(t) // it cannot know what was changed while nobody could tell Redis
	eventually(t, "it is ended", func() bool { return !has(t, a, "k") })
}
