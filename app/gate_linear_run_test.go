package main

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"zomato/platform/testkit"
)

// The gate of what is shared strictly (design: cache.md §7): two instances, one
// Postgres, one Redis to which things happen.

// nemesis is one of these things. When it returns, all are there again.
type nemesis struct {
	name   string
	strike func(t *testing.T, g *shared)
}

// nemesesOfRedis are what happens to Redis itself.
func nemesesOfRedis() []nemesis {
	return []nemesis{
		{"killed and started again", func(t *testing.T, g *shared) {
			g.redis.Halt()
			<-time.After(rand.N(time.Second)) // the moment is the matter
			g.redis.Resume(t)
		}},
		{"paused", func(_ *testing.T, g *shared) {
			g.redis.Pause()
			<-time.After(300*time.Millisecond + rand.N(2700*time.Millisecond))
			g.redis.Continue()
		}},
		{"flushed", func(t *testing.T, g *shared) { g.redis.Do(t, "FLUSHALL") }},
		{"restored from an old snapshot", func(t *testing.T, g *shared) { g.redis.Restore(t, g.snapshot) }},
	}
}

// nemesesOfOne are what happens to one instance only: the other one goes on to serve
// what it knows.
func nemesesOfOne() []nemesis {
	return []nemesis{
		{"an instance cut off from Redis", func(_ *testing.T, g *shared) {
			g.cable.Treat(testkit.Reset)
			<-time.After(rand.N(3 * time.Second))
			g.cable.Treat(testkit.Pass)
		}},
		{"an instance frozen", func(_ *testing.T, g *shared) {
			g.instances[1].signal(syscall.SIGSTOP)
			<-time.After(rand.N(7 * time.Second))
			g.instances[1].signal(syscall.SIGCONT)
		}},
	}
}

// shared are two instances with one database and one Redis.
type shared struct {
	instances []*instance
	redis     *testkit.RedisServer
	cable     *testkit.Proxy // of the second instance
	snapshot  []byte
}

// serveTogether starts them.
func serveTogether(t *testing.T, binary string, variables ...string) *shared {
	t.Helper()
	g := &shared{redis: testkit.OwnRedis(t)}
	g.cable = testkit.NewProxy(t, g.redis.URL)
	url := testkit.Postgres(t)
	for _, redis := range []string{g.redis.URL, g.cable.URL} {
		g.instances = append(g.instances, start(t, url, []string{binary}, append(slices.Clone(variables), "REDIS_URL="+redis)...))
	}
	return g
}

// usesRedis tells whether the instances have found their Redis.
func (g *shared) usesRedis(t *testing.T, w *watchers) bool {
	t.Helper()
	for i := range g.instances {
		var health struct{ Redis struct{ Status string } }
		got := w.send(i, "GET", "/cache/health", "")
		if got.status != 200 || json.Unmarshal([]byte(got.body), &health) != nil || health.Redis.Status != "up" {
			return false
		}
	}
	return true
}

// suffer runs clients for so many rounds, each with other records, in which all
// that is given happens to Redis. After each there are hits again.
func (g *shared) suffer(t *testing.T, w *watchers, rounds, operations int, happens []nemesis) {
	t.Helper()
	waitFor(t, "Redis", func() bool { return g.usesRedis(t, w) })
	for round := range rounds {
		w.meet(t, 5)
		w.begin(6)
		enough := func() {
			hits, goal := w.hits.Load(), w.operations.Load()+int64(operations/rounds/(len(happens)+1))
			waitFor(t, "hits", func() bool { return w.hits.Load() >= hits+10 && w.operations.Load() >= goal || w.broken() })
		}
		enough()
		g.snapshot = g.redis.Save(t)
		for _, i := range rand.Perm(len(happens)) {
			happens[i].strike(t, g)
			enough()
		}
		w.end()
		t.Logf("round %d: %d operations, %d hits", round, w.operations.Load(), w.hits.Load())
	}
}

// broken tells whether clients have met what must not be.
func (w *watchers) broken() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.failures) > 100
}

// watch runs the gate and gives what must not be.
func watch(t *testing.T, binary string, rounds, operations int, happens []nemesis, variables ...string) (w *watchers, violations []string) {
	t.Helper()
	g := serveTogether(t, binary, variables...)
	w = newWatchers(t, g.instances...)
	g.suffer(t, w, rounds, operations, happens)
	for _, p := range g.instances {
		require.Equal(t, 0, p.stop(), p.log())
	}
	violations = append(slices.Clone(w.failures), staleViolations(w.history)...)
	var names []string
	for _, n := range happens {
		names = append(names, n.name)
	}
	t.Logf("%d operations on %d records, %d hits, %d requests without an answer, %d changes not known to be done, %d reads given up in their sleep; %d times each: %s; %d violations",
		w.operations.Load(), len(partitioned(w.history)), w.hits.Load(), w.unanswered.Load(), w.unavailable.Load(), w.ended.Load(), rounds, strings.Join(names, ", "), len(violations))
	return w, violations
}

// mustBeLinear runs the gate on the product, with so many operations in its long form.
func mustBeLinear(t *testing.T, rounds, operations int, happens []nemesis, variables ...string) {
	t.Helper()
	if !gatesAreFull() {
		// Each waits until strict answers are kept again, which takes long beside
		// other tests: the long form has all of them, again and again.
		rounds, operations, happens = 1, 1_000, happens[:1+len(happens)/4]
	}
	w, violations := watch(t, product(t), rounds, operations, happens, variables...)
	for _, violation := range violations {
		t.Error(violation)
	}
	require.GreaterOrEqual(t, w.operations.Load(), int64(operations))
}

func TestGate_linearisable_whatever_happens_to_Redis(t *testing.T) {
	t.Parallel()
	mustBeLinear(t, 12, 200_000, nemesesOfRedis())
}

func TestGate_linearisable_whatever_happens_to_an_instance(t *testing.T) {
	t.Parallel()
	mustBeLinear(t, 8, 50_000, append(nemesesOfOne(), nemesesOfOne()...))
}
