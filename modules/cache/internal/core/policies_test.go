package core_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"zomato/modules/cache"
	"zomato/modules/cache/internal/core"
)

func TestPolicies_that_cannot_be_right_are_refused(t *testing.T) {
	t.Parallel()
	kind := cache.NewKind("tests.thing")
	good := cache.Policy{Operation: "a", Namespace: "n", Terms: cache.Terms{TTL: time.Second}, Tags: []cache.Tag{kind.All()}}
	for want, change := range map[string]func(p *cache.Policy) []cache.Policy{
		"a has two policies": func(p *cache.Policy) []cache.Policy { return []cache.Policy{*p} },
		"a policy has both":  func(p *cache.Policy) []cache.Policy { p.Operation = ""; return nil },
		"a has no TTL":       func(p *cache.Policy) []cache.Policy { p.TTL = 0; return nil },
		"a has no tags":      func(p *cache.Policy) []cache.Policy { p.Tags = nil; return nil },
		`are called "tests.thing": rename`: func(p *cache.Policy) []cache.Policy {
			other := *p
			other.Operation, other.Tags = "b", []cache.Tag{cache.NewKind("tests.thing").All()}
			return []cache.Policy{other}
		},
	} {
		p := good
		more := change(&p)
		_, err := core.New(context.Background(), core.Options{Policies: append(more, p)})
		require.ErrorContains(t, err, want)
	}
}

func TestTTLs_come_from_the_configuration(t *testing.T) {
	t.Parallel()
	b := newBench(t, func(o *core.Options, _ *cache.Policy) { o.TTLs = map[string]time.Duration{"things": time.Second} })
	b.get(t, 1, b.says("a"))
	b.advance(1200 * time.Millisecond)
	require.Equal(t, core.Miss, b.get(t, 1, b.says("b")).State)
	require.Equal(t, time.Second, b.Namespace("things").TTL())
}

func TestLarge_answers_are_not_kept(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	large := string(make([]byte, 256<<10))
	b.get(t, 1, b.says(large))
	require.Equal(t, core.Bypass, b.get(t, 1, b.says(large)).State)
	require.EqualValues(t, 2, b.Namespace("things").TooLarge.Load())
}

func TestHits_are_compared_with_their_source(t *testing.T) {
	t.Parallel()
	b := newBench(t, func(o *core.Options, _ *cache.Policy) { o.CheckEvery = 1 })
	b.get(t, 1, b.says("a"))
	b.get(t, 1, b.says("a"))
	things := b.Namespace("things")
	require.Eventually(t, func() bool { return things.Checked.Load() == 1 }, 5*time.Second, time.Millisecond)
	require.EqualValues(t, 0, things.Inconsistent.Load())
	require.Eventually(t, func() bool {
		b.get(t, 1, b.says("changed, and no event says so"))
		return things.Inconsistent.Load() > 0
	}, 10*time.Second, time.Millisecond)
}

func TestExplain(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	explain := func() string {
		x, err := b.route.Explain(t.Context(), core.Request{Key: "/things/1", Param: func(string) int64 { return 1 }})
		require.NoError(t, err)
		return fmt.Sprint(x.State, " ", x.Tags, " ", x.Left > 0)
	}
	tags := "[namespace:things tests.thing:1]"
	require.Equal(t, "absent "+tags+" false", explain())
	b.get(t, 1, b.says("a"))
	require.Equal(t, "fresh "+tags+" true", explain())
	b.change(t, 1)
	require.Equal(t, "invalid "+tags+" false", explain())
	b.get(t, 1, b.says("a"))
	b.advance(2 * time.Minute)
	require.Equal(t, "stale "+tags+" false", explain())
	require.Equal(t, []string{"tests.thing_changed"}, b.route.Events())
}

func TestA_policy_that_panics_has_its_namespace_forgotten(t *testing.T) {
	t.Parallel()
	b := newBench(t, func(_ *core.Options, p *cache.Policy) {
		p.Tags = append(p.Tags, cache.NewKind("tests.broken", cache.On(func(ownerChanged) []int64 { panic("oh") })).Of("thing_id"))
	})
	b.get(t, 1, b.says("a"))
	require.NoError(t, b.Forget(t.Context(), ownerChanged{1}))
	require.Equal(t, core.Miss, b.get(t, 1, b.says("b")).State)
}

func TestAfter_a_long_silence_of_others_everything_is_forgotten(t *testing.T) {
	t.Parallel()
	b := newBench(t, func(o *core.Options, p *cache.Policy) { o.Alone, p.TTL = false, time.Hour })
	var heard atomic.Int64
	heard.Store(b.now.Load())
	b.Start(cache.Live{
		Ask:   func(context.Context, string) (int, error) { return 200, nil },
		Heard: func() time.Time { return time.Unix(0, heard.Load()) },
	})
	b.get(t, 1, b.says("a"))
	require.Equal(t, core.Hit, b.get(t, 1, b.says("b")).State)
	b.advance(4 * time.Minute)
	heard.Store(b.now.Load())
	require.Equal(t, core.Hit, b.get(t, 1, b.says("b")).State)
	b.advance(5 * time.Minute)
	heard.Store(b.now.Load())
	require.Equal(t, core.Miss, b.get(t, 1, b.says("b")).State)
	require.Equal(t, core.Hit, b.get(t, 1, b.says("c")).State)
}

func TestWhat_is_kept_is_not_served_after_the_stop(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.get(t, 1, b.says("a"))
	require.NoError(t, b.Stop(t.Context()))
	require.Equal(t, "b", string(b.get(t, 1, b.says("b")).Body))
}
