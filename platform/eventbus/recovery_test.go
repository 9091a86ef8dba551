package eventbus_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"zomato/platform/clock"
	"zomato/platform/database"
	"zomato/platform/eventbus"
	"zomato/platform/testkit"
)

func TestEvents_outlive_a_crash_between_commit_and_delivery(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		var before, after diary
		subscriptions := []eventbus.Subscription{eventbus.Before("before", before.note), eventbus.After("after", after.note)}
		crashed := build(t, open(t, url), clock.System{}, subscriptions...)
		crashed.publish(dishes(1, 3)...)
		crashed.readable()
		require.Empty(t, append(before.all(), after.all()...))

		next := build(t, open(t, url), clock.System{}, subscriptions...).with(eventbus.Limits{Poll: never}).start()
		assert.Equal(t, numbers(1, 3), before.all())
		assert.Equal(t, numbers(1, 3), after.all())
		next.passed()
	})
}

func TestEvents_are_not_repeated_after_a_restart(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		db, now := open(t, url), newWatch() // on which no lease runs out
		var before, after diary
		for round := range int64(3) {
			p := build(t, db, now, eventbus.Before("before", before.note), eventbus.After("after", after.note))
			require.NoError(t, p.Start(t.Context()))
			p.publish(dishes(3*round+1, 3*round+3)...)
			p.passed()
			require.NoError(t, p.Stop(t.Context()))
		}
		assert.Equal(t, numbers(1, 9), before.all())
		assert.Equal(t, numbers(1, 9), after.all())
	})
}

func TestStop_keeps_what_was_only_passed_over(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		var told diary
		p := build(t, open(t, url), clock.System{}, eventbus.After("mail", told.note)).with(eventbus.Limits{Idle: never})
		require.NoError(t, p.Start(t.Context()))
		p.publish(served{Table: 1}, served{Table: 2})
		p.readable()
		p.passed()
		require.Zero(t, p.number("SELECT position_id FROM platform_subscribers"), "nothing was handled, so nothing had to be saved at once")
		require.NoError(t, p.Stop(t.Context()))
		require.Equal(t, p.number("SELECT MAX(id) FROM platform_outbox"), p.number("SELECT position_id FROM platform_subscribers"))
		require.LessOrEqual(t, int64(p.number("SELECT lease_until FROM platform_subscribers")), time.Now().UnixMilli()+2, "and the lease is given back")
	})
}

func TestEvents_of_another_process_arrive(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		var before, after diary
		serving := build(t, open(t, url), clock.System{}, eventbus.Before("before", before.note), eventbus.After("after", after.note)).
			with(eventbus.Limits{Idle: never}).start()
		serving.publish(cooked{1})
		importing := build(t, open(t, url), clock.System{}) // never started
		importing.publish(dishes(2, 3)...)
		before.has(t, 1, 2, 3)
		after.has(t, 1, 2, 3)
		serving.publish(cooked{4})
		before.has(t, 1, 2, 3, 4)
		after.has(t, 1, 2, 3, 4)
		serving.passed()
	})
}

func TestSubscriber_that_is_new_starts_at_the_oldest_event(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		db := open(t, url)
		var old, fresh diary
		first := build(t, db, clock.System{}, eventbus.After("old", old.note))
		require.NoError(t, first.Start(t.Context()))
		first.publish(dishes(1, 2)...)
		first.passed()
		first.readable()
		require.NoError(t, first.Stop(t.Context()))

		build(t, db, clock.System{}, eventbus.After("old", old.note), eventbus.Before("fresh", fresh.note)).start()
		assert.Equal(t, numbers(1, 2), fresh.all())
		assert.Equal(t, numbers(1, 2), old.all())
	})
}

func TestStart_does_not_wait_for_a_subscriber_that_hangs(t *testing.T) {
	t.Parallel()
	for name, subscribe := range map[string]func(string, func(context.Context, cooked) error) eventbus.Subscription{
		"Before": eventbus.Before[cooked], "After": eventbus.After[cooked],
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testkit.EachDatabase(t, func(t *testing.T, url string) {
				var told diary
				started := make(chan struct{})
				p := build(t, open(t, url), clock.System{}, subscribe("hangs", func(ctx context.Context, e cooked) error {
					<-started
					return told.note(ctx, e)
				})).with(eventbus.Limits{Start: time.Millisecond})
				p.publish(cooked{1})
				p.start()
				assert.Empty(t, told.all())
				close(started)
				told.has(t, 1)
			})
		})
	}
}

func TestTwo_processes_on_Postgres(t *testing.T) {
	t.Parallel()
	url := testkit.Postgres(t)
	var mail, caches [2]diary
	var p [2]process
	for i := range p {
		p[i] = run(t, url, eventbus.After("mail", mail[i].note), eventbus.Before("cache", caches[i].note))
	}
	var group sync.WaitGroup
	for i := range p {
		group.Go(func() { p[i].publish(dishes(int64(100*i+1), int64(100*i+100))...) })
	}
	group.Wait()
	for i := range p {
		p[i].passed()
		require.Eventually(t, func() bool { return len(caches[i].all()) == 200 }, patience, pollEvery)
		assert.ElementsMatch(t, numbers(1, 200), caches[i].all(), "each process tells its own cache")
	}
	assert.ElementsMatch(t, numbers(1, 200), append(mail[0].all(), mail[1].all()...), "one of them sends the mail")
}

func TestLease_of_another_process(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		now := newWatch()
		db := open(t, url)
		var told diary
		mail := eventbus.After("mail", told.note)
		gone := build(t, db, now, mail)
		require.NoError(t, gone.Start(t.Context()))
		require.NoError(t, gone.Stop(t.Context()))
		gone.publish(cooked{1})
		gone.readable()
		gone.exec("UPDATE platform_subscribers SET lease_owner = ?, lease_until = ?", "killed", now.Now().Add(eventbus.LeaseTime).UnixMilli())

		build(t, db, now, mail).start()
		if db.Dialect() == database.Postgres {
			require.Empty(t, told.all(), "the other process may be working on it")
			now.move(eventbus.LeaseTime)
		}
		told.has(t, 1) // on SQLite there is no other process
	})
}

func TestLease_that_is_lost_stops_the_loser(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		now := newWatch()
		var told diary
		handling, handled := make(chan struct{}), make(chan struct{})
		p := build(t, open(t, url), now, eventbus.After("mail", func(ctx context.Context, e cooked) error {
			if e.Dish == 1 {
				handling <- struct{}{}
				<-handled
			}
			return told.note(ctx, e)
		})).start()
		p.publish(cooked{1}, cooked{2})
		<-handling
		// Meanwhile another process takes over, handles both and stops.
		p.readable()
		now.move(eventbus.LeaseTime)
		p.exec(`UPDATE platform_subscribers SET lease_owner = 'other', lease_until = 0, position_id = 2,
			position_tx = (SELECT MAX(CAST(CAST(tx AS TEXT) AS BIGINT)) FROM platform_outbox)`)
		close(handled)
		p.publish(cooked{3})
		told.has(t, 1, 3)
		p.passed()
	})
}
