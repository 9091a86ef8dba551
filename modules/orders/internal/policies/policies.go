// Package policies says how the answers of the orders module are kept.
//
// team: orders
package policies

import (
	"context"
	"time"

	"zomato/modules/cache"
	"zomato/modules/customers"
	"zomato/modules/orders"
	"zomato/modules/orders/internal/core"
	"zomato/modules/restaurants"
	"zomato/modules/reviews"
)

// Store finds what is shown without standing in a path; *sqlstore.Store does.
type Store interface {
	// SubjectsOf reads what an order is about. Faults: order_not_found.
	SubjectsOf(ctx context.Context, orderID int64) (core.Subjects, error)
}

// All are the policies of the module's reading operations. Nothing here is
// warmed: it is personal.
func All(store Store) []cache.Policy {
	open := cache.Terms{Class: cache.Dynamic, TTL: 2 * time.Minute, Strict: true}
	settled := cache.Terms{Class: cache.Conditional, TTL: 60 * time.Minute, Grace: time.Hour}
	order, imported, erased := orderKind(), importedKind(), erasedKind()
	return []cache.Policy{
		{
			Operation: "get-order", Namespace: "orders", Terms: open, Settled: &settled,
			Tags: []cache.Tag{
				order.Of("order_id"), reviewKind().Of("order_id"), imported.All(),
				// The items of a deleted restaurant are gone.
				cache.NewKind("orders.closed", cache.OnAny[restaurants.Deleted]()).All(),
			},
			Related: subjects(store),
		},
		{
			Operation: "get-order-events", Namespace: "orders", Terms: open,
			Tags: []cache.Tag{order.Of("order_id"), imported.All(), erased.All()},
		},
		{
			Operation: "list-customer-orders", Namespace: "orders", Terms: open,
			Tags: []cache.Tag{customerKind().Of("customer_id")},
		},
		{
			Operation: "list-restaurant-orders", Namespace: "orders", Terms: open,
			Tags: []cache.Tag{restaurantKind().Of("restaurant_id"), erased.All()},
		},
	}
}

// subjects are who ordered, and the items as they are now. Which ones never
// changes. The restaurant is called as it was when the order was placed.
func subjects(store Store) *cache.Relation {
	customer := cache.NewKind("orders.who_ordered",
		cache.On(func(e customers.Renamed) []int64 { return []int64{e.CustomerID} }),
		cache.On(func(e customers.Erased) []int64 { return []int64{e.CustomerID} }),
	)
	item := cache.NewKind("orders.item",
		cache.On(func(e restaurants.MenuChanged) []int64 { return []int64{e.MenuItemID} }),
		cache.On(func(e restaurants.StockChanged) []int64 { return []int64{e.MenuItemID} }),
	)
	return &cache.Relation{
		Kinds: []*cache.Kind{customer, item},
		Find: func(ctx context.Context, of cache.Params) ([]cache.Named, error) {
			found, err := store.SubjectsOf(ctx, of("order_id"))
			if err != nil {
				return nil, err
			}
			tags := []cache.Named{customer.Named(found.CustomerID)}
			for _, id := range found.MenuItemIDs {
				tags = append(tags, item.Named(id))
			}
			return tags, nil
		},
	}
}

// orderKind is an order with its timeline, by id.
func orderKind() *cache.Kind {
	return cache.NewKind("orders.order",
		cache.On(func(e orders.Placed) []int64 { return []int64{e.OrderID} }),
		cache.On(func(e orders.StatusChanged) []int64 { return []int64{e.OrderID} }),
	)
}

// reviewKind is the review of an order, by the order's id.
func reviewKind() *cache.Kind {
	return cache.NewKind("orders.review",
		cache.On(func(e reviews.Written) []int64 { return []int64{e.OrderID} }),
		cache.On(func(e reviews.Edited) []int64 { return []int64{e.OrderID} }),
		cache.On(func(e reviews.Deleted) []int64 { return []int64{e.OrderID} }),
		cache.On(func(e reviews.Replied) []int64 { return []int64{e.OrderID} }),
	)
}

// importedKind are the orders and reviews that were taken over: their events do
// not name them.
func importedKind() *cache.Kind {
	return cache.NewKind("orders.imported", cache.OnAny[orders.Imported](), cache.OnAny[reviews.Imported]())
}

// erasedKind are those customers whose texts are gone from orders and timelines
// of which nothing else has changed.
func erasedKind() *cache.Kind {
	return cache.NewKind("orders.erased", cache.OnAny[customers.Erased]())
}

// customerKind is a customer's list of orders, by the customer's id, and whether
// there is such a customer.
func customerKind() *cache.Kind {
	return cache.NewKind("orders.customer",
		cache.On(func(e orders.Placed) []int64 { return []int64{e.CustomerID} }),
		cache.On(func(e orders.StatusChanged) []int64 { return []int64{e.CustomerID} }),
		cache.On(func(e orders.Imported) []int64 { return e.CustomerIDs }),
		cache.On(func(e customers.Changed) []int64 { return []int64{e.CustomerID} }),
		cache.On(func(e customers.Erased) []int64 { return []int64{e.CustomerID} }),
	)
}

// restaurantKind is a restaurant's list of orders, by its id, and whether there
// is such a restaurant. Its days are those of the restaurant's time zone.
func restaurantKind() *cache.Kind {
	return cache.NewKind("orders.restaurant",
		cache.On(func(e orders.Placed) []int64 { return []int64{e.RestaurantID} }),
		cache.On(func(e orders.StatusChanged) []int64 { return []int64{e.RestaurantID} }),
		cache.On(func(e orders.Imported) []int64 { return e.RestaurantIDs }),
		cache.On(func(e restaurants.Changed) []int64 { return []int64{e.RestaurantID} }),
		cache.On(func(e restaurants.Deleted) []int64 { return []int64{e.RestaurantID} }),
	)
}
