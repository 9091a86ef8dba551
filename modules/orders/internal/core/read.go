package core

import (
	"context"
	"fmt"

	"zomato/modules/customers"
	"zomato/modules/orders"
	"zomato/modules/restaurants"
	"zomato/platform/calendar"
	"zomato/platform/fault"
	"zomato/platform/paging"
)

// Details is an order with everything that belongs to it.
type Details struct {
	Record

	// Customer is nil once they were erased.
	Customer *customers.Customer
	// MenuItems are the items of the lines that there still are, by id.
	MenuItems map[int64]restaurants.MenuItem
	// Review is nil while there is none.
	Review   *orders.Review
	Timeline []Entry
}

// Details gives an order whole. To a customer or a restaurant another's order
// does not exist. Faults: order_not_found.
func (s *Service) Details(ctx context.Context, id int64) (d Details, err error) {
	err = s.tx.Read(ctx, func(ctx context.Context) error {
		d, err = s.details(ctx, id)
		return err
	})
	return d, err
}

func (s *Service) details(ctx context.Context, id int64) (Details, error) {
	record, err := s.own(ctx, id)
	if err != nil {
		return Details{}, err
	}
	d := Details{Record: record, MenuItems: map[int64]restaurants.MenuItem{}}
	if d.Timeline, err = s.store.Timeline(ctx, id); err != nil {
		return Details{}, err
	}
	var name *string
	customer, err := s.customers.Get(ctx, record.CustomerID)
	switch {
	case err == nil:
		d.Customer, name = &customer, &customer.Name
	case !fault.Is(err, customers.CodeNotFound):
		return Details{}, err
	}
	if review, there, err := s.reviews.ReviewOfOrder(ctx, id, name); err != nil {
		return Details{}, err
	} else if there {
		d.Review = &review
	}
	ids := make([]int64, len(record.OrderItems))
	for i, line := range record.OrderItems {
		ids[i] = line.MenuItemID
	}
	items, err := s.restaurants.Items(ctx, ids)
	if err != nil {
		return Details{}, err
	}
	for _, item := range items {
		d.MenuItems[item.ID] = item
	}
	return d, nil
}

// Timeline gives what happened to an order, the oldest first. To a customer or
// a restaurant another's order does not exist. Faults: order_not_found.
func (s *Service) Timeline(ctx context.Context, id int64) ([]Entry, error) {
	if _, err := s.own(ctx, id); err != nil {
		return nil, err
	}
	return s.store.Timeline(ctx, id)
}

// OfCustomer gives a page of a customer's orders, the newest first; a status
// that is not "" narrows it. Faults: customer_not_found.
func (s *Service) OfCustomer(ctx context.Context, customerID int64, status orders.Status, q paging.Query) (paging.Page[orders.Order], error) {
	if _, err := s.customers.Get(ctx, customerID); err != nil {
		return paging.Page[orders.Order]{}, err
	}
	return s.page(ctx, Filter{CustomerID: customerID, Status: status}, q)
}

// OfRestaurant gives a page of a restaurant's orders, the newest first, of the
// days in its time zone. Faults: restaurant_not_found.
func (s *Service) OfRestaurant(ctx context.Context, restaurantID int64, status orders.Status, days calendar.Days, q paging.Query) (paging.Page[orders.Order], error) {
	restaurant, err := s.restaurants.Get(ctx, restaurantID)
	if err != nil {
		return paging.Page[orders.Order]{}, err
	}
	zone, err := s.zones.Zone(restaurant.Timezone)
	if err != nil {
		return paging.Page[orders.Order]{}, fmt.Errorf("find the time zone of restaurant %d: %w", restaurantID, err)
	}
	f := Filter{RestaurantID: restaurantID, Status: status}
	f.From, f.To = days.Instants(zone)
	return s.page(ctx, f, q)
}
