package core

import (
	"context"
	"fmt"
	"time"

	"zomato/modules/customers"
	"zomato/modules/orders"
	"zomato/modules/restaurants"
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
	Timeline  []Entry
}

// Details gives an order whole. To a customer or a restaurant another's order
// does not exist. Faults: order_not_found.
func (s *Service) Details(ctx context.Context, id int64) (Details, error) {
	record, err := s.own(ctx, id)
	if err != nil {
		return Details{}, err
	}
	d := Details{Record: record, MenuItems: map[int64]restaurants.MenuItem{}}
	if d.Timeline, err = s.store.Timeline(ctx, id); err != nil {
		return Details{}, err
	}
	customer, err := s.customers.Get(ctx, record.CustomerID)
	switch {
	case err == nil:
		d.Customer = &customer
	case !fault.Is(err, customers.CodeNotFound):
		return Details{}, err
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

// Days bounds a list by dates of the restaurant's time zone, such as
// 2026-11-22: from the one, up to and without the other. "" does not bound.
type Days struct{ From, To string }

// OfRestaurant gives a page of a restaurant's orders, the newest first. Faults:
// restaurant_not_found, or findings about the parameters.
func (s *Service) OfRestaurant(ctx context.Context, restaurantID int64, status orders.Status, days Days, q paging.Query) (paging.Page[orders.Order], error) {
	restaurant, err := s.restaurants.Get(ctx, restaurantID)
	if err != nil {
		return paging.Page[orders.Order]{}, err
	}
	f := Filter{RestaurantID: restaurantID, Status: status}
	if f.From, f.To, err = days.in(restaurant.Timezone); err != nil {
		return paging.Page[orders.Order]{}, err
	}
	return s.page(ctx, f, q)
}

// in gives the instants at which the days begin in a time zone.
func (d Days) in(timezone string) (from, to *time.Time, err error) {
	zone, err := time.LoadLocation(timezone)
	if err != nil {
		return nil, nil, fmt.Errorf("load the time zone of a restaurant: %w", err)
	}
	var findings fault.Findings
	begin := func(parameter, day string) *time.Time {
		if day == "" {
			return nil
		}
		at, err := time.ParseInLocation(time.DateOnly, day, zone)
		if err != nil {
			findings.Add("query/"+parameter, "invalid", "This must be a date such as 2026-11-22.")
		}
		return &at
	}
	from, to = begin("from", d.From), begin("to", d.To)
	return from, to, findings.Err()
}
