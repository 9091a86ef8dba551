package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"zomato/modules/restaurants"
	"zomato/modules/restaurants/internal/core"
)

// partsRow is the rating of a restaurant as it is stored.
type partsRow struct {
	ReviewSum     int64 `db:"review_sum"`
	ReviewCount   int64 `db:"review_count"`
	ImportedSum   int64 `db:"imported_sum"`
	ImportedCount int64 `db:"imported_count"`
}

// parts are the columns of partsRow, of the table under the name r.
const parts = `r.rating_sum AS review_sum, r.rating_count AS review_count, r.imported_sum, r.imported_count`

func (r partsRow) rating() core.StoredRating {
	return core.StoredRating{
		Reviews:  core.Rating{Sum: r.ReviewSum, Count: r.ReviewCount},
		Imported: core.Rating{Sum: r.ImportedSum, Count: r.ImportedCount},
	}
}

// standing is where a restaurant stands among others. It is stored with the
// restaurant and with each of its cuisines, by which it is found.
type standing struct {
	Rating int64 `db:"rating"`
	Rank   int64 `db:"rank"`
}

func standingOf(r core.Rating) standing { return standing{r.Hundredths(), r.Rank()} }

// LockRating implements core.RatingStore.
func (s *Store) LockRating(ctx context.Context, restaurantID int64) (core.StoredRating, error) {
	var r partsRow
	err := s.db.Get(ctx, &r, `SELECT `+parts+` FROM restaurants_restaurants r WHERE id = ?`+s.db.ForUpdate(), restaurantID)
	if errors.Is(err, sql.ErrNoRows) {
		return core.StoredRating{}, restaurants.NotFound(restaurantID)
	}
	if err != nil {
		return core.StoredRating{}, fmt.Errorf("read the rating of restaurant %d: %w", restaurantID, err)
	}
	return r.rating(), nil
}

// SetRating implements core.RatingStore.
func (s *Store) SetRating(ctx context.Context, restaurantID int64, r core.StoredRating) error {
	at := standingOf(r.Shown())
	err := s.exec(ctx, fmt.Sprintf("set the rating of restaurant %d", restaurantID), `
		UPDATE restaurants_restaurants
		SET rating = ?, rank = ?, rating_sum = ?, rating_count = ?, imported_sum = ?, imported_count = ? WHERE id = ?`,
		at.Rating, at.Rank, r.Reviews.Sum, r.Reviews.Count, r.Imported.Sum, r.Imported.Count, restaurantID)
	if err != nil {
		return err
	}
	return s.exec(ctx, fmt.Sprintf("set the rating of restaurant %d at its cuisines", restaurantID),
		`UPDATE restaurants_restaurant_cuisines SET rating = ?, rank = ? WHERE restaurant_id = ?`, at.Rating, at.Rank, restaurantID)
}

// AddToTotals implements core.RatingStore.
func (s *Store) AddToTotals(ctx context.Context, change restaurants.RatingChange) error {
	return s.exec(ctx, "add to the rating of all restaurants", `
		UPDATE restaurants_totals SET rating_sum = rating_sum + ?, rating_count = rating_count + ? WHERE id = 1`,
		change.Stars, change.Count)
}
