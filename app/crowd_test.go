package main

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"zomato/platform/database"
)

// rows are rows made of the numbers i from 1 on.
type rows struct{ into, values string }

// perHead are the rows of which each of 2,000 restaurants and customers has one.
func perHead() []rows {
	made := []rows{
		{`customers_customers (id, name, email, email_key, is_active, version, created_at, updated_at)`, `i, 'Asha Rao', 'c' || i, 'c' || i, TRUE, 1, 0, 0`},
		{`restaurants_restaurants (id, name, currency, timezone, is_active, rating, rating_sum, rating_count,
			min_order_amount, delivery_fee, version, created_at, updated_at)`, `i, 'Restaurant ' || i, 'INR', 'Asia/Kolkata', TRUE, 400, 40, 10, 0, 0, 1, 0, 0`},
		{`restaurants_cuisines (id, name, folded)`, `i, 'Cuisine ' || i, 'cuisine ' || i`},
		{`restaurants_restaurant_cuisines (restaurant_id, position, cuisine_id)`, `i, 0, 1 + i % 100`},
		{`restaurants_words (place, word, restaurant_id, item_id)`, `'name', 'n' || i, i, 0`},
		{`orders_figures_restaurants (restaurant_id, customers, repeat_customers)`, `i, 10, 0`},
		{`orders_figures_spending (customer_id, currency, orders, spent)`, `i, 'INR', 10, 10`},
		{`reviews_figures_customers (customer_id, reviews, stars)`, `i, 10, 40`},
	}
	for _, dish := range []string{"1", "2", "3"} {
		made = append(made, rows{
			`restaurants_menu_items (id, restaurant_id, name, name_folded, category, category_folded, price, is_vegetarian, is_vegan,
				is_available, version, created_at, updated_at)`, `3 * i - 3 + ` + dish + `, i, 'Dish', 'dish', 'Main', 'main', 100, TRUE, FALSE, TRUE, 1, 0, 0`,
		})
	}
	return made
}

// perOrder are the rows of which each of 20,000 orders has one.
func perOrder() []rows {
	return []rows{
		{`orders_orders (id, customer_id, restaurant_id, restaurant_name, order_status, currency, subtotal, delivery_fee, discount, tax, total,
			delivery_address, order_date, local_day, local_hour, delivery_time, version)`, `i, 1 + i % 2000, 1 + i % 2000, 'R', 'delivered', 'INR', 1, 0, 0, 0, 1, 'x', i, 0, 0, 4102444800000, 1`},
		{`orders_items (order_id, position, menu_item_id, name, quantity, item_price, line_total, from_stock)`, `i, 0, 1 + 3 * (i % 2000), 'Dish', 1, 1, 1, FALSE`},
		{`orders_events (order_id, event, at, by_role)`, `i, 'placed', i, 'staff'`},
		{`orders_figures_hours`, `1 + i % 2000, i / 2000, 12, 'INR', 0, 0, 0, 0, 1, 0, 1`},
		{`orders_figures_items`, `1 + i % 2000, i, 'INR', 'Dish', 1, 1, 1`},
		{`orders_figures_item_days`, `1 + i % 2000, i / 2000, i, 'INR', 1, 1`},
		{`orders_figures_customers`, `1 + i % 2000, i, 'R', 0, 0, 0, 0, 1, 0, 1`},
		{`orders_figures_customer_items`, `1 + i % 2000, i, 'Dish', 1`},
		{
			`reviews_reviews (id, order_id, customer_id, restaurant_id, rating, comment, sentiment, sentiment_score, local_day, version, created_at)`,
			`i, i + 1, 1 + i % 2000, 1 + i % 2000, 1 + i / 2000 % 5, 'x', CASE i % 3 WHEN 0 THEN 'positive' WHEN 1 THEN 'neutral' ELSE 'negative' END, 0, 0, 1, i`,
		},
		{`reviews_figures_days`, `1 + i % 2000, i / 2000, 0, 0, 0, 1, 0, 1, 0, 0`},
	}
}

// crowd fills the tables of a running application with 2,000 restaurants with
// three dishes each, 2,000 customers, and 20,000 orders with a line, an entry
// and a review (delivered in 2100, so that the last can be reviewed): enough that no plan reads a whole table because it is small.
// Figures are made up: nobody looks at them.
func crowd(t *testing.T, app running) {
	t.Helper()
	require.NoError(t, app.db.Write(context.Background(), func(ctx context.Context) error {
		for number, made := range map[string][]rows{"2000": perHead(), "20000": perOrder()} {
			for _, r := range made {
				_, err := app.db.Exec(ctx, `INSERT INTO `+r.into+` WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < `+number+`)
					SELECT `+r.values+` FROM n`)
				if err != nil {
					return err
				}
			}
		}
		if app.db.Dialect() == database.SQLite {
			return nil // it is not analyzed in life either
		}
		for _, table := range []string{"customers_customers", "restaurants_restaurants", "restaurants_menu_items", "orders_orders", "reviews_reviews"} {
			if _, err := app.db.Exec(ctx, `SELECT setval(pg_get_serial_sequence(?, 'id'), 100000)`, table); err != nil {
				return err
			}
		}
		_, err := app.db.Exec(ctx, `ANALYZE`)
		return err
	}))
}
