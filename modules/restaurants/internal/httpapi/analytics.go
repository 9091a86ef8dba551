package httpapi

import (
	"context"
	"net/http"

	"zomato/modules/restaurants"
	"zomato/modules/restaurants/internal/core"
	"zomato/platform/httpserver"
)

// Parts are the parts of the figures that other modules know.
type Parts struct {
	Orders  bool
	Reviews bool // those who keep reviews need orders
}

// Figures are the figures of a restaurant where nobody keeps orders.
type Figures struct {
	RestaurantID int64  `json:"restaurant_id" example:"2"`
	Currency     string `json:"currency" doc:"ISO 4217, the restaurant's: that of all amounts" example:"INR"`
}

// orderFigures are those where nobody keeps reviews.
type orderFigures struct {
	Figures
	restaurants.OrderSummary
}

// allFigures are those of a whole deployment.
type allFigures struct {
	Figures
	restaurants.OrderSummary
	Ratings
}

// Ratings are the part of the figures about reviews.
type Ratings struct {
	AverageRating *float64 `json:"average_rating" doc:"Rounded to two decimals; null without ratings" example:"4.25"`
	AvgRating     *float64 `json:"avg_rating" doc:"The same as average_rating" example:"4.25"`
	RatingCount   int64    `json:"rating_count" doc:"Imported ratings count, unless from or to is given"`
	restaurants.ReviewSummary
}

type analyticsInput struct {
	ByRestaurant
	httpserver.DaysQuery
}

// figures is the operation that shows what this deployment knows: document and
// answer leave out what is switched off.
func figures(service *core.Analytics, parts Parts) httpserver.Endpoint {
	switch {
	case parts.Reviews:
		return figuresAs(service, shownAll)
	case parts.Orders:
		return figuresAs(service, shownOrders)
	default:
		return figuresAs(service, shownBare)
	}
}

func figuresAs[T any](service *core.Analytics, shown func(core.Figures) T) httpserver.Endpoint {
	return httpserver.Handle(httpserver.Operation{
		ID: "get-restaurant-analytics", Method: http.MethodGet, Path: "/restaurants/{restaurant_id}/analytics", Access: own(),
		Summary: "Read the figures of a restaurant",
		Description: "Of the whole time, or of the days from `from` up to and without `to`. An order counts for the day and hour on the restaurant's " +
			"wall at which it was placed, a review for the day on which it was written. Where a module is switched off, its figures are absent.",
		Errors: []int{http.StatusNotFound},
	}, func(ctx context.Context, in *analyticsInput) (*httpserver.Whole[T], error) {
		days, err := in.Days()
		if err != nil {
			return nil, err
		}
		found, err := service.Of(ctx, in.RestaurantID, days)
		if err != nil {
			return nil, err
		}
		return httpserver.WholeOf(shown(found)), nil
	})
}

func shownBare(f core.Figures) Figures {
	return Figures{RestaurantID: f.RestaurantID, Currency: f.Currency}
}

func shownOrders(f core.Figures) orderFigures { return orderFigures{shownBare(f), *f.Orders} }

func shownAll(f core.Figures) allFigures {
	return allFigures{shownBare(f), *f.Orders, Ratings{
		AverageRating: f.Ratings.Average, AvgRating: f.Ratings.Average, RatingCount: f.Ratings.Count, ReviewSummary: f.Ratings.ReviewSummary,
	}}
}
