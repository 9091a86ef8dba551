package sqlstore_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
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
	"zomato/platform/money"
	"zomato/platform/testkit"
)

// city is the module on a database of its own, with that many customers and
// restaurants, from 1. Restaurant r has the items 10r+1 to 10r+3, the last of
// them with a stock.
type city struct {
	world

	people, kitchens int
}

// newCity gives a city on a new database of the same kind as another.
func newCity(t *testing.T, url string, people, kitchens int) city {
	t.Helper()
	switch {
	case strings.HasPrefix(url, "sqlite"):
		url = testkit.SQLite(t)
	default:
		url = testkit.Postgres(t)
	}
	db := databasetest.Open(t, url, eventbus.Migrations(), sqlstore.Migrations())
	known := make([]customers.Customer, people)
	for i := range known {
		known[i] = customers.Customer{ID: int64(i) + 1, Name: "Asha Rao", IsActive: true}
	}
	c := city{world{store: sqlstore.New(db), db: db, menu: restaurantstest.New(), time: &watch{}, ctx: asStaff(t)}, people, kitchens}
	c.time.set(time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC))
	c.Service = core.New(core.Dependencies{
		Store: c.store, Transactions: db, Events: eventbus.NewPublisher(db, clock.System{}), Clock: c.time,
		Customers: customerstest.New(known...), Restaurants: c.menu, Menus: recall.New(), Reviews: orderstest.Reviews{},
	})
	c.reopen("")
	return c
}

// reopen gives all restaurants and items another name and price.
func (c city) reopen(name string) {
	zones := []string{"Asia/Kolkata", "Europe/Berlin", "America/New_York"}
	for r := range int64(c.kitchens) {
		place := restaurants.Restaurant{
			ID: r + 1, Name: fmt.Sprintf("Kitchen %d%s", r+1, name), Currency: []string{"INR", "EUR"}[r%2], Timezone: zones[r%3], IsActive: true, Version: 1,
		}
		if r%2 == 1 {
			place.ConfirmWithinMinutes = new(7)
		}
		c.menu.Add(place)
		for n := range int64(3) {
			item := restaurants.MenuItem{ID: 10*(r+1) + n + 1, RestaurantID: r + 1, Name: fmt.Sprintf("Dish %d%s", n, name), Category: "Main", IsAvailable: true}
			item.Price = 100_00 + money.Amount(len(name)+7*int(n))
			if n == 2 {
				item.Stock = new(100_000)
			}
			c.menu.AddItem(item)
		}
	}
}

// past makes up what could have happened to an order, at times at which wall
// clocks are put on or back.
func (c city) past(random *rand.Rand) orders.PastOrder {
	days := []time.Time{
		time.Date(2026, 3, 29, 0, 0, 0, 0, time.UTC), time.Date(2026, 10, 25, 0, 0, 0, 0, time.UTC), time.Date(2026, 3, 8, 6, 0, 0, 0, time.UTC),
		time.Date(2026, 11, 1, 5, 0, 0, 0, time.UTC), time.Date(2026, 6, 30, 18, 0, 0, 0, time.UTC),
	}
	restaurant := int64(random.IntN(c.kitchens)) + 1
	past := orders.PastOrder{NewOrder: orders.NewOrder{
		CustomerID: int64(random.IntN(c.people)) + 1, RestaurantID: restaurant, DeliveryAddress: " 123 Main St ",
	}}
	// Half hours, so that many orders are of the same millisecond.
	past.PlacedAt = days[random.IntN(len(days))].Add(time.Duration(random.IntN(6)) * 30 * time.Minute)
	if random.IntN(3) == 0 {
		past.SpecialInstructions = new("Leave at door")
	}
	for range 1 + random.IntN(3) {
		line := orders.NewLine{MenuItemID: 10*restaurant + int64(random.IntN(3)) + 1, Quantity: 1 + random.IntN(3)}
		if random.IntN(3) == 0 {
			line.SpecialRequests = new("extra spicy")
		}
		past.Lines = append(past.Lines, line)
	}
	past.Moves = moves(random, past.PlacedAt)
	return past
}

// moves are some of the workflow, perhaps with a cancellation at the end.
func moves(random *rand.Rand, at time.Time) []orders.PastMove {
	var all []orders.PastMove
	later := func() time.Time {
		at = at.Add([]time.Duration{0, time.Millisecond, 2 * time.Minute}[random.IntN(3)])
		return at
	}
	way := []orders.PastMove{
		{To: orders.StatusConfirmed, By: access.Restaurant},
		{To: orders.StatusPreparing, By: access.Staff},
		{To: orders.StatusOutForDelivery, By: access.Courier},
		{To: orders.StatusDelivered, By: access.Courier},
	}
	for _, m := range way[:random.IntN(len(way)+1)] {
		m.At = later()
		all = append(all, m)
	}
	if len(all) == len(way) || random.IntN(3) > 0 {
		return all
	}
	cancelled := orders.PastMove{To: orders.StatusCancelled, At: later(), By: access.Staff}
	switch {
	case len(all) < 2 && random.IntN(2) == 0: // the last moment of a customer is 2 minutes after the confirmation
		cancelled.By, cancelled.ReasonCode = access.Customer, new("changed_mind")
	case len(all) < 3:
		cancelled.By, cancelled.ReasonCode = access.Restaurant, new("too_busy")
	}
	return append(all, cancelled)
}

// list makes up so many orders.
func (c city) list(random *rand.Rand, n int) []orders.PastOrder {
	out := make([]orders.PastOrder, n)
	for i := range out {
		out[i] = c.past(random)
	}
	return out
}

// live does one by one what has happened to orders, by those who did it, at
// the times at which they did.
func (c city) live(t *testing.T, past []orders.PastOrder) []orders.Order {
	t.Helper()
	out := make([]orders.Order, len(past))
	for i, p := range past {
		as := func(role access.Role) ctx {
			return access.With(c.ctx, access.Principal{Role: role, CustomerID: p.CustomerID, RestaurantID: p.RestaurantID})
		}
		c.time.set(p.PlacedAt)
		var err error
		out[i], err = c.Place(as(access.Customer), p.NewOrder)
		require.NoError(t, err)
		for _, m := range p.Moves {
			c.time.set(m.At)
			out[i], err = c.ChangeStatus(as(m.By), out[i].ID, core.Move{To: m.To, ReasonCode: m.ReasonCode}, nil)
			require.NoError(t, err)
		}
	}
	return out
}

// relive imports orders.
func (c city) relive(t *testing.T, past []orders.PastOrder) []orders.Order {
	t.Helper()
	out, err := c.ImportOrders(c.ctx, past)
	require.NoError(t, err)
	for _, o := range out {
		got, err := c.Get(c.ctx, o.ID)
		require.NoError(t, err)
		require.Equal(t, got, o, "what is given is what is stored")
	}
	return out
}

// tables is all that the module holds, by table. Ids of orders are replaced by
// their place, from 1, and those of other rows left out: units of work that are
// done again use up ids. So is whether pieces are from a stock.
func (c city) tables(t *testing.T) map[string][]string {
	t.Helper()
	var ids []int64
	require.NoError(t, c.db.Select(c.ctx, &ids, `SELECT id FROM orders_orders ORDER BY id`))
	place := map[any]int{}
	for i, id := range ids {
		place[id] = i + 1
	}
	all := map[string][]string{}
	for _, column := range databasetest.Schema(t, c.db, "orders") {
		table, _, _ := strings.Cut(column, ".")
		if all[table] == nil {
			all[table] = rows(t, c.db, table, place)
		}
	}
	return all
}

// rows gives the rows of a table as texts, those of a timeline in their order.
func rows(t *testing.T, db *database.DB, table string, place map[any]int) []string {
	t.Helper()
	order := ""
	if slices.Contains([]string{"orders_orders", "orders_items", "orders_events"}, table) {
		order = " ORDER BY id"
	}
	found, err := db.Conn(t.Context()).QueryxContext(t.Context(), `SELECT * FROM `+table+order)
	require.NoError(t, err)
	out := []string{}
	for found.Next() {
		row := map[string]any{}
		require.NoError(t, found.MapScan(row))
		for _, column := range []string{"order_id", "last_order_id"} {
			if id, there := row[column]; there {
				row[column] = place[id]
			}
		}
		delete(row, "id")
		delete(row, "from_stock")
		out = append(out, fmt.Sprint(row))
	}
	require.NoError(t, found.Err())
	require.NoError(t, found.Close())
	if order == "" {
		slices.Sort(out)
	}
	return out
}
