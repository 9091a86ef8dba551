package eventbus

import (
	"context"
	"encoding/json"
	"sync/atomic"

	"zomato/platform/clock"
	"zomato/platform/database"
)

// Publisher stores events. It is apart from Bus because of the order of
// construction: services publish, and a Bus is made of their subscriptions.
// Without a Bus in the process, as in an import, the events wait for a process
// that has one. Safe for concurrent use.
type Publisher struct {
	outbox outbox
	clock  clock.Clock
	bus    atomic.Pointer[Bus]
}

// NewPublisher gives what services publish with. Migrations makes its tables.
func NewPublisher(db *database.DB, now clock.Clock) *Publisher {
	return &Publisher{outbox: newOutbox(db).gathering(), clock: now}
}

// Publish stores an event in the transaction of the surrounding Write, on SQLite
// at its end; it is delivered once that is committed and never if it is undone. Outside a Write
// the error is database.ErrNotWriting.
func (p *Publisher) Publish(ctx context.Context, e Event) error {
	payload, err := json.Marshal(e)
	if err != nil {
		return doing("publish "+e.EventName(), err)
	}
	stored := &record{Name: e.EventName(), Payload: string(payload), published: e, at: p.clock.Now()}
	// The hook comes first: it is what refuses a context without a Write.
	err = database.AfterCommit(ctx, func() func(context.Context) {
		if bus := p.bus.Load(); bus != nil {
			return bus.committed(*stored) // what was not stored is at position zero, which everybody has passed
		}
		return nil
	})
	if err == nil {
		err = p.outbox.add(ctx, stored)
	}
	if err == nil {
		err = p.announceLater(ctx, stored)
	}
	return doing("publish "+stored.Name, err)
}

// announceLater has an event announced before its commit, by the bus that there
// is then. Where nobody wants that there is no hook, which would refuse a Write
// whose caller has gone.
func (p *Publisher) announceLater(ctx context.Context, stored *record) error {
	if bus := p.bus.Load(); bus != nil && !bus.announces(stored.Name) {
		return nil
	}
	return database.BeforeCommit(ctx, func(ctx context.Context) error {
		if bus := p.bus.Load(); bus != nil {
			return bus.announce(ctx, *stored)
		}
		return nil
	})
}
