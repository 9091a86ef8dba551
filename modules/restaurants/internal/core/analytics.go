package core

import (
	"context"
	"slices"

	"zomato/modules/restaurants"
	"zomato/platform/calendar"
)

// Figures are what is to be told of a restaurant (design: domain.md §8).
type Figures struct {
	RestaurantID int64
	// Currency is the restaurant's: that of all amounts.
	Currency string
	// Orders is nil where no module keeps orders.
	Orders *restaurants.OrderSummary
	// Ratings is nil where no module keeps reviews.
	Ratings *Ratings
}

// Ratings are what guests say of a restaurant.
type Ratings struct {
	// Average is the mean of the ratings, rounded to two decimals; nil without
	// any. Ratings that came with an import count, for the whole time only: of
	// these nobody knows the day.
	Average *float64
	Count   int64

	restaurants.ReviewSummary
}

// Analytics puts the figures of a restaurant together. It stands apart from
// Service, which those who implement the ports call themselves. Create it with
// NewAnalytics. Safe for concurrent use.
type Analytics struct {
	store   Store
	reads   Reads
	orders  restaurants.OrderFigures
	reviews restaurants.ReviewFigures
}

// Reads is one view of the database; *database.DB gives it.
type Reads interface {
	// Read runs the function on one snapshot: all that it reads with its
	// context is of the same moment.
	Read(ctx context.Context, fn func(context.Context) error) error
}

// NewAnalytics gives the use case.
func NewAnalytics(store Store, reads Reads, orders restaurants.OrderFigures, reviews restaurants.ReviewFigures) *Analytics {
	return &Analytics{store: store, reads: reads, orders: orders, reviews: reviews}
}

// Of gives the figures of a restaurant about some days of its calendar. Faults:
// restaurant_not_found.
func (a *Analytics) Of(ctx context.Context, id int64, days calendar.Days) (Figures, error) {
	var out Figures
	err := a.reads.Read(ctx, func(ctx context.Context) error {
		restaurant, err := a.store.Get(ctx, id)
		if err != nil {
			return err
		}
		out = Figures{RestaurantID: id, Currency: restaurant.Currency}
		if err = a.addOrders(ctx, &out, days); err != nil {
			return err
		}
		return a.addRatings(ctx, &out, restaurant, days)
	})
	return out, err
}

func (a *Analytics) addOrders(ctx context.Context, out *Figures, days calendar.Days) error {
	summary, known, err := a.orders.OrdersOfRestaurant(ctx, out.RestaurantID, out.Currency, days)
	if err != nil || !known {
		return err
	}
	out.Orders = &summary
	ids := make([]int64, len(summary.PopularItems))
	for i, item := range summary.PopularItems {
		ids[i] = item.MenuItemID
	}
	present, err := a.store.Items(ctx, ids)
	if err != nil {
		return err
	}
	for _, now := range present {
		summary.PopularItems[slices.Index(ids, now.ID)].Name = now.Name
	}
	return nil
}

func (a *Analytics) addRatings(ctx context.Context, out *Figures, restaurant restaurants.Restaurant, days calendar.Days) error {
	summary, known, err := a.reviews.ReviewsOfRestaurant(ctx, restaurant.ID, days)
	if err != nil || !known {
		return err
	}
	out.Ratings = &Ratings{ReviewSummary: summary}
	average := restaurant.Rating
	if out.Ratings.Count = restaurant.RatingCount; !days.IsAll() {
		rating := ratingOf(summary.Distribution)
		average, out.Ratings.Count = Stars(rating.Hundredths()), rating.Count
	}
	if out.Ratings.Count > 0 {
		out.Ratings.Average = &average
	}
	return nil
}

func ratingOf(d restaurants.RatingDistribution) Rating {
	return Rating{Sum: d.One + 2*d.Two + 3*d.Three + 4*d.Four + 5*d.Five, Count: d.One + d.Two + d.Three + d.Four + d.Five}
}
