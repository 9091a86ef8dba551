package eventbus_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"zomato/platform/clock"
	"zomato/platform/database"
	"zomato/platform/eventbus"
	"zomato/platform/testkit"
)

func TestPublish(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		var before, after diary
		p := run(t, url, eventbus.Before("before", before.note), eventbus.After("after", after.note))

		require.ErrorIs(t, p.Publish(t.Context(), cooked{1}), database.ErrNotWriting)

		require.ErrorIs(t, p.db.Write(t.Context(), func(ctx context.Context) error {
			require.NoError(t, p.Publish(ctx, cooked{2}))
			return errBurnt
		}), errBurnt)

		require.NoError(t, p.db.Write(t.Context(), func(ctx context.Context) error {
			require.ErrorIs(t, p.db.Write(ctx, func(ctx context.Context) error {
				require.NoError(t, p.Publish(ctx, cooked{3}))
				return errBurnt
			}), errBurnt)
			require.NoError(t, p.Publish(ctx, cooked{4}))
			return p.Publish(ctx, cooked{5})
		}))
		assert.Equal(t, numbers(4, 5), before.all(), "what is undone is not told")
		after.has(t, 4, 5)
		assert.Equal(t, 2, p.number("SELECT COUNT(*) FROM platform_outbox"))
	})
}

func TestPublish_refuses_the_unit_of_work_of_another_database(t *testing.T) {
	t.Parallel()
	var told diary
	here, there := run(t, testkit.SQLite(t), eventbus.Before("cache", told.note)), run(t, testkit.SQLite(t))
	require.NoError(t, there.db.Write(t.Context(), func(ctx context.Context) error {
		require.ErrorIs(t, here.Publish(ctx, cooked{1}), database.ErrNotWriting)
		return nil
	}))
	assert.Empty(t, told.all())
}

func TestPublish_in_a_function_that_runs_twice(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		open(t, url)
		db, err := database.Open(t.Context(), database.Config{URL: url, RunTwice: true}, zap.NewNop())
		require.NoError(t, err)
		t.Cleanup(func() { assert.NoError(t, db.Close()) })
		var before, after diary
		p := build(t, db, clock.System{}, eventbus.Before("before", before.note), eventbus.After("after", after.note)).start()
		p.publish(dishes(1, 3)...)
		assert.Equal(t, numbers(1, 3), before.all())
		after.has(t, numbers(1, 3)...)
		assert.Equal(t, 3, p.number("SELECT COUNT(*) FROM platform_outbox"))
	})
}

func TestPublisher_without_a_bus_leaves_the_events_to_others(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		db := open(t, url)
		publisher := eventbus.NewPublisher(db, clock.System{})
		publish := func(id int64) {
			require.NoError(t, db.Write(t.Context(), func(ctx context.Context) error { return publisher.Publish(ctx, cooked{id}) }))
		}
		publish(1)
		process{nil, t, db}.readable()
		var before, after diary
		bus, err := eventbus.New(eventbus.Dependencies{
			DB: db, Clock: clock.System{}, Log: zap.NewNop(), Metrics: prometheus.NewRegistry(), Publisher: publisher,
			Subscriptions: []eventbus.Subscription{eventbus.Before("before", before.note), eventbus.After("after", after.note)},
		})
		require.NoError(t, err)
		bus.SetLimits(eventbus.Limits{Poll: 5 * time.Millisecond, Answer: patience})
		process{bus, t, db}.start()
		assert.Equal(t, numbers(1, 1), before.all(), "the start tries what is there")
		publish(2)
		assert.Equal(t, numbers(1, 2), before.all(), "the publisher knows the bus")
		after.has(t, 1, 2)
	})
}

func TestPublish_in_one_commit(t *testing.T) {
	t.Parallel()
	var before, after diary
	p := build(t, open(t, testkit.SQLite(t)), clock.System{}, eventbus.Before("before", before.note), eventbus.After("after", after.note)).
		with(eventbus.Limits{Poll: never}).start() // on Postgres nobody shares one
	var all sync.WaitGroup
	held, goOn := make(chan struct{}), make(chan struct{})
	all.Go(func() {
		assert.NoError(t, p.db.Write(t.Context(), func(context.Context) error {
			close(held)
			<-goOn
			return nil
		}))
	})
	<-held
	for i, e := range []struct {
		dishes []int64
		err    error
	}{{dishes: []int64{1}}, {[]int64{7}, errBurnt}, {dishes: []int64{2, 3}}, {}, {dishes: []int64{4}}} {
		all.Go(func() {
			assert.ErrorIs(t, p.db.Write(t.Context(), func(ctx context.Context) error {
				for _, dish := range e.dishes {
					assert.NoError(t, p.Publish(ctx, cooked{dish}))
				}
				return e.err
			}), e.err)
		})
		require.Eventually(t, func() bool { return p.db.WriteStats().Waiting == i+1 }, patience, pollEvery)
	}
	close(goOn)
	all.Wait()
	assert.Equal(t, numbers(1, 4), before.all(), "told before they return, in the order of the commits")
	after.has(t, 1, 2, 3, 4)
	var ids []int64
	require.NoError(t, p.db.Select(t.Context(), &ids, "SELECT id FROM platform_outbox ORDER BY id"))
	assert.Equal(t, numbers(1, 4), ids)
	require.NoError(t, p.Poll(t.Context()))
	p.passed()
	assert.Len(t, before.all(), 4, "the poller does not tell them again: each is known by its position")
}
