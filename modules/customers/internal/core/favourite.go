package core

import (
	"context"

	"zomato/modules/customers"
	"zomato/modules/restaurants"
	"zomato/platform/fault"
)

// maxFavourites bounds the favourites of a customer, since they are answered
// whole.
const maxFavourites = 200

// FavouriteStore keeps which restaurants a customer likes.
type FavouriteStore interface {
	// Favourites reads the ids of the restaurants, the latest first.
	Favourites(ctx context.Context, customerID int64) ([]int64, error)
	// AddFavourite stores one; it may be there already.
	AddFavourite(ctx context.Context, customerID, restaurantID int64) error
	// RemoveFavourite removes one; it may be gone already.
	RemoveFavourite(ctx context.Context, customerID, restaurantID int64) error
	// ForgetRestaurant removes a restaurant from everybody's favourites.
	ForgetRestaurant(ctx context.Context, restaurantID int64) error
}

// Favourites gives a customer's favourite restaurants, the latest first.
// Faults: customer_not_found.
func (s *Service) Favourites(ctx context.Context, customerID int64) ([]restaurants.Restaurant, error) {
	if _, err := s.store.Get(ctx, customerID); err != nil {
		return nil, err
	}
	ids, err := s.store.Favourites(ctx, customerID)
	if err != nil {
		return nil, err
	}
	return s.restaurants.ByIDs(ctx, ids)
}

// AddFavourite makes a restaurant a favourite; again changes nothing. Faults:
// customer_not_found, restaurant_not_found, too_many_favourites.
func (s *Service) AddFavourite(ctx context.Context, customerID, restaurantID int64) error {
	return s.change(ctx, customerID, func(ctx context.Context, _ customers.Customer) error {
		if _, err := s.restaurants.Get(ctx, restaurantID); err != nil {
			return err
		}
		if err := s.store.AddFavourite(ctx, customerID, restaurantID); err != nil {
			return err
		}
		ids, err := s.store.Favourites(ctx, customerID)
		if err == nil && len(ids) > maxFavourites {
			return fault.New(fault.Conflict, "too_many_favourites", "A customer can have at most %d favourites.", maxFavourites)
		}
		return err
	})
}

// RemoveFavourite makes a restaurant no favourite any more; again changes
// nothing. Faults: customer_not_found.
func (s *Service) RemoveFavourite(ctx context.Context, customerID, restaurantID int64) error {
	return s.change(ctx, customerID, func(ctx context.Context, _ customers.Customer) error {
		return s.store.RemoveFavourite(ctx, customerID, restaurantID)
	})
}

// ForgetRestaurant reacts to a deleted restaurant: it is nobody's favourite
// any more. Until then ByIDs leaves it out.
func (s *Service) ForgetRestaurant(ctx context.Context, e restaurants.Deleted) error {
	return s.tx.Write(ctx, func(ctx context.Context) error {
		return s.store.ForgetRestaurant(ctx, e.RestaurantID)
	})
}
