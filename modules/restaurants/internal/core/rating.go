package core

import (
	"context"
	"fmt"

	"zomato/modules/restaurants"
)

// Rating is the sum and the number of stars that somebody was given.
type Rating struct {
	Sum, Count int64
}

// The stars that one review can give.
const (
	minStars = 1
	maxStars = 5
)

// Hundredths gives the mean as it is shown: rounded to two decimals, halves
// upwards, in hundredths of a star; 0 without a rating.
func (r Rating) Hundredths() int64 {
	if r.Count == 0 {
		return 0
	}
	return (200*r.Sum + r.Count) / (2 * r.Count)
}

// RankMean is the mean, in millionths of a star, by which a rank is computed. It
// is near to what the mean of all is in life, and may not change: ranks are
// stored.
const RankMean = 4_000_000

// Rank gives the relevance (see Ranking) that a restaurant with this rating has
// while the mean of all is RankMean. It is stored: unlike the relevance itself it
// changes only with the restaurant's own rating.
func (r Rating) Rank() int64 {
	return (Prior*RankMean + 1_000_000*r.Sum) / (Prior + r.Count)
}

// Stars is the inverse of Hundredths: the number that is shown.
func Stars(hundredths int64) float64 { return float64(hundredths) / 100 }

// Plus gives the rating after a review. The error says that no reviews could
// have led there, which is a defect of whoever counts them.
func (r Rating) Plus(change restaurants.RatingChange) (Rating, error) {
	sum := Rating{Sum: r.Sum + change.Stars, Count: r.Count + change.Count}
	if sum.Count < 0 || sum.Sum < minStars*sum.Count || sum.Sum > maxStars*sum.Count {
		return r, fmt.Errorf("%d stars of %d ratings cannot become %d of %d", r.Sum, r.Count, sum.Sum, sum.Count)
	}
	return sum, nil
}

// StoredRating is the rating of a restaurant by where it comes from: only its
// sum is shown and ranked by, but each part is changed by itself.
type StoredRating struct {
	Reviews  Rating // given here
	Imported Rating // given elsewhere, and brought by an import
}

// Shown is the rating as guests see it.
func (r StoredRating) Shown() Rating {
	return Rating{Sum: r.Reviews.Sum + r.Imported.Sum, Count: r.Reviews.Count + r.Imported.Count}
}

// RatingStore keeps ratings.
type RatingStore interface {
	// LockRating reads the rating of a restaurant, a deleted one too, which nobody
	// else changes until the unit of work ends. Faults: restaurant_not_found.
	LockRating(ctx context.Context, restaurantID int64) (StoredRating, error)
	// SetRating stores the rating of a restaurant.
	SetRating(ctx context.Context, restaurantID int64, r StoredRating) error
	// AddToTotals adds to the rating of all restaurants together. It is the last
	// thing that a unit of work locks, since all that rate wait for each other there.
	AddToTotals(ctx context.Context, change restaurants.RatingChange) error
}

// Rate implements restaurants.Service. Ratings of restaurants that are inactive
// or were deleted later stay in the total: the mean of all is what a guest of
// this company gives, and it does not jump when a restaurant closes.
func (s *Service) Rate(ctx context.Context, id int64, change restaurants.RatingChange) error {
	return s.tx.Write(ctx, func(ctx context.Context) error {
		old, err := s.store.LockRating(ctx, id)
		if err != nil {
			return err
		}
		rating := old
		if rating.Reviews, err = old.Reviews.Plus(change); err != nil {
			return fmt.Errorf("rate restaurant %d: %w", id, err)
		}
		if err = s.store.SetRating(ctx, id, rating); err != nil {
			return err
		}
		if err = s.store.AddToTotals(ctx, change); err != nil {
			return err
		}
		return s.events.Publish(ctx, restaurants.Rated{RestaurantID: id})
	})
}
