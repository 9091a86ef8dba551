package core

import (
	"context"
	"time"

	"go.uber.org/zap"
)

// chooses tells whether a hit is one of those that are compared with their source.
func (c *Cache) chooses() bool {
	return c.CheckEvery > 0 && c.hits.Add(1)%c.CheckEvery == 0
}

// hears tells whether this instance knows what was changed a moment ago, by
// itself or by others.
func (c *Cache) hears(now time.Time) bool {
	if c.Alone {
		return !c.stopped.Load()
	}
	live := c.live.Load()
	if live == nil || c.stopped.Load() {
		return false
	}
	heard := live.Heard()
	c.notice(heard)
	return now.Sub(heard) < deaf
}

// notice looks for a gap in what was heard of others. What they have said in it
// may be gone: the outbox keeps events for ten minutes.
func (c *Cache) notice(heard time.Time) {
	before := c.heard.Swap(heard.UnixNano())
	if before == 0 || heard.Sub(time.Unix(0, before)) < gap {
		return
	}
	c.Log.Warn("nothing was heard of other instances for a long time: everything is forgotten")
	for _, ns := range c.namespaces {
		if err := c.Clear(c.base, ns); err != nil {
			c.Log.Error("a namespace could not be cleared", zap.Error(err))
		}
	}
}

// work does what a request was chosen for by Hit, in the background.
func (r *Route) work(e *Entry, q Request, load Loader) {
	switch {
	case e.claimed.CompareAndSwap(renewing, working):
		r.cache.background.run(func(ctx context.Context) {
			// Whether it works or not, the entry is served until its time is over.
			_, err := r.fly(ctx, q, func() *outcome { return r.load(q, load) })
			if err != nil {
				r.cache.Log.Warn("an answer could not be renewed", zap.String("operation", r.Operation), zap.Error(err))
			}
		})
	case e.claimed.CompareAndSwap(checking, working):
		r.cache.background.run(func(ctx context.Context) {
			r.check(ctx, e, q, load)
			e.claimed.Store(nothing)
		})
	}
}

// check compares an entry with its source. Where they differ, either the change
// is being made known at this moment or the entry is wrong.
func (r *Route) check(ctx context.Context, e *Entry, q Request, load Loader) {
	o := r.read(q, load)
	if o.err != nil {
		return
	}
	r.space.Checked.Add(1)
	if o.answer.ETag == e.ETag && (o.answer.Absent == nil) == (e.Absent == nil) {
		return
	}
	select {
	case <-time.After(checkDistance):
	case <-ctx.Done():
		return
	}
	present, err := r.cache.Tier.Tokens(ctx, e.Tags)
	if err == nil && e.Current(present.Tokens) && r.cache.Now().Before(e.Fresh) {
		r.space.Inconsistent.Add(1)
		r.cache.Log.Error("an answer was kept that is not what its source says: a policy misses an event",
			zap.String("operation", r.Operation), zap.Strings("tags", e.Tags))
	}
}
