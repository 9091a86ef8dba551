// Package policies says how the answers of the reviews module are kept.
//
// team: reviews
package policies

import (
	"time"

	"zomato/modules/cache"
	"zomato/modules/customers"
	"zomato/modules/orders"
	"zomato/modules/restaurants"
	"zomato/modules/reviews"
)

// All are the policies of the module's reading operations.
func All() []cache.Policy {
	terms := cache.Terms{Class: cache.Dynamic, TTL: 5 * time.Minute, Grace: time.Hour}
	author, imported := authorKind(), importedKind()
	return []cache.Policy{
		{
			Operation: "get-review", Namespace: "reviews", Terms: terms,
			Tags: []cache.Tag{reviewKind().Of("review_id"), author.All(), imported.All()},
		},
		{
			Operation: "get-order-review", Namespace: "reviews", Terms: terms,
			Tags: []cache.Tag{orderKind().Of("order_id"), author.All(), imported.All()},
		},
		{
			Operation: "list-restaurant-reviews", Namespace: "reviews", Terms: terms,
			Tags: []cache.Tag{restaurantKind().Of("restaurant_id"), author.All()},
			Warm: cache.WarmEach("/restaurants/%d/reviews"),
		},
		{
			Operation: "list-customer-reviews", Namespace: "reviews", Terms: terms,
			Tags: []cache.Tag{customerKind().Of("customer_id")},
		},
	}
}

// reviewKind is a review, by its id.
func reviewKind() *cache.Kind {
	return cache.NewKind("reviews.review",
		cache.On(func(e reviews.Written) []int64 { return []int64{e.ReviewID} }),
		cache.On(func(e reviews.Edited) []int64 { return []int64{e.ReviewID} }),
		cache.On(func(e reviews.Deleted) []int64 { return []int64{e.ReviewID} }),
		cache.On(func(e reviews.Replied) []int64 { return []int64{e.ReviewID} }),
	)
}

// orderKind is the review of an order, by the order's id, and whether there is
// such an order.
func orderKind() *cache.Kind {
	return cache.NewKind("reviews.order",
		cache.On(func(e orders.Placed) []int64 { return []int64{e.OrderID} }),
		cache.On(func(e reviews.Written) []int64 { return []int64{e.OrderID} }),
		cache.On(func(e reviews.Edited) []int64 { return []int64{e.OrderID} }),
		cache.On(func(e reviews.Deleted) []int64 { return []int64{e.OrderID} }),
		cache.On(func(e reviews.Replied) []int64 { return []int64{e.OrderID} }),
	)
}

// restaurantKind is a restaurant's list of reviews, by its id, and whether there
// is such a restaurant.
func restaurantKind() *cache.Kind {
	return cache.NewKind("reviews.restaurant",
		cache.On(func(e reviews.Written) []int64 { return []int64{e.RestaurantID} }),
		cache.On(func(e reviews.Edited) []int64 { return []int64{e.RestaurantID} }),
		cache.On(func(e reviews.Deleted) []int64 { return []int64{e.RestaurantID} }),
		cache.On(func(e reviews.Replied) []int64 { return []int64{e.RestaurantID} }),
		cache.On(func(e reviews.Imported) []int64 { return e.RestaurantIDs }),
		cache.On(func(e restaurants.Changed) []int64 { return []int64{e.RestaurantID} }),
		cache.On(func(e restaurants.Deleted) []int64 { return []int64{e.RestaurantID} }),
	)
}

// customerKind is a customer's list of reviews, by the customer's id, and their
// name, which all of them show.
func customerKind() *cache.Kind {
	return cache.NewKind("reviews.customer",
		cache.On(func(e reviews.Written) []int64 { return []int64{e.CustomerID} }),
		cache.On(func(e reviews.Edited) []int64 { return []int64{e.CustomerID} }),
		cache.On(func(e reviews.Deleted) []int64 { return []int64{e.CustomerID} }),
		cache.On(func(e reviews.Replied) []int64 { return []int64{e.CustomerID} }),
		cache.On(func(e reviews.Imported) []int64 { return e.CustomerIDs }),
		cache.On(func(e customers.Changed) []int64 { return []int64{e.CustomerID} }),
		cache.On(func(e customers.Erased) []int64 { return []int64{e.CustomerID} }),
	)
}

// authorKind are the names under which reviews stand, which seldom change.
func authorKind() *cache.Kind {
	return cache.NewKind("reviews.author", cache.OnAny[customers.Renamed](), cache.OnAny[customers.Erased]())
}

// importedKind are the orders and reviews that were taken over: their events do
// not name them.
func importedKind() *cache.Kind {
	return cache.NewKind("reviews.imported", cache.OnAny[orders.Imported](), cache.OnAny[reviews.Imported]())
}
