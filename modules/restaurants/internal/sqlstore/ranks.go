package sqlstore

import (
	"context"
	"fmt"
	"slices"

	"zomato/modules/restaurants/internal/core"
)

// isByRank tells whether a search reads restaurants in the order of their stored
// ranks: by relevance, and nothing else that an index finds but one cuisine.
func isByRank(c core.Criteria, r core.Ranking) bool {
	byRelevance := r.Sort != core.ByRating && r.Sort != core.ByPopularity && r.Sort != core.ByNewest
	return byRelevance && len(c.Cuisines) <= 1 && len(c.Words) == 0 && len(c.Location) == 0
}

// rankedFor builds the statement of a search by rank (docs/adr/0018). The mean of
// all has moved by so much from the one of the ranks, and so no restaurant's
// relevance is further from its rank than that, all in the same direction. Of
// those that are looked for, the last of so many by rank as end with the page
// bounds the page: what ranks lower by more than the mean has moved is not on it.
func rankedFor(c core.Criteria, r core.Ranking) (string, []any) {
	from, ranks := "restaurants_restaurants r", "r"
	rest := c
	rest.Cuisines, rest.MinRating = nil, 0
	where := matching(rest)
	if len(c.Cuisines) == 1 {
		// CROSS JOIN tells SQLite to begin with the cuisine.
		from, ranks = "restaurants_restaurant_cuisines rc CROSS JOIN restaurants_restaurants r", "rc"
		where.add("r.id = rc.restaurant_id AND rc.cuisine_id = (SELECT c.id FROM restaurants_cuisines c WHERE c.folded = ?)", c.Cuisines[0])
	}
	if c.MinRating > 0 {
		where.add(ranks+".rating >= ?", c.MinRating)
	}
	key, mean := keyOf(r)
	moved := expression{fmt.Sprintf("ABS(%s - %d)", mean.sql, core.RankMean), mean.args}
	if r.After != nil {
		where.add("("+key.sql+", r.id) < (?, ?)", slices.Concat(key.args, []any{r.After.Key, r.After.ID})...)
		where.add(ranks+".rank <= ?", r.After.Key+max(0, core.RankMean-*r.Mean))
	}
	last := `SELECT ` + ranks + `.rank FROM ` + from + ` WHERE ` + where.String() + ` ORDER BY ` + ranks + `.rank DESC LIMIT 1 OFFSET ?`
	return `SELECT ` + columns + `, ` + key.sql + ` AS sort_key, ` + mean.sql + ` AS mean FROM ` + from + `
		WHERE ` + where.String() + ` AND ` + ranks + `.rank >= COALESCE((` + last + `), 0) - ` + moved.sql + `
		ORDER BY sort_key DESC, r.id DESC LIMIT ? OFFSET ?`,
		slices.Concat(key.args, mean.args, where.args, where.args, []any{r.Limit + r.Skip}, moved.args, []any{r.Limit + 1, r.Skip})
}

// BestRanked gives active restaurants, the best ranked first: they are read from
// an index in that order.
func (s *Store) BestRanked(ctx context.Context, limit int) ([]int64, error) {
	var ids []int64
	err := s.db.Select(ctx, &ids, `SELECT id FROM restaurants_restaurants WHERE is_active AND deleted_at IS NULL
		ORDER BY rank DESC LIMIT ?`, limit)
	if err != nil {
		return nil, fmt.Errorf("read the %d best restaurants: %w", limit, err)
	}
	return ids, nil
}
