package eventbus

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"
)

// Bounds of what a Before-subscriber keeps in memory. Events beyond them come
// through the outbox: later, or once more.
const (
	openLimit = 1_000
	doneLimit = 100_000
)

// delivery is an event on its way to one Before-subscriber.
type delivery struct {
	record

	attempted chan struct{} // closed after the first attempt
	failures  int
	due       time.Time // of the next attempt, after a failure
}

// beforeSubscriber delivers in this process what the process itself writes, as
// it is committed, and what others write, as the poller reads it.
type beforeSubscriber struct {
	subscriber

	mu sync.Mutex
	// open are on their way, in the order in which they came.
	open []*delivery
	// read is how far the poller has read. What comes before it is delivered
	// or open. Done is delivered, but the poller has not passed it.
	read position
	done map[position]bool
	// saved is where the cursor in the database is. Only save uses it.
	saved position
}

func (s *beforeSubscriber) begin(at cursor) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.read, s.saved = at.position, at.position
}

// find gives an event that is open, or nil. s.mu is held.
func (s *beforeSubscriber) find(at position) *delivery {
	if i := slices.IndexFunc(s.open, func(d *delivery) bool { return d.position == at }); i >= 0 {
		return s.open[i]
	}
	return nil
}

// add opens an event. s.mu is held.
func (s *beforeSubscriber) add(r record) *delivery {
	d := &delivery{record: r, attempted: make(chan struct{})}
	s.open = append(s.open, d)
	s.rouse()
	return d
}

// offer takes an event that this process has just committed. The answer is nil
// when there is nothing to wait for: it is delivered, or it has to come through
// the outbox.
func (s *beforeSubscriber) offer(r record) *delivery {
	if s.atCommit && s.call(context.Background(), r, s.limits.answer, 1) == nil {
		s.passOver(r)
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case !r.isAfter(s.read):
		return s.find(r.position)
	case len(s.open) >= openLimit:
		return nil
	}
	return s.add(r)
}

// passOver notes that an event was delivered at its commit. The poller may have
// been faster: then it is on its way, and delivered twice.
func (s *beforeSubscriber) passOver(r record) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.noteDone(r.position)
}

// feed reads what the outbox has, as far as there is room, and answers what is
// on its way because of it.
func (s *beforeSubscriber) feed(ctx context.Context) (fed []*delivery, err error) {
	for {
		s.mu.Lock()
		from, room := s.read, openLimit-len(s.open)
		s.mu.Unlock()
		if room <= 0 {
			return fed, nil
		}
		rows, err := s.outbox.since(ctx, from, room)
		if err != nil {
			return fed, err
		}
		fed = append(fed, s.take(rows)...)
		if len(rows) < room {
			return fed, nil
		}
	}
}

// take takes what was read after s.read.
func (s *beforeSubscriber) take(rows []record) (taken []*delivery) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range rows {
		if s.wants(r.Name) && !s.done[r.position] && s.find(r.position) == nil {
			taken = append(taken, s.add(r))
		}
		s.read = r.position
	}
	maps.DeleteFunc(s.done, func(at position, _ bool) bool { return !at.isAfter(s.read) })
	return taken
}

func (s *beforeSubscriber) passed() position {
	s.mu.Lock()
	defer s.mu.Unlock()
	to := s.read
	for _, d := range s.open {
		to, _ = sorted(to, d.previous())
	}
	return to
}

// save moves the cursor in the database. That it is late costs a repetition
// after a crash.
func (s *beforeSubscriber) save(ctx context.Context) error {
	to := s.passed()
	if !to.isAfter(s.saved) {
		return nil
	}
	if err := s.outbox.advance(ctx, s.name, to); err != nil {
		return err
	}
	s.saved = to
	return nil
}

// run tries everything that is open before it ends.
func (s *beforeSubscriber) run(ctx context.Context, stop <-chan struct{}) {
	for {
		d, wait := s.next()
		if wait > 0 || d.failures > 0 && ended(stop) {
			if !pause(wait, s.wake, stop) {
				return
			}
			continue
		}
		s.settle(d, s.call(ctx, d.record, s.limits.answer, d.failures+1))
	}
}

// next is the oldest event that has not been tried, or else the failed one that
// is due first, with how long that has to wait.
func (s *beforeSubscriber) next() (next *delivery, wait time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range s.open {
		if d.failures == 0 {
			return d, 0
		}
		if next == nil || d.due.Before(next.due) {
			next = d
		}
	}
	if next == nil {
		return nil, s.limits.idle
	}
	return next, time.Until(next.due)
}

// settle notes what an attempt has come to.
func (s *beforeSubscriber) settle(d *delivery, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if d.failures == 0 {
		close(d.attempted)
	}
	if err != nil {
		d.failures++
		d.due = time.Now().Add(s.limits.backoff(d.failures))
		return
	}
	s.open = slices.DeleteFunc(s.open, func(other *delivery) bool { return other == d })
	s.noteDone(d.position)
}

// noteDone notes that what the poller has not passed is delivered. s.mu is held.
func (s *beforeSubscriber) noteDone(at position) {
	if at.isAfter(s.read) && len(s.done) < doneLimit {
		s.done[at] = true
	}
}
