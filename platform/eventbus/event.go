package eventbus

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
)

// Event is something that has happened: a struct in the contract of the module
// that publishes it, stored as JSON. It carries ids only and never personal
// data, which erasing a customer would have to find here.
type Event interface {
	// EventName is the same for all events of the type, the module first:
	// "customers.changed". It stands in the outbox, so it does not change.
	EventName() string
}

// Subscription is one handler of one subscriber for one type of event. Make it
// with Before or After and hand it to New.
type Subscription struct {
	subscriber string
	kind       kind
	atCommit   bool
	event      string
	eventType  reflect.Type
	handle     handler
	announce   announcer // nil where nobody is told before the commit
}

// Subscriber is the name of who is told.
func (s Subscription) Subscriber() string { return s.subscriber }

// String says of what the subscriber is told, and when.
func (s Subscription) String() string {
	switch {
	case s.atCommit:
		return fmt.Sprintf("%s (at the commit)", s.eventType)
	case s.kind == immediate:
		return fmt.Sprintf("%s (before the answer)", s.eventType)
	}
	return fmt.Sprintf("%s (after it)", s.eventType)
}

// kind is when a subscriber is called.
type kind string

// The kinds, as they stand in platform_subscribers.
const (
	immediate kind = "before"
	deferred  kind = "after"
)

// handler handles an event as it is stored, or as it was published where that is
// at hand.
type handler func(ctx context.Context, r record) error

// Before subscribes to an event for invalidation: handle runs before the
// caller of Write is answered. Its context ends after 300 ms, and it must heed
// that. It does not use the database. The package comment says what else holds.
func Before[E Event](subscriber string, handle func(context.Context, E) error) Subscription {
	return subscribe(immediate, subscriber, handle)
}

// AtCommit is Before without a goroutine in between: in the process that writes,
// handle runs as soon as the commit is done, on the goroutine that committed. So
// the caller of Write is never answered before it, however busy the machine is.
// It may run several times at once. What fails is tried again as with Before.
//
// On SQLite it runs in the order of the commits and while the writer is held, so
// it must take microseconds only and wait for nothing. On Postgres no writer but
// this one is held, and no connection: there it may use the network for a few
// hundred milliseconds. Its context ends after 300 ms. With Announced, others are
// told before the commit as well.
func AtCommit[E Event](subscriber string, handle func(context.Context, E) error) Subscription {
	s := subscribe(immediate, subscriber, handle)
	s.atCommit = true
	return s
}

// After subscribes to an event for everything that may come after the answer.
// The context of handle ends after 10 s, and it must heed that; it is not
// inside a Write. The package comment says what else holds.
func After[E Event](subscriber string, handle func(context.Context, E) error) Subscription {
	return subscribe(deferred, subscriber, handle)
}

// subscribe leaves the event's name empty for a type that is no struct: New
// refuses it, and asking a nil pointer for its name could panic.
func subscribe[E Event](k kind, subscriber string, handle func(context.Context, E) error) Subscription {
	s := Subscription{subscriber: subscriber, kind: k, eventType: reflect.TypeFor[E]()}
	if s.eventType.Kind() == reflect.Struct {
		var none E
		s.event = none.EventName()
	}
	s.handle = func(ctx context.Context, r record) error {
		e, published := r.published.(E)
		if !published {
			if err := json.Unmarshal([]byte(r.Payload), &e); err != nil {
				return fmt.Errorf("decode %s: %w", s.event, err)
			}
		}
		return handle(ctx, e)
	}
	return s
}

// bySubscriber gathers subscriptions into subscribers, sorted by name, and
// refuses what New refuses.
func bySubscriber(subscriptions []Subscription) ([]subscriber, error) {
	found := map[string]subscriber{}
	types := map[string]reflect.Type{}
	for _, one := range subscriptions {
		s, ok := found[one.subscriber]
		if !ok {
			s = subscriber{name: one.subscriber, kind: one.kind, atCommit: one.atCommit, handlers: map[string]handler{}, announcers: map[string]announcer{}}
			found[s.name] = s
		}
		known, ok := types[one.event]
		switch {
		case one.event == "" || s.name == "":
			return nil, fmt.Errorf("subscriber %q of %v: an event is a struct with a name, and a subscriber has a name", s.name, one.eventType)
		case ok && known != one.eventType:
			return nil, fmt.Errorf("%v and %v are both called %q: rename one event", known, one.eventType, one.event)
		case s.kind != one.kind:
			return nil, fmt.Errorf("subscriber %q uses both Before and After: give one of them another name", s.name)
		case s.atCommit != one.atCommit:
			return nil, fmt.Errorf("subscriber %q uses both Before and AtCommit: give one of them another name", s.name)
		case one.announce != nil && !one.atCommit:
			return nil, fmt.Errorf("subscriber %q announces %q without AtCommit: only what is handled at the commit is announced before it", s.name, one.event)
		case s.wants(one.event):
			return nil, fmt.Errorf("subscriber %q subscribes twice to %q: leave one out", s.name, one.event)
		}
		types[one.event] = one.eventType
		s.handlers[one.event] = one.handle
		if one.announce != nil {
			s.announcers[one.event] = one.announce
		}
	}
	byName := func(a, b subscriber) int { return cmp.Compare(a.name, b.name) }
	return slices.SortedFunc(maps.Values(found), byName), nil
}
