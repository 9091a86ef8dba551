package customers

import (
	"context"
	"time"

	"zomato/platform/money"
)

// OrderActivity is what this module asks of the one that keeps orders, which
// implements it from its store.
type OrderActivity interface {
	// HasActiveOrders tells whether an order of the customer is under way,
	// neither delivered nor cancelled. It is asked inside the transaction that
	// erases the customer, after the customer was locked (Service.Lock), so
	// that no order comes in between. Where there are no orders, there is none.
	HasActiveOrders(ctx context.Context, customerID int64) (bool, error)
	// OrdersOfCustomer gives the figures about a customer's orders. The names in
	// it are those that were ordered from. Without orders all is zero and empty;
	// false says that there is no module to ask.
	OrdersOfCustomer(ctx context.Context, customerID int64) (OrderSummary, bool, error)
}

// ReviewFigures is what this module asks of the one that keeps reviews, which
// implements it from its store.
type ReviewFigures interface {
	// ReviewsOfCustomer gives the figures about the reviews that a customer
	// wrote. False says that there is no module to ask.
	ReviewsOfCustomer(ctx context.Context, customerID int64) (ReviewSummary, bool, error)
}

// Eraser is a module that keeps something personal of customers. Each is given
// to the fx group "customers.erasers".
type Eraser interface {
	// EraseCustomer removes it, in the transaction that erases the customer: if
	// it fails, nothing is erased.
	EraseCustomer(ctx context.Context, customerID int64) error
}

// OrderSummary is what is to be told of a customer's orders.
type OrderSummary struct {
	TotalOrders          int64                 `json:"total_orders"`
	OrdersByStatus       map[string]int64      `json:"orders_by_status" doc:"The number of orders that have each status now"`
	TotalSpent           *money.Amount         `json:"total_spent" nullable:"true" doc:"On delivered orders; null when they are in more than one currency"`
	AverageOrderValue    *money.Amount         `json:"average_order_value" nullable:"true" doc:"Of delivered orders; null when there is none, or more than one currency"`
	SpentByCurrency      []Spending            `json:"spent_by_currency" doc:"By currency, in the order of the alphabet"`
	FavouriteRestaurants []FavouriteRestaurant `json:"favourite_restaurants" doc:"The three that got most orders that are not cancelled"`
	FavouriteItems       []FavouriteItem       `json:"favourite_items" doc:"The three of which most pieces were ordered and not cancelled"`
	LastOrderAt          *time.Time            `json:"last_order_at" doc:"null when there is none"`
}

// Spending is what was paid in one currency.
type Spending struct {
	Currency string       `json:"currency" doc:"ISO 4217" example:"INR"`
	Amount   money.Amount `json:"amount" doc:"For delivered orders"`
}

// FavouriteRestaurant is a restaurant where a customer orders often.
type FavouriteRestaurant struct {
	RestaurantID int64  `json:"restaurant_id" example:"2"`
	Name         string `json:"name" doc:"As it is called now, or was when it was last ordered from" example:"Spice Route"`
	Orders       int64  `json:"orders"`
}

// FavouriteItem is a menu item that a customer orders often.
type FavouriteItem struct {
	MenuItemID int64  `json:"menu_item_id" example:"5"`
	Name       string `json:"name" doc:"As it is called now, or was when it was last ordered" example:"Paneer Tikka"`
	Quantity   int64  `json:"quantity" doc:"Pieces"`
}

// ReviewSummary is what is to be told of a customer's reviews.
type ReviewSummary struct {
	AverageRatingGiven *float64 `json:"avg_rating_given" doc:"Rounded to two decimals; null without reviews" example:"4.25"`
	ReviewsCount       int64    `json:"reviews_count"`
}
