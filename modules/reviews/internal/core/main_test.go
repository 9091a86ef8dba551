package core_test

import (
	"context"
	"maps"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"zomato/modules/customers"
	"zomato/modules/customers/customerstest"
	"zomato/modules/orders"
	"zomato/modules/orders/orderstest"
	"zomato/modules/restaurants"
	"zomato/modules/restaurants/restaurantstest"
	"zomato/modules/reviews"
	"zomato/modules/reviews/internal/core"
	"zomato/platform/access"
	"zomato/platform/eventbus"
	"zomato/platform/fault"
)

// memory is a core.Store, core.Transactions and core.Events without a database.
type memory struct {
	core.Store // what a test does not expect to be called

	records map[int64]core.Record
	deleted map[int64]time.Time // by order
	tallies []core.Tally
	events  []eventbus.Event
	// between is called before each unit of work: what somebody else does after
	// something was prepared for it.
	between func()
	undone  int // the units of work that failed
}

func (m *memory) Insert(ctx context.Context, r core.Record) (int64, bool, error) {
	if exists, _ := m.Exists(ctx, r.OrderID); exists {
		return 0, false, nil
	}
	id := int64(len(m.records)+len(m.deleted)) + 1
	r.ID = id
	m.records[id] = r
	return id, true, nil
}

func (m *memory) Exists(ctx context.Context, orderID int64) (bool, error) {
	_, deleted := m.deleted[orderID]
	_, there, err := m.OfOrder(ctx, orderID)
	return deleted || there, err
}

func (m *memory) Get(_ context.Context, id int64) (core.Record, error) {
	r, ok := m.records[id]
	if !ok {
		return core.Record{}, reviews.NotFound(id)
	}
	return r, nil
}

func (m *memory) Lock(ctx context.Context, id int64) (core.Record, error) { return m.Get(ctx, id) }

func (m *memory) OfOrder(_ context.Context, orderID int64) (core.Record, bool, error) {
	for _, r := range m.records {
		if r.OrderID == orderID {
			return r, true, nil
		}
	}
	return core.Record{}, false, nil
}

func (m *memory) Update(_ context.Context, r core.Record) error {
	m.records[r.ID] = r
	return nil
}

func (m *memory) Delete(_ context.Context, id int64, at time.Time) error {
	m.deleted[m.records[id].OrderID] = at
	delete(m.records, id)
	return nil
}

func (m *memory) AddToFigures(_ context.Context, t core.Tally) error {
	m.tallies = append(m.tallies, t)
	return nil
}

func (m *memory) Write(ctx context.Context, fn func(context.Context) error) error {
	if m.between != nil {
		m.between()
	}
	err := fn(ctx)
	if err != nil {
		m.undone++
	}
	return err
}

func (m *memory) Read(ctx context.Context, fn func(context.Context) error) error { return fn(ctx) }

func (m *memory) Publish(_ context.Context, e eventbus.Event) error {
	m.events = append(m.events, e)
	return nil
}

// ear is a core.Sentiment that knows three comments, and notes what it reads.
type ear struct{ heard []string }

func (e *ear) Score(comment string) float64 {
	e.heard = append(e.heard, comment)
	return map[string]float64{"Good": 0.4404, "Bad": -0.5423, "Hm": math.Copysign(0, -1)}[comment]
}

// watch is a clock that stands still until it is set.
type watch struct{ now time.Time }

// Now implements clock.Clock.
func (w *watch) Now() time.Time { return w.now }

// noon is the time at which every test begins.
func noon() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) }

// desk is the use cases with customers 1 and 4, restaurants 2 and 3, and orders
// 10 to 12 of customer 1 at restaurant 2, delivered at noon.
type desk struct {
	*core.Service
	store  *memory
	places *restaurantstest.Fake
	orders *orderstest.Fake
	ear    *ear
	watch  *watch
}

func asha() customers.Customer {
	return customers.Customer{ID: 1, Name: "Asha Rao", Email: "asha@example.com", IsActive: true}
}

func open(people ...customers.Customer) desk {
	if people == nil {
		people = []customers.Customer{asha(), {ID: 4, Name: "Ravi", IsActive: true}}
	}
	d := desk{
		store: &memory{records: map[int64]core.Record{}, deleted: map[int64]time.Time{}}, orders: orderstest.New(), ear: &ear{}, watch: &watch{noon()},
		places: restaurantstest.New(
			restaurants.Restaurant{ID: 2, Name: "Spice Route", Timezone: "Asia/Kolkata", IsActive: true, Version: 1},
			restaurants.Restaurant{ID: 3, Name: "Wok", Timezone: "Asia/Kolkata", IsActive: true, Version: 1},
		),
	}
	for id := int64(10); id <= 12; id++ {
		d.orders.Add(delivered(id, noon()))
	}
	d.Service = core.New(core.Dependencies{
		Store: d.store, Transactions: d.store, Events: d.store, Clock: d.watch, Sentiment: d.ear,
		Customers: customerstest.New(people...), Orders: d.orders, Restaurants: d.places,
	})
	return d
}

// delivered is an order of customer 1 at restaurant 2.
func delivered(id int64, at time.Time) orders.Order {
	return orders.Order{ID: id, CustomerID: 1, RestaurantID: 2, OrderStatus: orders.StatusDelivered, DeliveryTime: &at, Version: 5}
}

// as is the context of a request by somebody.
func as(t *testing.T, who access.Principal) context.Context {
	t.Helper()
	return access.With(t.Context(), who)
}

func staff(t *testing.T) context.Context {
	t.Helper()
	return as(t, access.Principal{Role: access.Staff})
}

// written is the review of order 10, with a comment, as if it were just written.
func (d desk) written(t *testing.T, rating int, comment *string) reviews.Review {
	t.Helper()
	r, err := d.Write(staff(t), reviews.NewReview{OrderID: 10, Rating: rating, Comment: comment})
	require.NoError(t, err)
	d.store.events, d.store.tallies, d.ear.heard = nil, nil, nil
	return r
}

// rated gives the sum and the number of the stars of restaurant 2.
func (d desk) rated(t *testing.T) (sum, count int64) {
	t.Helper()
	r, err := d.places.Get(t.Context(), 2)
	require.NoError(t, err)
	return int64(r.Rating*float64(r.RatingCount) + 0.5), r.RatingCount
}

// unchanged runs what is refused, and requires that nothing has come of it.
func (d desk) unchanged(t *testing.T, refused func() error, kind fault.Kind, code string) {
	t.Helper()
	before := maps.Clone(d.store.records)
	sum, count := d.rated(t)
	err := refused()
	f, ok := fault.As(err)
	require.True(t, ok, "%s: %v", code, err)
	require.Equal(t, code, f.Code)
	require.Equal(t, kind, f.Kind, code)
	require.Equal(t, before, d.store.records, code)
	require.Empty(t, d.store.events, code)
	require.Empty(t, d.store.tallies, code)
	sumAfter, countAfter := d.rated(t)
	require.Equal(t, [2]int64{sum, count}, [2]int64{sumAfter, countAfter}, code)
}
