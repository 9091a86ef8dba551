package eventbus

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"
)

// Retention of events.
const (
	cleanEvery   = time.Minute
	retention    = 10 * time.Minute
	cleanSize    = 5_000 // events per statement
	forgottenAge = 24 * time.Hour
)

// troubleTime is how long a loop waits when the database fails.
const troubleTime = time.Second

// repeat does something at every poll until stop is closed.
func (b *Bus) repeat(ctx context.Context, what string, step func(context.Context) error) {
	for pause(b.limits.poll, nil, b.stop) {
		if err := step(ctx); err != nil && ctx.Err() == nil {
			b.log.Warn("the outbox is in trouble: "+what, zap.Error(err))
			pause(troubleTime, nil, b.stop)
		}
	}
}

// poll looks for what others have written. It only reads, so that no writer can
// hold it up.
func (b *Bus) poll(ctx context.Context) error {
	began := time.Now()
	fed, err := b.feed(ctx)
	if err != nil {
		return err
	}
	if b.attempted(ctx, fed) {
		b.heard.Store(&began)
	}
	last, err := b.outbox.last(ctx)
	if last.isAfter(b.seen) {
		b.seen = last
		for _, s := range b.after {
			s.rouse()
		}
	}
	return err
}

// attempted waits a moment for the first attempts, and tells whether all of them
// were made.
func (b *Bus) attempted(ctx context.Context, fed []*delivery) bool {
	ctx, cancel := context.WithTimeout(ctx, b.limits.answer)
	defer cancel()
	for _, d := range fed {
		await(ctx, d.attempted)
	}
	return ctx.Err() == nil
}

// feed brings the Before-subscribers what the outbox has, and answers what is
// on its way because of it.
func (b *Bus) feed(ctx context.Context) (fed []*delivery, err error) {
	for _, s := range b.before {
		more, failure := s.feed(ctx)
		fed, err = append(fed, more...), errors.Join(err, failure)
	}
	return fed, err
}

// keep does the writing that nobody waits for.
func (b *Bus) keep(ctx context.Context) error {
	return errors.Join(b.saveCursors(ctx), b.clean(ctx))
}

// saveCursors saves those of the Before-subscribers; the others do it themselves.
func (b *Bus) saveCursors(ctx context.Context) (err error) {
	for _, s := range b.before {
		err = errors.Join(err, s.save(ctx))
	}
	return err
}

// janitor deletes events a while after everybody has passed them. How far that
// was, and when, it remembers itself: after a restart events stay longer.
type janitor struct {
	last  time.Time
	marks []mark
	upTo  position // what may be deleted
	more  bool     // not all of it is
}

// mark says that at a time everybody had passed a position.
type mark struct {
	at time.Time
	position
}

// clean deletes at most one batch, so that it holds up nothing for long.
// Without a backlog it looks once a minute.
func (b *Bus) clean(ctx context.Context) error {
	now, j := b.clock.Now(), &b.janitor
	if now.Sub(j.last) >= cleanEvery {
		if _, err := b.outbox.enrol(ctx, b.subscribers, now); err != nil {
			return err
		}
		passed, err := b.outbox.slowest(ctx, now.Add(-forgottenAge))
		if err != nil {
			return err
		}
		j.last, j.marks = now, append(j.marks, mark{now, passed})
		for now.Sub(j.marks[0].at) >= retention {
			j.upTo, j.more, j.marks = j.marks[0].position, true, j.marks[1:]
		}
	}
	if !j.more {
		return nil
	}
	removed, err := b.outbox.remove(ctx, j.upTo, cleanSize)
	j.more = err != nil || removed == cleanSize
	return err
}
