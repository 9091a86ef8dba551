package eventbus

import (
	"context"
	"errors"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"zomato/platform/clock"
	"zomato/platform/database"
)

// Dependencies are what a Bus is made of.
type Dependencies struct {
	DB    *database.DB
	Clock clock.Clock
	Log   *zap.Logger
	// Metrics gets the numbers of the bus.
	Metrics prometheus.Registerer
	// Publisher is what services publish with; nil makes one.
	Publisher *Publisher
	// Subscriptions of all modules, in any order.
	Subscriptions []Subscription
}

// Bus delivers what is published. Create it with New. Safe for concurrent use.
type Bus struct {
	outbox    outbox
	clock     clock.Clock
	log       *zap.Logger
	publisher *Publisher
	limits    limits

	subscribers []subscriber
	workers     map[string]worker // by the subscriber's name
	before      []*beforeSubscriber
	after       []*afterSubscriber
	seen        position // the end of the outbox at the last poll
	heard       atomic.Pointer[time.Time]
	janitor     janitor

	stopping sync.Once
	stop     chan struct{}
	cancel   context.CancelFunc // ends the contexts of the handlers
	running  sync.WaitGroup
}

// New makes a bus. It refuses subscriptions that cannot be told apart or
// delivered: the same event twice for a subscriber, a subscriber of both kinds,
// one name for two types of event, a type that is no struct, an empty name, an
// announcement without AtCommit.
func New(d Dependencies) (*Bus, error) {
	subscribers, err := bySubscriber(d.Subscriptions)
	if err != nil {
		return nil, doing("eventbus", err)
	}
	if d.Publisher == nil {
		d.Publisher = NewPublisher(d.DB, d.Clock)
	}
	if d.Publisher.outbox.db != d.DB {
		return nil, errors.New("eventbus: the publisher belongs to another database")
	}
	b := &Bus{
		outbox: newOutbox(d.DB), clock: d.Clock, log: d.Log.Named("eventbus"), publisher: d.Publisher,
		limits: limits{
			answer: 300 * time.Millisecond, handler: 10 * time.Second, start: 5 * time.Second, poll: 200 * time.Millisecond,
			idle: 5 * time.Second, retryFirst: 50 * time.Millisecond, retryLast: 5 * time.Second,
		},
		subscribers: subscribers, workers: map[string]worker{}, stop: make(chan struct{}), cancel: func() {},
	}
	events, err := newMetrics(d.Metrics, subscribers, b.Pending)
	if err != nil {
		return nil, doing("eventbus", err)
	}
	owner := uuid.NewString()
	for _, s := range subscribers {
		s.outbox, s.clock, s.log, s.events, s.limits = b.outbox, b.clock, b.log, events, &b.limits
		s.wake = make(chan struct{}, 1)
		if s.kind == immediate {
			b.before = append(b.before, &beforeSubscriber{subscriber: s, done: map[position]bool{}})
			b.workers[s.name] = b.before[len(b.before)-1]
		} else {
			b.after = append(b.after, &afterSubscriber{subscriber: s, owner: owner, tried: make(chan struct{})})
			b.workers[s.name] = b.after[len(b.after)-1]
		}
		b.workers[s.name].begin(cursor{})
	}
	return b, nil
}

// Publish is that of the bus's Publisher.
func (b *Bus) Publish(ctx context.Context, e Event) error { return b.publisher.Publish(ctx, e) }

// Start begins to deliver. It waits until each subscriber has tried what is
// pending, 5 s at most and not beyond ctx; the bus goes on by itself. What
// cannot be delivered is no error; a database that does not answer is.
func (b *Bus) Start(ctx context.Context) error {
	if ended(b.stop) || !b.publisher.bus.CompareAndSwap(nil, b) {
		return errors.New("eventbus: start: this bus, or another one of its publisher, was started before")
	}
	err := b.outbox.resume(ctx)
	var cursors map[string]cursor
	if err == nil {
		cursors, err = b.outbox.enrol(ctx, b.subscribers, b.clock.Now())
	}
	if err != nil {
		b.publisher.bus.Store(nil)
		return doing("eventbus: start", err)
	}
	base, cancel := context.WithCancel(context.WithoutCancel(ctx))
	b.cancel = cancel
	for name, w := range b.workers {
		w.begin(cursors[name])
		b.running.Go(func() { w.run(base, b.stop) })
	}
	b.tryPending(ctx)
	b.running.Go(func() { b.repeat(base, "poll", b.poll) })
	b.running.Go(func() { b.repeat(base, "save and clean up", b.keep) })
	return nil
}

// tryPending waits until each subscriber has tried what it found.
func (b *Bus) tryPending(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, b.limits.start)
	defer cancel()
	for fed, err := b.feed(ctx); len(fed) > 0 && err == nil; fed, err = b.feed(ctx) {
		for _, d := range fed {
			await(ctx, d.attempted)
		}
	}
	for _, s := range b.after {
		await(ctx, s.tried)
	}
	if ctx.Err() != nil {
		b.log.Warn("not all pending events could be tried before the start; they are tried further on")
	}
}

// await waits for a channel to be closed, as long as ctx allows.
func await(ctx context.Context, done <-chan struct{}) {
	select {
	case <-done:
	case <-ctx.Done():
	}
}

// committed hands an event of this process to its subscribers, while the
// database's writer is held, and answers what the caller of Write waits for.
func (b *Bus) committed(r record) func(context.Context) {
	var open []*delivery
	for _, s := range b.before {
		if s.wants(r.Name) {
			if d := s.offer(r); d != nil {
				open = append(open, d)
			}
		}
	}
	for _, s := range b.after { // who may tell of it to others, once it is known here
		if s.wants(r.Name) {
			s.rouse()
		}
	}
	if open == nil {
		return nil
	}
	deadline := time.Now().Add(b.limits.answer)
	return func(ctx context.Context) {
		// It is committed, whatever the caller's own deadline is.
		ctx, cancel := context.WithDeadline(context.WithoutCancel(ctx), deadline)
		defer cancel()
		for _, d := range open {
			await(ctx, d.attempted)
		}
	}
}

// Stop ends the goroutines and waits for the handlers in progress. If ctx ends
// before them, it ends their contexts and returns an error. What is not
// delivered stays in the outbox. Publishing is possible afterwards.
func (b *Bus) Stop(ctx context.Context) error {
	b.stopping.Do(func() { close(b.stop) })
	b.publisher.bus.CompareAndSwap(b, nil)
	defer b.cancel()
	done := make(chan struct{})
	go func() { // ends with the last of those it waits for
		b.running.Wait()
		close(done)
	}()
	await(ctx, done)
	if !ended(done) {
		return doing("eventbus: stopped while a handler was running", ctx.Err())
	}
	return doing("eventbus: stop", b.saveCursors(ctx))
}

// Heard is when the last look at what other processes have written began that
// has been answered. What they had committed by then has been delivered, or
// failed, soon after it.
func (b *Bus) Heard() time.Time {
	if at := b.heard.Load(); at != nil {
		return *at
	}
	return time.Time{}
}

// Pending counts the events that some subscriber of this bus has still to pass.
// Parked ones are passed.
func (b *Bus) Pending(ctx context.Context) (int64, error) {
	stored, err := b.outbox.positions(ctx)
	if err != nil || len(b.workers) == 0 {
		return 0, doing("eventbus: pending", err)
	}
	slowest := position{Tx: math.MaxInt64}
	for name, w := range b.workers {
		// This process saves late what it has passed; what others have passed
		// is only in the database.
		_, further := sorted(stored[name], w.passed())
		slowest, _ = sorted(slowest, further)
	}
	n, err := b.outbox.count(ctx, slowest)
	return n, doing("eventbus: pending", err)
}
