package core

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"go.uber.org/zap"

	"zomato/modules/cache"
	"zomato/modules/cache/internal/counts"
)

// Limits of what is done in the background.
const (
	warmers     = 2 // answers that are loaded at a time
	reloadQueue = 1_000
	askTimeout  = 5 * time.Second
)

// background is the work that no request waits for.
type background struct {
	ctx     context.Context //nolint:containedctx // ends with Stop
	cancel  context.CancelFunc
	running sync.WaitGroup
	mu      sync.Mutex // between run and stop
	reloads chan string
}

func (b *background) init(ctx context.Context) {
	b.reloads = make(chan string, reloadQueue)
	b.ctx, b.cancel = context.WithCancel(ctx)
}

// run does something unless the cache was stopped.
func (b *background) run(work func(context.Context)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ctx.Err() == nil {
		b.running.Go(func() { work(b.ctx) })
	}
}

// every does something again and again.
func every(ctx context.Context, step time.Duration, do func()) {
	tick := time.NewTicker(step)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			do()
		case <-ctx.Done():
			return
		}
	}
}

// reload loads answers again soon. When there is too much to do, some are left
// to those who ask for them.
func (b *background) reload(paths []string) {
	for _, path := range paths {
		select {
		case b.reloads <- path:
		default:
			return
		}
	}
}

// Start begins the work in the background, once requests are answered, and warms
// what is public.
func (c *Cache) Start(live cache.Live) {
	c.live.Store(&live)
	for range warmers {
		c.background.run(c.reloadAll)
	}
	c.background.run(func(ctx context.Context) {
		every(ctx, counts.WindowStep, func() {
			c.windows.Note(c.ratio())
			c.hears(c.Now()) // also where nobody asks
		})
	})
	c.background.run(func(ctx context.Context) {
		c.Share(ctx)
		every(ctx, counts.SumEvery, func() { c.Share(ctx) })
	})
	c.background.run(c.warmAll)
}

// Stop ends it and waits, at the latest until ctx ends. Nothing that is kept is
// served from then on: the bus that tells of changes may stop before the last
// request does.
func (c *Cache) Stop(ctx context.Context) error {
	c.stopped.Store(true)
	b := &c.background
	b.mu.Lock()
	b.cancel()
	b.mu.Unlock()
	done := make(chan struct{})
	go func() {
		b.running.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return errors.New("the cache was stopped while it was loading something")
	}
}

// reloadAll loads what reload was given.
func (c *Cache) reloadAll(ctx context.Context) {
	for {
		select {
		case path := <-c.background.reloads:
			c.ask(ctx, path)
		case <-ctx.Done():
			return
		}
	}
}

// Live is what Start was given, nil before.
func (c *Cache) Live() *cache.Live { return c.live.Load() }

// ask has a path answered, and tells whether that worked.
func (c *Cache) ask(ctx context.Context, path string) bool {
	live := c.live.Load()
	if live == nil {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	status, err := live.Ask(ctx, path)
	if err != nil && ctx.Err() == nil {
		c.Log.Warn("an answer could not be loaded beforehand", zap.Error(err))
	}
	return err == nil && status == http.StatusOK
}
