package sqlstore

import (
	"context"
	"fmt"
	"strings"

	"zomato/modules/orders"
	"zomato/modules/orders/internal/core"
	"zomato/platform/database"
)

// AddToFigures implements core.FigureStore: two statements for a move that
// sells nothing, up to six for the first order of a customer. Each is an upsert
// of differences, so that no row has to be read before it is changed.
func (s *Store) AddToFigures(ctx context.Context, t core.Tally) error {
	counts := differences(t)
	for _, add := range []func() error{
		func() error { return s.addToHour(ctx, t, counts) },
		func() error { return s.addItems(ctx, t) },
		func() error { return s.addToCustomer(ctx, t, counts) },
		func() error { return s.addSpending(ctx, t) },
	} {
		if err := add(); err != nil {
			return fmt.Errorf("add to the figures of restaurant %d and customer %d: %w", t.RestaurantID, t.CustomerID, err)
		}
	}
	return nil
}

// differences are what the number of orders with each status changes by, in the
// order of the columns.
func differences(t core.Tally) []any {
	out := make([]any, 0, 6)
	for _, status := range []orders.Status{
		orders.StatusPlaced, orders.StatusConfirmed, orders.StatusPreparing,
		orders.StatusOutForDelivery, orders.StatusDelivered, orders.StatusCancelled,
	} {
		n := 0
		if status == t.To {
			n++
		}
		if status == t.From {
			n--
		}
		out = append(out, n)
	}
	return out
}

// addCounts is the part of an upsert that adds the differences to the table f.
const addCounts = `placed = f.placed + excluded.placed, confirmed = f.confirmed + excluded.confirmed,
	preparing = f.preparing + excluded.preparing, out_for_delivery = f.out_for_delivery + excluded.out_for_delivery,
	delivered = f.delivered + excluded.delivered, cancelled = f.cancelled + excluded.cancelled`

func (s *Store) addToHour(ctx context.Context, t core.Tally, counts []any) error {
	args := append([]any{t.RestaurantID, int64(t.Day), t.Hour, t.Currency, int64(t.Revenue)}, counts...)
	_, err := s.db.Exec(ctx, `
		INSERT INTO orders_figures_hours AS f (restaurant_id, day, hour, currency, revenue,
			placed, confirmed, preparing, out_for_delivery, delivered, cancelled)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (restaurant_id, day, hour, currency) DO UPDATE SET revenue = f.revenue + excluded.revenue, `+addCounts, args...)
	return err
}

// addToCustomer counts the order for its customer, and the customer for the
// restaurant: at the first order, and at the second.
func (s *Store) addToCustomer(ctx context.Context, t core.Tally, counts []any) error {
	args := append([]any{t.CustomerID, t.RestaurantID, t.RestaurantName, database.Millis(t.PlacedAt)}, counts...)
	var total int64
	err := s.db.Get(ctx, &total, `
		INSERT INTO orders_figures_customers AS f (customer_id, restaurant_id, restaurant_name, last_order_at,
			placed, confirmed, preparing, out_for_delivery, delivered, cancelled)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (customer_id, restaurant_id) DO UPDATE SET
			restaurant_name = CASE WHEN excluded.placed > 0 AND excluded.last_order_at >= f.last_order_at THEN excluded.restaurant_name ELSE f.restaurant_name END,
			last_order_at = CASE WHEN excluded.last_order_at >= f.last_order_at THEN excluded.last_order_at ELSE f.last_order_at END, `+addCounts+`
		RETURNING placed + confirmed + preparing + out_for_delivery + delivered + cancelled`, args...)
	if err != nil || t.From != "" || total > 2 {
		return err
	}
	first, second := 0, 0
	if total == 1 {
		first = 1
	} else {
		second = 1
	}
	_, err = s.db.Exec(ctx, `
		INSERT INTO orders_figures_restaurants AS f (restaurant_id, customers, repeat_customers) VALUES (?, ?, ?)
		ON CONFLICT (restaurant_id) DO UPDATE SET customers = f.customers + excluded.customers,
			repeat_customers = f.repeat_customers + excluded.repeat_customers`, t.RestaurantID, first, second)
	return err
}

// addItems counts the pieces for the restaurant, for its day and for the
// customer: one statement each, whatever the number of items.
func (s *Store) addItems(ctx context.Context, t core.Tally) error {
	if len(t.Sold) == 0 {
		return nil
	}
	var all, day, customer []any
	for _, item := range t.Sold {
		all = append(all, t.RestaurantID, item.MenuItemID, t.Currency, item.Name, t.OrderID, item.Quantity, int64(item.Revenue))
		day = append(day, t.RestaurantID, int64(t.Day), item.MenuItemID, t.Currency, item.Quantity, int64(item.Revenue))
		customer = append(customer, t.CustomerID, item.MenuItemID, item.Name, item.Quantity)
	}
	// An order that is cancelled brings no newer name.
	const (
		add  = ` DO UPDATE SET quantity = f.quantity + excluded.quantity`
		name = `, name = CASE WHEN excluded.quantity > 0 THEN excluded.name ELSE f.name END`
	)
	for _, statement := range []struct {
		query, row, conflict string
		args                 []any
	}{
		{
			`INSERT INTO orders_figures_items AS f (restaurant_id, menu_item_id, currency, name, last_order_id, quantity, revenue) VALUES `, `(?, ?, ?, ?, ?, ?, ?)`,
			` ON CONFLICT (restaurant_id, menu_item_id, currency)` + add + name + `, revenue = f.revenue + excluded.revenue,
				last_order_id = CASE WHEN excluded.quantity > 0 THEN excluded.last_order_id ELSE f.last_order_id END`, all,
		},
		{
			`INSERT INTO orders_figures_item_days AS f (restaurant_id, day, menu_item_id, currency, quantity, revenue) VALUES `, `(?, ?, ?, ?, ?, ?)`,
			` ON CONFLICT (restaurant_id, day, menu_item_id, currency)` + add + `, revenue = f.revenue + excluded.revenue`, day,
		},
		{
			`INSERT INTO orders_figures_customer_items AS f (customer_id, menu_item_id, name, quantity) VALUES `, `(?, ?, ?, ?)`,
			` ON CONFLICT (customer_id, menu_item_id)` + add + name, customer,
		},
	} {
		query := statement.query + statement.row + strings.Repeat(", "+statement.row, len(t.Sold)-1) + statement.conflict
		if _, err := s.db.Exec(ctx, query, statement.args...); err != nil {
			return err
		}
	}
	return nil
}

// addSpending counts what a customer paid, once they got what they paid for.
func (s *Store) addSpending(ctx context.Context, t core.Tally) error {
	if t.To != orders.StatusDelivered {
		return nil
	}
	_, err := s.db.Exec(ctx, `
		INSERT INTO orders_figures_spending AS f (customer_id, currency, orders, spent) VALUES (?, ?, 1, ?)
		ON CONFLICT (customer_id, currency) DO UPDATE SET orders = f.orders + excluded.orders, spent = f.spent + excluded.spent`,
		t.CustomerID, t.Currency, int64(t.Revenue))
	return err
}
