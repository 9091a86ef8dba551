package tiers

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/google/uuid"
	"go.uber.org/zap"

	"zomato/modules/cache/internal/core"
	"zomato/modules/cache/internal/memory"
	"zomato/modules/cache/internal/redistier"
)

// Overflow is a core.Tier of the only process that serves a database, whose answers
// find room in Redis too. The tokens are in memory, so that nobody need be told of
// a change, and whatever Redis gives back is worth what its tokens are: it may
// lose everything, and come back from the dead. Create it with NewOverflow.
type Overflow struct {
	*memory.Tier

	connect  func(ctx context.Context, run string) (*redistier.Redis, error)
	redis    *redistier.Redis
	log      *zap.Logger
	measured measured
	cancel   context.CancelFunc
	running  sync.WaitGroup

	mu   sync.Mutex
	up   bool
	last string
}

// NewOverflow makes one that uses memory only until Open.
func NewOverflow(near *memory.Tier, connect func(ctx context.Context, run string) (*redistier.Redis, error), log *zap.Logger) *Overflow {
	return &Overflow{Tier: near, connect: connect, log: log, cancel: func() {}}
}

// Open begins to use Redis, if it is there. Another process, before or after this
// one, has other tokens: its answers are not looked for.
func (o *Overflow) Open(ctx context.Context) (err error) {
	if o.redis, err = o.connect(ctx, uuid.NewString()); err != nil {
		return err
	}
	base, cancel := context.WithCancel(context.WithoutCancel(ctx))
	o.cancel = cancel
	o.probe(ctx)
	o.running.Go(func() {
		for rounds := 0; base.Err() == nil; rounds++ {
			wait(base, probeEvery, nil)
			o.probe(base)
			if o.isUp() && rounds%int(measureEvery/probeEvery) == 0 {
				o.measured.look(base, o.redis)
			}
		}
	})
	return nil
}

// Close ends it.
func (o *Overflow) Close(context.Context) error {
	o.cancel()
	o.running.Wait()
	return o.redis.Close()
}

// probe sees whether Redis is there.
func (o *Overflow) probe(ctx context.Context) {
	err := o.redis.Probe(ctx)
	if ctx.Err() != nil {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if was := o.up; was != (err == nil) {
		o.log.Info("Redis", zap.Bool("used", !was), zap.Error(err))
	}
	if o.up = err == nil; err != nil {
		o.last = err.Error()
	}
}

func (o *Overflow) isUp() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.up
}

// Get implements core.Tier.
func (o *Overflow) Get(ctx context.Context, key string, likely []string) (*core.Entry, bool, error) {
	e, current, err := o.Tier.Get(ctx, key, likely)
	if current || err != nil || !o.isUp() {
		return e, current, err
	}
	found, err := o.redis.Fetch(ctx, key)
	if err != nil || found == nil {
		return e, false, ignored(err)
	}
	if !o.Holds(found) {
		return found, false, nil
	}
	return found, true, o.Tier.Set(ctx, key, found)
}

// Set implements core.Tier.
func (o *Overflow) Set(ctx context.Context, key string, e *core.Entry) error {
	err := o.Tier.Set(ctx, key, e)
	if err == nil && o.isUp() {
		err = ignored(o.redis.Set(ctx, key, e))
	}
	return err
}

// ignored passes over that Redis is away: memory is there.
func ignored(err error) error {
	if redistier.IsOutage(err) || errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// Sweep implements core.Tier: first memory, then Redis.
func (o *Overflow) Sweep(ctx context.Context, cursor uint64, at time.Time) (core.Swept, error) {
	return sweep(ctx, o.Tier, o.redis, o.isUp(), o.Holds, cursor, at)
}

// Shared implements core.Tier.
func (o *Overflow) Shared() core.Shared {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.measured.of(o.redis, o.up, true, o.last)
}
