package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"zomato/modules/restaurants"
	"zomato/modules/restaurants/internal/core"
)

// ratingRow is a rating as it is stored.
type ratingRow struct {
	Sum   int64 `db:"rating_sum"`
	Count int64 `db:"rating_count"`
}

// LockRating implements core.RatingStore.
func (s *Store) LockRating(ctx context.Context, restaurantID int64) (core.Rating, error) {
	var r ratingRow
	err := s.db.Get(ctx, &r, `SELECT rating_sum, rating_count FROM restaurants_restaurants WHERE id = ?`+s.db.ForUpdate(), restaurantID)
	if errors.Is(err, sql.ErrNoRows) {
		return core.Rating{}, restaurants.NotFound(restaurantID)
	}
	if err != nil {
		return core.Rating{}, fmt.Errorf("read the rating of restaurant %d: %w", restaurantID, err)
	}
	return core.Rating(r), nil
}

// SetRating implements core.RatingStore.
func (s *Store) SetRating(ctx context.Context, restaurantID int64, r core.Rating) error {
	return s.exec(ctx, fmt.Sprintf("set the rating of restaurant %d", restaurantID), `
		UPDATE restaurants_restaurants SET rating = ?, rating_sum = ?, rating_count = ? WHERE id = ?`,
		r.Hundredths(), r.Sum, r.Count, restaurantID)
}

// Totals implements core.RatingStore.
func (s *Store) Totals(ctx context.Context) (core.Rating, error) {
	var r ratingRow
	if err := s.db.Get(ctx, &r, `SELECT rating_sum, rating_count FROM restaurants_totals WHERE id = 1`); err != nil {
		return core.Rating{}, fmt.Errorf("read the rating of all restaurants: %w", err)
	}
	return core.Rating(r), nil
}

// AddToTotals implements core.RatingStore.
func (s *Store) AddToTotals(ctx context.Context, change restaurants.RatingChange) error {
	return s.exec(ctx, "add to the rating of all restaurants", `
		UPDATE restaurants_totals SET rating_sum = rating_sum + ?, rating_count = rating_count + ? WHERE id = 1`,
		change.Stars, change.Count)
}
