package idempotency

import (
	"context"
	"fmt"
	"sync"
	"time"

	"go.uber.org/zap"

	"zomato/platform/database"
)

// Retention of answers.
const (
	retention  = 24 * time.Hour
	sweepEvery = time.Minute
	sweepSize  = 200 // rows per Write, so that no other waits long for it
)

// oldest is the time at and before which an answer no longer counts.
func (k *Keys) oldest() int64 { return database.Millis(k.clock.Now().Add(-retention)) }

// sweeper is the goroutine that removes what no longer counts.
type sweeper struct {
	every time.Duration
	size  int
	stop  chan struct{}
	done  sync.WaitGroup
}

func newSweeper() sweeper {
	return sweeper{every: sweepEvery, size: sweepSize, stop: make(chan struct{})}
}

// Start has old answers removed once a minute from now on, until Stop. It may
// run on several instances.
func (k *Keys) Start(ctx context.Context) error {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	k.done.Go(func() {
		defer cancel()
		k.keepSweeping(ctx)
	})
	return nil
}

// Stop ends what Start began: a portion that is being removed is removed. It
// fails when ctx ends before.
func (k *Keys) Stop(ctx context.Context) error {
	close(k.stop)
	ended := make(chan struct{})
	go func() {
		k.done.Wait()
		close(ended)
	}()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("idempotency: stop: %w", ctx.Err())
	}
}

func (k *Keys) keepSweeping(ctx context.Context) {
	ticker := time.NewTicker(k.every)
	defer ticker.Stop()
	for {
		select {
		case <-k.stop:
			return
		case <-ticker.C:
		}
		if err := k.Sweep(ctx); err != nil {
			k.log.Warn("old idempotency keys could not be removed", zap.Error(err))
		}
	}
}

// Sweep removes the answers that no longer count, in portions, each in a Write
// of its own so that others get their turn in between. It ends early at Stop.
func (k *Keys) Sweep(ctx context.Context) error {
	for {
		removed, err := k.store.sweep(ctx, k.oldest(), k.size)
		if err != nil || removed < int64(k.size) {
			return err
		}
		select {
		case <-k.stop:
			return nil
		default:
		}
	}
}
