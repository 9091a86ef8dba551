package tiers

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"zomato/modules/cache/internal/core"
	"zomato/modules/cache/internal/counts"
	"zomato/modules/cache/internal/memory"
	"zomato/modules/cache/internal/redistier"
)

// lease is how long memory is served without asking Redis after the stream of
// changes was last heard.
const lease = time.Second

// Options are what a Tier is made of.
type Options struct {
	// Memory is how many bytes the answers in memory may take.
	Memory int64
	// ID is that of this instance.
	ID string
	// Connect prepares to use a Redis; nil where there is none. Expected says that
	// its absence is a fault.
	Connect  func(ctx context.Context, run string) (*redistier.Redis, error)
	Expected bool
	// Instances are those that serve the same database.
	Instances Instances
	// Everything are tags with which all answers end.
	Everything []string
	Log        *zap.Logger
}

// Tier is a core.Tier of one of several processes. It keeps answers in memory and
// in Redis, as long as there is one. Create it with New.
//
// Together with Redis, the tokens are there, and memory has copies: of what is not
// strict it serves by them while the lease lasts, for all else Redis is asked.
// Apart from it, memory has tokens of its own, and nothing strict is kept.
type Tier struct {
	Options

	// redis is set by Open, nil before and where there is none.
	redis   *redistier.Redis
	started time.Time
	place   atomic.Pointer[place]
	// heard is when the stream was read last, as clock tells.
	heard atomic.Int64
	sight atomic.Pointer[sight]
	told  told
	owed  owed
	// nudges wake the goroutines that register and that look for Redis.
	nudgeRow, nudgeLink chan struct{}
	running             sync.WaitGroup
	cancel              context.CancelFunc
	measured            measured

	mu sync.Mutex
	// using says that writers tell Redis.
	using bool
	row   row
	// loose is when somebody last wrote without having told Redis before.
	loose time.Duration
	wrote bool // so, ever
	last  string
}

// place is where answers are for a while: when it is left, all that its memory
// has is forgotten.
type place struct {
	memory *memory.Tier
	// together says that Redis has the tokens.
	together bool
}

// New makes a Tier that is apart from Redis until Open.
func New(o Options) (*Tier, error) {
	t := &Tier{
		Options: o, started: time.Now(), nudgeRow: make(chan struct{}, 1), nudgeLink: make(chan struct{}, 1), cancel: func() {},
	}
	t.heard.Store(int64(-lease))
	memory, err := memory.New(o.Memory)
	if err != nil {
		return nil, err
	}
	t.place.Store(&place{memory: memory})
	return t, nil
}

// clock counts from the start, whatever happens to the time of day.
func (t *Tier) clock() time.Duration { return time.Since(t.started) }

// move leaves the place for an empty one.
func (t *Tier) move(together bool) {
	memory, err := memory.New(t.Memory)
	if err != nil { // it was possible before
		t.Log.Error("no new memory for answers", zap.Error(err))
		return
	}
	t.place.Store(&place{memory: memory, together: together})
}

// leased tells whether the copies of tokens may be trusted.
func (t *Tier) leased() bool { return t.clock()-time.Duration(t.heard.Load()) < lease }

// Peek implements core.Tier.
func (t *Tier) Peek(key string) *core.Entry { return t.place.Load().memory.Peek(key) }

// Near implements core.Tier.
func (t *Tier) Near(ctx context.Context, key string) (*core.Entry, bool, error) {
	p := t.place.Load()
	e, current, err := p.memory.Get(ctx, key, nil)
	if !p.together || err != nil || !current || !e.Strict && t.leased() {
		return e, current, err
	}
	return e, t.compare(ctx, p, e), nil
}

// Get implements core.Tier.
func (t *Tier) Get(ctx context.Context, key string, likely []string) (*core.Entry, bool, error) {
	p := t.place.Load()
	e, current, err := t.Near(ctx, key)
	if !p.together || err != nil || current {
		return e, current, err
	}
	return t.fetch(ctx, p, key, e, likely)
}

// compare asks Redis whether an entry in memory is current.
func (t *Tier) compare(ctx context.Context, p *place, e *core.Entry) bool {
	mark := p.memory.Mark(e.Tags)
	seen, err := t.redis.Compare(ctx, e.Tags)
	if err != nil {
		t.failed(err)
		return false
	}
	if !t.valid(e, seen) {
		p.memory.Forget(e.Tags)
		return false
	}
	p.memory.Learn(e.Tags, seen.Tokens, mark)
	return true
}

// fetch asks Redis for an entry. What is in memory tells best which tags it has:
// where they are others than was thought, their tokens are learnt the next time.
func (t *Tier) fetch(ctx context.Context, p *place, key string, known *core.Entry, likely []string) (*core.Entry, bool, error) {
	if known != nil {
		likely = known.Tags
	}
	mark := p.memory.Mark(likely)
	e, seen, err := t.redis.Get(ctx, key, likely)
	switch {
	case err != nil:
		t.failed(err)
		return nil, false, err
	case e == nil:
		return known, false, nil
	case !t.valid(e, seen):
		return e, false, nil
	case slices.Equal(e.Tags, likely):
		p.memory.Learn(e.Tags, seen.Tokens, mark)
	}
	return e, true, p.memory.Set(ctx, key, e)
}

// valid tells whether an entry is current.
func (t *Tier) valid(e *core.Entry, seen redistier.Seen) bool {
	return !seen.Changing && e.Current(seen.Tokens) && (!e.Strict || seen.Steady && t.clear())
}

// failed goes apart from Redis when it has failed too often.
func (t *Tier) failed(err error) {
	if redistier.IsOutage(err) && t.redis.Health().Breaker != "closed" {
		t.part(err)
	}
}

// Set implements core.Tier.
func (t *Tier) Set(ctx context.Context, key string, e *core.Entry) error {
	p := t.place.Load()
	if p.together {
		if err := t.redis.Set(ctx, key, e); err != nil {
			t.failed(err)
			return err
		}
	}
	return p.memory.Set(ctx, key, e)
}

// Tokens implements core.Tier.
func (t *Tier) Tokens(ctx context.Context, tags []string) (core.Taken, error) {
	p := t.place.Load()
	if !p.together {
		taken, err := p.memory.Tokens(ctx, tags)
		return core.Taken{Tokens: taken.Tokens}, err
	}
	mark := p.memory.Mark(tags)
	seen, err := t.redis.Take(ctx, tags)
	switch {
	case err != nil:
		t.failed(err)
		return core.Taken{}, err
	case seen.Changing:
		return core.Taken{}, core.ErrChanging
	}
	p.memory.Learn(tags, seen.Tokens, mark)
	return core.Taken{Tokens: seen.Tokens, Strict: seen.Steady && t.clear()}, nil
}

// Announce implements core.Tier. Without Redis it makes sure that nobody serves
// anything strict.
func (t *Tier) Announce(ctx context.Context, event int64, tags []string) error {
	if t.writesToRedis() {
		err := t.redis.Announce(ctx, event, tags)
		if err == nil && t.known(ctx) {
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			t.part(err)
		}
	}
	return t.apart(ctx)
}

// Bump implements core.Tier.
func (t *Tier) Bump(ctx context.Context, event int64, tags []string) error {
	p := t.place.Load()
	p.memory.Forget(tags)
	if t.redis == nil || event != 0 && t.told.has(event) {
		return nil
	}
	if !t.writesToRedis() {
		t.owed.add(debt{t.clock(), event, tags})
		return nil
	}
	if err := t.redis.Tell(ctx, event, tags); err != nil {
		// What was announced has no token until it has a new one; what was not is
		// ended when Redis is back.
		t.owed.add(debt{t.clock(), event, tags})
		t.part(err)
	}
	t.place.Load().memory.Forget(tags) // somebody may have learnt the tokens of a moment ago
	return nil
}

func (t *Tier) writesToRedis() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.using
}

// Strict implements core.Tier.
func (t *Tier) Strict() bool { return t.place.Load().together && t.clear() }

// cursorOfRedis is the bit of cursors whose Sweep has come to Redis; the others are
// those of memory, or of Redis.
const cursorOfRedis = 1

// Sweep implements core.Tier.
func (t *Tier) Sweep(ctx context.Context, cursor uint64, at time.Time) (core.Swept, error) {
	p := t.place.Load()
	return sweep(ctx, p.memory, t.redis, p.together, nil, cursor, at)
}

// sweep cleans memory, and then a Redis that is there.
func sweep(
	ctx context.Context, near *memory.Tier, r *redistier.Redis, up bool, holds func(*core.Entry) bool, cursor uint64, at time.Time,
) (core.Swept, error) {
	if cursor&cursorOfRedis == 0 {
		s, err := near.Sweep(ctx, cursor>>1, at)
		if s.Cursor <<= 1; s.Cursor == 0 && up {
			s.Cursor = cursorOfRedis
		}
		return s, err
	}
	if !up {
		return core.Swept{}, nil
	}
	s, err := r.Sweep(ctx, cursor>>1, at, holds)
	if redistier.IsOutage(err) { // it has gone: then there is nothing to clean
		return core.Swept{}, nil
	}
	if s.Cursor != 0 {
		s.Cursor = s.Cursor<<1 | cursorOfRedis
	}
	return s, err
}

// Usage implements core.Tier.
func (t *Tier) Usage() core.Usage { return t.place.Load().memory.Usage() }

// Sum implements core.Tier.
func (t *Tier) Sum(ctx context.Context, d counts.Delivery) (counts.Set, error) {
	if !t.place.Load().together {
		return nil, counts.ErrAlone
	}
	sums, err := t.redis.Sum(ctx, d)
	if err != nil {
		t.failed(err)
	}
	return sums, err
}
