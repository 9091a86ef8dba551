package core

import (
	"context"
	"slices"

	"go.uber.org/zap"

	"zomato/modules/cache"
	"zomato/platform/eventbus"
)

// subscriber is the cache's name at the event bus.
const subscriber = "cache"

// effect is what an event changes.
type effect struct {
	// event is one of the changes that are about it, to subscribe by.
	event      cache.Change
	kinds      map[*cache.Kind]*reach
	namespaces []*Namespace
	// through are the routes whose answers are loaded again at once.
	through []through
}

// reach is how an event changes things of a kind.
type reach struct {
	change cache.Change
	// named says that answers show single things of the kind, all that some show
	// any of them.
	named, all bool
}

type through struct {
	change cache.Change
	warm   func(ids []int64) []string
}

// heed notes the events that change the answers of a route.
func (c *Cache) heed(r *Route) {
	for _, tag := range r.Tags {
		c.heedKind(r, tag.Kind, tag.Parameter != "")
	}
	if r.Related != nil {
		for _, kind := range r.Related.Kinds {
			c.heedKind(r, kind, true)
		}
	}
	if r.Warm == nil {
		return
	}
	for _, change := range r.Through {
		e := c.effect(change)
		e.through = append(e.through, through{change, r.Warm})
	}
}

func (c *Cache) heedKind(r *Route, kind *cache.Kind, named bool) {
	for _, change := range kind.Changes() {
		e := c.effect(change)
		if e.kinds[kind] == nil {
			e.kinds[kind] = &reach{change: change}
		}
		e.kinds[kind].named = e.kinds[kind].named || named
		e.kinds[kind].all = e.kinds[kind].all || !named
		if !slices.Contains(e.namespaces, r.space) {
			e.namespaces = append(e.namespaces, r.space)
		}
	}
}

// effect gives what is known of a change's event.
func (c *Cache) effect(of cache.Change) *effect {
	if c.effects[of.Event()] == nil {
		c.effects[of.Event()] = &effect{event: of, kinds: map[*cache.Kind]*reach{}}
	}
	return c.effects[of.Event()]
}

// Subscriptions subscribe the cache to all events that change anything.
func (c *Cache) Subscriptions() []eventbus.Subscription {
	var out []eventbus.Subscription
	for _, e := range c.effects {
		out = append(out, e.event.Subscribe(subscriber, c.Forget, c.Announce))
	}
	return out
}

// Announce tells other processes that an event is about to change something. The
// bus calls it before the commit, where there may be any.
func (c *Cache) Announce(ctx context.Context, event eventbus.Event) error {
	e := c.effects[event.EventName()]
	if e == nil {
		return nil
	}
	tags, _ := e.tags(event)
	return c.Tier.Announce(ctx, eventbus.ID(ctx), tags)
}

// Forget ends the answers that an event has changed. The bus calls it before it
// answers who caused the event.
func (c *Cache) Forget(ctx context.Context, event eventbus.Event) error {
	e := c.effects[event.EventName()]
	if e == nil {
		return nil
	}
	tags, cause := e.tags(event)
	if cause != nil {
		c.Log.Error("a policy panicked: its namespace is cleared", zap.Any("panic", cause), zap.Stack("stack"))
	}
	if err := c.Tier.Bump(ctx, eventbus.ID(ctx), tags); err != nil {
		return err
	}
	for _, ns := range e.namespaces {
		ns.Invalidations.Add(1)
	}
	if cause != nil {
		return nil
	}
	for _, t := range e.through {
		c.background.reload(t.warm(t.change.IDs(event)))
	}
	return nil
}

// tags are those whose things an event has changed. The cause is that of a panic
// of a policy: what it would have named is not known, so that all is that it may
// have been.
func (e *effect) tags(event eventbus.Event) (tags []string, cause any) {
	defer func() {
		if cause = recover(); cause != nil {
			tags = e.spaces()
		}
	}()
	for kind, reach := range e.kinds {
		if reach.all {
			tags = append(tags, kind.Named(0).String())
		}
		if reach.named {
			for _, id := range reach.change.IDs(event) {
				tags = append(tags, kind.Named(id).String())
			}
		}
	}
	return tags, nil
}

// spaces are the tags of whole namespaces that the event may have changed.
func (e *effect) spaces() []string {
	tags := make([]string, len(e.namespaces))
	for i, ns := range e.namespaces {
		tags[i] = namespaceTag(ns.name)
	}
	return tags
}
