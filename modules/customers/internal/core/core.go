// Package core holds the rules and use cases of the customers module.
//
// team: customers
package core

import (
	"context"

	"zomato/modules/customers"
	"zomato/modules/restaurants"
	"zomato/platform/clock"
	"zomato/platform/eventbus"
	"zomato/platform/paging"
)

// Store keeps customers, addresses and favourites. Its methods use the unit of
// work of the context; those that change something need one.
type Store interface {
	// Insert stores a new customer and gives the id. Faults: email_taken,
	// phone_taken.
	Insert(ctx context.Context, c customers.Customer) (int64, error)
	// IsEmpty tells whether there has never been a customer.
	IsEmpty(ctx context.Context) (bool, error)
	// Get reads a customer. Faults: customer_not_found.
	Get(ctx context.Context, id int64) (customers.Customer, error)
	// ByIDs reads those of the customers who exist, in any order.
	ByIDs(ctx context.Context, ids []int64) ([]customers.Customer, error)
	// Lock reads a customer that nobody else changes until the unit of work
	// ends. Faults: customer_not_found.
	Lock(ctx context.Context, id int64) (customers.Customer, error)
	// Hold reads a customer who stays as they are until the unit of work ends;
	// others may hold them too. Faults: customer_not_found.
	Hold(ctx context.Context, id int64) (customers.Customer, error)
	// List reads a page of customers by id, and one more if there is one.
	List(ctx context.Context, filter Filter, window paging.Window) ([]customers.Customer, error)
	// Count counts the customers of all pages.
	Count(ctx context.Context, filter Filter) (int64, error)
	// Update stores every field. Faults: email_taken, phone_taken.
	Update(ctx context.Context, c customers.Customer) error
	// Erase removes everything personal; the row stays. The time is that of
	// the customer's UpdatedAt.
	Erase(ctx context.Context, c customers.Customer) error

	AddressStore
	FavouriteStore
}

// Transactions is the unit of work; *database.DB is one.
type Transactions interface {
	// Write runs the function in one transaction; see database.DB.
	Write(ctx context.Context, fn func(context.Context) error) error
}

// Events publishes inside the unit of work; *eventbus.Publisher does.
type Events interface {
	// Publish stores the event in the transaction of the context.
	Publish(ctx context.Context, e eventbus.Event) error
}

// Dependencies are what the use cases need.
type Dependencies struct {
	Store        Store
	Transactions Transactions
	Events       Events
	Clock        clock.Clock
	// Restaurants is asked by the use cases of favourites only.
	Restaurants restaurants.Service
	// Orders and Erasers are asked when a customer is erased.
	Orders  customers.OrderActivity
	Erasers []customers.Eraser
}

// Service are the use cases. Create it with New. Safe for concurrent use.
type Service struct {
	store       Store
	tx          Transactions
	events      Events
	clock       clock.Clock
	restaurants restaurants.Service
	orders      customers.OrderActivity
	erasers     []customers.Eraser
}

// New gives the use cases.
func New(d Dependencies) *Service {
	return &Service{
		store: d.Store, tx: d.Transactions, events: d.Events, clock: d.Clock, restaurants: d.Restaurants,
		orders: d.Orders, erasers: d.Erasers,
	}
}

// change runs a use case that changes something of one customer: it locks the
// customer, lets the function change what it will, and publishes the event.
// Faults: customer_not_found and those of the function.
func (s *Service) change(ctx context.Context, id int64, fn func(context.Context, customers.Customer) error) error {
	return s.tx.Write(ctx, func(ctx context.Context) error { return s.changeWithin(ctx, id, fn) })
}

// changeWithin is change in the unit of work of the context.
func (s *Service) changeWithin(ctx context.Context, id int64, fn func(context.Context, customers.Customer) error) error {
	customer, err := s.store.Lock(ctx, id)
	if err != nil {
		return err
	}
	if err = fn(ctx, customer); err != nil {
		return err
	}
	return s.events.Publish(ctx, customers.Changed{CustomerID: id})
}
