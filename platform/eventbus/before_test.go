package eventbus_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"zomato/platform/clock"
	"zomato/platform/database"
	"zomato/platform/eventbus"
	"zomato/platform/testkit"
)

func TestBefore_runs_before_Write_returns_in_the_order_of_the_commits(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		var told, atOnce diary
		p := runAlone(t, url, eventbus.Before("cache", told.note), eventbus.AtCommit("memory", atOnce.note))
		p.exec("CREATE TABLE plates (id " + identity(p) + ")")
		var group sync.WaitGroup
		for range 64 {
			group.Go(func() {
				for range 4 {
					var id int64
					if assert.NoError(t, p.db.Write(t.Context(), func(ctx context.Context) error {
						if err := p.db.Get(ctx, &id, "INSERT INTO plates DEFAULT VALUES RETURNING id"); err != nil {
							return err
						}
						return p.Publish(ctx, cooked{id})
					})) {
						assert.Contains(t, told.all(), id, "told before the answer")
						assert.Contains(t, atOnce.all(), id, "told at the commit")
					}
				}
			})
		}
		group.Wait()
		if p.db.Dialect() == database.SQLite { // whose hooks run in the order of the commits
			assert.Equal(t, numbers(1, 256), told.all())
			assert.Equal(t, numbers(1, 256), atOnce.all())
		} else {
			assert.ElementsMatch(t, numbers(1, 256), told.all())
			assert.ElementsMatch(t, numbers(1, 256), atOnce.all())
		}
		p.readable()
		require.NoError(t, p.Poll(t.Context()))
		assert.Len(t, told.all(), 256, "the poll repeats nothing")
		assert.Len(t, atOnce.all(), 256)
	})
}

func identity(p process) string {
	if p.db.Dialect() == database.SQLite {
		return "INTEGER PRIMARY KEY AUTOINCREMENT"
	}
	return "BIGINT GENERATED ALWAYS AS IDENTITY"
}

func TestBefore_holds_the_answer_no_longer_than_its_budget(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		var slow, quick diary
		answered := make(chan struct{})
		p := build(t, open(t, url), clock.System{},
			eventbus.Before("slow", func(ctx context.Context, e cooked) error {
				<-answered // heeds nothing, not even its context
				return slow.note(ctx, e)
			}),
			eventbus.Before("quick", quick.note),
		).with(eventbus.Limits{Answer: time.Millisecond}).start()
		p.publish(cooked{1}, cooked{2})
		assert.Empty(t, slow.all())
		quick.has(t, 1, 2)
		close(answered)
		slow.has(t, 1, 2)
		p.passed()
	})
}

func TestBefore_is_waited_for_even_if_the_caller_is_gone(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		var told diary
		p := build(t, open(t, url), clock.System{}, eventbus.Before("cache", told.note)).with(eventbus.Limits{Poll: never}).start()
		ctx, cancel := context.WithCancel(t.Context())
		require.NoError(t, p.db.Write(ctx, func(ctx context.Context) error {
			cancel()
			return p.Publish(ctx, cooked{1})
		}))
		assert.Equal(t, numbers(1, 1), told.all())
	})
}

func TestBefore_that_fails(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		var good, late diary
		var broken atomic.Bool
		broken.Store(true)
		var attempts atomic.Int32
		p := run(t, url,
			eventbus.Before("a fails", func(ctx context.Context, e cooked) error {
				attempts.Add(1)
				if broken.Load() && e.Dish == 1 {
					return errBurnt
				}
				return late.note(ctx, e)
			}),
			eventbus.Before("b panics", func(context.Context, cooked) error { panic("fire") }),
			eventbus.Before("c works", good.note),
			eventbus.After("d works", good.note))
		p.publish(cooked{1}, cooked{2})
		assert.Equal(t, numbers(2, 2), late.all(), "a newer event does not wait for one that fails")
		require.Eventually(t, func() bool { return attempts.Load() > 2*eventbus.ParkAfter }, patience, pollEvery)
		assert.Zero(t, p.number("SELECT COUNT(*) FROM platform_outbox_parked"), "an invalidation is never given up")
		broken.Store(false)
		late.has(t, 2, 1)
		require.Eventually(t, func() bool { return len(good.all()) == 4 }, patience, pollEvery)
	})
}

func TestBefore_that_fails_is_tried_again_after_a_restart(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		db := open(t, url)
		var told diary
		first := build(t, db, clock.System{}, eventbus.Before("cache", func(ctx context.Context, e cooked) error {
			if e.Dish == 2 {
				return errBurnt
			}
			return told.note(ctx, e)
		})).with(eventbus.Limits{Poll: never})
		require.NoError(t, first.Start(t.Context()))
		first.publish(dishes(1, 3)...)
		first.readable()
		require.NoError(t, first.Poll(t.Context()))
		require.NoError(t, first.Stop(t.Context()))
		assert.Equal(t, []int64{1, 3}, told.all())

		second := build(t, db, clock.System{}, eventbus.Before("cache", told.note)).start()
		assert.Equal(t, []int64{1, 3, 2, 3}, told.all(), "from the failed one on")
		second.passed()
	})
}

func TestBefore_with_more_failures_than_it_keeps_in_memory(t *testing.T) {
	t.Parallel()
	var told diary
	var broken atomic.Bool
	broken.Store(true)
	p := run(t, testkit.SQLite(t), eventbus.Before("cache", func(ctx context.Context, e cooked) error {
		if broken.Load() {
			return errBurnt
		}
		return told.note(ctx, e)
	}))
	const all = 2*eventbus.OpenLimit + 10
	require.NoError(t, p.db.Write(t.Context(), func(ctx context.Context) error {
		for _, e := range dishes(1, all) {
			if err := p.Publish(ctx, e); err != nil {
				return err
			}
		}
		return nil
	}))
	broken.Store(false)
	p.passed()
	assert.ElementsMatch(t, numbers(1, all), told.all())
}
