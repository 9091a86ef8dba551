package sqlstore_test

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"zomato/modules/orders"
	"zomato/modules/orders/internal/core"
	"zomato/modules/orders/orderstest"
	"zomato/modules/restaurants"
	"zomato/platform/database/databasetest"
	"zomato/platform/fault"
	"zomato/platform/testkit"
)

func TestService_keeps_the_contract(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		orderstest.RunSuite(t, orderstest.Subject{Service: w, New: twoLines()})
	})
}

func TestStore_keeps_every_field_of_an_order(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		at := func(hour int) *time.Time { return new(time.Date(2026, 3, 1, hour, 0, 0, 1_000_000, time.UTC)) }
		full := core.Record{RestaurantName: "Spice Route", ConfirmedAt: at(1), FromStock: []bool{true, false}, Order: orders.Order{
			CustomerID: 1, RestaurantID: 2, OrderStatus: orders.StatusDelivered, TotalAmount: 110, Currency: "EUR",
			Pricing:         orders.Pricing{Subtotal: 100, DeliveryFee: 20, Discount: 15, Tax: 5, Total: 110},
			DeliveryAddress: new("123 Main St"), SpecialInstructions: new("Leave at door"), OrderDate: *at(2), DeliverySlot: at(3),
			DeliveryTime: at(4), ConfirmBy: at(5), PromisedAt: at(6), Version: 7,
			OrderItems: []orders.Line{
				{MenuItemID: 5, Name: "Paneer", Quantity: 2, ItemPrice: 30, LineTotal: 60, SpecialRequests: new("hot")},
				{MenuItemID: 5, Name: "Paneer", Quantity: 1, ItemPrice: 40, LineTotal: 40},
			},
		}}
		bare := core.Record{FromStock: []bool{false}, Order: orders.Order{
			CustomerID: 1, RestaurantID: 2, OrderStatus: orders.StatusPlaced, OrderDate: *at(2), Version: 1, OrderItems: []orders.Line{{MenuItemID: 5, Quantity: 1}},
		}}
		for _, given := range []core.Record{full, bare} {
			var stored core.Record
			require.NoError(t, w.db.Write(w.ctx, func(ctx ctx) (err error) {
				stored, err = w.store.Insert(ctx, given)
				return err
			}))
			got, err := w.store.Get(w.ctx, stored.ID)
			require.NoError(t, err)
			assert.Equal(t, stored, got)
			assert.Zero(t, given.OrderItems[0].ID, "what was given stays as it is")
			for i := range stored.OrderItems {
				assert.Positive(t, stored.OrderItems[i].ID)
				stored.OrderItems[i].ID = 0
			}
			stored.ID = 0
			assert.Equal(t, given, stored)
		}
	})
}

func TestAn_order_its_timeline_and_its_events_are_one(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		placed := w.place(t)
		done := w.to(t, placed.ID, orders.StatusConfirmed, orders.StatusConfirmed, orders.StatusPreparing, orders.StatusOutForDelivery)
		require.Nil(t, done.DeliveryTime)
		done = w.to(t, placed.ID, orders.StatusDelivered)
		require.NotNil(t, done.DeliveryTime)
		require.Equal(t, int64(5), done.Version, "the same status again is no change")
		got, err := w.Get(w.ctx, placed.ID)
		require.NoError(t, err)
		require.Equal(t, done, got)

		timeline, err := w.Timeline(w.ctx, placed.ID)
		require.NoError(t, err)
		var events []string
		for _, e := range timeline {
			events = append(events, e.Event+" by "+e.By)
		}
		require.Equal(t, []string{"placed by staff", "confirmed by staff", "preparing by staff", "out_for_delivery by staff", "delivered by staff"}, events)
		require.Equal(t, placed.OrderDate, timeline[0].At)
		require.Equal(t, *done.DeliveryTime, timeline[4].At)
		require.Equal(t, []string{
			`orders.placed {"order_id":1,"customer_id":1,"restaurant_id":2}`,
			`orders.status_changed {"order_id":1,"customer_id":1,"restaurant_id":2,"status":"confirmed"}`,
			`orders.status_changed {"order_id":1,"customer_id":1,"restaurant_id":2,"status":"preparing"}`,
			`orders.status_changed {"order_id":1,"customer_id":1,"restaurant_id":2,"status":"out_for_delivery"}`,
			`orders.status_changed {"order_id":1,"customer_id":1,"restaurant_id":2,"status":"delivered"}`,
		}, sameOrder(w.published(t), placed.ID))

		_, err = w.ChangeStatus(w.ctx, placed.ID, core.Move{To: orders.StatusCancelled}, nil)
		require.True(t, fault.Is(err, "invalid_transition"), "%v", err)
		n := twoLines()
		n.Lines[0].MenuItemID = 99
		_, err = w.Place(w.ctx, n)
		require.Error(t, err)
		require.Len(t, w.published(t), 5, "what was refused has not happened")
	})
}

func TestStatus_keeps_reason_and_note(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		placed := w.place(t)
		_, err := w.ChangeStatus(w.ctx, placed.ID, core.Move{To: orders.StatusCancelled, ReasonCode: new("too_busy"), Note: new(" Sorry ")}, []int64{placed.Version})
		require.NoError(t, err)
		timeline, err := w.Timeline(w.ctx, placed.ID)
		require.NoError(t, err)
		require.Equal(t, "too_busy", *timeline[1].ReasonCode)
		require.Equal(t, "Sorry", *timeline[1].Note)
		require.Nil(t, timeline[0].Note)
	})
}

func TestStatus_compares_versions(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		placed := w.place(t)
		w.to(t, placed.ID, orders.StatusConfirmed)
		_, err := w.ChangeStatus(w.ctx, placed.ID, core.Move{To: orders.StatusPreparing}, []int64{placed.Version})
		require.True(t, fault.Is(err, "version_changed") && fault.IsKind(err, fault.Precondition), "%v", err)
		_, err = w.ChangeStatus(w.ctx, 1<<40, core.Move{To: orders.StatusPreparing}, nil)
		require.True(t, fault.Is(err, orders.CodeNotFound), "%v", err)
	})
}

// race runs moves of one order at once and counts those that succeed.
func (w world) race(t *testing.T, id int64, versions []int64, moves ...orders.Status) int {
	t.Helper()
	errs := make([]error, len(moves))
	ctxs := make([]ctx, len(moves))
	for i := range moves {
		ctxs[i] = asStaff(t)
	}
	var movers sync.WaitGroup
	for i, to := range moves {
		movers.Go(func() { _, errs[i] = w.ChangeStatus(ctxs[i], id, core.Move{To: to}, versions) })
	}
	movers.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
			continue
		}
		assert.True(t, fault.IsKind(err, fault.Conflict) || fault.IsKind(err, fault.Precondition), "%v", err)
	}
	return won
}

func TestOf_two_changes_at_once_one_wins(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		for range 50 {
			placed := w.place(t)
			require.Equal(t, 1, w.race(t, placed.ID, []int64{1}, orders.StatusConfirmed, orders.StatusCancelled))
			last := w.place(t)
			w.to(t, last.ID, orders.StatusConfirmed, orders.StatusPreparing, orders.StatusOutForDelivery)
			require.Equal(t, 1, w.race(t, last.ID, nil, orders.StatusDelivered, orders.StatusCancelled))
			for _, id := range []int64{placed.ID, last.ID} {
				got, err := w.Get(w.ctx, id)
				require.NoError(t, err)
				timeline, err := w.Timeline(w.ctx, id)
				require.NoError(t, err)
				require.Len(t, timeline, int(got.Version), "one entry for each change")
				require.Equal(t, string(got.OrderStatus), timeline[len(timeline)-1].Event)
			}
		}
	})
}

func TestStock_is_given_back_once(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		w.menu.AddItem(restaurants.MenuItem{ID: 5, RestaurantID: 2, Name: "Paneer Tikka", Category: "Main", Price: 249_50, IsAvailable: true, Stock: new(5)})
		left := func() int {
			items, err := w.menu.Items(w.ctx, []int64{5})
			require.NoError(t, err)
			return *items[0].Stock
		}
		placed := w.place(t)
		require.Equal(t, 3, left())
		w.race(t, placed.ID, nil, orders.StatusCancelled, orders.StatusCancelled, orders.StatusCancelled, orders.StatusCancelled)
		require.Equal(t, 5, left())
	})
}

func TestDetails_show_what_there_still_is(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		placed := w.place(t)
		d, err := w.Details(w.ctx, placed.ID)
		require.NoError(t, err)
		require.Equal(t, placed, d.Order)
		require.Equal(t, "Spice Route", d.RestaurantName)
		require.Equal(t, "Asha Rao", d.Customer.Name)
		require.Len(t, d.MenuItems, 2)
		require.Len(t, d.Timeline, 1)
		w.menu.RemoveItem(5)
		d, err = w.Details(w.ctx, placed.ID)
		require.NoError(t, err)
		require.NotContains(t, d.MenuItems, int64(5))
		require.Equal(t, "Paneer Tikka", d.OrderItems[0].Name)
	})
}

func TestBoth_databases_have_the_same_schema(t *testing.T) {
	t.Parallel()
	sqlite, postgres := open(t, testkit.SQLite(t)), open(t, testkit.Postgres(t))
	require.Equal(t, databasetest.Schema(t, sqlite.db, "orders"), databasetest.Schema(t, postgres.db, "orders"))
}
