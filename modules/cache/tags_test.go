package cache_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"zomato/modules/cache"
	"zomato/platform/eventbus"
)

// moved is an event of some module.
type moved struct{ From, To int64 }

// EventName implements eventbus.Event.
func (moved) EventName() string { return "stones.moved" }

func TestChange_finds_the_ids_in_its_event(t *testing.T) {
	t.Parallel()
	on := cache.On(func(e moved) []int64 { return []int64{e.From, e.To} })
	assert.Equal(t, "stones.moved", on.Event())
	assert.Equal(t, []int64{1, 2}, on.IDs(moved{From: 1, To: 2}))
	assert.Equal(t, "stones.moved", cache.OnAny[moved]().Event())
	assert.Empty(t, cache.OnAny[moved]().IDs(moved{From: 1}))
}

func TestChange_is_subscribed_to_at_the_commit(t *testing.T) {
	t.Parallel()
	subscription := cache.OnAny[moved]().Subscribe("cache.stones", func(context.Context, eventbus.Event) error { return nil }, func(context.Context, eventbus.Event) error { return nil })
	assert.Equal(t, "cache.stones", subscription.Subscriber())
	assert.Equal(t, "cache_test.moved (at the commit)", subscription.String())
}

func TestTags_name_things(t *testing.T) {
	t.Parallel()
	kind := cache.NewKind("stones.stone", cache.OnAny[moved]())
	require.Len(t, kind.Changes(), 1)
	assert.Equal(t, "stones.stone:7", kind.Named(7).String())
	assert.Equal(t, "stones.stone:all", kind.Named(0).String())
	assert.Equal(t, cache.Tag{Kind: kind, Parameter: "stone_id"}, kind.Of("stone_id"))
	assert.Equal(t, cache.Tag{Kind: kind}, kind.All())
	assert.Equal(t, "stones.stone", kind.All().Kind.Name())
}
