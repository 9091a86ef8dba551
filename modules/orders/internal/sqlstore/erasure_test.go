package sqlstore_test

import (
	"context"
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

func TestErasing_in_the_commit_of_a_delivery_leaves_no_figures(t *testing.T) {
	t.Parallel()
	url := testkit.SQLite(t) // elsewhere nobody shares a commit
	open(t, url)
	db, err := database.Open(t.Context(), database.Config{URL: url}, zap.NewNop()) // which runs each function once
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, db.Close()) })
	w := on(t, db)
	placed := w.place(t)
	w.to(t, placed.ID, orders.StatusConfirmed, orders.StatusPreparing, orders.StatusOutForDelivery)

	var all sync.WaitGroup
	held, goOn := make(chan struct{}), make(chan struct{})
	all.Go(func() {
		assert.NoError(t, w.db.Write(asStaff(t), func(context.Context) error {
			close(held)
			<-goOn
			return nil
		}))
	})
	<-held
	waiting := func(n int) {
		require.Eventually(t, func() bool { return w.db.WriteStats().Waiting == n }, time.Minute, time.Millisecond)
	}
	all.Go(func() { // each a request of its own
		_, err := w.ChangeStatus(asStaff(t), placed.ID, core.Move{To: orders.StatusDelivered}, nil)
		assert.NoError(t, err)
	})
	waiting(1)
	all.Go(func() {
		assert.NoError(t, w.db.Write(asStaff(t), func(ctx context.Context) error { return w.store.EraseCustomer(ctx, placed.CustomerID) }))
	})
	waiting(2)
	close(goOn)
	all.Wait()

	for _, table := range []string{"orders_figures_customers", "orders_figures_customer_items", "orders_figures_spending"} {
		var rows int
		require.NoError(t, w.db.Get(w.ctx, &rows, `SELECT COUNT(*) FROM `+table))
		assert.Zero(t, rows, table)
	}
	var delivered int
	require.NoError(t, w.db.Get(w.ctx, &delivered, `SELECT SUM(delivered) FROM orders_figures_hours`))
	assert.Equal(t, 1, delivered, "for the restaurant it counts")
}
