package memory_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"zomato/modules/cache/internal/memory"
	"zomato/modules/cache/internal/tiertest"
)

// gatesAreFull tells whether gates run in their long form.
func gatesAreFull() bool { return os.Getenv("ZOMATO_GATES") == "full" }

// schedules plays that many with tiers of a kind, or until one has a stale answer,
// and gives the numbers and the history of that one.
func schedules(t *testing.T, many int, tier func() evictable) (sum counted, history string) {
	t.Helper()
	var mu sync.Mutex
	var workers sync.WaitGroup
	var found atomic.Bool
	for worker := range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for seed := worker; seed < many && !found.Load(); seed += runtime.GOMAXPROCS(0) {
				synctest.Test(t, func(t *testing.T) {
					s, err := newSchedule(rand.New(rand.NewPCG(20261127, uint64(seed))), tier())
					if !assert.NoError(t, err) {
						return
					}
					stale := s.run(20)
					mu.Lock()
					defer mu.Unlock()
					sum.plus(s.count)
					if len(stale) > 0 {
						found.Store(true)
						history = fmt.Sprintf("schedule %d:\n%s\n%s", seed, strings.Join(s.trace, "\n"), strings.Join(stale, "\n"))
					}
				})
			}
		})
	}
	workers.Wait()
	return sum, history
}

func (c *counted) plus(more counted) {
	c.schedules++
	c.steps += more.steps
	c.reads += more.reads
	c.hits += more.hits
	c.misses += more.misses
	c.stale += more.stale
	c.bypasses += more.bypasses
	c.failures += more.failures
	c.changes += more.changes
	c.refused += more.refused
	c.coalesced += more.coalesced
}

func memoryTier(t *testing.T) func() evictable {
	t.Helper()
	return func() evictable {
		tier, err := memory.New(1 << 20)
		assert.NoError(t, err)
		return tier
	}
}

func TestGate_stale_no_schedule_shows_what_was_before_an_acknowledged_change(t *testing.T) {
	t.Parallel()
	many := 400
	if gatesAreFull() {
		many = 100_000
	}
	sum, history := schedules(t, many, memoryTier(t))
	t.Logf("%+v", sum)
	require.Empty(t, history)
	for name, n := range map[string]int64{
		"hits": sum.hits, "misses": sum.misses, "stale": sum.stale, "bypasses": sum.bypasses, "failures": sum.failures,
		"changes": sum.changes, "refused": sum.refused, "coalesced": sum.coalesced,
	} {
		require.Greater(t, n, int64(many/100), "%s: the schedules try nothing", name)
	}
}

// A gate that has never been seen to fail proves nothing.
func TestGate_stale_notices_each_way_to_be_stale(t *testing.T) {
	t.Parallel()
	for _, defect := range []tiertest.Defect{
		tiertest.Unconditional, tiertest.Deaf, tiertest.Hasty, tiertest.Fixed, tiertest.Counting, tiertest.Remembering, tiertest.Zero,
	} {
		t.Run(string(defect), func(t *testing.T) {
			t.Parallel()
			sum, history := schedules(t, 20_000, func() evictable { return tiertest.NewPlain(defect) })
			require.NotEmpty(t, history)
			t.Logf("found in %d schedules", sum.schedules)
		})
	}
}

func TestGate_stale_finds_nothing_where_nothing_is(t *testing.T) {
	t.Parallel()
	_, history := schedules(t, 200, func() evictable { return tiertest.NewPlain(tiertest.Sound) })
	require.Empty(t, history)
}
