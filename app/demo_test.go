package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"zomato/app/demo"
	"zomato/modules/customers"
	"zomato/modules/restaurants"
	"zomato/platform/clock"
	"zomato/platform/config"
	"zomato/platform/testkit"
)

// filled runs the demo as the command does and gives what it printed.
func filled(t *testing.T, url string, c demoCommand, now time.Time, variables ...string) (string, error) {
	t.Helper()
	progress, err := os.Create(filepath.Join(t.TempDir(), "progress"))
	require.NoError(t, err)
	defer func() { require.NoError(t, progress.Close()) }()
	cfg, _, err := config.Load(append([]string{"REDIS_URL=", "DATABASE_URL=" + url}, variables...))
	require.NoError(t, err)
	var out bytes.Buffer
	err = c.fill(context.Background(), cfg, zap.NewNop(), now, &out, progress)
	return out.String(), err
}

func TestDemo_is_a_city_in_which_the_examples_of_the_API_work(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		out, err := filled(t, url, demoCommand{Orders: 700, Seed: 1}, clock.System{}.Now())
		require.NoError(t, err)
		require.Regexp(t, `^161 restaurants with \d{4} menu items, 70 customers, 700 orders, \d{2,3} reviews in .+\n +\d+ placed\n`, out)
		app := serving(t, "DATABASE_URL="+url)
		requireFiguresRight(t, app)
		for id, status := range map[int]string{1: "placed", 2: "confirmed", 3: "preparing", 4: "out_for_delivery", 5: "cancelled", 10: "delivered"} {
			require.Equal(t, status, app.Do(t, "GET", fmt.Sprintf("/orders/%d", id), "").Expect(t, 200).Object(t)["order_status"], "order %d", id)
		}
		tenth := app.Do(t, "GET", "/orders/10", "").Object(t)
		require.Nil(t, tenth["review"])
		require.InDelta(t, 1, tenth["customer_id"], 0)
		require.InDelta(t, 2, tenth["restaurant_id"], 0)
		require.Equal(t, []int64{5, 7}, selectAll[int64](t, app, `SELECT menu_item_id FROM orders_items WHERE order_id = 10 ORDER BY position`))
		require.Equal(t, "Asha Rao", app.Do(t, "GET", "/customers/1", "").Object(t)["name"])
		require.Empty(t, selectAll[int64](t, app, `SELECT order_id FROM reviews_reviews WHERE order_id <= 10`), "somebody may want to write one")
		delivered, err := time.Parse(time.RFC3339, tenth["delivery_time"].(string)) //nolint:forcetypeassert // else the test fails
		require.NoError(t, err)
		require.WithinRange(t, delivered, time.Now().Add(-24*time.Hour), time.Now())

		// Word for word from api.md §2.
		app.Do(t, "POST", "/customers/1/orders/", `{"restaurant_id": 2, "delivery_address": "123 Main St", "special_instructions": "Leave at door",
			"order_items": [{"menu_item_id": 5, "quantity": 2, "special_requests": "extra spicy"}, {"menu_item_id": 7, "quantity": 1}]}`).Expect(t, 201)
		app.Do(t, "POST", "/orders/10/review", `{"rating": 5, "comment": "Amazing food and fast delivery!"}`).Expect(t, 201)
		requireFiguresRight(t, app)

		// Also beside a running server, and to the letter what is there.
		_, err = filled(t, url, demoCommand{Orders: 10, Seed: 1}, clock.System{}.Now())
		require.ErrorContains(t, err, "the database is not empty")
	})
}

// content is all that the modules store, without the rows' order.
func content(t *testing.T, app running) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	for _, table := range []string{
		"customers_customers", "restaurants_restaurants", "restaurants_menu_items", "orders_orders", "orders_items", "orders_events",
		"orders_figures_hours", "orders_figures_items", "orders_figures_restaurants", "orders_figures_customers", "reviews_reviews",
	} {
		rows, err := databaseRows(app, table)
		require.NoError(t, err)
		all[table] = rows
	}
	return all
}

// databaseRows reads a table, each row as text; menu items without the time at
// which they were stored.
func databaseRows(app running, table string) ([]string, error) {
	var out []string
	err := app.db.Read(context.Background(), func(ctx context.Context) error {
		var columns []string
		if err := app.db.Select(ctx, &columns, `SELECT name FROM pragma_table_info(?) ORDER BY cid`, table); err != nil {
			return err
		}
		if table == "restaurants_menu_items" {
			columns = slices.DeleteFunc(columns, func(c string) bool { return c == "created_at" || c == "updated_at" })
		}
		text := "''"
		for _, column := range columns {
			text += " || '|' || COALESCE(CAST(" + column + " AS TEXT), 'null')"
		}
		return app.db.Select(ctx, &out, `SELECT `+text+` FROM `+table+` ORDER BY 1`)
	})
	return out, err
}

func TestDemo_is_the_same_for_the_same_seed_and_moment(t *testing.T) {
	t.Parallel()
	now := clock.System{}.Now().Add(-time.Hour)
	fill := func(seed uint64, at time.Time) map[string][]string {
		url := testkit.SQLite(t)
		_, err := filled(t, url, demoCommand{Orders: 300, Seed: seed}, at)
		require.NoError(t, err)
		return content(t, serving(t, "DATABASE_URL="+url))
	}
	first := fill(7, now)
	for table, rows := range first {
		require.NotEmpty(t, rows, table)
	}
	require.Equal(t, first, fill(7, now))
	require.NotEqual(t, first["orders_items"], fill(8, now)["orders_items"])
	later := fill(7, now.Add(time.Hour))
	require.NotEqual(t, first["orders_events"], later["orders_events"], "times are relative to the start of the command")
}

func TestDemo_has_no_time_that_is_still_to_come_or_shown_with_fewer_decimals(t *testing.T) {
	t.Parallel()
	url, now := testkit.SQLite(t), clock.System{}.Now()
	_, err := filled(t, url, demoCommand{Orders: 2000, Seed: 3}, now)
	require.NoError(t, err)
	app := serving(t, "DATABASE_URL="+url)
	for _, column := range []string{
		"order_date FROM orders_orders", "delivery_time FROM orders_orders WHERE delivery_time IS NOT NULL", "at FROM orders_events",
		"created_at FROM reviews_reviews", "reply_at FROM reviews_reviews WHERE reply_at IS NOT NULL",
		"created_at FROM customers_customers", "created_at FROM restaurants_restaurants",
	} {
		times := selectAll[int64](t, app, `SELECT `+column)
		require.NotEmpty(t, times, column)
		require.LessOrEqual(t, slices.Max(times), now.UnixMilli(), column)
		require.False(t, slices.ContainsFunc(times, func(ms int64) bool { return ms%10 == 0 }), column)
	}
	orders := selectAll[int64](t, app, `SELECT order_date FROM orders_orders WHERE id > 10 ORDER BY id`)
	require.True(t, slices.IsSorted(orders), "the oldest first")
	require.Greater(t, now.UnixMilli()-orders[0], int64(27*24*time.Hour/time.Millisecond), "some weeks of them")
	early := selectAll[int64](t, app, `SELECT COUNT(*) FROM orders_orders o JOIN customers_customers c ON c.id = o.customer_id WHERE o.order_date < c.created_at`)
	require.Equal(t, []int64{0}, early, "nobody orders before they are a customer")
}

func TestDemo_fills_what_is_switched_on(t *testing.T) {
	t.Parallel()
	for disabled, want := range map[string]string{
		"reviews":        `^161 restaurants with \d+ menu items, 40 customers, 20 orders in .+\n`,
		"orders,reviews": `^161 restaurants with \d+ menu items, 40 customers in .+\n$`,
	} {
		out, err := filled(t, testkit.SQLite(t), demoCommand{Orders: 20}, clock.System{}.Now(), "DISABLED_MODULES="+disabled)
		require.NoError(t, err)
		assert.Regexp(t, want, out)
	}
	_, err := filled(t, testkit.SQLite(t), demoCommand{Orders: 20}, clock.System{}.Now(), "MODULES=restaurants")
	require.EqualError(t, err, "demo needs customers: enable it")
	_, err = filled(t, testkit.SQLite(t), demoCommand{Orders: 9}, clock.System{}.Now())
	require.ErrorContains(t, err, "the least are 10")
	_, err = filled(t, testkit.SQLite(t), demoCommand{Orders: 1 << 50}, clock.System{}.Now())
	require.ErrorContains(t, err, "the most are 10000000")
}

func TestDemo_has_ids_from_1_or_says_why_not(t *testing.T) {
	t.Parallel()
	for _, table := range []string{"restaurants_restaurants", "restaurants_menu_items", "customers_customers", "orders_orders"} {
		t.Run(table, func(t *testing.T) {
			t.Parallel()
			url := testkit.Postgres(t)
			app := serving(t, "DATABASE_URL="+url)
			require.NoError(t, app.db.Write(context.Background(), func(ctx context.Context) error {
				_, err := app.db.Exec(ctx, `SELECT nextval(pg_get_serial_sequence(?, 'id'))`, table) // what a unit of work that failed has done
				return err
			}))
			_, err := filled(t, url, demoCommand{Orders: 10}, clock.System{}.Now())
			require.ErrorContains(t, err, "do not begin at 1")
		})
	}
}

// stopped is an importer of restaurants that is interrupted at the menus.
type stopped struct {
	restaurants.Importer

	interrupt func()
}

// IsEmpty implements restaurants.Importer.
func (stopped) IsEmpty(context.Context) (bool, error) { return true, nil }

// ImportRestaurants implements restaurants.Importer.
func (stopped) ImportRestaurants(context.Context, io.Reader, restaurants.Import) (restaurants.ImportReport, error) {
	return restaurants.ImportReport{Created: 161}, nil
}

// ImportMenuItems implements restaurants.Importer.
func (s stopped) ImportMenuItems(ctx context.Context, _ io.Reader, _ restaurants.Import) (restaurants.ImportReport, error) {
	s.interrupt()
	return restaurants.ImportReport{}, ctx.Err()
}

// noCustomers is an importer of customers that there are none of yet.
type noCustomers struct{ customers.Importer }

// IsEmpty implements customers.Importer.
func (noCustomers) IsEmpty(context.Context) (bool, error) { return true, nil }

func TestDemo_that_is_interrupted_says_what_it_leaves_behind(t *testing.T) {
	t.Parallel()
	ctx, interrupt := context.WithCancel(t.Context())
	progress, err := os.Create(filepath.Join(t.TempDir(), "progress"))
	require.NoError(t, err)
	defer func() { require.NoError(t, progress.Close()) }()
	to := demo.Modules{RestaurantImport: stopped{interrupt: interrupt}, Customers: noCustomers{}}
	err = demoCommand{Orders: 10}.fillInto(ctx, to, false, clock.System{}.Now(), io.Discard, progress)
	require.EqualError(t, err, "the database holds a part of the demo now; remove it and start again: interrupted")
}

func TestDemo_touches_no_database_with_a_record(t *testing.T) {
	t.Parallel()
	for what, path := range map[string]string{
		`{"name":"Asha","email":"asha@example.com"}`:        "/customers/",
		`{"name":"Wok","cuisines":["Thai"],"city":"Delhi"}`: "/restaurants/",
	} {
		url := testkit.SQLite(t)
		app := serving(t, "DATABASE_URL="+url)
		app.Do(t, "POST", path, what).Expect(t, 201)
		app.Do(t, "DELETE", path+"1", "") // what was removed was there
		before := content(t, app)
		_, err := filled(t, url, demoCommand{Orders: 10}, clock.System{}.Now())
		require.ErrorContains(t, err, "the database is not empty")
		after := content(t, app)
		require.Equal(t, slices.Sorted(maps.Keys(before)), slices.Sorted(maps.Keys(after)))
		require.Equal(t, before, after)
	}
}
