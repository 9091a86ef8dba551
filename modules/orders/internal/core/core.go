// Package core holds the rules and use cases of the orders module.
//
// team: orders
package core

import (
	"context"
	"time"

	"zomato/modules/customers"
	"zomato/modules/orders"
	"zomato/modules/restaurants"
	"zomato/platform/calendar"
	"zomato/platform/clock"
	"zomato/platform/eventbus"
	"zomato/platform/paging"
)

// Record is an order with what the API does not show of it.
type Record struct {
	orders.Order

	// RestaurantName is the name of the restaurant when the order was placed.
	RestaurantName string
	// ConfirmedAt is when the restaurant confirmed; nil before.
	ConfirmedAt *time.Time
	// FromStock tells for each line whether its pieces were taken from a stock.
	FromStock []bool
	// Day and Hour are when the order was placed, on the restaurant's wall at
	// the time: that is what the order counts for in the figures.
	Day  calendar.Day
	Hour int
}

// Entry is one entry of an order's timeline.
type Entry struct {
	Event      string // what happened: the status the order got
	At         time.Time
	By         string // the role of who did it, or "system"
	ReasonCode *string
	Note       *string
}

// OrderEntry is an entry on its way into the timeline of an order.
type OrderEntry struct {
	Entry

	OrderID int64
}

// Transition is a change of status as it is stored.
type Transition struct {
	OrderID      int64
	From, To     orders.Status
	Version      int64 // that the order has before
	ConfirmedAt  *time.Time
	DeliveryTime *time.Time
}

// Store keeps orders and their timelines. Its methods use the unit of work of
// the context; those that change something need one. What Insert and AddEntries
// store may be stored at the end of it, and not be read before.
type Store interface {
	// Insert stores a new order and gives it with its ids.
	Insert(ctx context.Context, r Record) (Record, error)
	// Get reads an order with its lines. Faults: order_not_found.
	Get(ctx context.Context, id int64) (Record, error)
	// Move changes the status of an order that still has the status and the
	// version of the transition. False says that it has not.
	Move(ctx context.Context, t Transition) (bool, error)
	// AddEntries adds to timelines.
	AddEntries(ctx context.Context, entries ...OrderEntry) error
	// Timeline reads an order's, the oldest first.
	Timeline(ctx context.Context, orderID int64) ([]Entry, error)
	// List reads a page of orders, the newest first, and one more if there is
	// one.
	List(ctx context.Context, f Filter, w Window) ([]orders.Order, error)
	// Count counts the orders of all pages.
	Count(ctx context.Context, f Filter) (int64, error)

	FigureStore
	ImportStore
}

// Subjects are what an order is about. They never change.
type Subjects struct {
	CustomerID int64
	// MenuItemIDs are those of its lines, each once.
	MenuItemIDs []int64
}

// Filter narrows a list of orders. Exactly one of CustomerID and RestaurantID
// is not 0.
type Filter struct {
	CustomerID   int64
	RestaurantID int64
	Status       orders.Status // "" is any
	// From and To bound the order date: from From, up to and without To.
	From, To *time.Time
}

// Window is the part of a list that a store reads: Limit orders behind the
// position After, leaving out Skip.
type Window struct {
	Limit, Skip int
	After       Position
}

// Position is where a page of orders ended; the zero value is before the first.
type Position struct {
	Date int64 `json:"d"` // milliseconds
	ID   int64 `json:"i"`
}

// Transactions is the unit of work; *database.DB is one.
type Transactions interface {
	// Write runs the function as one unit of work, perhaps more than once.
	Write(ctx context.Context, fn func(context.Context) error) error
	// Read runs the function on one snapshot: all that it reads with its
	// context is of the same moment.
	Read(ctx context.Context, fn func(context.Context) error) error
}

// Menus remembers restaurants and their items as they were read, however long ago.
// Nothing tells it of changes: it is for what is compared with the present before
// it counts. What it gives stays as it is.
type Menus interface {
	// Remember notes what was read just now, but for descriptions.
	Remember(r restaurants.Restaurant, items []restaurants.MenuItem)
	// Forget notes that a restaurant is gone.
	Forget(restaurantID int64)
	// Recall gives a restaurant and items in the order asked for. False says that
	// not all of them are known.
	Recall(restaurantID int64, itemIDs []int64) (restaurants.Restaurant, []restaurants.MenuItem, bool)
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
	Customers    customers.Service
	Restaurants  restaurants.Service
	Menus        Menus
	// Reviews is asked for the review that an order shows.
	Reviews orders.ReviewLookup
}

// Service are the use cases, among them those that the contract publishes.
// Create it with New. Safe for concurrent use.
type Service struct {
	store       Store
	tx          Transactions
	events      Events
	clock       clock.Clock
	customers   customers.Service
	restaurants restaurants.Service
	menus       Menus
	reviews     orders.ReviewLookup
	zones       clock.Zones
}

var _ orders.Service = (*Service)(nil)

// New gives the use cases.
func New(d Dependencies) *Service {
	return &Service{
		store: d.Store, tx: d.Transactions, events: d.Events, clock: d.Clock,
		customers: d.Customers, restaurants: d.Restaurants, menus: d.Menus, reviews: d.Reviews,
	}
}

// page lists orders. Faults: findings about the parameters.
func (s *Service) page(ctx context.Context, f Filter, q paging.Query) (paging.Page[orders.Order], error) {
	after, err := paging.Position[Position](q)
	if err != nil {
		return paging.Page[orders.Order]{}, err
	}
	found, err := s.store.List(ctx, f, Window{Limit: q.Limit, Skip: q.Skip, After: after})
	if err != nil {
		return paging.Page[orders.Order]{}, err
	}
	page := paging.Cut(found, q.Limit, func(o orders.Order) Position { return Position{o.OrderDate.UnixMilli(), o.ID} })
	return paging.Counted(page, q, func() (int64, error) { return s.store.Count(ctx, f) })
}
