// Package core holds the rules and use cases of the reviews module.
//
// team: reviews
package core

import (
	"context"
	"time"

	"zomato/modules/customers"
	"zomato/modules/orders"
	"zomato/modules/restaurants"
	"zomato/modules/reviews"
	"zomato/platform/calendar"
	"zomato/platform/clock"
	"zomato/platform/eventbus"
)

// Record is a review with what the API does not show of it, and without the
// name of its author, which is not kept.
type Record struct {
	reviews.Review

	// Day is when it was written, on the restaurant's calendar: that is what the
	// review counts for in the figures, for good.
	Day calendar.Day
}

// Store keeps reviews and the figures about them. Its methods use the unit of
// work of the context; those that change something need one. Deleted reviews
// are invisible to all of them but Insert and Exists.
type Store interface {
	// Insert stores a new review and gives the id. False says that the order has
	// had one.
	Insert(ctx context.Context, r Record) (int64, bool, error)
	// IsEmpty tells whether there has never been a review.
	IsEmpty(ctx context.Context) (bool, error)
	// Exists tells whether an order has, or had, a review.
	Exists(ctx context.Context, orderID int64) (bool, error)
	// Get reads a review. Faults: review_not_found.
	Get(ctx context.Context, id int64) (Record, error)
	// OfOrder reads the review of an order. False says that there is none.
	OfOrder(ctx context.Context, orderID int64) (Record, bool, error)
	// Lock reads a review that nobody else changes until the unit of work ends.
	// Faults: review_not_found.
	Lock(ctx context.Context, id int64) (Record, error)
	// Update stores every field.
	Update(ctx context.Context, r Record) error
	// Delete removes a review with its texts; a mark stays, so that Exists knows.
	Delete(ctx context.Context, id int64, at time.Time) error
	// List reads a page of reviews, and one more if there is one.
	List(ctx context.Context, f Filter, w Window) ([]Record, error)
	// Count counts the reviews of all pages.
	Count(ctx context.Context, f Filter) (int64, error)
	// AddToFigures changes the figures of the restaurant and of the customer.
	AddToFigures(ctx context.Context, t Tally) error
}

// Sentiment is an engine that reads the mood of a comment. It must give the
// same score for the same comment always. Safe for concurrent use.
type Sentiment interface {
	// Score gives -1 (against) to 1 (for), with at most four decimals.
	Score(comment string) float64
}

// Transactions is the unit of work; *database.DB is one.
type Transactions interface {
	// Write runs the function as one unit of work, perhaps more than once.
	Write(ctx context.Context, fn func(context.Context) error) error
	// Read runs the function on one snapshot: all that it reads with its
	// context is of the same moment.
	Read(ctx context.Context, fn func(context.Context) error) error
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
	Sentiment    Sentiment
	Customers    customers.Service
	Orders       orders.Service
	Restaurants  restaurants.Service
}

// Service are the use cases, among them those that the contract publishes.
// Create it with New. Safe for concurrent use.
type Service struct {
	store       Store
	tx          Transactions
	events      Events
	clock       clock.Clock
	sentiment   Sentiment
	orders      orders.Service
	restaurants restaurants.Service
	customers   customers.Service
	zones       clock.Zones
}

var _ reviews.Service = (*Service)(nil)

// New gives the use cases.
func New(d Dependencies) *Service {
	return &Service{
		store: d.Store, tx: d.Transactions, events: d.Events, clock: d.Clock, sentiment: d.Sentiment,
		orders: d.Orders, restaurants: d.Restaurants, customers: d.Customers,
	}
}
