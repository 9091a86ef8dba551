package sqlstore

import (
	"context"
	"fmt"
	"math"

	"zomato/modules/customers"
	"zomato/modules/restaurants"
	"zomato/modules/reviews"
	"zomato/modules/reviews/internal/core"
	"zomato/platform/calendar"
	"zomato/platform/database"
)

var (
	_ restaurants.ReviewFigures = (*Store)(nil)
	_ customers.ReviewFigures   = (*Store)(nil)
	_ customers.Eraser          = (*Store)(nil)
)

// dayRow is what a restaurant's reviews add up to.
type dayRow struct {
	Stars1   int64 `db:"stars1"`
	Stars2   int64 `db:"stars2"`
	Stars3   int64 `db:"stars3"`
	Stars4   int64 `db:"stars4"`
	Stars5   int64 `db:"stars5"`
	Positive int64 `db:"positive"`
	Neutral  int64 `db:"neutral"`
	Negative int64 `db:"negative"`
}

// add counts a mark, n times.
func (r *dayRow) add(mark *core.Mark, n int64) {
	if mark == nil {
		return
	}
	*[]*int64{&r.Stars1, &r.Stars2, &r.Stars3, &r.Stars4, &r.Stars5}[mark.Rating-1] += n
	switch mark.Sentiment {
	case reviews.Positive:
		r.Positive += n
	case reviews.Neutral:
		r.Neutral += n
	case reviews.Negative:
		r.Negative += n
	}
}

// AddToFigures implements core.Store: two statements.
func (s *Store) AddToFigures(ctx context.Context, t core.Tally) error {
	var d dayRow
	d.add(t.Before, -1)
	d.add(t.After, 1)
	_, err := s.db.Exec(ctx, `
		INSERT INTO reviews_figures_days AS f (restaurant_id, day, stars1, stars2, stars3, stars4, stars5, positive, neutral, negative)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (restaurant_id, day) DO UPDATE SET stars1 = f.stars1 + excluded.stars1, stars2 = f.stars2 + excluded.stars2,
			stars3 = f.stars3 + excluded.stars3, stars4 = f.stars4 + excluded.stars4, stars5 = f.stars5 + excluded.stars5,
			positive = f.positive + excluded.positive, neutral = f.neutral + excluded.neutral, negative = f.negative + excluded.negative`,
		t.RestaurantID, int64(t.Day), d.Stars1, d.Stars2, d.Stars3, d.Stars4, d.Stars5, d.Positive, d.Neutral, d.Negative)
	if err == nil {
		err = s.addToCustomer(ctx, t)
	}
	if err != nil {
		return fmt.Errorf("add to the figures of restaurant %d and customer %d: %w", t.RestaurantID, t.CustomerID, err)
	}
	return nil
}

// addToCustomer counts a review for its author. One who was erased has no
// figures any more, and gets none again when a review of theirs is changed.
func (s *Store) addToCustomer(ctx context.Context, t core.Tally) error {
	count, stars := 0, 0
	if t.Before != nil {
		count, stars = count-1, stars-t.Before.Rating
	}
	if t.After != nil {
		count, stars = count+1, stars+t.After.Rating
	}
	if t.Before != nil {
		_, err := s.db.Exec(ctx, `UPDATE reviews_figures_customers SET reviews = reviews + ?, stars = stars + ? WHERE customer_id = ?`,
			count, stars, t.CustomerID)
		return err
	}
	_, err := s.db.Exec(ctx, `
		INSERT INTO reviews_figures_customers AS f (customer_id, reviews, stars) VALUES (?, ?, ?)
		ON CONFLICT (customer_id) DO UPDATE SET reviews = f.reviews + excluded.reviews, stars = f.stars + excluded.stars`,
		t.CustomerID, count, stars)
	return err
}

func daysStatement(restaurantID int64, days calendar.Days) (string, []any) {
	where, args := database.OnDays("restaurant_id = ?", []any{restaurantID}, days)
	return `SELECT COALESCE(SUM(stars1), 0) AS stars1, COALESCE(SUM(stars2), 0) AS stars2, COALESCE(SUM(stars3), 0) AS stars3,
		COALESCE(SUM(stars4), 0) AS stars4, COALESCE(SUM(stars5), 0) AS stars5, COALESCE(SUM(positive), 0) AS positive,
		COALESCE(SUM(neutral), 0) AS neutral, COALESCE(SUM(negative), 0) AS negative FROM reviews_figures_days WHERE ` + where, args
}

// ReviewsOfRestaurant implements restaurants.ReviewFigures: one statement. What
// it reads grows with the days that have reviews.
func (s *Store) ReviewsOfRestaurant(ctx context.Context, restaurantID int64, days calendar.Days) (restaurants.ReviewSummary, bool, error) {
	var r dayRow
	query, args := daysStatement(restaurantID, days)
	if err := s.db.Get(ctx, &r, query, args...); err != nil {
		return restaurants.ReviewSummary{}, true, fmt.Errorf("read the figures about reviews of restaurant %d: %w", restaurantID, err)
	}
	return restaurants.ReviewSummary{
		Distribution: restaurants.RatingDistribution{One: r.Stars1, Two: r.Stars2, Three: r.Stars3, Four: r.Stars4, Five: r.Stars5},
		Sentiment:    restaurants.SentimentCounts{Positive: r.Positive, Neutral: r.Neutral, Negative: r.Negative},
	}, true, nil
}

const customerStatement = `SELECT reviews, stars FROM reviews_figures_customers WHERE customer_id = ?`

// ReviewsOfCustomer implements customers.ReviewFigures: one row.
func (s *Store) ReviewsOfCustomer(ctx context.Context, customerID int64) (customers.ReviewSummary, bool, error) {
	var rows []struct {
		Reviews int64 `db:"reviews"`
		Stars   int64 `db:"stars"`
	}
	err := s.db.Select(ctx, &rows, customerStatement, customerID)
	if err != nil {
		return customers.ReviewSummary{}, true, fmt.Errorf("read the figures about reviews of customer %d: %w", customerID, err)
	}
	if len(rows) == 0 || rows[0].Reviews == 0 {
		return customers.ReviewSummary{}, true, nil
	}
	mean := math.Round(100*float64(rows[0].Stars)/float64(rows[0].Reviews)) / 100
	return customers.ReviewSummary{AverageRatingGiven: &mean, ReviewsCount: rows[0].Reviews}, true, nil
}

// EraseCustomer implements customers.Eraser. Reviews keep no more of their
// author than the id: what goes are the figures about the customer.
func (s *Store) EraseCustomer(ctx context.Context, customerID int64) error {
	if _, err := s.db.Exec(ctx, `DELETE FROM reviews_figures_customers WHERE customer_id = ?`, customerID); err != nil {
		return fmt.Errorf("erase what reviews hold of customer %d: %w", customerID, err)
	}
	return nil
}
