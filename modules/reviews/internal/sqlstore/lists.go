package sqlstore

import (
	"context"
	"fmt"
	"strings"

	"zomato/modules/reviews/internal/core"
)

// List implements core.Store.
func (s *Store) List(ctx context.Context, f core.Filter, w core.Window) ([]core.Record, error) {
	query, args := listStatement(f, w)
	var rows []row
	if err := s.db.Select(ctx, &rows, query, args...); err != nil {
		return nil, fmt.Errorf("list reviews: %w", err)
	}
	out := make([]core.Record, len(rows))
	for i, r := range rows {
		out[i] = r.record()
	}
	return out, nil
}

func listStatement(f core.Filter, w core.Window) (string, []any) {
	key, sign, direction := "created_at, id", "<", " DESC"
	if w.Sort == core.ByOldest || w.Sort == core.ByLowest {
		sign, direction = ">", ""
	}
	// Where all have the same rating it orders nothing, and Postgres, which takes
	// the two conditions on it for independent, would expect far fewer rows.
	byRating := f.Rating == nil && (w.Sort == core.ByHighest || w.Sort == core.ByLowest)
	atLeast := ratedAtLeast
	if byRating {
		key = "rating, " + key
	} else {
		// A list by time passes over what is rated lower. The + keeps SQLite, which
		// has no statistics, from reading and sorting all that is rated so high.
		atLeast = "+" + ratedAtLeast
	}
	where, args := conditions(f, atLeast)
	if w.After != nil {
		at := []any{w.After.At, w.After.ID}
		if byRating {
			at = append([]any{w.After.Rating}, at...)
		}
		where += " AND (" + key + ") " + sign + " (?" + strings.Repeat(", ?", len(at)-1) + ")"
		args = append(args, at...)
	}
	return `SELECT ` + columns + ` FROM reviews_reviews WHERE ` + where +
		` ORDER BY ` + strings.ReplaceAll(key, ",", direction+",") + direction + ` LIMIT ? OFFSET ?`, append(args, w.Limit+1, w.Skip)
}

// Count implements core.Store.
func (s *Store) Count(ctx context.Context, f core.Filter) (int64, error) {
	query, args := countStatement(f)
	var n int64
	if err := s.db.Get(ctx, &n, query, args...); err != nil {
		return 0, fmt.Errorf("count reviews: %w", err)
	}
	return n, nil
}

func countStatement(f core.Filter) (string, []any) {
	where, args := conditions(f, ratedAtLeast)
	return `SELECT COUNT(*) FROM reviews_reviews WHERE ` + where, args
}

// ratedAtLeast is the condition of Filter.MinRating.
const ratedAtLeast = "rating >= ?"

// conditions builds the WHERE of a list, with the condition of MinRating in the
// given form.
func conditions(f core.Filter, atLeast string) (string, []any) {
	where, args := []string{"deleted_at IS NULL"}, []any{}
	add := func(condition string, arg any) {
		where, args = append(where, condition), append(args, arg)
	}
	if f.CustomerID != 0 {
		add("customer_id = ?", f.CustomerID)
	}
	if f.RestaurantID != 0 {
		add("restaurant_id = ?", f.RestaurantID)
	}
	if f.Rating != nil {
		add("rating = ?", *f.Rating)
	}
	if f.MinRating != nil {
		add(atLeast, *f.MinRating)
	}
	if f.Sentiment != "" {
		add("sentiment = ?", string(f.Sentiment))
	}
	return strings.Join(where, " AND "), args
}
