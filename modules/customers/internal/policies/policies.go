// Package policies says how the answers of the customers module are kept.
//
// team: customers
package policies

import (
	"context"
	"time"

	"zomato/modules/cache"
	"zomato/modules/customers"
	"zomato/modules/orders"
	"zomato/modules/restaurants"
	"zomato/modules/reviews"
)

// Store finds what is shown without standing in a path; *sqlstore.Store does.
type Store interface {
	// Favourites reads the ids of a customer's favourite restaurants.
	Favourites(ctx context.Context, customerID int64) ([]int64, error)
}

// All are the policies of the module's reading operations. Nothing here is
// warmed: it is personal. Favourites are a part that needs restaurants.
func All(store Store, hasFavourites bool) []cache.Policy {
	records := cache.Terms{Class: cache.Static, TTL: 30 * time.Minute, Strict: true}
	customer := customerKind()
	all := []cache.Policy{
		{
			Operation: "list-customers", Namespace: "customers", Terms: records,
			Tags: []cache.Tag{customer.All()},
		},
		{
			Operation: "get-customer", Namespace: "customers", Terms: records,
			Tags: []cache.Tag{customer.Of("customer_id")},
		},
		{
			Operation: "list-addresses", Namespace: "customers", Terms: records,
			Tags: []cache.Tag{customer.Of("customer_id")},
		},
		{
			Operation: "get-customer-analytics", Namespace: "analytics",
			Terms: cache.Terms{Class: cache.Aside, TTL: 15 * time.Minute, Grace: 24 * time.Hour},
			Tags:  []cache.Tag{customer.Of("customer_id"), figuresKind().Of("customer_id"), namesKind().All()},
		},
	}
	if hasFavourites {
		all = append(all, cache.Policy{
			Operation: "list-favourites", Namespace: "customers", Terms: records,
			Tags: []cache.Tag{customer.Of("customer_id")}, Related: favourites(store),
		})
	}
	return all
}

// favourites are the restaurants in a customer's list. Which ones changes with
// the tag of the customer; a deleted one, which nobody shows, goes later.
func favourites(store Store) *cache.Relation {
	kind := cache.NewKind("customers.favourite",
		cache.On(func(e restaurants.Changed) []int64 { return []int64{e.RestaurantID} }),
		cache.On(func(e restaurants.Rated) []int64 { return []int64{e.RestaurantID} }),
		cache.On(func(e restaurants.Deleted) []int64 { return []int64{e.RestaurantID} }),
	)
	return &cache.Relation{
		Kinds: []*cache.Kind{kind},
		Find: func(ctx context.Context, of cache.Params) ([]cache.Named, error) {
			ids, err := store.Favourites(ctx, of("customer_id"))
			tags := make([]cache.Named, len(ids))
			for i, id := range ids {
				tags[i] = kind.Named(id)
			}
			return tags, err
		},
	}
}

// customerKind is a customer with addresses and favourites, by id.
func customerKind() *cache.Kind {
	return cache.NewKind("customers.customer",
		cache.On(func(e customers.Changed) []int64 { return []int64{e.CustomerID} }),
		cache.On(func(e customers.Erased) []int64 { return []int64{e.CustomerID} }),
	)
}

// figuresKind is what is counted of a customer, by the customer's id. A reply
// counts for nothing.
func figuresKind() *cache.Kind {
	return cache.NewKind("customers.figures",
		cache.On(func(e orders.Placed) []int64 { return []int64{e.CustomerID} }),
		cache.On(func(e orders.StatusChanged) []int64 { return []int64{e.CustomerID} }),
		cache.On(func(e orders.Imported) []int64 { return e.CustomerIDs }),
		cache.On(func(e reviews.Written) []int64 { return []int64{e.CustomerID} }),
		cache.On(func(e reviews.Edited) []int64 { return []int64{e.CustomerID} }),
		cache.On(func(e reviews.Deleted) []int64 { return []int64{e.CustomerID} }),
		cache.On(func(e reviews.Imported) []int64 { return e.CustomerIDs }),
	)
}

// namesKind are the names of favourite restaurants and dishes, which seldom
// change. What was deleted is called as it was when it was ordered.
func namesKind() *cache.Kind {
	return cache.NewKind("customers.names",
		cache.OnAny[restaurants.Changed](),
		cache.OnAny[restaurants.Deleted](),
		cache.OnAny[restaurants.MenuChanged](),
	)
}
