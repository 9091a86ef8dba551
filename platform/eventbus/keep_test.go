package eventbus_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"zomato/platform/eventbus"
	"zomato/platform/testkit"
)

// kept counts the events in the outbox after the keeper's next turn.
func (p process) kept() int {
	p.t.Helper()
	require.NoError(p.t, p.Poll(p.t.Context()))
	require.NoError(p.t, p.Keep(p.t.Context()))
	return p.number("SELECT COUNT(*) FROM platform_outbox")
}

func TestEvents_stay_ten_minutes_after_everybody_has_passed_them(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		now := newWatch()
		var before, after diary
		p := build(t, open(t, url), now, eventbus.Before("before", before.note), eventbus.After("after", after.note)).
			with(eventbus.Limits{Poll: never}).start()
		p.publish(dishes(1, 3)...)
		p.readable()
		require.Eventually(t, func() bool {
			return p.kept() == 3 && p.number("SELECT COUNT(*) FROM platform_subscribers WHERE position_id = 3") == 2
		}, patience, pollEvery)
		for range 9 {
			now.move(time.Minute)
			assert.Equal(t, 3, p.kept())
		}
		p.publish(cooked{4})
		p.readable()
		now.move(time.Minute)
		p.kept()
		now.move(time.Minute) // if only the second look saw that they were passed
		assert.Equal(t, 1, p.kept(), "the new one stays")
		after.has(t, 1, 2, 3, 4)
	})
}

func TestEvents_stay_until_the_slowest_subscriber_has_passed_them(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		now := newWatch()
		db := open(t, url)
		var told diary
		p := build(t, db, now, eventbus.After("good", told.note),
			eventbus.After("stuck", func(context.Context, cooked) error { return errBurnt })).
			with(eventbus.Limits{Poll: never, Retry: never, Idle: 2 * never})
		p.publish(cooked{1})
		p.readable()
		require.NoError(t, p.Start(t.Context()))
		for range 30 {
			now.move(time.Minute)
			assert.Equal(t, 1, p.kept())
		}
		require.NoError(t, p.Stop(t.Context()))

		// A process without the stuck subscriber waits a day for it.
		other := build(t, db, now, eventbus.After("good", told.note)).with(eventbus.Limits{Poll: never}).start()
		now.move(23 * time.Hour)
		assert.Equal(t, 1, other.kept())
		now.move(time.Hour + time.Minute)
		assert.Equal(t, 1, other.kept())
		now.move(10 * time.Minute)
		assert.Zero(t, other.kept())
	})
}

func TestEvents_without_subscribers_stay_ten_minutes(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		now := newWatch()
		p := build(t, open(t, url), now).with(eventbus.Limits{Poll: never}).start()
		p.exec(`INSERT INTO platform_outbox (name, payload, created_at)
			WITH RECURSIVE dish (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM dish WHERE id < 12000)
			SELECT 'kitchen.cooked', '{}', 0 FROM dish`)
		p.readable()
		assert.Equal(t, 12000, p.kept())
		now.move(10 * time.Minute)
		assert.Equal(t, 7000, p.kept(), "they go in batches")
		assert.Equal(t, 2000, p.kept())
		assert.Zero(t, p.kept())
		n, err := p.Pending(t.Context())
		require.NoError(t, err)
		assert.Zero(t, n)
	})
}
