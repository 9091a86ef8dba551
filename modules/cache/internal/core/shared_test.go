package core_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"zomato/modules/cache"
	"zomato/modules/cache/internal/core"
)

// outer is a tier that others share: it may be away, or tell that something is
// being changed, and notes what it is told.
type outer struct {
	core.Tier

	failure   error
	keeping   error
	announced [][]string
	bumped    [][]string
}

// Tokens implements core.Tier.
func (o *outer) Tokens(ctx context.Context, tags []string) (core.Taken, error) {
	if o.failure != nil {
		return core.Taken{}, o.failure
	}
	return o.Tier.Tokens(ctx, tags)
}

// Set implements core.Tier.
func (o *outer) Set(ctx context.Context, key string, e *core.Entry) error {
	if o.keeping != nil {
		return o.keeping
	}
	return o.Tier.Set(ctx, key, e)
}

// Announce implements core.Tier.
func (o *outer) Announce(_ context.Context, _ int64, tags []string) error {
	o.announced = append(o.announced, tags)
	return o.failure
}

// Bump implements core.Tier.
func (o *outer) Bump(ctx context.Context, event int64, tags []string) error {
	o.bumped = append(o.bumped, tags)
	return o.Tier.Bump(ctx, event, tags)
}

var errAway = errors.New("it is away")

func TestWhere_tokens_cannot_be_had_an_answer_is_loaded_and_not_kept(t *testing.T) {
	t.Parallel()
	for failure, errs := range map[error]int64{core.ErrChanging: 0, errAway: 2} {
		var o *outer
		b := newBench(t, func(c *core.Options, _ *cache.Policy) {
			o = &outer{Tier: c.Tier, failure: failure}
			c.Tier = o
		})
		require.Equal(t, core.Bypass, b.get(t, 1, b.says("a")).State)
		require.Equal(t, core.Bypass, b.get(t, 1, b.says("b")).State)
		require.Equal(t, errs, b.Namespace("things").Errors.Load())
		o.failure = nil
		require.Equal(t, core.Miss, b.get(t, 1, b.says("c")).State)
		require.Equal(t, core.Hit, b.get(t, 1, b.says("d")).State)
	}
}

func TestWhere_an_answer_cannot_be_kept_it_is_sent(t *testing.T) {
	t.Parallel()
	b := newBench(t, func(c *core.Options, _ *cache.Policy) { c.Tier = &outer{Tier: c.Tier, keeping: errAway} })
	require.Equal(t, "a", string(b.get(t, 1, b.says("a")).Body))
	require.EqualValues(t, 1, b.Namespace("things").Errors.Load())
}

func TestWhat_is_forgotten_after_the_commit_was_announced_before_it(t *testing.T) {
	t.Parallel()
	var o *outer
	var panics atomic.Bool
	b := newBench(t, func(c *core.Options, p *cache.Policy) {
		o = &outer{Tier: c.Tier}
		c.Tier = o
		p.Tags = append(p.Tags, cache.NewKind("tests.fragile", cache.On(func(e ownerChanged) []int64 {
			if panics.Load() {
				panic("oh")
			}
			return []int64{e.ID}
		})).Of("thing_id"))
	})
	for _, broken := range []bool{false, true} {
		panics.Store(broken)
		require.NoError(t, b.Announce(t.Context(), ownerChanged{7}))
		require.NoError(t, b.Forget(t.Context(), ownerChanged{7}))
	}
	require.Equal(t, [][]string{{"tests.fragile:7"}, {"namespace:things"}}, o.announced)
	require.Equal(t, o.announced, o.bumped)
	o.failure = errAway
	require.ErrorIs(t, b.Announce(t.Context(), thingChanged{1}), errAway, "the change must not be made")
}
