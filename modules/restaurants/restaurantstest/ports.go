package restaurantstest

import (
	"context"

	"zomato/modules/restaurants"
	"zomato/platform/calendar"
)

// Figures is what the modules above tell of every restaurant, whatever the days:
// a restaurants.OrderFigures and a restaurants.ReviewFigures.
type Figures struct {
	Orders  restaurants.OrderSummary
	Reviews restaurants.ReviewSummary
}

var (
	_ restaurants.OrderFigures  = Figures{}
	_ restaurants.ReviewFigures = Figures{}
)

// OrdersOfRestaurant implements restaurants.OrderFigures.
func (f Figures) OrdersOfRestaurant(context.Context, int64, string, calendar.Days) (restaurants.OrderSummary, bool, error) {
	return f.Orders, true, nil
}

// ReviewsOfRestaurant implements restaurants.ReviewFigures.
func (f Figures) ReviewsOfRestaurant(context.Context, int64, calendar.Days) (restaurants.ReviewSummary, bool, error) {
	return f.Reviews, true, nil
}
