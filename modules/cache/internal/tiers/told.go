package tiers

import "sync"

// toldKept is how many events are remembered. The outbox brings them within a
// second.
const toldKept = 20_000

// told remembers of which events Redis has been told.
type told struct {
	mu     sync.Mutex
	events map[int64]bool
	order  []int64
	next   int
}

func (t *told) has(event int64) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.events[event]
}

// add forgets the oldest when there are too many.
func (t *told) add(event int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.events == nil {
		t.events, t.order = map[int64]bool{}, make([]int64, toldKept)
	}
	delete(t.events, t.order[t.next])
	t.events[event], t.order[t.next] = true, event
	t.next = (t.next + 1) % toldKept
}
