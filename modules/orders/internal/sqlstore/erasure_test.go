package sqlstore_test

import (
	"context"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"zomato/modules/orders"
	"zomato/modules/orders/internal/core"
	"zomato/platform/database"
	"zomato/platform/testkit"
)

// sharing is the module on a database where several share a commit.
func sharing(t *testing.T) world {
	t.Helper()
	url := testkit.SQLite(t) // elsewhere nobody does
	open(t, url)
	db, err := database.Open(t.Context(), database.Config{URL: url}, zap.NewNop()) // which runs each function once
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, db.Close()) })
	return on(t, db)
}

// inOneCommit has those that write take turns in one commit, each a request of
// its own.
func (w world) inOneCommit(t *testing.T, all ...func()) {
	t.Helper()
	var running sync.WaitGroup
	held, goOn := make(chan struct{}), make(chan struct{})
	running.Go(func() {
		assert.NoError(t, w.db.Write(asStaff(t), func(context.Context) error {
			close(held)
			<-goOn
			return nil
		}))
	})
	<-held
	for i, write := range all {
		running.Go(write)
		require.Eventually(t, func() bool { return w.db.WriteStats().Waiting == i+1 }, time.Minute, time.Millisecond)
	}
	close(goOn)
	running.Wait()
}

func TestErasing_in_the_commit_of_a_delivery_leaves_no_figures(t *testing.T) {
	t.Parallel()
	w := sharing(t)
	placed := w.place(t)
	w.to(t, placed.ID, orders.StatusConfirmed, orders.StatusPreparing, orders.StatusOutForDelivery)

	w.inOneCommit(t, func() {
		_, err := w.ChangeStatus(asStaff(t), placed.ID, core.Move{To: orders.StatusDelivered}, nil)
		assert.NoError(t, err)
	}, func() {
		assert.NoError(t, w.db.Write(asStaff(t), func(ctx context.Context) error { return w.store.EraseCustomer(ctx, placed.CustomerID) }))
	})

	for _, table := range []string{"orders_figures_customers", "orders_figures_customer_items", "orders_figures_spending"} {
		var rows int
		require.NoError(t, w.db.Get(w.ctx, &rows, `SELECT COUNT(*) FROM `+table))
		assert.Zero(t, rows, table)
	}
	var delivered int
	require.NoError(t, w.db.Get(w.ctx, &delivered, `SELECT SUM(delivered) FROM orders_figures_hours`))
	assert.Equal(t, 1, delivered, "for the restaurant it counts")
}

func TestErasing_sees_an_order_of_the_same_commit(t *testing.T) {
	t.Parallel()
	w := sharing(t)
	var active, later bool
	ask := func(answer *bool) func() {
		return func() {
			assert.NoError(t, w.db.Write(asStaff(t), func(ctx context.Context) (err error) {
				*answer, err = w.store.HasActiveOrders(ctx, 1)
				return err
			}))
		}
	}
	place := func() {
		_, err := w.Place(asStaff(t), twoLines())
		assert.NoError(t, err)
	}
	w.inOneCommit(t, ask(&later), place, ask(&active), place)
	assert.False(t, later, "before it")
	assert.True(t, active)
	active, err := w.store.HasActiveOrders(w.ctx, 1)
	require.NoError(t, err)
	assert.True(t, active, "also outside")
}

func TestPlacing_in_one_commit(t *testing.T) {
	t.Parallel()
	w := sharing(t)
	first := w.place(t)
	placed := make([]orders.Order, 4)
	place := func(i int) func() {
		return func() {
			var err error
			placed[i], err = w.Place(asStaff(t), twoLines())
			assert.NoError(t, err)
		}
	}
	undone := func() {
		assert.ErrorIs(t, w.db.Write(asStaff(t), func(ctx context.Context) error {
			plan, err := w.Prepare(ctx, twoLines())
			if err == nil {
				_, err = w.Commit(ctx, plan)
			}
			assert.NoError(t, err)
			return context.Canceled
		}), context.Canceled)
	}
	flushed := func() {
		assert.NoError(t, w.db.Write(asStaff(t), func(ctx context.Context) error {
			_, err := w.store.HasActiveOrders(ctx, 1)
			return err
		}))
	}
	w.inOneCommit(t, place(0), undone, place(1), flushed, place(2), undone, place(3))
	events := w.published(t)
	require.Len(t, events, 5)
	for i, order := range placed {
		assert.Equal(t, first.ID+1+int64(i), order.ID, "numbered as if what was undone had not been")
		assert.Contains(t, events[i+1], `"order_id":`+strconv.FormatInt(order.ID, 10), "in the order of the commits")
		stored, err := w.store.Get(w.ctx, order.ID)
		require.NoError(t, err)
		assert.Equal(t, order, stored.Order, "as it was answered, with the ids of its lines")
		timeline, err := w.Timeline(w.ctx, order.ID)
		require.NoError(t, err)
		assert.Len(t, timeline, 1)
	}
	var quantity int64
	require.NoError(t, w.db.Get(w.ctx, &quantity, `SELECT SUM(quantity) FROM orders_figures_items`))
	assert.Equal(t, int64(15), quantity, "of five orders")
}
