package sqlstore_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"zomato/modules/restaurants/internal/core"
	"zomato/modules/restaurants/internal/sqlstore"
	"zomato/platform/database"
	"zomato/platform/money"
	"zomato/platform/paging"
	"zomato/platform/testkit"
)

// crowd fills the tables with 5,000 restaurants of 100 cuisines in 250 areas,
// with three dishes each: as in life, words such as "main" are everywhere.
func crowd(t *testing.T, f fixture) {
	t.Helper()
	const n = ` WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) `
	const dishes = n + `, d(i, j) AS (SELECT i, 1 FROM n UNION ALL SELECT i, 2 FROM n UNION ALL SELECT i, 3 FROM n) `
	f.write(t, func(ctx context.Context) error {
		for _, statement := range []string{
			`INSERT INTO restaurants_restaurants (id, name, currency, timezone, is_active, rating, rating_sum, rating_count,
				min_order_amount, delivery_fee, version, created_at, updated_at)` + n +
				`SELECT i, 'Restaurant ' || i, 'INR', 'Asia/Kolkata', TRUE, 100 * (1 + i % 5), 1 + i % 5, 1, 0, 0, 1, 0, 0 FROM n`,
			`INSERT INTO restaurants_cuisines (id, name, folded)` + n + `SELECT i, 'Cuisine ' || i, 'cuisine ' || i FROM n WHERE i <= 100`,
			`INSERT INTO restaurants_restaurant_cuisines (restaurant_id, position, cuisine_id)` + n + `SELECT i, 0, 1 + i % 100 FROM n`,
			`INSERT INTO restaurants_menu_items (id, restaurant_id, name, name_folded, category, category_folded, price, is_vegetarian,
				is_vegan, is_available, version, created_at, updated_at)` + dishes +
				`SELECT 10 * i + j, i, 'Dish ' || i, 'dish ' || i, 'Main', 'main', 100, j = 1, FALSE, TRUE, 1, 0, 0 FROM d`,
			`INSERT INTO restaurants_words (place, word, restaurant_id, item_id)` + n + `SELECT 'name', 'restaurant', i, 0 FROM n`,
			`INSERT INTO restaurants_words (place, word, restaurant_id, item_id)` + n + `SELECT 'name', 'n' || i, i, 0 FROM n`,
			`INSERT INTO restaurants_words (place, word, restaurant_id, item_id)` + n + `SELECT 'location', 'area' || (i % 250), i, 0 FROM n`,
			`INSERT INTO restaurants_words (place, word, restaurant_id, item_id)` + dishes + `SELECT 'dish', 'main', i, 10 * i + j FROM d`,
			`INSERT INTO restaurants_words (place, word, restaurant_id, item_id)` + dishes + `SELECT 'dish', 'dish' || i, i, 10 * i + j FROM d`,
		} {
			if _, err := f.db.Exec(ctx, statement); err != nil {
				return err
			}
		}
		return nil
	})
}

// plans are the statements that must begin at an index, by name.
func plans() map[string]func() (string, []any) {
	search := func(c core.Criteria, r core.Ranking) func() (string, []any) {
		r.Limit = 20
		return func() (string, []any) { return sqlstore.SearchStatement(c, r) }
	}
	cuisine, word, location := core.Criteria{Cuisines: []string{"cuisine 7"}}, core.Criteria{Words: []string{"dish4711"}}, core.Criteria{Location: []string{"area171"}}
	all := core.Criteria{
		Cuisines: []string{"cuisine 7", "cuisine 8"}, Words: []string{"dish471", "main"}, Location: []string{"area1"},
		MinRating: 300, PriceLevel: new(2), Vegetarian: true,
	}
	out := map[string]func() (string, []any){
		"by word, the next page": search(word, core.Ranking{Sort: core.ByRelevance, Mean: new(int64(4_000_000)), After: &core.Rank{Key: 4_000_000, ID: 70}}),
		"by everything":          search(all, core.Ranking{Sort: core.ByRelevance}),
		"counted":                func() (string, []any) { return sqlstore.CountStatement(word) },
		"items by word": func() (string, []any) {
			return sqlstore.ItemSearchStatement(core.ItemFilter{Words: []string{"dish4711"}, MaxPrice: new(money.Amount(100))}, paging.Window{Limit: 20, After: 5})
		},
		"items of a restaurant": func() (string, []any) {
			return sqlstore.ItemSearchStatement(core.ItemFilter{RestaurantID: 7, Vegetarian: new(true)}, paging.Window{Limit: 20})
		},
		"dishes of a page": func() (string, []any) {
			return sqlstore.DishesStatement([]int64{3, 14, 15, 92, 65, 35, 89, 79, 32, 38, 46, 26, 43, 383, 279, 50, 288, 419, 716, 939}, []string{"main", "d"}, 3)
		},
	}
	for _, sort := range []core.Sort{core.ByRelevance, core.ByRating, core.ByPopularity, core.ByNewest} {
		out["by cuisine, sorted by "+string(sort)] = search(cuisine, core.Ranking{Sort: sort})
		out["by word, sorted by "+string(sort)] = search(word, core.Ranking{Sort: sort})
		out["by location, sorted by "+string(sort)] = search(location, core.Ranking{Sort: sort})
	}
	return out
}

func TestSelective_searches_begin_at_an_index(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f fixture) {
		crowd(t, f)
		scans := sqliteScans
		if f.db.Dialect() == database.Postgres {
			scans = postgresScans
			f.analyze(t) // Postgres does so by itself, SQLite does not
		}
		for name, statement := range plans() {
			query, args := statement()
			full, plan := scans(t, f, query, args)
			assert.Empty(t, full, "%s\n%s", name, plan)
			if name == "dishes of a page" {
				assert.Contains(t, plan, "restaurants_words_restaurant", "not all dishes with that word")
			}
		}
		// The checks themselves see a scan where there must be one.
		query, args := sqlstore.SearchStatement(core.Criteria{MinRating: 100}, core.Ranking{Sort: core.ByRating, Limit: 20})
		full, plan := scans(t, f, query, args)
		assert.NotEmpty(t, full, plan)
	})
}

func TestSelective_searches_begin_at_an_index_of_an_analyzed_SQLite_too(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		f := open(t, testkit.SQLite(t))
		crowd(t, f)
		f.analyze(t)
		for name, statement := range plans() {
			query, args := statement()
			full, plan := sqliteScans(t, f, query, args)
			assert.Empty(t, full, "%s\n%s", name, plan)
		}
	})
}

func (f fixture) analyze(t *testing.T) {
	t.Helper()
	f.write(t, func(ctx context.Context) error {
		_, err := f.db.Exec(ctx, "ANALYZE")
		return err
	})
}

// sqliteScans gives the steps of a plan that read a whole table or index, and
// the plan.
func sqliteScans(t *testing.T, f fixture, query string, args []any) (full []string, plan string) {
	t.Helper()
	var steps []struct {
		ID      int    `db:"id"`
		Parent  int    `db:"parent"`
		Notused int    `db:"notused"`
		Detail  string `db:"detail"`
	}
	require.NoError(t, f.db.Select(t.Context(), &steps, "EXPLAIN QUERY PLAN "+query, args...))
	require.NotEmpty(t, steps)
	// Subqueries hold no more than what was found.
	subqueries := map[string]bool{}
	for _, step := range steps {
		plan += step.Detail + "\n"
		what, name, _ := strings.Cut(step.Detail, " ")
		name, _, _ = strings.Cut(name, " ")
		switch what {
		case "CO-ROUTINE", "MATERIALIZE":
			subqueries[name] = true
		case "SCAN":
			if !subqueries[name] {
				full = append(full, step.Detail)
			}
		}
	}
	return full, plan
}

// node is a step of a plan of Postgres.
type node struct {
	Type      string `json:"Node Type"`
	Table     string `json:"Relation Name"`
	Index     string `json:"Index Name"`
	Condition string `json:"Index Cond"`
	Plans     []node
}

// postgresScans gives the steps of a plan that read a whole table or index, and
// the plan. Cuisines are few and their links are short, so that Postgres may
// read all of them when it takes that for cheaper.
func postgresScans(t *testing.T, f fixture, query string, args []any) (full []string, plan string) {
	t.Helper()
	require.NoError(t, f.db.Get(t.Context(), &plan, "EXPLAIN (FORMAT JSON) "+query, args...))
	var roots []struct{ Plan node }
	require.NoError(t, json.Unmarshal([]byte(plan), &roots))
	var visit func(n node)
	visit = func(n node) {
		whole := n.Type == "Seq Scan" || (strings.Contains(n.Type, "Index") && n.Condition == "")
		small := n.Table == "restaurants_cuisines" || n.Table == "restaurants_restaurant_cuisines" || n.Table == "restaurants_totals"
		if whole && !small {
			full = append(full, n.Type+" "+n.Table+n.Index)
		}
		for _, child := range n.Plans {
			visit(child)
		}
	}
	visit(roots[0].Plan)
	return full, plan
}
