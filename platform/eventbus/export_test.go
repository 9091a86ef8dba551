package eventbus

import (
	"context"
	"time"
)

// Limits are the times that tests change before Start, so that they need not
// wait. A zero keeps the time as it is.
type Limits struct {
	Answer, Handler, Start, Poll, Idle, Retry time.Duration
}

// SetLimits changes times.
func (b *Bus) SetLimits(l Limits) {
	for _, one := range []struct {
		at *time.Duration
		to time.Duration
	}{
		{&b.limits.answer, l.Answer},
		{&b.limits.handler, l.Handler},
		{&b.limits.start, l.Start},
		{&b.limits.poll, l.Poll},
		{&b.limits.idle, l.Idle},
		{&b.limits.retryFirst, l.Retry},
		{&b.limits.retryLast, l.Retry},
	} {
		if one.to != 0 {
			*one.at = one.to
		}
	}
}

// Poll does what the poller does at its next turn. The poller must not run.
func (b *Bus) Poll(ctx context.Context) error { return b.poll(ctx) }

// Keep does what the keeper does at its next turn. It must not run.
func (b *Bus) Keep(ctx context.Context) error { return b.keep(ctx) }

// Stopping is closed when Stop has begun.
func (b *Bus) Stopping() <-chan struct{} { return b.stop }

// Limits of what is kept in memory and read at once.
const (
	OpenLimit = openLimit
	RoundSize = roundSize
	ParkAfter = parkAfter
	LeaseTime = leaseTime
)
