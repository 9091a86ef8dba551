package sqlstore_test

import (
	"context"
	"fmt"
	"reflect"
	"slices"
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
	"zomato/platform/fault"
	"zomato/platform/paging"
)

type ctx = context.Context

// sameOrder writes the id of an order as 1, which Postgres does not begin with
// when each unit of work runs twice.
func sameOrder(texts []string, id int64) []string {
	for i := range texts {
		texts[i] = strings.ReplaceAll(texts[i], fmt.Sprintf(`"order_id":%d,`, id), `"order_id":1,`)
	}
	return texts
}

// follow reads a list page by page.
func follow(t *testing.T, total int, read func(q paging.Query) (paging.Page[orders.Order], error)) []int64 {
	t.Helper()
	ids := []int64{}
	for q := (paging.Query{Limit: 2, Count: true}); ; {
		page, err := read(q)
		require.NoError(t, err)
		require.EqualValues(t, total, *page.Total)
		for _, o := range page.Items {
			ids = append(ids, o.ID)
			require.NotEmpty(t, o.OrderItems)
		}
		if page.Next == "" {
			return ids
		}
		q.After = page.Next
	}
}

func TestLists_are_paged_and_filtered_the_newest_first(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		var ids []int64
		for range 5 {
			ids = append([]int64{w.place(t).ID}, ids...)
		}
		other := w.place(t, func(n *orders.NewOrder) { n.CustomerID = 4 })
		wok := w.place(t, func(n *orders.NewOrder) { n.RestaurantID, n.Lines = 3, []orders.NewLine{{MenuItemID: 9, Quantity: 1}} })
		w.to(t, ids[1], orders.StatusConfirmed)
		w.to(t, ids[3], orders.StatusConfirmed)
		for _, c := range []struct {
			customer, restaurant int64
			status               orders.Status
			want                 []int64
		}{
			{customer: 1, want: append([]int64{wok.ID}, ids...)},
			{customer: 1, status: orders.StatusConfirmed, want: []int64{ids[1], ids[3]}},
			{customer: 4, want: []int64{other.ID}},
			{customer: 4, status: orders.StatusCancelled, want: []int64{}},
			{restaurant: 2, want: append([]int64{other.ID}, ids...)},
			{restaurant: 2, status: orders.StatusConfirmed, want: []int64{ids[1], ids[3]}},
			{restaurant: 3, want: []int64{wok.ID}},
		} {
			got := follow(t, len(c.want), func(q paging.Query) (paging.Page[orders.Order], error) {
				if c.customer != 0 {
					return w.OfCustomer(w.ctx, c.customer, c.status, q)
				}
				return w.OfRestaurant(w.ctx, c.restaurant, c.status, calendar.Days{}, q)
			})
			assert.Equal(t, c.want, got, "%+v", c)
		}
		_, err := w.OfCustomer(w.ctx, 99, "", paging.Query{Limit: 1})
		require.True(t, fault.Is(err, customers.CodeNotFound), "%v", err)
		_, err = w.OfRestaurant(w.ctx, 99, "", calendar.Days{}, paging.Query{Limit: 1})
		require.True(t, fault.Is(err, restaurants.CodeNotFound), "%v", err)
		_, err = w.OfCustomer(w.ctx, 1, "", paging.Query{Limit: 1, After: "%%%"})
		require.True(t, fault.IsKind(err, fault.Invalid), "%v", err)
	})
}

// A status that the store does not know of would be in no list of all.
func TestLists_of_any_status_have_all_that_the_contract_names(t *testing.T) {
	t.Parallel()
	field, _ := reflect.TypeFor[orders.Order]().FieldByName("OrderStatus")
	names := strings.Split(field.Tag.Get("enum"), ",")
	require.Greater(t, len(names), 5)
	each(t, func(t *testing.T, w world) {
		ids := make([]int64, len(names))
		for i := range names {
			ids[i] = w.place(t).ID
		}
		require.NoError(t, w.db.Write(w.ctx, func(ctx ctx) error {
			for i, status := range names {
				if _, err := w.db.Exec(ctx, `UPDATE orders_orders SET order_status = ? WHERE id = ?`, status, ids[i]); err != nil {
					return err
				}
			}
			return nil
		}))
		slices.Reverse(ids)
		for _, days := range []string{"", "2026-01-01"} {
			since, err := calendar.ParseDays(days, "")
			require.NoError(t, err)
			page, err := w.OfRestaurant(w.ctx, 2, "", since, paging.Query{Limit: 50, Count: true})
			require.NoError(t, err)
			found := make([]int64, len(page.Items))
			for i, o := range page.Items {
				found[i] = o.ID
			}
			assert.Equal(t, ids, found)
			assert.EqualValues(t, len(ids), *page.Total)
		}
	})
}

func TestOrders_of_the_same_moment_are_paged_without_gaps(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		var ids []int64
		w.time.set(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
		for range 5 {
			ids = append([]int64{w.place(t).ID}, ids...)
		}
		require.Equal(t, ids, follow(t, 5, func(q paging.Query) (paging.Page[orders.Order], error) {
			return w.OfCustomer(w.ctx, 1, "", q)
		}))
	})
}

func TestDays_are_the_restaurants_and_half_open(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		kolkata := time.FixedZone("", 5*3600+1800)
		at := func(day, hour, minute int) int64 {
			w.time.set(time.Date(2026, 3, day, hour, minute, 0, 0, kolkata).UTC())
			return w.place(t).ID
		}
		first, last, next := at(2, 0, 0), at(2, 23, 59), at(3, 0, 0)
		for _, c := range []struct {
			from, to string
			want     []int64
		}{
			{"2026-03-02", "2026-03-03", []int64{last, first}},
			{"2026-03-03", "", []int64{next}},
			{"", "2026-03-02", []int64{}},
			{"", "", []int64{next, last, first}},
			{"2026-03-03", "2026-03-03", []int64{}},
		} {
			got := follow(t, len(c.want), func(q paging.Query) (paging.Page[orders.Order], error) {
				days, err := calendar.ParseDays(c.from, c.to)
				require.NoError(t, err)
				return w.OfRestaurant(w.ctx, 2, "", days, q)
			})
			assert.Equal(t, c.want, got, "%+v", c)
		}
	})
}

// plans are statements that must begin at an index and sort nothing, by name,
// with the index that they use.
func (w world) plans() map[string]struct {
	index string
	query func() (string, []any)
} {
	type row = struct {
		index string
		query func() (string, []any)
	}
	store := w.store
	list := func(f core.Filter, w core.Window) func() (string, []any) {
		w.Limit = 20
		return func() (string, []any) { return store.ListStatement(f, w) }
	}
	from, to := time.UnixMilli(100).UTC(), time.UnixMilli(15000).UTC()
	next := core.Window{After: core.Position{Date: 10000, ID: 10000}}
	return map[string]row{
		"of a customer":                   {"orders_orders_customer", list(core.Filter{CustomerID: 7}, core.Window{})},
		"of a customer, next page":        {"orders_orders_customer", list(core.Filter{CustomerID: 7}, next)},
		"of a customer by status":         {"orders_orders_customer", list(core.Filter{CustomerID: 7, Status: "placed"}, next)},
		"of a restaurant":                 {"orders_orders_restaurant", list(core.Filter{RestaurantID: 7}, core.Window{})},
		"of a restaurant, days":           {"orders_orders_restaurant", list(core.Filter{RestaurantID: 7, From: &from, To: &to}, next)},
		"of a restaurant by status":       {"orders_orders_restaurant_status", list(core.Filter{RestaurantID: 7, Status: "placed"}, core.Window{})},
		"of a restaurant by status, days": {"orders_orders_restaurant_status", list(core.Filter{RestaurantID: 7, Status: "placed", From: &from}, next)},
		"counted": {"orders_orders_restaurant", func() (string, []any) {
			return store.CountStatement(core.Filter{RestaurantID: 7, From: &from})
		}},
		"lines":    {"orders_items_order", func() (string, []any) { return sqlstore.LinesStatement(3), []any{1, 2, 3} }},
		"timeline": {"orders_events_order", func() (string, []any) { return sqlstore.TimelineStatement, []any{7} }},
	}
}

// crowd stores 20,000 orders of 20 customers at 20 restaurants, one in ten placed.
func crowd(t *testing.T, w world) {
	t.Helper()
	const n = ` WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) `
	require.NoError(t, w.db.Write(w.ctx, func(ctx ctx) error {
		for _, statement := range []string{
			`INSERT INTO orders_orders (id, customer_id, restaurant_id, restaurant_name, order_status, currency, subtotal, delivery_fee, discount,
				tax, total, order_date, local_day, local_hour, version)` + n + `SELECT i, 1 + i % 20, 1 + i % 20, 'R', CASE (i / 20) % 10 WHEN 0 THEN 'placed' ELSE 'delivered' END,
				'INR', 1, 0, 0, 0, 1, i, 0, 0, 1 FROM n`,
			`INSERT INTO orders_items (order_id, position, menu_item_id, name, quantity, item_price, line_total, from_stock)` + n + `SELECT i, 0, 1, 'D', 1, 1, 1, FALSE FROM n`,
			`INSERT INTO orders_events (order_id, event, at, by_role)` + n + `SELECT i, 'placed', i, 'staff' FROM n`,
			"ANALYZE",
		} {
			if _, err := w.db.Exec(ctx, statement); err != nil {
				return err
			}
		}
		return nil
	}))
}

func TestLists_begin_at_an_index_and_sort_nothing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		crowd(t, w)
		for name, p := range w.plans() {
			query, args := p.query()
			plan := databasetest.Plan(t, w.db, query, args...)
			if w.db.Dialect() == database.SQLite && p.index == "orders_orders_restaurant" {
				p.index = "orders_orders_restaurant_status" // the only one there
			}
			plan = strings.ReplaceAll(plan, "SCAN p\n", "") // the page that was found
			assert.Contains(t, plan, p.index, "%s\n%s", name, plan)
			for _, bad := range []string{"TEMP B-TREE", "SCAN ", "Seq Scan"} {
				assert.NotContains(t, plan, bad, "%s\n%s", name, plan)
			}
			if name != "lines" { // three orders with a few lines each may be sorted
				assert.NotContains(t, plan, "Sort", "%s\n%s", name, plan)
			}
		}
		// The check itself sees what it must not find.
		plan := databasetest.Plan(t, w.db, `SELECT id FROM orders_orders WHERE total > 0 ORDER BY total`)
		if w.db.Dialect() == database.SQLite {
			require.Contains(t, plan, "SCAN ")
			require.Contains(t, plan, "TEMP B-TREE")
		} else {
			require.Contains(t, plan, "Seq Scan")
			require.Contains(t, plan, "Sort")
		}
	})
}

func TestSubjects_of_an_order(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		placed := w.place(t, func(n *orders.NewOrder) {
			n.Lines = append(n.Lines, orders.NewLine{MenuItemID: 5, Quantity: 1})
		})
		found, err := w.store.SubjectsOf(w.ctx, placed.ID)
		require.NoError(t, err)
		assert.EqualValues(t, 1, found.CustomerID)
		assert.ElementsMatch(t, []int64{5, 7}, found.MenuItemIDs)
		_, err = w.store.SubjectsOf(w.ctx, placed.ID+1000)
		require.True(t, fault.Is(err, orders.CodeNotFound), "%v", err)
	})
}
