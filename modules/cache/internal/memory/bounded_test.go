package memory_test

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"zomato/modules/cache"
	"zomato/modules/cache/internal/core"
	"zomato/modules/cache/internal/memory"
	"zomato/modules/cache/internal/tiertest"
)

const boundedLimit = 16 << 20

// heap is how many bytes are in use, without those that nobody reaches any more.
func heap() int64 {
	var m runtime.MemStats
	for range 2 { // the first one may only have begun to clean up pools
		runtime.GC() //nolint:revive // it is what is measured
	}
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// flooded asks for that many different things through a cache, each with tags of
// its own, and gives by how much that has made the heap grow. A few of them exist.
func flooded(t *testing.T, tier core.Tier, many int) (growth int64) {
	t.Helper()
	before := heap()
	things := cache.NewKind("tests.thing", cache.On(func(e thingChanged) []int64 { return []int64{e.ID} }))
	owners := cache.NewKind("tests.owner", cache.On(func(e ownerChanged) []int64 { return []int64{e.ID} }))
	c, err := core.New(context.Background(), core.Options{
		Tier: tier, Alone: true, Log: zap.NewNop(), Now: time.Now,
		Policies: []cache.Policy{{
			Operation: "get-thing", Namespace: "things", Terms: cache.Terms{TTL: time.Hour}, Tags: []cache.Tag{things.Of("thing_id")},
			Related: &cache.Relation{Kinds: []*cache.Kind{owners}, Find: func(_ context.Context, of cache.Params) ([]cache.Named, error) {
				return []cache.Named{owners.Named(of("thing_id") + 1)}, nil
			}},
		}},
	})
	require.NoError(t, err)
	body := strings.Repeat("x", 1000)
	for id := range int64(many) {
		q := core.Request{Key: fmt.Sprint(" /things/", id, "?"), Param: func(string) int64 { return id }}
		_, err := c.Route("get-thing").Answer(t.Context(), q, func(context.Context) (*core.Answer, error) {
			return &core.Answer{ETag: "x", Body: []byte(body[:id%1000])}, nil
		})
		require.NoError(t, err)
	}
	require.NoError(t, c.Stop(context.Background()))
	growth = heap() - before
	runtime.KeepAlive(c)
	return growth
}

// TestGate_bounded measures the heap, which other tests would add to: it runs
// before those that are parallel.
//
//nolint:paralleltest // see above
func TestGate_bounded_however_much_is_asked_for_little_is_kept(t *testing.T) {
	many := 40_000
	if gatesAreFull() {
		many = 1_000_000
	}
	tier, err := memory.New(boundedLimit)
	require.NoError(t, err)
	growth := flooded(t, tier, many)
	// What has to make room is removed a moment later, in the background.
	require.Eventually(t, func() bool { return tier.Usage().Bytes <= boundedLimit }, time.Minute, time.Millisecond)
	usage := tier.Usage()
	t.Logf("%d different answers: %d kept, %.1f MiB of %d, the heap has grown by %.1f MiB",
		many, usage.Entries, mebibytes(usage.Bytes), usage.Limit>>20, mebibytes(growth))
	require.Greater(t, usage.Bytes, int64(boundedLimit/2), "it makes use of what it may take")
	require.Less(t, growth, int64(2*boundedLimit))
	runtime.KeepAlive(tier)
}

// A gate that has never been seen to fail proves nothing.
//
//nolint:paralleltest // see above
func TestGate_bounded_notices_a_tier_that_forgets_nothing(t *testing.T) {
	tier := tiertest.NewPlain(tiertest.Sound)
	growth := flooded(t, tier, 40_000)
	require.Greater(t, tier.Usage().Bytes, int64(boundedLimit))
	require.Greater(t, growth, int64(2*boundedLimit))
	runtime.KeepAlive(tier)
}

func mebibytes(n int64) float64 { return float64(n) / (1 << 20) }
