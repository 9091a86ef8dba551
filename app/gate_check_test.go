package main

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"zomato/platform/database"
)

// gateViolations opens the database that a product has left behind, and tells
// what was promised and is not so: what the clients were told of their orders is
// there once and nothing else, every order is whole, the figures add up.
func gateViolations(t *testing.T, url string, told []acknowledged) []string {
	t.Helper()
	app := openLeft(t, url)
	defer func() { require.NoError(t, app.db.Close()) }()
	return append(wholeness(t, app), differences(storedOrders(t, app), told)...)
}

// openLeft opens it with no application around it.
func openLeft(t *testing.T, url string) running {
	t.Helper()
	db, err := database.Open(context.WithoutCancel(t.Context()), database.Config{URL: url}, zap.NewNop())
	require.NoError(t, err)
	return running{db: db}
}

func storedOrders(t *testing.T, app running) []acknowledged {
	t.Helper()
	return selectAll[acknowledged](t, app, `SELECT o.id, o.order_status, o.delivery_address, o.version,
		(SELECT COUNT(*) FROM orders_events e WHERE e.order_id = o.id) AS entries, 0 AS review FROM orders_orders o ORDER BY o.id`)
}

// differences compares what is stored with what clients were told.
func differences(stored, told []acknowledged) []string {
	var found []string
	there := map[string]acknowledged{}
	for _, order := range stored {
		if before, twice := there[order.Address]; twice {
			found = append(found, fmt.Sprintf("twice: %+v and %+v", before, order))
		}
		there[order.Address] = order
	}
	for _, order := range told {
		is, ok := there[order.Address]
		switch {
		case !ok:
			found = append(found, fmt.Sprintf("lost: %+v was acknowledged", order))
		case is != order:
			found = append(found, fmt.Sprintf("other: %+v was acknowledged, %+v is stored", order, is))
		}
		delete(there, order.Address)
	}
	for _, order := range there {
		found = append(found, fmt.Sprintf("unanswered: %+v is stored", order))
	}
	return found
}

// wholeness looks for orders that are half there, for figures that do not add
// up, and has SQLite look for damage.
func wholeness(t *testing.T, app running) []string {
	t.Helper()
	var found []string
	if app.db.Dialect() == database.SQLite {
		if said := selectAll[string](t, app, `PRAGMA integrity_check`); len(said) != 1 || said[0] != "ok" {
			found = append(found, "damaged: "+strings.Join(said, "; "))
		}
		if n := selectAll[int](t, app, `SELECT COUNT(*) FROM pragma_foreign_key_check`)[0]; n > 0 {
			found = append(found, fmt.Sprintf("damaged: %d foreign keys lead nowhere", n))
		}
	}
	for _, part := range []struct{ missing, condition string }{
		{"lines", `(SELECT COUNT(*) FROM orders_items i WHERE i.order_id = o.id) <> 2`},
		{"total", `(SELECT COALESCE(SUM(line_total), 0) FROM orders_items i WHERE i.order_id = o.id) <> o.subtotal`},
		{"timeline", `(SELECT COUNT(*) FROM orders_events e WHERE e.order_id = o.id) <> o.version`},
		{"kept answer", `NOT EXISTS (SELECT 1 FROM platform_idempotency k WHERE k.key = o.delivery_address)`},
	} {
		for _, id := range selectAll[int64](t, app, `SELECT o.id FROM orders_orders o WHERE `+part.condition) {
			found = append(found, fmt.Sprintf("torn: order %d has another %s", id, part.missing))
		}
	}
	for _, sum := range []struct{ of, is, should string }{
		{"kept answers", `SELECT COUNT(*) FROM platform_idempotency`, `SELECT COUNT(*) FROM orders_orders`},
		{"events of new orders", `SELECT COUNT(*) FROM platform_outbox WHERE name = 'orders.placed'`, `SELECT COUNT(*) FROM orders_orders`},
		{"events of moves", `SELECT COUNT(*) FROM platform_outbox WHERE name = 'orders.status_changed'`, `SELECT COALESCE(SUM(version - 1), 0) FROM orders_orders`},
		{"pieces", `SELECT COALESCE(SUM(stock), 0) FROM restaurants_menu_items`, fmt.Sprintf(`SELECT (SELECT COUNT(*) FROM restaurants_menu_items) * %d -
			COALESCE((SELECT SUM(i.quantity) FROM orders_items i JOIN orders_orders o ON o.id = i.order_id WHERE o.order_status <> 'cancelled'), 0)`, gateStock)},
	} {
		if is, should := selectAll[int64](t, app, sum.is)[0], selectAll[int64](t, app, sum.should)[0]; is != should {
			found = append(found, fmt.Sprintf("torn: %d %s instead of %d", is, sum.of, should))
		}
	}
	for _, difference := range figureDifferences(t, app, records{}) {
		found = append(found, "figure: "+difference)
	}
	return found
}

// kindsOf tells which kinds of violations there are.
func kindsOf(violations []string) map[string]bool {
	all := map[string]bool{}
	for _, v := range violations {
		kind, _, _ := strings.Cut(v, ":")
		all[kind] = true
	}
	return all
}
