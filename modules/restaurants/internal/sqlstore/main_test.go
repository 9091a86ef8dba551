package sqlstore_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"zomato/modules/restaurants"
	"zomato/modules/restaurants/internal/core"
	"zomato/modules/restaurants/internal/sqlstore"
	"zomato/platform/clock"
	"zomato/platform/database"
	"zomato/platform/database/databasetest"
	"zomato/platform/eventbus"
	"zomato/platform/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// now is the time of every test.
func now() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 1_000_000, time.UTC) }

// fixture is a database with the module's tables, and what works on them.
type fixture struct {
	db      *database.DB
	store   *sqlstore.Store
	service *core.Service
	events  *recorder
}

// recorder keeps the events that were committed.
type recorder struct {
	mu     sync.Mutex
	events []eventbus.Event
}

// Publish implements core.Events. It refuses a context without a Write.
func (r *recorder) Publish(ctx context.Context, e eventbus.Event) error {
	return database.AfterCommit(ctx, func() func(context.Context) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.events = append(r.events, e)
		return nil
	})
}

// take gives what was recorded since it was last asked.
func (r *recorder) take() []eventbus.Event {
	r.mu.Lock()
	defer r.mu.Unlock()
	events := r.events
	r.events = nil
	return events
}

// each runs a test on both databases.
func each(t *testing.T, run func(t *testing.T, f fixture)) {
	t.Helper()
	testkit.EachDatabase(t, func(t *testing.T, url string) { run(t, open(t, url)) })
}

func open(t *testing.T, url string) fixture {
	t.Helper()
	db := databasetest.Open(t, url, sqlstore.Migrations())
	store := sqlstore.New(db)
	events := &recorder{}
	service, err := core.New(core.Dependencies{
		Store: store, Transactions: db, Events: events, Clock: clock.Func(now), Timezone: "Asia/Kolkata",
	})
	require.NoError(t, err)
	return fixture{db, store, service, events}
}

// write runs the function as one unit of work.
func (f fixture) write(t *testing.T, fn func(ctx context.Context) error) {
	t.Helper()
	require.NoError(t, f.db.Write(t.Context(), fn))
}

// insert stores a restaurant.
func (f fixture) insert(t *testing.T, r restaurants.Restaurant) restaurants.Restaurant {
	t.Helper()
	var stored restaurants.Restaurant
	f.write(t, func(ctx context.Context) (err error) {
		stored, err = f.store.Insert(ctx, r)
		return err
	})
	return stored
}

// totals gives the rating of all restaurants together.
func (f fixture) totals(t *testing.T) core.Rating {
	t.Helper()
	var totals struct {
		Sum   int64 `db:"rating_sum"`
		Count int64 `db:"rating_count"`
	}
	require.NoError(t, f.db.Get(t.Context(), &totals, "SELECT rating_sum, rating_count FROM restaurants_totals"))
	return core.Rating(totals)
}

// insertItem stores a menu item.
func (f fixture) insertItem(t *testing.T, i restaurants.MenuItem) restaurants.MenuItem {
	t.Helper()
	f.write(t, func(ctx context.Context) (err error) {
		i.ID, err = f.store.InsertItem(ctx, i, now())
		return err
	})
	return i
}

// named is a restaurant with nothing but what it must have.
func named(name string, cuisines ...string) restaurants.Restaurant {
	if cuisines == nil {
		cuisines = []string{"Indian"}
	}
	return restaurants.Restaurant{
		Name: name, Cuisines: cuisines, Currency: "INR", Timezone: "Asia/Kolkata", IsActive: true, IsOpen: true,
		CreatedAt: now(), UpdatedAt: now(), Version: 1,
	}
}

// dish is an available menu item with nothing but what it must have.
func dish(restaurantID int64, name string) restaurants.MenuItem {
	return restaurants.MenuItem{RestaurantID: restaurantID, Name: name, Category: "Main", Price: 10000, IsAvailable: true, Version: 1}
}

func names(found []restaurants.Restaurant) []string {
	out := make([]string, len(found))
	for i, r := range found {
		out[i] = r.Name
	}
	return out
}

func dishNames(found []restaurants.MenuItem) []string {
	out := make([]string, len(found))
	for i, item := range found {
		out[i] = item.Name
	}
	return out
}
