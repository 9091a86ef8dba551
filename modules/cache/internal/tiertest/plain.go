package tiertest

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"zomato/modules/cache/internal/core"
	"zomato/modules/cache/internal/counts"
)

// Defect is a promise that a Plain tier breaks, so that suites and gates can be
// seen to notice.
type Defect string

// The defects. Sound is none.
const (
	Sound Defect = ""
	// Unconditional takes every entry for current, and no token ever changes.
	Unconditional Defect = "tokens are not compared"
	// Deaf does nothing when it is told of a change.
	Deaf Defect = "a bump does nothing"
	// Hasty compares the first token only.
	Hasty Defect = "the first token is compared"
	// Partial gives only the first tag a new token.
	Partial Defect = "the first tag is bumped"
	// Fixed always tells the first token of a tag, so that whoever waits for a
	// load believes that nothing has changed.
	Fixed Defect = "tokens are told as they were first"
	// Counting numbers the states of a tag, from 1 again when it was lost.
	Counting Defect = "tokens are counters"
	// Remembering gives a tag that was lost the token that it had.
	Remembering Defect = "a lost token comes back"
	// Zero tells of a tag without a token that it is zero, which is like any other.
	Zero Defect = "a missing token is zero"
	// Sorted tells tokens in the order of the tags' names.
	Sorted Defect = "tokens are sorted"
	// Fresh gives a new token to who asks.
	Fresh Defect = "tokens are not kept"
	// Constant keeps what was set first.
	Constant Defect = "nothing is replaced"
	// Blunt removes everything in a sweep.
	Blunt Defect = "a sweep removes all"
	// Idle removes nothing in a sweep.
	Idle Defect = "a sweep removes nothing"
	// Vague counts what was replaced.
	Vague Defect = "usage counts twice"
	// Bodies keeps bodies only.
	Bodies Defect = "headers are lost"
)

// Plain is the simplest tier that there can be: maps and a lock, without a limit.
type Plain struct {
	defect Defect

	mu      sync.Mutex
	entries map[string]*core.Entry
	tokens  map[string]core.Token
	first   map[string]core.Token // of each tag
	sets    core.Use
}

// NewPlain makes one with a defect, or a Sound one.
func NewPlain(d Defect) *Plain {
	return &Plain{defect: d, entries: map[string]*core.Entry{}, tokens: map[string]core.Token{}, first: map[string]core.Token{}}
}

// Get implements core.Tier.
func (p *Plain) Get(_ context.Context, key string, _ []string) (*core.Entry, bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	e := p.entries[key]
	if e == nil {
		return nil, false, nil
	}
	tags, tokens := e.Tags, e.Tokens
	switch {
	case p.defect == Unconditional:
		return e, true, nil
	case p.defect == Hasty && len(tokens) > 0:
		tags, tokens = tags[:1], tokens[:1]
	}
	present := make([]core.Token, 0, len(tags))
	for _, tag := range tags {
		token, known := p.tokens[tag]
		if !known && p.defect != Zero {
			return e, false, nil
		}
		present = append(present, token)
	}
	return e, slices.Equal(tokens, present), nil
}

// Set implements core.Tier.
func (p *Plain) Set(_ context.Context, key string, e *core.Entry) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sets = core.Use{Entries: p.sets.Entries + 1, Bytes: p.sets.Bytes + e.Size(key)}
	if p.defect == Constant && p.entries[key] != nil {
		return nil
	}
	if p.defect == Bodies {
		e = entryOf(string(e.Body), e.Tags, e.Tokens)
		e.Answer = &core.Answer{Body: e.Body}
	}
	p.entries[key] = e
	return nil
}

// Tokens implements core.Tier.
func (p *Plain) Tokens(_ context.Context, tags []string) (core.Taken, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.defect == Sorted {
		tags = slices.Sorted(slices.Values(tags))
	}
	tokens := make([]core.Token, len(tags))
	for i, tag := range tags {
		_, known := p.tokens[tag]
		if p.defect == Zero && !known {
			continue
		}
		if !known || p.defect == Fresh {
			p.renew(tag)
		}
		tokens[i] = p.tokens[tag]
		if p.defect == Fixed || p.defect == Unconditional {
			tokens[i] = p.first[tag]
		}
	}
	return core.Taken{Tokens: tokens, Strict: true}, nil
}

// Announce implements core.Tier.
func (p *Plain) Announce(context.Context, int64, []string) error { return nil }

// Strict implements core.Tier.
func (p *Plain) Strict() bool { return true }

// Shared implements core.Tier.
func (p *Plain) Shared() core.Shared { return core.Shared{Status: core.Absent} }

// Sum implements core.Tier.
func (p *Plain) Sum(context.Context, counts.Delivery) (counts.Set, error) {
	return nil, counts.ErrAlone
}

// Peek implements core.Tier.
func (p *Plain) Peek(key string) *core.Entry {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.entries[key]
}

// Near implements core.Tier.
func (p *Plain) Near(ctx context.Context, key string) (*core.Entry, bool, error) {
	return p.Get(ctx, key, nil)
}

// renew gives a tag its next token.
func (p *Plain) renew(tag string) {
	token := core.Token{rand.Uint64(), rand.Uint64()} //nolint:gosec // unique, not secret
	old, known := p.tokens[tag]
	switch {
	case p.defect == Counting:
		token = core.Token{1, old[1] + 1}
	case p.defect == Remembering && !known && p.first[tag] != (core.Token{}):
		token = p.first[tag]
	}
	if p.tokens[tag] = token; p.first[tag] == (core.Token{}) || p.defect == Remembering {
		p.first[tag] = token
	}
}

// Bump implements core.Tier.
func (p *Plain) Bump(_ context.Context, _ int64, tags []string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, tag := range tags {
		if _, known := p.tokens[tag]; p.defect == Deaf || p.defect == Partial && i > 0 || !known && p.defect != Zero {
			continue
		}
		p.renew(tag)
	}
	return nil
}

// EvictEntry loses an entry.
func (p *Plain) EvictEntry(key string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.entries, key)
}

// EvictToken loses the token of a tag.
func (p *Plain) EvictToken(tag string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.tokens, tag)
}

// Sweep implements core.Tier, in one go.
func (p *Plain) Sweep(ctx context.Context, _ uint64, at time.Time) (s core.Swept, err error) {
	p.mu.Lock()
	entries := make(map[string]*core.Entry, len(p.entries))
	for key, e := range p.entries {
		entries[key] = e
	}
	p.mu.Unlock()
	for key, e := range entries {
		s.Scanned++
		_, current, _ := p.Get(ctx, key, nil)
		if p.defect == Idle || p.defect != Blunt && current && at.Before(e.Grace) {
			continue
		}
		p.mu.Lock()
		if p.defect == Blunt || p.entries[key] == e {
			delete(p.entries, key)
			s.Removed++
			if !current {
				s.Orphaned++
			}
		}
		p.mu.Unlock()
	}
	return s, nil
}

// Usage implements core.Tier.
func (p *Plain) Usage() core.Usage {
	p.mu.Lock()
	defer p.mu.Unlock()
	u := core.Usage{Limit: 1 << 40, ByNamespace: map[string]core.Use{}}
	for key, e := range p.entries {
		use := u.ByNamespace[e.Namespace]
		u.ByNamespace[e.Namespace] = core.Use{Entries: use.Entries + 1, Bytes: use.Bytes + e.Size(key)}
		u.Entries++
		u.Bytes += e.Size(key)
	}
	if p.defect == Vague {
		u.Entries, u.Bytes, u.ByNamespace["things"] = p.sets.Entries, p.sets.Bytes, p.sets
	}
	return u
}
