package restaurants

import (
	"context"

	"zomato/platform/calendar"
	"zomato/platform/money"
)

// OrderFigures is what this module asks of the one that keeps orders, which
// implements it from its store.
type OrderFigures interface {
	// OrdersOfRestaurant gives the figures about the orders that a restaurant
	// got on these days of its calendar. Amounts are those of orders in the
	// currency, which is the restaurant's present one. The names of popular items
	// are those they were ordered under. Without orders all is zero and empty;
	// false says that there is no module to ask.
	OrdersOfRestaurant(ctx context.Context, restaurantID int64, currency string, days calendar.Days) (OrderSummary, bool, error)
}

// ReviewFigures is what this module asks of the one that keeps reviews, which
// implements it from its store.
type ReviewFigures interface {
	// ReviewsOfRestaurant gives the figures about the reviews that were written
	// of a restaurant on these days of its calendar. Without reviews all is zero;
	// false says that there is no module to ask.
	ReviewsOfRestaurant(ctx context.Context, restaurantID int64, days calendar.Days) (ReviewSummary, bool, error)
}

// OrderSummary is what is to be told of a restaurant's orders.
type OrderSummary struct {
	TotalOrders       int64            `json:"total_orders"`
	OrdersByStatus    map[string]int64 `json:"orders_by_status" doc:"The number of orders that have each status now"`
	TotalRevenue      money.Amount     `json:"total_revenue" doc:"Of delivered orders in this currency"`
	AverageOrderValue *money.Amount    `json:"average_order_value" nullable:"true" doc:"Of delivered orders in this currency; null when there is none"`
	PopularItems      []PopularItem    `json:"popular_items" doc:"The five that sold most pieces in orders that are not cancelled"`
	UniqueCustomers   *int64           `json:"unique_customers" doc:"Customers who ever ordered; null with from or to"`
	RepeatRate        *float64         `json:"repeat_rate" doc:"The share of them who ordered twice or more, 0 to 1; null with from or to" example:"0.25"`
	CancellationRate  float64          `json:"cancellation_rate" doc:"The share of orders that are cancelled, 0 to 1" example:"0.05"`
	OrdersByHour      []int64          `json:"orders_by_hour" doc:"24 numbers of orders, by the hour of the restaurant's day at which they were placed"`
	Daily             []DayFigures     `json:"daily" doc:"The days that have orders, the oldest first"`
}

// PopularItem is an item of a menu that sells well.
type PopularItem struct {
	MenuItemID int64        `json:"menu_item_id" example:"5"`
	Name       string       `json:"name" doc:"As it is called now, or was when it was last ordered" example:"Paneer Tikka"`
	Quantity   int64        `json:"quantity" doc:"Pieces"`
	Revenue    money.Amount `json:"revenue" doc:"What the pieces cost, in this currency"`
}

// DayFigures are the orders of one day.
type DayFigures struct {
	Date    string       `json:"date" doc:"In the restaurant's time zone" format:"date" example:"2026-11-22"`
	Orders  int64        `json:"orders" doc:"Placed on this day"`
	Revenue money.Amount `json:"revenue" doc:"Of those that were delivered"`
}

// ReviewSummary is what is to be told of a restaurant's reviews.
type ReviewSummary struct {
	Distribution RatingDistribution `json:"rating_distribution" doc:"The number of reviews with each number of stars"`
	Sentiment    SentimentCounts    `json:"sentiment" doc:"The number of reviews of each sentiment"`
}

// RatingDistribution counts reviews by their stars.
type RatingDistribution struct {
	One   int64 `json:"1"`
	Two   int64 `json:"2"`
	Three int64 `json:"3"`
	Four  int64 `json:"4"`
	Five  int64 `json:"5"`
}

// SentimentCounts counts reviews by their sentiment.
type SentimentCounts struct {
	Positive int64 `json:"positive"`
	Neutral  int64 `json:"neutral"`
	Negative int64 `json:"negative"`
}
