package sqlstore_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"zomato/modules/customers"
	"zomato/modules/orders"
	"zomato/modules/orders/internal/core"
	"zomato/modules/orders/internal/sqlstore"
	"zomato/modules/restaurants"
	"zomato/platform/calendar"
	"zomato/platform/database"
	"zomato/platform/database/databasetest"
	"zomato/platform/money"
	"zomato/platform/testkit"
)

// ofRestaurant reads the figures of a restaurant on some days.
func (w world) ofRestaurant(t *testing.T, id int64, currency, from, to string) restaurants.OrderSummary {
	t.Helper()
	days, err := calendar.ParseDays(from, to)
	require.NoError(t, err)
	got, known, err := w.store.OrdersOfRestaurant(w.ctx, id, currency, days)
	require.NoError(t, err)
	require.True(t, known)
	return got
}

// ofCustomer reads the figures of a customer.
func (w world) ofCustomer(t *testing.T, id int64) customers.OrderSummary {
	t.Helper()
	got, known, err := w.store.OrdersOfCustomer(w.ctx, id)
	require.NoError(t, err)
	require.True(t, known)
	return got
}

// placeAt places an order at an hour of India's day in March 2026.
func (w world) placeAt(t *testing.T, day, hour int, change ...func(*orders.NewOrder)) orders.Order {
	t.Helper()
	w.time.set(time.Date(2026, 3, day, hour, 0, 0, 0, time.FixedZone("", 5*3600+1800)).UTC())
	return w.place(t, change...)
}

func byRavi(n *orders.NewOrder) { n.CustomerID = 4 }

func atWok(n *orders.NewOrder) {
	n.RestaurantID, n.Lines = 3, []orders.NewLine{{MenuItemID: 9, Quantity: 3}, {MenuItemID: 9, Quantity: 1}}
}

// history is a few days of orders: restaurant 2 gets five, of which one is
// cancelled and two are delivered; restaurant 3 gets one, in euros.
func history(t *testing.T, w world) {
	t.Helper()
	whole := []orders.Status{orders.StatusConfirmed, orders.StatusPreparing, orders.StatusOutForDelivery, orders.StatusDelivered}
	w.to(t, w.placeAt(t, 1, 12).ID, whole...)
	w.to(t, w.placeAt(t, 1, 13).ID, orders.StatusCancelled)
	w.to(t, w.placeAt(t, 3, 0, byRavi).ID, whole...)
	w.to(t, w.placeAt(t, 3, 12).ID, orders.StatusConfirmed)
	w.placeAt(t, 4, 23)
	w.menu.Add(restaurants.Restaurant{ID: 3, Name: "Wok", Currency: "EUR", Timezone: "Asia/Kolkata", IsActive: true, Version: 1})
	w.to(t, w.placeAt(t, 5, 12, atWok).ID, whole...)
}

const oneOrder money.Amount = 2*249_50 + 60_00 + 30_50

func TestMost_ordered_are_the_restaurants_with_most_customers(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		w.placeAt(t, 1, 12, atWok)
		w.placeAt(t, 1, 12)
		w.placeAt(t, 1, 13)
		ids, err := w.store.MostOrdered(w.ctx, 5)
		require.NoError(t, err)
		assert.Equal(t, []int64{2, 3}, ids)
		w.placeAt(t, 1, 13, atWok)
		w.placeAt(t, 1, 13, byRavi, atWok)
		ids, err = w.store.MostOrdered(w.ctx, 1)
		require.NoError(t, err)
		assert.Equal(t, []int64{3}, ids)
	})
}

func TestFigures_of_a_restaurant(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		history(t, w)
		hours := func(at map[int]int64) []int64 {
			out := make([]int64, 24)
			for hour, n := range at {
				out[hour] = n
			}
			return out
		}
		status := func(placed, confirmed, delivered, cancelled int64) map[string]int64 {
			return map[string]int64{"placed": placed, "confirmed": confirmed, "preparing": 0, "out_for_delivery": 0, "delivered": delivered, "cancelled": cancelled}
		}
		popular := func(orders int64) []restaurants.PopularItem {
			return []restaurants.PopularItem{
				{MenuItemID: 5, Name: "Paneer Tikka", Quantity: 2 * orders, Revenue: money.Amount(orders) * 499_00},
				{MenuItemID: 7, Name: "Garlic Naan", Quantity: orders, Revenue: money.Amount(orders) * 60_00},
			}
		}
		first := restaurants.DayFigures{Date: "2026-03-01", Orders: 2, Revenue: oneOrder}
		third := restaurants.DayFigures{Date: "2026-03-03", Orders: 2, Revenue: oneOrder}
		assert.Equal(t, restaurants.OrderSummary{
			TotalOrders: 5, OrdersByStatus: status(1, 1, 2, 1), TotalRevenue: 2 * oneOrder, AverageOrderValue: new(oneOrder),
			PopularItems: popular(4), UniqueCustomers: new(int64(2)), RepeatRate: new(0.5), CancellationRate: 0.2,
			OrdersByHour: hours(map[int]int64{0: 1, 12: 2, 13: 1, 23: 1}),
			Daily:        []restaurants.DayFigures{first, third, {Date: "2026-03-04", Orders: 1}},
		}, w.ofRestaurant(t, 2, "INR", "", ""))
		assert.Equal(t, restaurants.OrderSummary{
			TotalOrders: 2, OrdersByStatus: status(0, 1, 1, 0), TotalRevenue: oneOrder, AverageOrderValue: new(oneOrder),
			PopularItems: popular(2), OrdersByHour: hours(map[int]int64{0: 1, 12: 1}), Daily: []restaurants.DayFigures{third},
		}, w.ofRestaurant(t, 2, "INR", "2026-03-02", "2026-03-04"))

		nothing := restaurants.OrderSummary{
			OrdersByStatus: status(0, 0, 0, 0), PopularItems: []restaurants.PopularItem{}, OrdersByHour: hours(nil), Daily: []restaurants.DayFigures{},
		}
		assert.Equal(t, nothing, w.ofRestaurant(t, 2, "INR", "2026-03-05", "2026-03-05"), "a range may be empty")
		nothing.UniqueCustomers, nothing.RepeatRate = new(int64(0)), new(0.0)
		assert.Equal(t, nothing, w.ofRestaurant(t, 99, "INR", "", ""))

		before := w.ofRestaurant(t, 3, "INR", "", "")
		assert.Equal(t, money.Amount(0), before.TotalRevenue, "amounts of another currency are not mixed in")
		assert.Nil(t, before.AverageOrderValue)
		assert.Equal(t, []restaurants.PopularItem{{MenuItemID: 9, Name: "Noodles", Quantity: 4}}, before.PopularItems)
		assert.Equal(t, money.Amount(400_00), w.ofRestaurant(t, 3, "EUR", "", "").TotalRevenue)
	})
}

func TestPopular_items_are_five_the_first_of_those_that_sold_as_much(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		for id := int64(20); id < 27; id++ {
			w.menu.AddItem(restaurants.MenuItem{ID: id, RestaurantID: 2, Name: fmt.Sprint("Dish ", id), Category: "Main", Price: 1_00, IsAvailable: true})
		}
		w.place(t, func(n *orders.NewOrder) {
			n.Lines = []orders.NewLine{
				{MenuItemID: 26, Quantity: 1},
				{MenuItemID: 25, Quantity: 1},
				{MenuItemID: 22, Quantity: 9},
				{MenuItemID: 21, Quantity: 1},
				{MenuItemID: 20, Quantity: 1},
				{MenuItemID: 24, Quantity: 1},
			}
		})
		for _, days := range [][2]string{{"", ""}, {"2026-03-01", "2026-03-02"}} {
			var ids []int64
			for _, item := range w.ofRestaurant(t, 2, "INR", days[0], days[1]).PopularItems {
				ids = append(ids, item.MenuItemID)
			}
			assert.Equal(t, []int64{22, 20, 21, 24, 25}, ids)
		}
	})
}

func TestFigures_of_a_customer(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		history(t, w)
		got := w.ofCustomer(t, 1)
		assert.Equal(t, customers.OrderSummary{
			TotalOrders:     5,
			OrdersByStatus:  map[string]int64{"placed": 1, "confirmed": 1, "preparing": 0, "out_for_delivery": 0, "delivered": 2, "cancelled": 1},
			SpentByCurrency: []customers.Spending{{Currency: "EUR", Amount: 400_00}, {Currency: "INR", Amount: oneOrder}},
			FavouriteRestaurants: []customers.FavouriteRestaurant{
				{RestaurantID: 2, Name: "Spice Route", Orders: 3}, {RestaurantID: 3, Name: "Wok", Orders: 1},
			},
			FavouriteItems: []customers.FavouriteItem{
				{MenuItemID: 5, Name: "Paneer Tikka", Quantity: 6}, {MenuItemID: 9, Name: "Noodles", Quantity: 4}, {MenuItemID: 7, Name: "Garlic Naan", Quantity: 3},
			},
			LastOrderAt: new(time.Date(2026, 3, 5, 6, 30, 0, 0, time.UTC)),
		}, got, "totals are null in two currencies")
		ravi := w.ofCustomer(t, 4)
		assert.Equal(t, oneOrder, *ravi.TotalSpent)
		assert.Equal(t, oneOrder, *ravi.AverageOrderValue)

		require.NoError(t, w.db.Write(w.ctx, func(ctx ctx) error { return w.store.EraseCustomer(ctx, 4) }))
		assert.Equal(t, customers.OrderSummary{
			OrdersByStatus: map[string]int64{"placed": 0, "confirmed": 0, "preparing": 0, "out_for_delivery": 0, "delivered": 0, "cancelled": 0},
			TotalSpent:     new(money.Amount(0)), SpentByCurrency: []customers.Spending{},
			FavouriteRestaurants: []customers.FavouriteRestaurant{}, FavouriteItems: []customers.FavouriteItem{},
		}, w.ofCustomer(t, 4), "what is about them is erased")
		assert.Equal(t, int64(2), *w.ofRestaurant(t, 2, "INR", "", "").UniqueCustomers, "what is about the restaurant stays")
	})
}

func TestNames_in_figures_are_those_of_the_last_order(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		first := w.place(t)
		w.menu.AddItem(restaurants.MenuItem{ID: 5, RestaurantID: 2, Name: "Paneer", Category: "Main", Price: 249_50, IsAvailable: true})
		w.menu.Add(restaurants.Restaurant{ID: 2, Name: "Spice Road", Currency: "INR", Timezone: "Asia/Kolkata", IsActive: true, Version: 2})
		w.place(t)
		w.to(t, first.ID, orders.StatusConfirmed, orders.StatusCancelled)
		assert.Equal(t, "Paneer", w.ofRestaurant(t, 2, "INR", "", "").PopularItems[0].Name)
		got := w.ofCustomer(t, 1)
		assert.Equal(t, "Spice Road", got.FavouriteRestaurants[0].Name)
		assert.Equal(t, "Paneer", got.FavouriteItems[0].Name)
	})
}

// figureKeys are the tables of figures, and how their rows are sorted by key.
func figureKeys() map[string]string {
	return map[string]string{
		"hours": "1, 2, 3, 4", "items": "1, 2, 3", "item_days": "1, 2, 3, 4", "restaurants": "1", "customers": "1, 2", "customer_items": "1, 2", "spending": "1, 2",
	}
}

// figureTables gives what the figure tables hold, one row a line.
func figureTables(t *testing.T, db *database.DB) []string {
	t.Helper()
	var out []string
	for table, key := range figureKeys() {
		for _, values := range figureTable(t, db, table, key) {
			for _, value := range values {
				if n, ok := value.(int64); ok && n != 0 || !ok {
					out = append(out, fmt.Sprint(table, " ", values))
					break
				}
			}
		}
	}
	return out
}

// figureTable gives the rows of a table in an order.
func figureTable(t *testing.T, db *database.DB, table, order string) (out [][]any) {
	t.Helper()
	rows, err := db.Conn(t.Context()).QueryxContext(t.Context(), `SELECT * FROM orders_figures_`+table+` ORDER BY `+order)
	require.NoError(t, err)
	for rows.Next() {
		values, err := rows.SliceScan()
		require.NoError(t, err)
		out = append(out, values)
	}
	require.NoError(t, rows.Err())
	require.NoError(t, rows.Close())
	return out
}

// Two that change the same rows at once would otherwise wait for each other in a
// circle, now and then. Where a row lies tells when it came to be changed.
func TestFigures_are_changed_in_the_order_of_their_keys(t *testing.T) {
	t.Parallel()
	w := open(t, testkit.Postgres(t)) // SQLite has one writer
	require.NoError(t, w.db.Write(w.ctx, func(ctx context.Context) error {
		for order := range int64(96) { // each restaurant has two days of two hours and two currencies
			if err := w.store.AddToFigures(ctx, core.Tally{
				OrderID: order, RestaurantID: order / 8, Day: calendar.Day(order / 4 % 2), Hour: int(order / 2 % 2), Currency: []string{"INR", "EUR"}[order%2],
				CustomerID: order % 5, RestaurantName: "Wok", To: orders.StatusDelivered, PlacedAt: time.UnixMilli(order), Revenue: 1,
				Sold: []core.Sold{{MenuItemID: 2, Name: "Noodles", Quantity: 1, Revenue: 1}, {MenuItemID: 1, Name: "Rice", Quantity: 1, Revenue: 1}},
			}); err != nil {
				return err
			}
		}
		return nil
	}))
	for table, key := range figureKeys() {
		rows := figureTable(t, w.db, table, key)
		require.GreaterOrEqual(t, len(rows), 10, "so many do not come in order by chance: %s", table)
		assert.Equal(t, rows, figureTable(t, w.db, table, "ctid"), table)
	}
}

func TestOrders_from_before_the_figures_are_counted_by_the_migration(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		history(t, w)
		w.placeAt(t, 6, 12, byRavi) // the second order of a customer who is erased
		w.menu.AddItem(restaurants.MenuItem{ID: 5, RestaurantID: 2, Name: "Apam", Category: "Main", Price: 249_50, IsAvailable: true})
		w.menu.Add(restaurants.Restaurant{ID: 2, Name: "Apam House", Currency: "INR", Timezone: "Asia/Kolkata", IsActive: true, Version: 2})
		w.placeAt(t, 6, 13)
		require.NoError(t, w.db.Write(w.ctx, func(ctx ctx) error { return w.store.EraseCustomer(ctx, 4) }))
		kept := figureTables(t, w.db)
		require.Len(t, kept, 29)
		// The same orders in a database that knows the first migration only.
		require.NoError(t, w.db.Write(w.ctx, func(ctx ctx) error {
			for table := range strings.FieldsSeq("hours items item_days restaurants customers customer_items spending") {
				if _, err := w.db.Exec(ctx, `DROP TABLE orders_figures_`+table); err != nil {
					return err
				}
			}
			for _, statement := range []string{
				`ALTER TABLE orders_orders DROP COLUMN local_day`, `ALTER TABLE orders_orders DROP COLUMN local_hour`,
				`CREATE INDEX IF NOT EXISTS orders_orders_restaurant ON orders_orders (restaurant_id, order_date, id)`,
				`DELETE FROM orders_migrations WHERE version_id >= 2`,
			} {
				if _, err := w.db.Exec(ctx, statement); err != nil {
					return err
				}
			}
			return nil
		}))
		applied, err := w.db.Migrate(t.Context(), []database.Migrations{sqlstore.Migrations()})
		require.NoError(t, err)
		require.Len(t, applied, 2)
		require.ElementsMatch(t, kept, figureTables(t, w.db))
	})
}

func TestFigures_read_their_own_rows_only(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		const n = ` WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) `
		require.NoError(t, w.db.Write(w.ctx, func(ctx ctx) error {
			for _, statement := range []string{
				`INSERT INTO orders_figures_hours` + n + `SELECT 1 + i % 200, i / 2000, i / 200 % 10, 'INR', 1, 1, 1, 1, 1, 1, 1 FROM n`,
				`INSERT INTO orders_figures_items` + n + `SELECT 1 + i % 200, i, 'INR', 'D', 1, 1, 1 FROM n`,
				`INSERT INTO orders_figures_item_days` + n + `SELECT 1 + i % 200, i / 2000, i, 'INR', 1, 1 FROM n`,
				`INSERT INTO orders_figures_customers` + n + `SELECT i / 10, i % 200, 'R', 1, 1, 1, 1, 1, 1, 1 FROM n`,
				`INSERT INTO orders_figures_customer_items` + n + `SELECT i / 10, i, 'D', 1 FROM n`,
				"ANALYZE",
			} {
				if _, err := w.db.Exec(ctx, statement); err != nil {
					return err
				}
			}
			return nil
		}))
		all, some := calendar.Days{}, calendar.Days{From: new(calendar.Day(2)), To: new(calendar.Day(5))}
		for _, days := range []calendar.Days{all, some} {
			for _, statement := range []func() (string, []any){
				func() (string, []any) { return sqlstore.DaysStatement(7, "INR", days) },
				func() (string, []any) { return sqlstore.HoursStatement(7, days) },
				func() (string, []any) { return sqlstore.PopularStatement(7, "INR", days) },
				func() (string, []any) { return sqlstore.CustomerStatement, []any{7} },
				func() (string, []any) { return sqlstore.FavouriteItemsStatement, []any{7, 3} },
			} {
				query, args := statement()
				plan := databasetest.Plan(t, w.db, query, args...)
				assert.NotContains(t, plan, "Seq Scan", query)
				assert.NotContains(t, plan, "SCAN orders", query)
			}
		}
	})
}

func TestA_popular_item_that_is_gone_is_called_as_it_was_last_ordered(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		rename := func(name, currency string) {
			w.menu.AddItem(restaurants.MenuItem{ID: 5, RestaurantID: 2, Name: name, Category: "Main", Price: 249_50, IsAvailable: true})
			w.menu.Add(restaurants.Restaurant{ID: 2, Name: name, Currency: currency, Timezone: "Asia/Kolkata", IsActive: true, Version: 2})
		}
		w.time.set(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)) // all in the same millisecond
		rename("Zebra", "EUR")
		first := w.place(t)
		rename("Apam", "INR")
		w.place(t)
		w.to(t, first.ID, orders.StatusConfirmed) // what was ordered before brings no name back
		assert.Equal(t, "Apam", w.ofRestaurant(t, 2, "INR", "", "").PopularItems[0].Name)
		assert.Equal(t, "Apam", w.ofRestaurant(t, 2, "INR", "2026-03-01", "").PopularItems[0].Name)
		assert.Equal(t, "Apam", w.ofCustomer(t, 1).FavouriteRestaurants[0].Name)
	})
}
