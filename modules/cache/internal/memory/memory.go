// Package memory keeps answers in the memory of the process.
//
// team: cache
package memory

import (
	"context"
	"fmt"
	"hash/maphash"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/maypok86/otter/v2"

	"zomato/modules/cache/internal/core"
	"zomato/modules/cache/internal/counts"
)

const (
	// tokenShare is what part of the memory is for tokens.
	tokenShare = 8
	// tokenSize is about what a token takes, without the text of its tag.
	tokenSize = 128
	// sweepSize is how many entries a Sweep looks at.
	sweepSize = 10_000
)

// Tier is a core.Tier in memory, bounded in bytes. Create it with New.
//
// What has to make room for something else is chosen by how often and how lately
// it was asked for. A tag may lose its token like that too: it gets a new one,
// and what was kept with the one before is not current any more.
type Tier struct {
	limit   int64
	entries *otter.Cache[string, *core.Entry]
	tokens  *otter.Cache[string, core.Token]

	forgotten forgotten

	mu  sync.Mutex
	use map[string]core.Use
}

// New makes an empty tier that takes about limit bytes, at least 1 MiB.
func New(limit int64) (*Tier, error) {
	t := &Tier{limit: max(limit, 1<<20), use: map[string]core.Use{}, forgotten: forgotten{seed: maphash.MakeSeed()}}
	var err error
	t.entries, err = otter.New(&otter.Options[string, *core.Entry]{
		MaximumWeight:    uint64(t.limit - t.limit/tokenShare),
		Weigher:          func(key string, e *core.Entry) uint32 { return uint32(e.Size(key)) },
		OnAtomicDeletion: func(gone otter.DeletionEvent[string, *core.Entry]) { t.count(gone.Key, gone.Value, -1) },
	})
	if err != nil {
		return nil, fmt.Errorf("make the memory for answers: %w", err)
	}
	t.tokens, err = otter.New(&otter.Options[string, core.Token]{
		MaximumWeight: uint64(t.limit / tokenShare),
		Weigher:       func(tag string, _ core.Token) uint32 { return uint32(tokenSize + len(tag)) },
	})
	if err != nil {
		return nil, fmt.Errorf("make the memory for tokens: %w", err)
	}
	return t, nil
}

// count keeps the usage by namespace.
func (t *Tier) count(key string, e *core.Entry, sign int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	use := t.use[e.Namespace]
	t.use[e.Namespace] = core.Use{Entries: use.Entries + sign, Bytes: use.Bytes + sign*e.Size(key)}
}

// Peek implements core.Tier.
func (t *Tier) Peek(key string) *core.Entry {
	e, _ := t.entries.GetIfPresent(key)
	return e
}

// Near implements core.Tier.
func (t *Tier) Near(ctx context.Context, key string) (*core.Entry, bool, error) {
	return t.Get(ctx, key, nil)
}

// Get implements core.Tier.
func (t *Tier) Get(_ context.Context, key string, _ []string) (*core.Entry, bool, error) {
	e, ok := t.entries.GetIfPresent(key)
	if !ok {
		return nil, false, nil
	}
	return e, t.Holds(e), nil
}

// Holds tells whether the tokens here are those of an entry.
func (t *Tier) Holds(e *core.Entry) bool {
	var room [8]core.Token
	present := room[:0]
	for _, tag := range e.Tags {
		token, ok := t.tokens.GetIfPresent(tag)
		if !ok {
			return false
		}
		present = append(present, token)
	}
	return e.Current(present)
}

// Set implements core.Tier.
func (t *Tier) Set(_ context.Context, key string, e *core.Entry) error {
	t.count(key, e, +1)
	t.entries.Set(key, e)
	return nil
}

// Tokens implements core.Tier.
func (t *Tier) Tokens(_ context.Context, tags []string) (core.Taken, error) {
	tokens := make([]core.Token, len(tags))
	for i, tag := range tags {
		tokens[i], _ = t.tokens.ComputeIfAbsent(tag, func() (core.Token, bool) { return newToken(), false })
	}
	return core.Taken{Tokens: tokens, Strict: true}, nil
}

// Announce implements core.Tier. Nobody else needs to be told.
func (t *Tier) Announce(context.Context, int64, []string) error { return nil }

// Bump implements core.Tier. A tag without a token has nothing kept with it.
func (t *Tier) Bump(_ context.Context, _ int64, tags []string) error {
	for _, tag := range tags {
		t.tokens.ComputeIfPresent(tag, func(core.Token) (core.Token, otter.ComputeOp) { return newToken(), otter.WriteOp })
	}
	return nil
}

// newToken gives 128 random bits.
func newToken() core.Token { return core.Token{rand.Uint64(), rand.Uint64()} } //nolint:gosec // unique, not secret

// Sweep implements core.Tier. The cursor counts the entries that were passed:
// what comes and goes meanwhile may be looked at twice, or next time.
func (t *Tier) Sweep(ctx context.Context, cursor uint64, at time.Time) (core.Swept, error) {
	var s core.Swept
	var place uint64
	for key, e := range t.entries.All() {
		if place++; place <= cursor {
			continue
		}
		if s.Scanned == sweepSize {
			s.Cursor = place - 1 - uint64(s.Removed)
			break
		}
		s.Scanned++
		_, current, err := t.Get(ctx, key, nil)
		if err != nil || current && at.Before(e.Grace) {
			continue
		}
		if t.remove(key, e) {
			s.Removed++
			if !current {
				s.Orphaned++
			}
		}
	}
	return s, nil
}

// remove removes an entry, unless there is another one in its place by now.
func (t *Tier) remove(key string, e *core.Entry) (removed bool) {
	t.entries.ComputeIfPresent(key, func(now *core.Entry) (*core.Entry, otter.ComputeOp) {
		if removed = now == e; removed {
			return nil, otter.InvalidateOp
		}
		return now, otter.CancelOp
	})
	return removed
}

// Strict implements core.Tier: what this process does not know of, it cannot tell.
func (t *Tier) Strict() bool { return true }

// Shared implements core.Tier.
func (t *Tier) Shared() core.Shared { return core.Shared{Status: core.Absent, Breaker: "closed"} }

// Sum implements core.Tier: no other instance reaches this memory.
func (t *Tier) Sum(context.Context, counts.Delivery) (counts.Set, error) {
	return nil, counts.ErrAlone
}

// Usage implements core.Tier.
func (t *Tier) Usage() core.Usage {
	t.mu.Lock()
	defer t.mu.Unlock()
	u := core.Usage{Limit: t.limit, Bytes: int64(t.tokens.WeightedSize()), ByNamespace: map[string]core.Use{}}
	for name, use := range t.use {
		u.Entries += use.Entries
		u.Bytes += use.Bytes
		u.ByNamespace[name] = use
	}
	return u
}
