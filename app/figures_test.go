package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"zomato/platform/testkit"
)

// The kept figures are held against what the orders and reviews themselves add
// up to (docs/adr/0012), over the tables of all modules.

// requireFiguresRight works out every kept figure anew and finds no difference.
// A row of zeros is the same as none. Nothing may be changed meanwhile.
func requireFiguresRight(t *testing.T, app running) {
	t.Helper()
	require.Empty(t, figureDifferences(t, app, records{}), "kept figures that are not what recomputing gives")
}

// records are those with a higher id: of restaurants, and of customers who order
// of them only.
type records struct{ restaurant, customer int64 }

// newest gives the ids behind which records are new.
func newest(t require.TestingT, app running) records {
	return records{
		restaurant: selectAll[int64](t, app, `SELECT COALESCE(MAX(id), 0) FROM restaurants_restaurants`)[0],
		customer:   selectAll[int64](t, app, `SELECT COALESCE(MAX(id), 0) FROM customers_customers`)[0],
	}
}

// figureDifferences tells for each figure that is not right what is kept and
// what it should be.
func figureDifferences(t require.TestingT, app running, since records) []string {
	kept, right := keptFigures(t, app, since), rightFigures(t, app, since)
	var found []string
	found = differ(found, "orders_figures_hours", kept.hours, right.hours)
	found = differ(found, "orders_figures_items", kept.items, right.items)
	found = differ(found, "orders_figures_item_days", kept.itemDays, right.itemDays)
	found = differ(found, "orders_figures_restaurants", kept.visits, right.visits)
	found = differ(found, "orders_figures_customers", kept.pairs, right.pairs)
	found = differ(found, "orders_figures_customer_items", kept.customerItems, right.customerItems)
	found = differ(found, "orders_figures_spending", kept.spending, right.spending)
	found = differ(found, "reviews_figures_days", kept.reviewDays, right.reviewDays)
	found = differ(found, "reviews_figures_customers", kept.reviewers, right.reviewers)
	found = differ(found, "restaurants_restaurants", kept.ratings, right.ratings)
	if since == (records{}) {
		found = differ(found, "restaurants_totals", kept.total, right.total)
	}
	return found
}

// differ compares the rows of one table by their keys.
func differ[K, V comparable](found []string, table string, kept, right map[K]V) []string {
	keys := slices.Collect(maps.Keys(kept))
	for key := range right {
		if _, ok := kept[key]; !ok {
			keys = append(keys, key)
		}
	}
	for _, key := range keys {
		is, should := blank(kept[key]), blank(right[key])
		if is != should {
			found = append(found, fmt.Sprintf("%s %+v: %+v is kept, %+v is right", table, key, is, should))
		}
	}
	slices.Sort(found)
	return found
}

// blank makes a row whose numbers are all zero the zero value: a name alone says
// nothing.
func blank[V comparable](row V) V {
	var zero V
	if s, ok := any(row).(soldFigures); ok && s.Quantity == 0 && s.Revenue == 0 {
		return zero
	}
	return row
}

// figureTables are the rows of all tables with figures, by their keys.
type figureTables struct {
	hours         map[hourKey]hourFigures
	items         map[itemKey]soldFigures
	itemDays      map[itemKey]soldFigures
	visits        map[int64]visitFigures
	pairs         map[pairKey]pairFigures
	customerItems map[pairKey]soldFigures
	spending      map[spendingKey]spentFigures
	reviewDays    map[reviewDayKey]reviewFigures
	reviewers     map[int64]starFigures
	ratings       map[int64]ratingFigures // with the restaurants
	total         map[string]starFigures  // of all restaurants
}

type hourKey struct {
	Restaurant int64  `db:"restaurant_id"`
	Day        int64  `db:"day"`
	Hour       int64  `db:"hour"`
	Currency   string `db:"currency"`
}

type statusCounts struct {
	Placed         int64 `db:"placed"`
	Confirmed      int64 `db:"confirmed"`
	Preparing      int64 `db:"preparing"`
	OutForDelivery int64 `db:"out_for_delivery"`
	Delivered      int64 `db:"delivered"`
	Cancelled      int64 `db:"cancelled"`
}

type hourFigures struct {
	statusCounts

	Revenue int64 `db:"revenue"`
}

type itemKey struct {
	Restaurant int64  `db:"restaurant_id"`
	Day        int64  `db:"day"` // 0 for the whole time
	Item       int64  `db:"menu_item_id"`
	Currency   string `db:"currency"`
}

type soldFigures struct {
	Name     string `db:"name"`
	Quantity int64  `db:"quantity"`
	Revenue  int64  `db:"revenue"` // 0 for a customer
}

type visitFigures struct {
	Customers int64 `db:"customers"`
	Repeat    int64 `db:"repeat_customers"`
}

type pairKey struct {
	Customer int64 `db:"customer_id"`
	Other    int64 `db:"other_id"` // restaurant or item
}

type pairFigures struct {
	statusCounts

	Name        string `db:"restaurant_name"`
	LastOrderAt int64  `db:"last_order_at"`
}

type spendingKey struct {
	Customer int64  `db:"customer_id"`
	Currency string `db:"currency"`
}

type spentFigures struct {
	Orders int64 `db:"orders"`
	Spent  int64 `db:"spent"`
}

type reviewDayKey struct {
	Restaurant int64 `db:"restaurant_id"`
	Day        int64 `db:"day"`
}

type reviewFigures struct {
	Stars1   int64 `db:"stars1"`
	Stars2   int64 `db:"stars2"`
	Stars3   int64 `db:"stars3"`
	Stars4   int64 `db:"stars4"`
	Stars5   int64 `db:"stars5"`
	Positive int64 `db:"positive"`
	Neutral  int64 `db:"neutral"`
	Negative int64 `db:"negative"`
}

type starFigures struct {
	Reviews int64 `db:"reviews"`
	Stars   int64 `db:"stars"`
}

type ratingFigures struct {
	starFigures

	Rating int64 `db:"rating"` // the mean in hundredths
}

func selectAll[R any](t require.TestingT, app running, query string, args ...any) []R {
	var rows []R
	require.NoError(t, app.db.Select(context.Background(), &rows, query, args...), query)
	return rows
}

func TestEvery_kind_of_figure_that_is_wrong_is_found(t *testing.T) {
	t.Parallel()
	app := serving(t, "DATABASE_URL="+testkit.SQLite(t))
	furnish(t, app)
	deliver(t, app, 1)
	app.Do(t, "POST", "/orders/1/review", `{"rating":5}`).Expect(t, 201)
	requireFiguresRight(t, app)
	add := func(t *testing.T, table, column string, n int) {
		t.Helper()
		require.NoError(t, app.db.Write(context.Background(), func(ctx context.Context) error {
			_, err := app.db.Exec(ctx, "UPDATE "+table+" SET "+column+" = "+column+" + ?", n)
			return err
		}))
	}
	for table, columns := range map[string]string{
		"orders_figures_hours":          "placed confirmed preparing out_for_delivery delivered cancelled revenue day hour",
		"orders_figures_items":          "quantity revenue",
		"orders_figures_item_days":      "quantity revenue day",
		"orders_figures_restaurants":    "customers repeat_customers",
		"orders_figures_customers":      "placed confirmed preparing out_for_delivery delivered cancelled last_order_at restaurant_id",
		"orders_figures_customer_items": "quantity menu_item_id",
		"orders_figures_spending":       "orders spent",
		"reviews_figures_days":          "stars1 stars2 stars3 stars4 stars5 positive neutral negative day",
		"reviews_figures_customers":     "reviews stars",
		"restaurants_restaurants":       "rating rating_sum rating_count",
		"restaurants_totals":            "rating_sum rating_count",
	} {
		for column := range strings.FieldsSeq(columns) {
			t.Run(table+"."+column, func(t *testing.T) {
				add(t, table, column, 1)
				found := figureDifferences(t, app, records{})
				require.NotEmpty(t, found)
				require.Contains(t, found[0], table+" ")
				add(t, table, column, -1)
			})
		}
	}
	requireFiguresRight(t, app)
}
