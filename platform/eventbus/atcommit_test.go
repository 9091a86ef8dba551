package eventbus_test

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"zomato/platform/clock"
	"zomato/platform/eventbus"
	"zomato/platform/testkit"
)

func TestAtCommit_does_not_wait_for_a_goroutine(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		var told diary
		begun, goOn := make(chan struct{}, 2), make(chan struct{})
		p := build(t, open(t, url), clock.System{}, eventbus.AtCommit("memory", told.note),
			eventbus.Before("busy", func(context.Context, cooked) error {
				begun <- struct{}{}
				<-goOn
				return nil
			})).with(eventbus.Limits{Answer: never, Poll: never}).start()
		answered := make(chan struct{})
		go func() {
			defer close(answered)
			p.publish(cooked{1})
		}()
		<-begun
		told.has(t, 1) // while another subscriber holds the answer
		close(goOn)
		<-answered
	})
}

func TestAtCommit_that_fails_is_tried_again(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		var told diary
		var attempts atomic.Int32
		p := runAlone(t, url, eventbus.AtCommit("memory", func(ctx context.Context, e cooked) error {
			switch attempts.Add(1) {
			case 1:
				return errBurnt
			case 2:
				panic("fire")
			default:
				return told.note(ctx, e)
			}
		}))
		p.publish(cooked{1})
		told.has(t, 1)
		require.EqualValues(t, 3, attempts.Load())
	})
}

func TestAtCommit_and_what_other_processes_write(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		var told diary
		serving := build(t, open(t, url), clock.System{}, eventbus.AtCommit("memory", told.note)).start()
		assert.Zero(t, serving.Heard(), "before the first look")
		build(t, open(t, url), clock.System{}).publish(dishes(1, 2)...) // never started
		told.has(t, 1, 2)
		require.Eventually(t, func() bool { return !serving.Heard().IsZero() }, patience, pollEvery)
		heard := serving.Heard()
		serving.publish(cooked{3})
		require.Eventually(t, func() bool { return serving.Heard().After(heard) }, patience, pollEvery)
		all := told.all()
		assert.Equal(t, numbers(1, 3), all[:3])
		assert.Equal(t, []int64{3}, slices.Compact(all[2:]), "its own may come by the poll once more")
		serving.passed()
	})
}
