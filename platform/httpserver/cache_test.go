package httpserver_test

import (
	"context"
	"slices"
	"sync"
	"time"

	"zomato/platform/httpserver"
)

// shelf is a cache that keeps answers for ever, by operation and key.
type shelf struct {
	mu      sync.Mutex
	kept    map[string]*httpserver.Answer
	flights map[string]*flight
	served  []httpserver.CacheState
	// unknown are the operations without a policy; none are those of which
	// nothing is kept.
	unknown, none []string
	// old makes what is kept too old to be served but for want of a newer one.
	old bool
	// joined gets a value for each request that waits for an answer.
	joined chan struct{}
}

// flight is an answer that is being loaded.
type flight struct {
	done   chan struct{}
	answer *httpserver.Answer
	err    error
}

// keptFor is the age of what the shelf keeps.
const keptFor = 61*time.Second + 999*time.Millisecond

func newShelf() *shelf {
	return &shelf{
		kept: map[string]*httpserver.Answer{}, flights: map[string]*flight{}, unknown: []string{"welcome", "live", "ready"},
		joined: make(chan struct{}, 100),
	}
}

// Route implements httpserver.ResponseCache.
func (s *shelf) Route(operation string) (httpserver.CachedRoute, bool) {
	switch {
	case slices.Contains(s.unknown, operation):
		return nil, false
	case slices.Contains(s.none, operation):
		return nil, true
	default:
		return board{s, operation}, true
	}
}

// use is the option that gives a server this cache.
func (s *shelf) use(o *httpserver.Options) { o.Cache = s }

// states gives, and forgets, the states of the answers that were sent.
func (s *shelf) states() []httpserver.CacheState {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.served
	s.served = nil
	return out
}

// keys gives what is kept of an operation, sorted.
func (s *shelf) keys(operation string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for key := range s.kept {
		if len(key) > len(operation) && key[:len(operation)] == operation {
			out = append(out, key[len(operation)+1:])
		}
	}
	slices.Sort(out)
	return out
}

func (s *shelf) answer(key string) *httpserver.Answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.kept[key]
}

// board is the part of the shelf for one operation.
type board struct {
	*shelf

	operation string
}

// Hit implements httpserver.CachedRoute.
func (b board) Hit(key string) (*httpserver.Answer, time.Duration, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	answer, ok := b.kept[b.operation+" "+key]
	return answer, keptFor, ok && !b.old
}

// Answer implements httpserver.CachedRoute.
func (b board) Answer(ctx context.Context, r httpserver.CacheRequest, load httpserver.Loader) (httpserver.Kept, error) {
	key := b.operation + " " + r.Key
	b.mu.Lock()
	running, ok := b.flights[key]
	if !ok {
		running = &flight{done: make(chan struct{})}
		b.flights[key] = running
		go b.fly(key, running, load)
	}
	b.mu.Unlock()
	select {
	case b.joined <- struct{}{}:
	default: // nobody counts them
	}
	select {
	case <-running.done:
	case <-ctx.Done():
		return httpserver.Kept{}, ctx.Err()
	}
	state := httpserver.Miss
	if r.Refresh {
		state = httpserver.Bypass
	}
	if before := b.answer(key); running.err != nil && before != nil {
		return httpserver.Kept{Answer: before, State: httpserver.Stale, Age: keptFor}, nil
	}
	return httpserver.Kept{Answer: running.answer, State: state}, running.err
}

func (b board) fly(key string, f *flight, load httpserver.Loader) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	f.answer, f.err = load(ctx)
	b.mu.Lock()
	defer b.mu.Unlock()
	if f.err == nil {
		b.kept[key] = f.answer
	}
	delete(b.flights, key)
	close(f.done)
}

// Served implements httpserver.CachedRoute.
func (b board) Served(state httpserver.CacheState, _ time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.served = append(b.served, state)
}
