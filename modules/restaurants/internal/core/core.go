// Package core holds the rules and use cases of the restaurants module.
//
// team: restaurants
package core

import (
	"context"
	"fmt"

	"zomato/modules/restaurants"
	"zomato/platform/clock"
	"zomato/platform/eventbus"
)

// Store keeps restaurants with their cuisines, ratings and menus. Its methods
// use the unit of work of the context; those that change something need one.
// Deleted restaurants are invisible to all of them but LockRating and Imported,
// and so are their menus.
type Store interface {
	RestaurantStore
	RatingStore
	ItemStore
	StockStore
	SearchStore
	ImportStore
}

// Transactions is the unit of work; *database.DB is one.
type Transactions interface {
	// Write runs the function as one unit of work, perhaps more than once.
	Write(ctx context.Context, fn func(context.Context) error) error
}

// Events publishes inside the unit of work; *eventbus.Publisher does.
type Events interface {
	// Publish stores the event, to be delivered once the unit of work is done.
	Publish(ctx context.Context, e eventbus.Event) error
}

// Dependencies are what the use cases need.
type Dependencies struct {
	Store        Store
	Transactions Transactions
	Events       Events
	Clock        clock.Clock
	// Timezone is the IANA name of the zone of a restaurant that names none.
	Timezone string
}

// Service are the use cases, among them those that the contract publishes.
// Create it with New. Safe for concurrent use.
type Service struct {
	store    Store
	tx       Transactions
	events   Events
	clock    clock.Clock
	timezone string
	zones    clock.Zones
}

var _ restaurants.Service = (*Service)(nil)

// New gives the use cases. It returns an error when there is no such time zone.
func New(d Dependencies) (*Service, error) {
	if _, err := clock.Zone(d.Timezone); err != nil {
		return nil, fmt.Errorf("the default time zone of restaurants: %w", err)
	}
	return &Service{store: d.Store, tx: d.Transactions, events: d.Events, clock: d.Clock, timezone: d.Timezone}, nil
}

// change runs a use case that changes something of one restaurant's record: it
// locks the restaurant, lets the function change what it will, and publishes
// the event. Faults: restaurant_not_found and those of the function.
func (s *Service) change(ctx context.Context, id int64, fn func(context.Context, restaurants.Restaurant) error) error {
	return s.tx.Write(ctx, func(ctx context.Context) error {
		restaurant, err := s.store.Lock(ctx, id)
		if err != nil {
			return err
		}
		if err = fn(ctx, restaurant); err != nil {
			return err
		}
		return s.events.Publish(ctx, restaurants.Changed{RestaurantID: id})
	})
}
