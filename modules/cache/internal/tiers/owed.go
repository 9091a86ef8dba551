package tiers

import (
	"context"
	"sync"
	"time"
)

// owedKept is how many events are kept for Redis. Those that come when it has just
// gone are the ones that matter: what comes later was not announced there.
const owedKept = 200

// owed are the events that Redis may have heard announced and has not been told of,
// as it went in between. Until it is, nothing can be kept of what they changed, for
// as long as an announcement holds. Nobody is shown anything old without them.
type owed struct {
	mu     sync.Mutex
	events []debt // the oldest first
}

// debt is an event of a moment.
type debt struct {
	at    time.Duration
	event int64
	tags  []string
}

func (o *owed) add(d debt) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.lapse(d.at)
	if len(o.events) < owedKept {
		o.events = append(o.events, d)
	}
}

// take gives those whose announcement may still hold, and forgets all.
func (o *owed) take(now time.Duration) (events []debt) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.lapse(now)
	events, o.events = o.events, nil
	return events
}

// lapse forgets those whose announcement does not hold any more.
func (o *owed) lapse(now time.Duration) {
	for len(o.events) > 0 && now-o.events[0].at > commitTime {
		o.events = o.events[1:]
	}
}

// pay tells Redis, which is back, what it is owed.
func (t *Tier) pay(ctx context.Context) error {
	for _, d := range t.owed.take(t.clock()) {
		if err := t.redis.Tell(ctx, d.event, d.tags); err != nil {
			return err
		}
	}
	return nil
}
