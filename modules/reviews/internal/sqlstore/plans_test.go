package sqlstore_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"zomato/modules/reviews"
	"zomato/modules/reviews/internal/core"
	"zomato/modules/reviews/internal/sqlstore"
	"zomato/platform/calendar"
	"zomato/platform/database"
	"zomato/platform/database/databasetest"
)

// crowd stores 20,000 reviews by 10 customers of 10 restaurants, one in ten of
// them deleted, with all ratings and sentiments, and their figures.
func crowd(t *testing.T, w world) {
	t.Helper()
	const n = ` WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) `
	w.inside(t, func(ctx ctx) error {
		for _, statement := range []string{
			`INSERT INTO reviews_reviews (id, order_id, customer_id, restaurant_id, rating, comment, sentiment, sentiment_score, local_day, version, created_at,
				deleted_at)` + n + `SELECT i, i, 1 + i % 10, 1 + i % 10, 1 + i / 10 % 5, 'Amazing food and fast delivery!',
				CASE i / 50 % 3 WHEN 0 THEN 'positive' WHEN 1 THEN 'neutral' ELSE 'negative' END, 0, i / 100, 1, i, CASE i / 150 % 10 WHEN 0 THEN 1 END FROM n`,
			`INSERT INTO reviews_figures_days` + n + `SELECT 1 + i % 200, i / 200, 1, 1, 1, 1, 1, 1, 1, 1 FROM n`,
			`INSERT INTO reviews_figures_customers` + n + `SELECT i, 1, 1 FROM n`,
		} {
			if _, err := w.db.Exec(ctx, statement); err != nil {
				return err
			}
		}
		return nil
	})
}

// listPlans are the lists of restaurant 7 in every order, narrowed in every way,
// the first page and the next one; with the index each begins at.
func listPlans() map[string]planned {
	const byTime, byRating, bySentiment = "reviews_reviews_restaurant", "reviews_reviews_rating", "reviews_reviews_sentiment"
	type index = map[bool]string // by whether the list is sorted by rating
	out := map[string]planned{}
	for name, f := range map[string]struct {
		filter core.Filter
		index  index
	}{
		"all":                   {core.Filter{}, index{false: byTime, true: byRating}},
		"rating":                {core.Filter{Rating: new(4)}, index{false: byRating, true: byRating}},
		"min rating":            {core.Filter{MinRating: new(4)}, index{false: byTime, true: byRating}},
		"sentiment":             {core.Filter{Sentiment: reviews.Negative}, index{false: bySentiment, true: byRating}},
		"rating, sentiment":     {core.Filter{Rating: new(4), Sentiment: reviews.Negative}, index{}},
		"min rating, sentiment": {core.Filter{MinRating: new(4), Sentiment: reviews.Negative}, index{false: bySentiment, true: byRating}},
	} {
		for _, sort := range []core.Sort{core.ByNewest, core.ByOldest, core.ByHighest, core.ByLowest} {
			f.filter.RestaurantID = 7
			window := core.Window{Sort: sort, Limit: 20}
			p := planned{f.index[sort == core.ByHighest || sort == core.ByLowest], func() (string, []any) { return sqlstore.ListStatement(f.filter, window) }}
			out[name+", "+string(sort)] = p
			// Postgres sorts what is left of a list where that is no more than a page.
			next, at := window, int64(18000)
			if sort == core.ByOldest || sort == core.ByLowest {
				at = 2000
			}
			next.After = &core.Position{Sort: sort, Rating: 4, At: at, ID: at}
			out[name+", "+string(sort)+", next page"] = planned{p.index, func() (string, []any) { return sqlstore.ListStatement(f.filter, next) }}
		}
	}
	return out
}

// planned is a statement, and the index at which its plan begins; "" is any.
type planned struct {
	index string
	query func() (string, []any)
}

func TestLists_begin_at_an_index_and_sort_nothing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		plans := listPlans()
		newest := core.Window{Sort: core.ByNewest, Limit: 20}
		next := newest
		next.After = &core.Position{Sort: core.ByNewest, Rating: 4, At: 10000, ID: 10000}
		plans["of a customer"] = planned{"reviews_reviews_customer", func() (string, []any) {
			return sqlstore.ListStatement(core.Filter{CustomerID: 7}, newest)
		}}
		plans["of a customer, next page"] = planned{"reviews_reviews_customer", func() (string, []any) {
			return sqlstore.ListStatement(core.Filter{CustomerID: 7}, next)
		}}
		plans["of an order"] = planned{"reviews_reviews_order", func() (string, []any) { return sqlstore.OfOrderStatement, []any{7} }}
		w.requirePlans(t, plans)
	})
}

// requirePlans looks at plans without and with statistics. SQLite never has
// any; Postgres makes them when a table has grown.
func (w world) requirePlans(t *testing.T, plans map[string]planned) {
	t.Helper()
	crowd(t, w)
	for _, analyzed := range []bool{false, true} {
		if analyzed {
			w.inside(t, func(ctx ctx) error {
				_, err := w.db.Exec(ctx, "ANALYZE")
				return err
			})
		} else if w.db.Dialect() == database.Postgres {
			continue
		}
		for name, p := range plans {
			query, args := p.query()
			plan := databasetest.Plan(t, w.db, query, args...)
			assert.Contains(t, plan, p.index, "%s\n%s", name, plan)
			for _, bad := range []string{"TEMP B-TREE", "SCAN ", "Seq Scan", "Sort"} {
				assert.NotContains(t, plan, bad, "%s\n%s", name, plan)
			}
		}
	}
}

func TestCounts_and_figures_read_their_own_rows_only(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		plans := map[string]planned{}
		for name, f := range map[string]core.Filter{
			"of a restaurant": {RestaurantID: 7}, "by rating": {RestaurantID: 7, Rating: new(4)}, "by min rating": {RestaurantID: 7, MinRating: new(4)},
			"by sentiment": {RestaurantID: 7, Sentiment: reviews.Negative}, "of a customer": {CustomerID: 7},
		} {
			plans[name] = planned{"reviews_reviews_", func() (string, []any) { return sqlstore.CountStatement(f) }}
		}
		for name, days := range map[string]calendar.Days{"figures": {}, "figures of days": {From: new(calendar.Day(20)), To: new(calendar.Day(50))}} {
			plans[name] = planned{"reviews_figures_days", func() (string, []any) { return sqlstore.DaysStatement(7, days) }}
		}
		plans["figures of a customer"] = planned{"reviews_figures_customers", func() (string, []any) { return sqlstore.CustomerStatement, []any{7} }}
		w.requirePlans(t, plans)
		// The check itself sees what it must not find.
		plan := databasetest.Plan(t, w.db, `SELECT id FROM reviews_reviews WHERE version > 0 ORDER BY version`)
		if w.db.Dialect() == database.SQLite {
			require.Contains(t, plan, "SCAN ")
			require.Contains(t, plan, "TEMP B-TREE")
		} else {
			require.Contains(t, plan, "Seq Scan")
			require.Contains(t, plan, "Sort")
		}
	})
}
