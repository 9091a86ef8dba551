package tiers

import (
	"context"
	"sync/atomic"
	"time"

	"zomato/modules/cache/internal/core"
	"zomato/modules/cache/internal/redistier"
)

// How the memory of Redis is looked at: so often, some keys at a time.
const (
	measureEvery = 5 * time.Second
	measureSteps = 2
)

// measured is what was seen of Redis at last.
type measured struct{ atomic.Pointer[core.Shared] }

// measure looks at the memory of Redis now and then.
func (t *Tier) measure(ctx context.Context) {
	for ctx.Err() == nil {
		if t.place.Load().together {
			t.measured.look(ctx, t.redis)
			_ = t.redis.Probe(ctx) // for its latency: what fails is noticed by others
		}
		wait(ctx, measureEvery, nil)
	}
}

// look adds up some slices of what Redis keeps of ours. What fails is tried the
// next time.
func (m *measured) look(ctx context.Context, r *redistier.Redis) {
	memory, err := r.Memory(ctx)
	if err != nil {
		return
	}
	s := core.Shared{Used: memory.Used, Limit: memory.Limit, ByNamespace: map[string]core.Use{}}
	cursor := uint64(0)
	for range measureSteps {
		found, next, err := r.Sample(ctx, cursor)
		if err != nil {
			return
		}
		for name, use := range found {
			sum := s.ByNamespace[name]
			s.ByNamespace[name] = core.Use{Entries: sum.Entries + use.Entries, Bytes: sum.Bytes + use.Bytes}
			s.Sampled += use.Entries
		}
		if cursor = next; cursor == 0 {
			break
		}
	}
	m.Store(&s)
}

// of tells how it is with a Redis, nil where there is none.
func (m *measured) of(r *redistier.Redis, up, expected bool, lastError string) core.Shared {
	if r == nil {
		return core.Shared{Status: core.Absent, Breaker: "closed"}
	}
	var s core.Shared
	if seen := m.Load(); seen != nil {
		s = *seen
	}
	health := r.Health()
	s.Latency, s.Version, s.Breaker, s.Garbage, s.LastError = health.Latency, health.Version, health.Breaker, health.Garbage, lastError
	switch {
	case up:
		s.Status = core.Up
	case expected || s.Version != "":
		s.Status = core.Down
	default:
		s.Status = core.Absent
	}
	return s
}

// Shared implements core.Tier.
func (t *Tier) Shared() core.Shared {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.measured.of(t.redis, t.place.Load().together, t.Expected, t.last)
}
