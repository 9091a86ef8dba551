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
	"zomato/modules/orders/orderstest"
	"zomato/modules/restaurants"
	"zomato/modules/restaurants/restaurantstest"
	"zomato/modules/reviews"
	"zomato/modules/reviews/internal/core"
	"zomato/modules/reviews/internal/sqlstore"
	"zomato/platform/access"
	"zomato/platform/clock"
	"zomato/platform/database"
	"zomato/platform/database/databasetest"
	"zomato/platform/eventbus"
	"zomato/platform/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

type ctx = context.Context

// world is the module on a real database, with fakes of the others: customers 1,
// 4 and 6, and restaurants 2 and 3.
type world struct {
	*core.Service
	store  *sqlstore.Store
	db     *database.DB
	orders *orderstest.Fake
	places *places
	time   *watch
	next   *int64          // the id of the next order
	erased map[int64]bool  // customers
	ctx    context.Context // one per test
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

// mood is a core.Sentiment that reads the first letter.
type mood struct{}

// Score implements core.Sentiment.
func (mood) Score(comment string) float64 {
	return map[string]float64{"G": 0.4404, "B": -0.5423}[comment[:1]]
}

// places are restaurants whose ratings are those of committed units of work,
// which those of the fake are not.
type places struct {
	*restaurantstest.Fake

	mu    sync.Mutex
	rated map[int64]restaurants.RatingChange
}

// Rate implements restaurants.Service.
func (p *places) Rate(c ctx, id int64, change restaurants.RatingChange) error {
	if _, err := p.Get(c, id); err != nil {
		return err
	}
	return database.AfterCommit(c, func() func(ctx) {
		p.mu.Lock()
		defer p.mu.Unlock()
		sum := p.rated[id]
		p.rated[id] = restaurants.RatingChange{Stars: sum.Stars + change.Stars, Count: sum.Count + change.Count}
		return nil
	})
}

// each runs a test on both databases.
func each(t *testing.T, run func(t *testing.T, w world)) {
	t.Helper()
	testkit.EachDatabase(t, func(t *testing.T, url string) { run(t, open(t, url)) })
}

func open(t *testing.T, url string) world {
	t.Helper()
	db := databasetest.Open(t, url, eventbus.Migrations(), sqlstore.Migrations())
	return furnish(access.With(databasetest.Context(t), access.Principal{Role: access.Staff}), db)
}

// furnish puts the use cases, with fakes as they were at the beginning, on a
// database.
func furnish(asStaff context.Context, db *database.DB) world {
	w := world{
		store: sqlstore.New(db), db: db, orders: orderstest.New(), next: new(int64(10)), erased: map[int64]bool{}, ctx: asStaff,
		time: &watch{now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)},
		places: &places{rated: map[int64]restaurants.RatingChange{}, Fake: restaurantstest.New(
			restaurants.Restaurant{ID: 2, Name: "Spice Route", Timezone: "Asia/Kolkata", IsActive: true, Version: 1},
			restaurants.Restaurant{ID: 3, Name: "Wok", Timezone: "America/New_York", IsActive: true, Version: 1},
		)},
	}
	w.Service = w.serving(customers.Customer{ID: 1, Name: "Asha Rao"}, customers.Customer{ID: 4, Name: "Ravi"}, customers.Customer{ID: 6, Name: "Mira Nair"})
	return w
}

// serving gives the use cases where only these customers exist.
func (w world) serving(people ...customers.Customer) *core.Service {
	return core.New(core.Dependencies{
		Store: w.store, Transactions: w.db, Events: eventbus.NewPublisher(w.db, clock.System{}), Clock: w.time, Sentiment: mood{},
		Customers: customerstest.New(people...), Orders: w.orders, Restaurants: w.places,
	})
}

// order makes an order that has just been delivered, of customer 1 at restaurant
// 2 unless it is changed.
func (w world) order(change ...func(*orders.Order)) orders.Order {
	now := w.time.Now()
	o := orders.Order{ID: *w.next, CustomerID: 1, RestaurantID: 2, OrderStatus: orders.StatusDelivered, DeliveryTime: &now}
	*w.next++
	for _, c := range change {
		c(&o)
	}
	w.orders.Add(o)
	return o
}

// write reviews a new order; the comment "" is none.
func (w world) write(t require.TestingT, rating int, comment string, change ...func(*orders.Order)) reviews.Review {
	n := reviews.NewReview{OrderID: w.order(change...).ID, Rating: rating}
	if comment != "" {
		n.Comment = &comment
	}
	r, err := w.Write(w.ctx, n)
	require.NoError(t, err)
	return r
}

func by(customerID int64) func(*orders.Order) {
	return func(o *orders.Order) { o.CustomerID = customerID }
}

func at(restaurantID int64) func(*orders.Order) {
	return func(o *orders.Order) { o.RestaurantID = restaurantID }
}

// inside runs a function as one unit of work.
func (w world) inside(t require.TestingT, fn func(ctx ctx) error) {
	require.NoError(t, w.db.Write(w.ctx, fn))
}

// erase is what the customers module has this one do.
func (w world) erase(t require.TestingT, customerID int64) {
	w.inside(t, func(ctx ctx) error { return w.store.EraseCustomer(ctx, customerID) })
	w.erased[customerID] = true
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
