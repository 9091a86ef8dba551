package eventbus

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"zomato/platform/clock"
	"zomato/platform/database"
)

// limits are how long things may take. Tests change them.
type limits struct {
	answer     time.Duration // that Before-subscribers hold the answer, and for one call of them
	handler    time.Duration // for one call of an After-subscriber
	start      time.Duration // that Start waits for what is pending
	poll       time.Duration // between two looks at the outbox
	idle       time.Duration // between two looks of an idle subscriber
	retryFirst time.Duration // after the first failure
	retryLast  time.Duration // after many
}

// worker is a subscriber of either kind.
type worker interface {
	// begin opens it at its cursor, run works until stop is closed.
	begin(at cursor)
	run(ctx context.Context, stop <-chan struct{})
	// passed is the position up to which it is done with everything.
	passed() position
}

// subscriber is what both kinds have in common.
type subscriber struct {
	name       string
	kind       kind
	atCommit   bool
	handlers   map[string]handler   // by the event's name
	announcers map[string]announcer // likewise

	outbox outbox
	clock  clock.Clock
	log    *zap.Logger
	events *prometheus.CounterVec
	limits *limits
	// wake holds one token when there may be something to do.
	wake chan struct{}
}

// wants tells whether there is a handler for an event.
func (s *subscriber) wants(event string) bool { return s.handlers[event] != nil }

// rouse lets the subscriber's goroutine look for something to do.
func (s *subscriber) rouse() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// call hands an event to its handler for the time given. A panic is a failure.
// Failures are counted and logged here; attempt is 1 at first.
func (s *subscriber) call(ctx context.Context, r record, limit time.Duration, attempt int) (err error) {
	ctx, cancel := context.WithTimeout(withID(database.WithScope(ctx), r.ID), limit)
	defer cancel()
	defer func() {
		stack := zap.Skip()
		if cause := recover(); cause != nil {
			err, stack = fmt.Errorf("panic: %v", cause), zap.Stack("stack")
		}
		if err == nil {
			s.events.WithLabelValues(s.name, delivered).Inc()
			return
		}
		s.events.WithLabelValues(s.name, failed).Inc()
		s.log.Warn("a subscriber failed; the event will be tried again", zap.String("subscriber", s.name),
			zap.String("event", r.Name), zap.Int64("id", r.ID), zap.Int("attempt", attempt), zap.Error(err), stack)
	}()
	return s.handlers[r.Name](ctx, r)
}

// backoff is how long to wait after a number of failures: doubled each time,
// and between half and all of that, so that what failed together does not come
// back together.
func (l *limits) backoff(failures int) time.Duration {
	wait := min(l.retryLast, l.retryFirst<<min(failures-1, 16))
	return wait/2 + rand.N(wait/2+1) //nolint:gosec // spreads retries, keeps no secret
}

// pause waits for a time, for a token of wake, which may be nil, or for the
// stop, at which it answers false.
func pause(wait time.Duration, wake, stop <-chan struct{}) bool {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-wake:
	case <-stop:
	}
	return !ended(stop)
}

// ended tells whether a channel is closed.
func ended(stop <-chan struct{}) bool {
	select {
	case <-stop:
		return true
	default:
		return false
	}
}
