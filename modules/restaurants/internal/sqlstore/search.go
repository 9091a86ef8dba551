package sqlstore

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"zomato/modules/restaurants"
	"zomato/modules/restaurants/internal/core"
	"zomato/platform/words"
)

// rankedRow is a restaurant with its key in a ranking.
type rankedRow struct {
	row

	Key  int64 `db:"sort_key"`
	Mean int64 `db:"mean"`
}

// Search implements core.SearchStore.
func (s *Store) Search(ctx context.Context, c core.Criteria, r core.Ranking) ([]core.Ranked, error) {
	query, args := searchFor(c, r)
	var rows []rankedRow
	if err := s.db.Select(ctx, &rows, query, args...); err != nil {
		return nil, fmt.Errorf("search restaurants: %w", err)
	}
	out := make([]core.Ranked, len(rows))
	for i := range rows {
		out[i] = core.Ranked{Restaurant: rows[i].restaurant(), Key: rows[i].Key, Mean: rows[i].Mean}
	}
	return out, nil
}

// searchFor builds the statement of a search.
func searchFor(c core.Criteria, r core.Ranking) (string, []any) {
	if isByRank(c, r) {
		return rankedFor(c, r)
	}
	return sortedFor(c, r)
}

// sortedFor builds the statement of a search that sorts all that match.
func sortedFor(c core.Criteria, r core.Ranking) (string, []any) {
	key, mean := keyOf(r)
	where := matching(c)
	if r.After != nil {
		where.add("("+key.sql+", r.id) < (?, ?)", slices.Concat(key.args, []any{r.After.Key, r.After.ID})...)
	}
	return `SELECT ` + columns + `, ` + key.sql + ` AS sort_key, ` + mean.sql + ` AS mean FROM restaurants_restaurants r
		WHERE ` + where.String() + `
		ORDER BY sort_key DESC, r.id DESC LIMIT ? OFFSET ?`, slices.Concat(key.args, mean.args, where.args, []any{r.Limit + 1, r.Skip})
}

// expression is SQL with its arguments.
type expression struct {
	sql  string
	args []any
}

// keyOf gives the key of a ranking, and the mean of all that is in it; 0 if none is.
// All of it is about whole numbers that are not negative, whose division is the same
// on every database.
func keyOf(r core.Ranking) (key, mean expression) {
	mean.sql = "0"
	switch r.Sort {
	case core.ByRating:
		key.sql = "r.rating"
	case core.ByPopularity:
		key.sql = "r.rating_count + r.imported_count"
	case core.ByNewest:
		key.sql = "r.id"
	default:
		mean = meanOf(r)
		key = expression{fmt.Sprintf("(%d * %s + 1000000 * (r.rating_sum + r.imported_sum)) / (%[1]d + r.rating_count + r.imported_count)", core.Prior, mean.sql), mean.args}
	}
	return key, mean
}

// meanOf gives the mean of all that a ranking goes by. That of now is read by the
// search itself, once.
func meanOf(r core.Ranking) expression {
	if r.Mean != nil {
		return expression{"CAST(? AS BIGINT)", []any{*r.Mean}}
	}
	return expression{sql: "(SELECT COALESCE(1000000 * t.rating_sum / NULLIF(t.rating_count, 0), 0) FROM restaurants_totals t WHERE t.id = 1)"}
}

// CountFound implements core.SearchStore.
func (s *Store) CountFound(ctx context.Context, c core.Criteria) (int64, error) {
	query, args := countFor(c)
	var n int64
	if err := s.db.Get(ctx, &n, query, args...); err != nil {
		return 0, fmt.Errorf("count the restaurants of a search: %w", err)
	}
	return n, nil
}

// countFor builds the statement of CountFound.
func countFor(c core.Criteria) (string, []any) {
	where := matching(c)
	return `SELECT COUNT(*) FROM restaurants_restaurants r WHERE ` + where.String(), where.args
}

// matching builds the conditions of a search. What an index finds stands in
// subqueries for ids, so that the database can begin with the narrowest.
func matching(c core.Criteria) *conditions {
	var where conditions
	where.add("r.is_active AND r.deleted_at IS NULL")
	if len(c.Cuisines) > 0 {
		where.add(`r.id IN (SELECT rc.restaurant_id FROM restaurants_cuisines c
			JOIN restaurants_restaurant_cuisines rc ON rc.cuisine_id = c.id
			WHERE c.folded IN (`+list("?", len(c.Cuisines))+`))`, anys(c.Cuisines)...)
	}
	for _, prefix := range c.Location {
		from, end := words.Range(prefix)
		where.add("r.id IN (SELECT restaurant_id FROM restaurants_words WHERE place = ? AND word >= ? AND word < ?)",
			inLocation, from, end)
	}
	for _, prefix := range c.Words {
		from, end := words.Range(prefix)
		where.add("r.id IN (SELECT restaurant_id FROM restaurants_words WHERE place IN (?, ?) AND word >= ? AND word < ?)",
			inName, inDish, from, end)
	}
	if c.MinRating > 0 {
		where.add("r.rating >= ?", c.MinRating)
	}
	if c.PriceLevel != nil {
		where.add("r.price_level = ?", *c.PriceLevel)
	}
	if c.Vegetarian {
		where.add("EXISTS (SELECT 1 FROM restaurants_menu_items i WHERE i.restaurant_id = r.id AND i.is_vegetarian)")
	}
	return &where
}

// Dishes implements core.SearchStore.
func (s *Store) Dishes(ctx context.Context, restaurantIDs []int64, prefixes []string, most int) (map[int64][]restaurants.MenuItem, error) {
	if len(restaurantIDs) == 0 || len(prefixes) == 0 {
		return nil, nil
	}
	query, args := dishesOf(restaurantIDs, prefixes, most)
	var rows []itemRow
	if err := s.db.Select(ctx, &rows, query, args...); err != nil {
		return nil, fmt.Errorf("read the dishes that a search found: %w", err)
	}
	out := map[int64][]restaurants.MenuItem{}
	for _, item := range menuItems(rows) {
		out[item.RestaurantID] = append(out[item.RestaurantID], item)
	}
	return out, nil
}

// dishesOf builds the statement of Dishes. Each word of the search finds its
// dishes, UNION makes them distinct, and their number is how many words a dish
// has. The place is not named: SQLite would then go through all dishes of the
// town that have the word.
func dishesOf(restaurantIDs []int64, prefixes []string, most int) (string, []any) {
	var finds []string
	var args []any
	for n, prefix := range prefixes {
		from, end := words.Range(prefix)
		finds = append(finds, `SELECT `+strconv.Itoa(n)+` AS n, item_id FROM restaurants_words
			WHERE restaurant_id IN (`+list("?", len(restaurantIDs))+`) AND word >= ? AND word < ? AND item_id > 0`)
		args = append(append(args, anys(restaurantIDs)...), from, end)
	}
	return `
		SELECT ` + itemColumns + ` FROM (
			SELECT d.*, ROW_NUMBER() OVER (
				PARTITION BY d.restaurant_id ORDER BY f.words DESC, d.is_available DESC, d.id) AS place
			FROM (SELECT item_id, COUNT(*) AS words FROM (` + strings.Join(finds, " UNION ") + `) w GROUP BY item_id) f
			JOIN restaurants_menu_items d ON d.id = f.item_id) i
		WHERE i.place <= ? ORDER BY i.restaurant_id, i.place`, append(args, most)
}
