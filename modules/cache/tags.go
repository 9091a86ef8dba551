package cache

import (
	"context"
	"strconv"

	"zomato/platform/eventbus"
)

// Kind is a kind of thing that answers show, such as the menu of a restaurant,
// with the events that say it has changed. Make it with NewKind. Policies of
// several modules may each have kinds about the same thing; each kind has a name
// of its own.
type Kind struct {
	name    string
	changes []Change
}

// NewKind makes a kind. The name begins with the module whose policy it is:
// "orders.customer".
func NewKind(name string, changes ...Change) *Kind { return &Kind{name, changes} }

// Name is the name that NewKind was given.
func (k *Kind) Name() string { return k.name }

// Changes are the events that change things of the kind.
func (k *Kind) Changes() []Change { return k.changes }

// Of tags the answers to a request by the thing with the id in its path.
func (k *Kind) Of(parameter string) Tag { return Tag{Kind: k, Parameter: parameter} }

// All tags answers that show any things of the kind: a change of one ends them.
func (k *Kind) All() Tag { return Tag{Kind: k} }

// Named is the tag of the thing with that id.
func (k *Kind) Named(id int64) Named { return Named{Kind: k, ID: id} }

// Tag is how a policy names what its answers show.
type Tag struct {
	Kind *Kind
	// Parameter is the path parameter with the id of the thing; "" means all
	// things of the kind.
	Parameter string
}

// Named is the tag of one thing.
type Named struct {
	Kind *Kind
	ID   int64
}

// String gives the tag as the routes of the cache show it: "orders.order:7".
func (n Named) String() string {
	if n.ID == 0 {
		return n.Kind.name + ":all"
	}
	return n.Kind.name + ":" + strconv.FormatInt(n.ID, 10)
}

// Change says which things an event changes. Make it with On or OnAny.
type Change struct {
	event     string
	ids       func(eventbus.Event) []int64
	subscribe func(subscriber string, handle func(context.Context, eventbus.Event) error) eventbus.Subscription
}

// On says that an event changes the things with the ids that the function finds
// in it.
func On[E eventbus.Event](ids func(E) []int64) Change {
	var none E
	return Change{
		event: none.EventName(),
		ids:   func(e eventbus.Event) []int64 { return ids(e.(E)) }, //nolint:errcheck // the subscription below gives no other
		subscribe: func(subscriber string, handle func(context.Context, eventbus.Event) error) eventbus.Subscription {
			return eventbus.AtCommit(subscriber, func(ctx context.Context, e E) error { return handle(ctx, e) })
		},
	}
}

// OnAny says that an event changes something in answers about all things of the
// kind, whatever it names.
func OnAny[E eventbus.Event]() Change { return On(func(E) []int64 { return nil }) }

// Event is the name of the event.
func (c Change) Event() string { return c.event }

// IDs gives the ids of the things that the event changes. The event is of the
// type that On was given.
func (c Change) IDs(e eventbus.Event) []int64 { return c.ids(e) }

// Subscribe subscribes to the event, at the commit, and to the word before it.
func (c Change) Subscribe(subscriber string, handle, announce func(context.Context, eventbus.Event) error) eventbus.Subscription {
	return c.subscribe(subscriber, handle).Announced(announce)
}
