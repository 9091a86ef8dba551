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
	"zomato/platform/paging"
)

// Store keeps restaurants with their cuisines, ratings and menus. Its methods
// use the unit of work of the context; those that change something need one.
// Deleted restaurants are invisible to all of them, and so are their menus.
type Store interface {
	RestaurantStore
	RatingStore
	ItemStore
	StockStore
	SearchStore
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

// Window is the part of a list by id that a store reads: Limit items after the
// position After (an id), leaving out Skip.
type Window struct {
	Limit, Skip int
	After       int64
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

// position is where a page of a list by id ended.
type position struct {
	ID int64 `json:"i"`
}

func windowOf(q paging.Query) (Window, error) {
	after, err := paging.Position[position](q)
	return Window{Limit: q.Limit, Skip: q.Skip, After: after.ID}, err
}

// counted adds the number of all items to a page, if it was asked for.
func counted[T any](page paging.Page[T], q paging.Query, count func() (int64, error)) (paging.Page[T], error) {
	if !q.Count {
		return page, nil
	}
	total, err := count()
	if err != nil {
		return paging.Page[T]{}, err
	}
	page.Total = &total
	return page, nil
}
