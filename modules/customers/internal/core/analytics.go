package core

import (
	"context"
	"slices"

	"zomato/modules/customers"
	"zomato/modules/restaurants"
)

// Figures are what is to be told of a customer (design: domain.md §8).
type Figures struct {
	CustomerID int64
	// Orders is nil where no module keeps orders.
	Orders *customers.OrderSummary
	// Reviews is nil where no module keeps reviews.
	Reviews *customers.ReviewSummary
}

// Analytics puts the figures of a customer together. Create it with
// NewAnalytics. Safe for concurrent use.
type Analytics struct {
	store       Store
	reads       Reads
	orders      customers.OrderActivity
	reviews     customers.ReviewFigures
	restaurants restaurants.Service
}

// Reads is one view of the database; *database.DB gives it.
type Reads interface {
	// Read runs the function on one snapshot: all that it reads with its
	// context is of the same moment.
	Read(ctx context.Context, fn func(context.Context) error) error
}

// NewAnalytics gives the use case. Restaurants are asked for names only.
func NewAnalytics(
	store Store, reads Reads, orders customers.OrderActivity, reviews customers.ReviewFigures, names restaurants.Service,
) *Analytics {
	return &Analytics{store: store, reads: reads, orders: orders, reviews: reviews, restaurants: names}
}

// Of gives the figures of a customer. Faults: customer_not_found.
func (a *Analytics) Of(ctx context.Context, id int64) (Figures, error) {
	out := Figures{CustomerID: id}
	err := a.reads.Read(ctx, func(ctx context.Context) error {
		if _, err := a.store.Get(ctx, id); err != nil {
			return err
		}
		orders, known, err := a.orders.OrdersOfCustomer(ctx, id)
		if err != nil {
			return err
		}
		if known {
			if err = a.nameRestaurants(ctx, orders.FavouriteRestaurants); err != nil {
				return err
			}
			if err = a.nameItems(ctx, orders.FavouriteItems); err != nil {
				return err
			}
			out.Orders = &orders
		}
		reviews, known, err := a.reviews.ReviewsOfCustomer(ctx, id)
		if known {
			out.Reviews = &reviews
		}
		return err
	})
	return out, err
}

// nameRestaurants gives those that there are their present names.
func (a *Analytics) nameRestaurants(ctx context.Context, found []customers.FavouriteRestaurant) error {
	ids := make([]int64, len(found))
	for i, f := range found {
		ids[i] = f.RestaurantID
	}
	present, err := a.restaurants.ByIDs(ctx, ids)
	for _, now := range present {
		found[slices.Index(ids, now.ID)].Name = now.Name
	}
	return err
}

// nameItems gives those that there are their present names.
func (a *Analytics) nameItems(ctx context.Context, found []customers.FavouriteItem) error {
	ids := make([]int64, len(found))
	for i, f := range found {
		ids[i] = f.MenuItemID
	}
	present, err := a.restaurants.Items(ctx, ids)
	for _, now := range present {
		found[slices.Index(ids, now.ID)].Name = now.Name
	}
	return err
}
