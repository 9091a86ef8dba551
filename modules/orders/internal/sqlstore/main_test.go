package sqlstore_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"zomato/modules/customers"
	"zomato/modules/customers/customerstest"
	"zomato/modules/orders"
	"zomato/modules/orders/internal/core"
	"zomato/modules/orders/internal/recall"
	"zomato/modules/orders/internal/sqlstore"
	"zomato/modules/orders/orderstest"
	"zomato/modules/restaurants"
	"zomato/modules/restaurants/restaurantstest"
	"zomato/platform/access"
	"zomato/platform/clock"
	"zomato/platform/database"
	"zomato/platform/database/databasetest"
	"zomato/platform/eventbus"
	"zomato/platform/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// world is the module on a real database, with fakes of the others: customers 1
// and 4, restaurants 2 and 3, and their items 5, 7 and 9.
type world struct {
	*core.Service
	store *sqlstore.Store
	db    *database.DB
	menu  *restaurantstest.Fake
	time  *watch
	ctx   context.Context //nolint:containedctx // one per test
}

// watch is a clock. Each look at it takes a second, until a test sets it: then
// it stands still.
type watch struct {
	mu    sync.Mutex
	now   time.Time
	still bool
}

// Now implements clock.Clock.
func (w *watch) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.still {
		w.now = w.now.Add(time.Second)
	}
	return w.now
}

// set stops the clock at a time.
func (w *watch) set(now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now, w.still = now, true
}

// each runs a test on both databases.
func each(t *testing.T, run func(t *testing.T, w world)) {
	t.Helper()
	testkit.EachDatabase(t, func(t *testing.T, url string) { run(t, open(t, url)) })
}

func open(t *testing.T, url string) world {
	t.Helper()
	return on(t, databasetest.Open(t, url, eventbus.Migrations(), sqlstore.Migrations()))
}

// on is the module on that handle.
func on(t *testing.T, db *database.DB) world {
	t.Helper()
	menu := restaurantstest.New(
		restaurants.Restaurant{ID: 2, Name: "Spice Route", Currency: "INR", Timezone: "Asia/Kolkata", DeliveryFee: 30_50, IsActive: true, Version: 1},
		restaurants.Restaurant{ID: 3, Name: "Wok", Currency: "INR", Timezone: "Asia/Kolkata", IsActive: true, Version: 1},
	)
	menu.AddItem(restaurants.MenuItem{ID: 5, RestaurantID: 2, Name: "Paneer Tikka", Category: "Main", Price: 249_50, IsAvailable: true, Version: 1})
	menu.AddItem(restaurants.MenuItem{ID: 7, RestaurantID: 2, Name: "Garlic Naan", Category: "Bread", Price: 60_00, IsAvailable: true, Version: 1})
	menu.AddItem(restaurants.MenuItem{ID: 9, RestaurantID: 3, Name: "Noodles", Category: "Main", Price: 100_00, IsAvailable: true, Version: 1})
	store := sqlstore.New(db)
	w := &watch{now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	service := core.New(core.Dependencies{
		Store: store, Transactions: db, Events: eventbus.NewPublisher(db, clock.System{}), Clock: w,
		Customers:   customerstest.New(customers.Customer{ID: 1, Name: "Asha Rao", IsActive: true}, customers.Customer{ID: 4, Name: "Ravi", IsActive: true}),
		Restaurants: menu, Menus: recall.New(), Reviews: orderstest.Reviews{},
	})
	return world{service, store, db, menu, w, asStaff(t)}
}

// asStaff is the context of a request by staff.
func asStaff(t *testing.T) context.Context {
	t.Helper()
	return access.With(databasetest.Context(t), access.Principal{Role: access.Staff})
}

// twoLines is an order that can be placed.
func twoLines() orders.NewOrder {
	return orders.NewOrder{CustomerID: 1, RestaurantID: 2, DeliveryAddress: "123 Main St", SpecialInstructions: new("Leave at door"), Lines: []orders.NewLine{
		{MenuItemID: 5, Quantity: 2, SpecialRequests: new("extra spicy")}, {MenuItemID: 7, Quantity: 1},
	}}
}

// place places an order, changed if need be.
func (w world) place(t *testing.T, change ...func(*orders.NewOrder)) orders.Order {
	t.Helper()
	n := twoLines()
	for _, c := range change {
		c(&n)
	}
	placed, err := w.Place(w.ctx, n)
	require.NoError(t, err)
	return placed
}

// to moves an order along.
func (w world) to(t *testing.T, id int64, path ...orders.Status) orders.Order {
	t.Helper()
	var moved orders.Order
	for _, to := range path {
		var err error
		moved, err = w.ChangeStatus(w.ctx, id, core.Move{To: to}, nil)
		require.NoError(t, err)
	}
	return moved
}

// published gives what is in the outbox, in order.
func (w world) published(t *testing.T) []string {
	t.Helper()
	var rows []struct {
		Name    string `db:"name"`
		Payload string `db:"payload"`
	}
	require.NoError(t, w.db.Select(w.ctx, &rows, `SELECT name, payload FROM platform_outbox ORDER BY id`))
	out := make([]string, len(rows))
	for i, r := range rows {
		out[i] = r.Name + " " + r.Payload
	}
	return out
}
