package eventbus_test

import (
	"context"
	"errors"
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

func TestAfter_runs_in_order_after_the_answer(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		db := open(t, url)
		var told diary
		answered := make(chan struct{})
		p := build(t, db, clock.System{}, eventbus.After("mail", func(ctx context.Context, e cooked) error {
			<-answered
			_, limited := ctx.Deadline()
			if writing := database.AfterCommit(ctx, nil); !limited || !errors.Is(writing, database.ErrNotWriting) {
				return errBurnt
			}
			if err := db.Write(ctx, func(ctx context.Context) error { return db.Get(ctx, new(int), "SELECT 1") }); err != nil {
				return err
			}
			return told.note(ctx, e)
		}))
		if db.Dialect() == database.SQLite { // on Postgres only the poll finds what could not be read at once
			p.SetLimits(eventbus.Limits{Poll: never, Idle: never})
		}
		p.start().publish(dishes(1, 3)...)
		assert.Empty(t, told.all())
		close(answered)
		told.has(t, 1, 2, 3)
	})
}

func TestAfter_works_through_many_events(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		var told diary
		p := run(t, url, eventbus.After("mail", told.note))
		const all = 3*eventbus.RoundSize + 7
		require.NoError(t, p.db.Write(t.Context(), func(ctx context.Context) error {
			for _, e := range dishes(1, all) {
				if err := p.Publish(ctx, e); err != nil {
					return err
				}
			}
			return nil
		}))
		told.has(t, numbers(1, all)...)
		p.passed()
	})
}

func TestAfter_that_fails_is_tried_again(t *testing.T) {
	t.Parallel()
	for name, failure := range map[string]func() error{
		"by an error": func() error { return errBurnt },
		"by a panic":  func() error { panic("fire") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testkit.EachDatabase(t, func(t *testing.T, url string) {
				var told, other diary
				var failures atomic.Int32
				p := run(t, url,
					eventbus.After("a fails", func(ctx context.Context, e cooked) error {
						if e.Dish == 2 && failures.Add(1) < eventbus.ParkAfter {
							return failure()
						}
						return told.note(ctx, e)
					}),
					eventbus.After("b works", other.note))
				p.publish(dishes(1, 3)...)
				told.has(t, 1, 2, 3)
				other.has(t, 1, 2, 3)
				p.passed()
				assert.Zero(t, p.number("SELECT COUNT(*) FROM platform_outbox_parked"))
			})
		})
	}
}

func TestAfter_parks_what_failed_ten_times(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		now := newWatch()
		var told diary
		var failures atomic.Int32
		p := build(t, open(t, url), now, eventbus.After("mail", func(ctx context.Context, e cooked) error {
			if e.Dish == 2 {
				failures.Add(1)
				panic("fire\x00 \xff")
			}
			return told.note(ctx, e)
		})).start()
		p.publish(dishes(1, 3)...)
		told.has(t, 1, 3)
		p.passed()
		assert.EqualValues(t, eventbus.ParkAfter, failures.Load())
		var row struct {
			Subscriber string `db:"subscriber"`
			EventID    int64  `db:"event_id"`
			Name       string `db:"name"`
			Payload    string `db:"payload"`
			Attempts   int    `db:"attempts"`
			LastError  string `db:"last_error"`
			ParkedAt   int64  `db:"parked_at"`
		}
		require.NoError(t, p.db.Get(t.Context(), &row, "SELECT * FROM platform_outbox_parked"))
		assert.Equal(t, "mail", row.Subscriber)
		assert.EqualValues(t, 2, row.EventID)
		assert.Equal(t, "kitchen.cooked", row.Name)
		assert.JSONEq(t, `{"dish":2}`, row.Payload)
		assert.Equal(t, eventbus.ParkAfter, row.Attempts)
		assert.Equal(t, "panic: fire ", row.LastError)
		assert.Equal(t, database.Millis(now.Now()), row.ParkedAt)
	})
}

func TestAfter_counts_failures_beyond_a_restart(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		db := open(t, url)
		var failures atomic.Int32
		mail := eventbus.After("mail", func(context.Context, cooked) error {
			failures.Add(1)
			return errBurnt
		})
		first := build(t, db, clock.System{}, mail).with(eventbus.Limits{Retry: never, Idle: 2 * never})
		first.publish(cooked{1})
		first.readable()
		require.NoError(t, first.Start(t.Context()), "a poisonous event stops no start")
		require.EqualValues(t, 1, failures.Load())
		require.NoError(t, first.Stop(t.Context()))

		second := build(t, db, clock.System{}, mail).start()
		second.passed()
		assert.EqualValues(t, eventbus.ParkAfter, failures.Load())
		assert.Equal(t, 1, second.number("SELECT COUNT(*) FROM platform_outbox_parked"))
		assert.Equal(t, 1, second.number("SELECT position_id FROM platform_subscribers"), "also after a crash it stays parked")
	})
}

func TestAfter_that_fails_is_not_hurried_by_new_events(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		var told diary
		var failures atomic.Int32
		p := build(t, open(t, url), clock.System{},
			eventbus.After("fails", func(context.Context, cooked) error {
				failures.Add(1)
				return errBurnt
			}),
			eventbus.After("works", told.note)).with(eventbus.Limits{Retry: never, Idle: 2 * never}).start()
		p.publish(cooked{1})
		require.Eventually(t, func() bool { return failures.Load() == 1 }, patience, pollEvery)
		for id := int64(2); id <= 20; id++ {
			p.publish(cooked{id})
			told.has(t, numbers(1, id)...)
		}
		assert.EqualValues(t, 1, failures.Load(), "outages would otherwise park events within moments")
	})
}

func TestAfter_passes_over_what_it_does_not_know(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		var told diary
		p := build(t, open(t, url), clock.System{}, eventbus.After("mail", told.note)).
			with(eventbus.Limits{Idle: time.Millisecond}).start()
		p.publish(served{1}, cooked{2}, served{3})
		told.has(t, 2)
		p.passed()
		require.Eventually(t, func() bool {
			return p.number("SELECT position_id FROM platform_subscribers") == 3
		}, patience, pollEvery, "which is saved, too")
	})
}

func TestAfter_parks_what_cannot_be_read(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		var told diary
		p := run(t, url, eventbus.After("mail", told.note))
		p.exec(`INSERT INTO platform_outbox (name, payload, created_at) VALUES (?, ?, ?)`, "kitchen.cooked", `{"dish":"soup"}`, 0)
		p.publish(cooked{1})
		told.has(t, 1)
		assert.Equal(t, 1, p.number("SELECT COUNT(*) FROM platform_outbox_parked"))
	})
}
