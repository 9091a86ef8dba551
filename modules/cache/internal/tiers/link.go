package tiers

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	"zomato/modules/cache/internal/redistier"
)

// probeEvery is how often a Redis that is away is looked for.
const probeEvery = 200 * time.Millisecond

// Open begins to look for Redis and for other instances. It waits for the first
// look, which takes a fraction of a second where there is no Redis.
func (t *Tier) Open(ctx context.Context) (err error) {
	if t.Connect != nil {
		if t.redis, err = t.Connect(ctx, ""); err != nil {
			return err
		}
	}
	base, cancel := context.WithCancel(context.WithoutCancel(ctx))
	t.cancel = cancel
	if t.redis == nil {
		t.running.Go(func() { t.keepRow(base) })
		return nil
	}
	if err := t.settle(ctx); err != nil {
		t.Log.Debug("Redis is not there yet", zap.Error(err))
	}
	from, joined := t.join(ctx)
	if err := t.register(ctx); err != nil {
		return err
	}
	t.running.Go(func() { t.keepRow(base) })
	t.running.Go(func() { t.watch(base) })
	t.running.Go(func() { t.link(base, from, joined) })
	t.running.Go(func() { t.measure(base) })
	return nil
}

// Close ends it. Nothing may be written any more.
func (t *Tier) Close(ctx context.Context) error {
	t.cancel()
	t.running.Wait()
	err := t.leave(ctx)
	if t.redis != nil {
		err = errors.Join(err, t.redis.Close())
	}
	return err
}

// settle tells Redis that this is the first instance, if it is.
func (t *Tier) settle(ctx context.Context) error {
	others, err := t.Instances.Look(ctx, t.ID, "")
	if err != nil || others.Any {
		return err
	}
	return t.redis.Settle(ctx)
}

// part leaves Redis alone from now on. What its tokens vouched for is forgotten.
func (t *Tier) part(cause error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.using {
		return
	}
	t.using, t.last = false, cause.Error()
	t.move(false)
	nudge(t.nudgeLink)
	nudge(t.nudgeRow)
	t.Log.Warn("Redis is away: answers are kept in memory only", zap.Error(cause))
}

// join begins to use Redis, if it is there. Others, and this process itself, may
// have changed things without telling it, and this run of it may have been left
// and come back: everything that it keeps ends first.
func (t *Tier) join(ctx context.Context) (from redistier.Mark, joined bool) {
	err := t.redis.Probe(ctx)
	if err == nil {
		t.use()
		err = t.redis.Enter(ctx, t.Everything)
	}
	if err == nil {
		err = t.pay(ctx)
	}
	if err == nil {
		from, err = t.redis.End(ctx)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case err != nil:
		t.using, t.last = false, err.Error()
		return from, false
	case !t.using: // it has failed somebody meanwhile
		return from, false
	}
	t.move(true)
	nudge(t.nudgeRow)
	t.Log.Info("Redis is used", zap.String("version", t.redis.Health().Version))
	return from, true
}

// use lets writers tell Redis.
func (t *Tier) use() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.using = true
}

// link looks for Redis while it is away, and hears what others tell while it is
// there.
func (t *Tier) link(ctx context.Context, from redistier.Mark, joined bool) {
	for ctx.Err() == nil {
		if !joined || !t.writesToRedis() {
			if from, joined = t.join(ctx); !joined {
				wait(ctx, probeEvery, nil)
			}
			continue
		}
		from = t.listen(ctx, from)
	}
}

// listen hears what others tell. After a gap it begins anew.
func (t *Tier) listen(ctx context.Context, from redistier.Mark) redistier.Mark {
	began := t.clock()
	changes, next, err := t.redis.Changes(ctx, from)
	if err == nil {
		t.apply(changes)
		if !next.Behind {
			t.heard.Store(int64(began))
		}
		return next
	}
	if ctx.Err() != nil {
		return from
	}
	if errors.Is(err, redistier.ErrMoved) { // it is another one, or another run of it
		t.part(err)
		return from
	}
	if errors.Is(err, redistier.ErrGap) {
		end, failure := t.redis.End(ctx)
		if failure == nil {
			t.Log.Warn("what others have changed was missed: memory is emptied", zap.Error(err))
			t.renew()
			return end
		}
		err = failure
	}
	t.failed(err)
	wait(ctx, probeEvery/4, t.nudgeLink)
	return from
}

// renew empties memory, unless Redis is away by now.
func (t *Tier) renew() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.using {
		t.move(true)
	}
}

// apply forgets what others have changed.
func (t *Tier) apply(changes []redistier.Change) {
	p := t.place.Load()
	for _, change := range changes {
		p.memory.Forget(change.Tags)
		if change.Event != 0 && change.Same {
			t.told.add(change.Event)
		}
	}
}

// nudge wakes somebody, or leaves it to another nudge.
func nudge(who chan struct{}) {
	select {
	case who <- struct{}{}:
	default:
	}
}

// wait waits for a time, a nudge, or the end of ctx.
func wait(ctx context.Context, most time.Duration, nudged <-chan struct{}) {
	timer := time.NewTimer(most)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-nudged:
	case <-ctx.Done():
	}
}
