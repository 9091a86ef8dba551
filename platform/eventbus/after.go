package eventbus

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"
)

// How an After-subscriber proceeds.
const (
	roundSize  = 100 // events per read
	parkAfter  = 10  // failures
	leaseTime  = 15 * time.Second
	leaseRetry = time.Second // while another process has the lease
)

// afterSubscriber works through the outbox, behind a cursor that all processes
// share. Only the one with the lease handles events and saves the cursor. The
// others follow as far as they meet nothing that they have a handler for.
type afterSubscriber struct {
	subscriber

	owner string
	// tried is closed when the subscriber has come to its first pause.
	tried chan struct{}

	// at is the cursor as it is in this process. Only run changes it.
	at atomic.Pointer[cursor]
	// saved is where the cursor in the database is, and savedAt when it was
	// saved or could have been.
	saved   position
	savedAt time.Time
	// heldUntil is the end of our lease.
	heldUntil time.Time
}

func (s *afterSubscriber) begin(at cursor) {
	s.at.Store(&at)
	s.saved, s.savedAt = at.position, time.Now()
}

func (s *afterSubscriber) passed() position { return s.at.Load().position }

// run gives the lease back at its end.
func (s *afterSubscriber) run(ctx context.Context, stop <-chan struct{}) {
	paused := sync.OnceFunc(func() { close(s.tried) })
	defer paused()
	for !ended(stop) {
		wait, err := s.round(ctx, stop)
		if err != nil && ctx.Err() == nil {
			s.log.Warn("the outbox is in trouble: "+s.name, zap.Error(err))
			wait = troubleTime
		}
		if wait == 0 {
			continue
		}
		paused()
		wake := s.wake
		if wait < s.limits.idle { // there is a reason to wait, so no event shortens it
			wake = nil
		}
		if !pause(wait, wake, stop) {
			break
		}
	}
	if err := s.leave(ctx); err != nil {
		s.log.Warn("the cursor could not be saved: events will be repeated", zap.String("subscriber", s.name), zap.Error(err))
	}
}

// leave saves the cursor, also when nothing was handled: the next start would
// read all over again what was only passed over.
func (s *afterSubscriber) leave(ctx context.Context) error {
	if s.passed() != s.saved {
		if held, err := s.hold(ctx); err != nil || !held {
			return err
		}
	}
	if s.heldUntil.IsZero() {
		return nil
	}
	return s.save(ctx, 0)
}

// round handles what can be read at once. It answers how long to wait before
// the next.
func (s *afterSubscriber) round(ctx context.Context, stop <-chan struct{}) (time.Duration, error) {
	rows, err := s.outbox.since(ctx, s.passed(), roundSize)
	if err != nil {
		return 0, err
	}
	handled := false
	for _, r := range rows {
		wanted := s.wants(r.Name)
		if wanted {
			if held, err := s.hold(ctx); err != nil || !held {
				return leaseRetry, err
			}
		}
		at := s.at.Load()
		switch {
		case ended(stop):
			return 0, nil
		case !r.isAfter(at.position): // another process has done it while it had the lease
		case !wanted:
			s.at.Store(&cursor{r.position, at.Attempts, at.LastError})
		default:
			if err := s.call(ctx, r, s.limits.handler, at.Attempts+1); err != nil {
				return s.fail(ctx, r, err)
			}
			handled = true
			s.at.Store(&cursor{position: r.position})
		}
	}
	// What was only passed over is saved when there is time.
	if s.passed() != s.saved && (handled || time.Since(s.savedAt) >= s.limits.idle) {
		s.savedAt = time.Now()
		if held, err := s.hold(ctx); err != nil || !held {
			return s.limits.idle, err
		}
		if err := s.save(ctx, leaseTime); err != nil {
			return 0, err
		}
	}
	if len(rows) == roundSize {
		return 0, nil
	}
	return s.limits.idle, nil
}

// lease is ours, for a time from now.
func (s *afterSubscriber) lease(keep time.Duration) lease {
	return lease{s.name, s.owner, s.clock.Now().Add(keep)}
}

// holds tells whether the lease is ours for as long as a handler may take, so
// that it need not be prolonged meanwhile.
func (s *afterSubscriber) holds() bool { return s.lease(s.limits.handler).until.Before(s.heldUntil) }

// hold makes sure of the lease, unless another process has it. If one had it
// before, it may have moved the cursor.
func (s *afterSubscriber) hold(ctx context.Context) (held bool, err error) {
	if s.holds() {
		return true, nil
	}
	mine := s.lease(leaseTime)
	stored, held, err := s.outbox.claim(ctx, mine, s.clock.Now())
	if err != nil || !held {
		return false, err
	}
	s.heldUntil = mine.until
	if !s.passed().isAfter(stored.position) {
		s.at.Store(&stored)
		s.saved = stored.position
	}
	return true, nil
}

// save stores the cursor and keeps the lease for a time. If it is not ours any
// more, its new owner may repeat what we have done.
func (s *afterSubscriber) save(ctx context.Context, keep time.Duration) error {
	mine := s.lease(keep)
	kept, err := s.outbox.save(ctx, mine, *s.at.Load())
	s.noteSaved(mine, kept)
	return err
}

func (s *afterSubscriber) noteSaved(l lease, kept bool) {
	if kept {
		s.saved, s.savedAt, s.heldUntil = s.passed(), time.Now(), l.until
	} else {
		s.heldUntil = time.Time{}
	}
}

// fail notes that the event after the cursor has failed, and parks it if that
// was once too often.
func (s *afterSubscriber) fail(ctx context.Context, r record, cause error) (time.Duration, error) {
	at := cursor{s.passed(), s.at.Load().Attempts + 1, cause.Error()}
	if at.Attempts < parkAfter {
		s.at.Store(&at)
		return s.limits.backoff(at.Attempts), s.save(ctx, leaseTime)
	}
	mine := s.lease(leaseTime)
	kept, err := s.outbox.park(ctx, mine, r, at, s.clock.Now())
	if kept {
		s.at.Store(&cursor{position: r.position})
	}
	s.noteSaved(mine, kept)
	if !kept {
		return leaseRetry, err
	}
	s.events.WithLabelValues(s.name, parked).Inc()
	s.log.Error("an event is parked in platform_outbox_parked: its subscriber has failed too often",
		zap.String("subscriber", s.name), zap.String("event", r.Name), zap.Int64("id", r.ID), zap.Error(cause))
	return 0, nil
}
