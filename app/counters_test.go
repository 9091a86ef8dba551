package main

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"zomato/platform/testkit"
)

// counted is what an instance tells of the menu.
type counted struct {
	Scope      string
	AsOf       time.Time `json:"as_of"`
	Namespaces []struct {
		Namespace  string
		MemoryHits int64 `json:"memory_hits"`
		RedisHits  int64 `json:"redis_hits"`
	}
}

// menu gives its hits in memory and in Redis.
func (c counted) menu() (memory, redis int64) {
	for _, n := range c.Namespaces {
		if n.Namespace == "menu" {
			return n.MemoryHits, n.RedisHits
		}
	}
	return 0, 0
}

func stats(t *testing.T, app running) (c counted) {
	t.Helper()
	app.Do(t, "GET", "/cache/stats/namespaces", "").Expect(t, 200).JSON(t, &c)
	return c
}

// explained is where an instance finds what is kept, and whether it may be served.
type explained struct{ State, Tier string }

func explain(t *testing.T, app running, path string) (e explained) {
	t.Helper()
	app.Do(t, "GET", "/cache/explain?path="+path, "").Expect(t, 200).JSON(t, &e)
	return e
}

// listening waits until an instance hears of others: before, it serves nothing
// that is kept.
func listening(t *testing.T, app running) {
	t.Helper()
	require.Eventually(t, func() bool {
		return app.Do(t, "GET", "/cuisines/", "").Expect(t, 200).Header.Get("X-Cache") == "HIT"
	}, time.Minute, 10*time.Millisecond)
}

func TestInstances_show_what_all_have_counted(t *testing.T) {
	t.Parallel()
	shared := []string{"DATABASE_URL=" + testkit.Postgres(t), "REDIS_URL=" + testkit.Redis(t), "CACHE_CHECK_EVERY=0"}
	one, other := serving(t, shared...), serving(t, shared...)
	furnish(t, one)
	const path = "/restaurants/1/menu"
	xcache := func(app running) string {
		return app.Do(t, "GET", path, "").Expect(t, 200).Header.Get("X-Cache")
	}
	// What was changed a moment ago may be made known once more.
	require.Eventually(t, func() bool { return xcache(one) == "HIT" }, time.Minute, 10*time.Millisecond)
	listening(t, other)
	require.Equal(t, "HIT", xcache(other), "it is in Redis")
	require.Equal(t, "HIT", xcache(other), "and in memory by now")
	require.Eventually(t, func() bool { return explain(t, other, path).Tier == "memory" }, time.Minute, 10*time.Millisecond)
	require.Eventually(t, func() bool {
		a, b := stats(t, one), stats(t, other)
		aMemory, aRedis := a.menu()
		bMemory, bRedis := b.menu()
		return a.Scope == "cluster" && b.Scope == "cluster" && aMemory >= 1 && aMemory == bMemory && aRedis >= 1 && aRedis == bRedis
	}, time.Minute, 50*time.Millisecond)

	var worth struct {
		Scope string
		AsOf  time.Time `json:"as_of"`
		Hits  int64
	}
	one.Do(t, "GET", "/analytics/cache-performance", "").Expect(t, 200).JSON(t, &worth)
	require.Equal(t, "cluster", worth.Scope)
	require.False(t, worth.AsOf.IsZero())
	require.GreaterOrEqual(t, worth.Hits, int64(3))

	numbers := other.Do(t, "GET", "/metrics", "").Expect(t, 200).Body
	for _, line := range []string{
		"\nzomato_cache_redis_up 1\n", "\nzomato_cache_redis_garbage_total 0\n",
		`zomato_cache_redis_breaker{state="closed"} 1`,
	} {
		require.Contains(t, numbers, line)
	}
	require.Regexp(t, `zomato_cache_hits_total\{namespace="menu",tier="redis"\} [1-9]`, numbers)
}

func TestExplain_says_what_is_in_Redis_only(t *testing.T) {
	t.Parallel()
	shared := []string{"DATABASE_URL=" + testkit.Postgres(t), "REDIS_URL=" + testkit.Redis(t), "CACHE_CHECK_EVERY=0"}
	one, other := serving(t, shared...), serving(t, shared...)
	furnish(t, one)
	const path = "/menu-items/1"
	// What was changed a moment ago may be made known once more, and a copy counts
	// only while the changes of others are heard, for which a machine may be too busy.
	for _, tier := range []string{"redis", "memory"} {
		require.Eventually(t, func() bool {
			one.Do(t, "GET", path, "").Expect(t, 200)
			return explain(t, other, path) == explained{State: "fresh", Tier: tier}
		}, time.Minute, 10*time.Millisecond, tier)
	}
}

func TestAn_instance_without_Redis_shows_its_own_counts(t *testing.T) {
	t.Parallel()
	app := serving(t, "DATABASE_URL="+testkit.SQLite(t))
	furnish(t, app)
	before := time.Now().Add(-time.Second)
	for range 2 {
		app.Do(t, "GET", "/restaurants/1/menu", "").Expect(t, 200)
	}
	got := stats(t, app)
	require.Equal(t, "instance", got.Scope)
	require.True(t, got.AsOf.After(before))
	memory, redis := got.menu()
	require.Positive(t, memory)
	require.Zero(t, redis)
	require.NotContains(t, app.Do(t, "GET", "/metrics", "").Expect(t, 200).Body, "zomato_cache_redis_up")
}

func TestMetrics_tell_how_much_is_written(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		app := serving(t, "DATABASE_URL="+url)
		app.Do(t, "POST", "/customers/", `{"name":"Asha","email":"asha@example.com"}`).Expect(t, 201)
		numbers := app.Do(t, "GET", "/metrics", "").Expect(t, 200).Body
		if !strings.HasPrefix(url, "sqlite:") {
			require.NotContains(t, numbers, "zomato_sqlite", "whose writer is one for all")
			return
		}
		for _, pattern := range []string{
			`(?m)^zomato_sqlite_writes_total [1-9]`, `(?m)^zomato_sqlite_commits_total [1-9]`, `(?m)^zomato_sqlite_writes_waiting \d`,
		} {
			require.Regexp(t, pattern, numbers)
		}
	})
}
