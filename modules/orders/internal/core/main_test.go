package core_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"zomato/modules/customers"
	"zomato/modules/customers/customerstest"
	"zomato/modules/orders"
	"zomato/modules/orders/internal/core"
	"zomato/modules/orders/internal/recall"
	"zomato/modules/orders/orderstest"
	"zomato/modules/restaurants"
	"zomato/modules/restaurants/restaurantstest"
	"zomato/platform/clock"
	"zomato/platform/eventbus"
	"zomato/platform/fault"
)

// memory is a core.Store, core.Transactions and core.Events without a database.
type memory struct {
	core.Store // what a test does not expect to be called

	records  map[int64]core.Record
	timeline []core.Entry
	tallies  []core.Tally
	events   []eventbus.Event
	// between is called before each unit of work: what somebody else does
	// between Prepare and Commit.
	between func()
	writes  int
}

func (m *memory) Insert(_ context.Context, r core.Record) (core.Record, error) {
	r.ID = int64(len(m.records)) + 1
	m.records[r.ID] = r
	return r, nil
}

func (m *memory) Get(_ context.Context, id int64) (core.Record, error) {
	r, ok := m.records[id]
	if !ok {
		return core.Record{}, orders.NotFound(id)
	}
	return r, nil
}

func (m *memory) Move(_ context.Context, t core.Transition) (bool, error) {
	r := m.records[t.OrderID]
	if r.OrderStatus != t.From || r.Version != t.Version {
		return false, nil
	}
	r.OrderStatus, r.ConfirmedAt, r.DeliveryTime, r.Version = t.To, t.ConfirmedAt, t.DeliveryTime, r.Version+1
	m.records[t.OrderID] = r
	return true, nil
}

func (m *memory) AddEntries(_ context.Context, entries ...core.OrderEntry) error {
	for _, e := range entries {
		m.timeline = append(m.timeline, e.Entry)
	}
	return nil
}

func (m *memory) AddToFigures(_ context.Context, tallies ...core.Tally) error {
	m.tallies = append(m.tallies, tallies...)
	return nil
}

func (m *memory) Write(ctx context.Context, fn func(context.Context) error) error {
	m.writes++
	if m.between != nil {
		m.between()
	}
	return fn(ctx)
}

func (m *memory) Read(ctx context.Context, fn func(context.Context) error) error { return fn(ctx) }

func (m *memory) Publish(_ context.Context, e eventbus.Event) error {
	m.events = append(m.events, e)
	return nil
}

// now is the time of every test.
func now() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) }

// kitchen is the use cases with customer 1, restaurant 2 and its items 5 and 7.
type kitchen struct {
	*core.Service
	store *memory
	menu  *restaurantstest.Fake
}

func asha() customers.Customer {
	return customers.Customer{ID: 1, Name: "Asha Rao", IsActive: true, Version: 1}
}

func spiceRoute() restaurants.Restaurant {
	return restaurants.Restaurant{ID: 2, Name: "Spice Route", Currency: "INR", Timezone: "Asia/Kolkata", IsActive: true, Version: 1}
}

func paneer() restaurants.MenuItem {
	return restaurants.MenuItem{ID: 5, RestaurantID: 2, Name: "Paneer Tikka", Category: "Main", Price: 249_50, IsAvailable: true, Version: 1}
}

func naan() restaurants.MenuItem {
	return restaurants.MenuItem{ID: 7, RestaurantID: 2, Name: "Garlic Naan", Category: "Main", Price: 60_00, IsAvailable: true, Version: 1}
}

func open(known ...customers.Customer) kitchen {
	if known == nil {
		known = []customers.Customer{asha()}
	}
	store := &memory{records: map[int64]core.Record{}}
	menu := restaurantstest.New(spiceRoute(), restaurants.Restaurant{ID: 3, Name: "Wok", IsActive: true})
	menu.AddItem(paneer())
	menu.AddItem(naan())
	menu.AddItem(restaurants.MenuItem{ID: 9, RestaurantID: 3, Name: "Noodles", Category: "Main", Price: 100, IsAvailable: true})
	return kitchen{core.New(core.Dependencies{
		Store: store, Transactions: store, Events: store, Clock: clock.Func(now),
		Customers: customerstest.New(known...), Restaurants: menu, Menus: recall.New(), Reviews: orderstest.Reviews{},
	}), store, menu}
}

// twoLines is an order that can be placed.
func twoLines() orders.NewOrder {
	return orders.NewOrder{CustomerID: 1, RestaurantID: 2, DeliveryAddress: "123 Main St", Lines: []orders.NewLine{
		{MenuItemID: 5, Quantity: 2}, {MenuItemID: 7, Quantity: 1},
	}}
}

// found gives what a fault reports, as "pointer code".
func found(t *testing.T, err error) []string {
	t.Helper()
	f, ok := fault.As(err)
	require.True(t, ok, "%v", err)
	out := make([]string, len(f.Fields))
	for i, field := range f.Fields {
		out[i] = field.Pointer + " " + field.Code
	}
	slices.Sort(out)
	return out
}
