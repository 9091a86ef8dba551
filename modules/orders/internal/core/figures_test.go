package core_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"zomato/modules/orders"
	"zomato/modules/orders/internal/core"
	"zomato/platform/access"
	"zomato/platform/calendar"
)

// day is the date of now at restaurant 2.
func day(t *testing.T) calendar.Day {
	t.Helper()
	d, err := calendar.ParseDay("2026-03-01")
	require.NoError(t, err)
	return d
}

func TestEvery_change_of_an_order_changes_the_figures_by_what_it_is(t *testing.T) {
	t.Parallel()
	k := open()
	ctx := access.With(t.Context(), access.Principal{Role: access.Staff})
	n := twoLines()
	n.Lines = []orders.NewLine{{MenuItemID: 7, Quantity: 1}, {MenuItemID: 5, Quantity: 2}, {MenuItemID: 5, Quantity: 3}} // locked by id all the same
	base := core.Tally{OrderID: 1, RestaurantID: 2, CustomerID: 1, RestaurantName: "Spice Route", Currency: "INR", Day: day(t), Hour: 17, PlacedAt: now()}

	_, err := k.Place(ctx, n)
	require.NoError(t, err)
	placed := base
	placed.To = orders.StatusPlaced
	placed.Sold = []core.Sold{
		{MenuItemID: 5, Name: "Paneer Tikka", Quantity: 5, Revenue: 5 * 249_50}, {MenuItemID: 7, Name: "Garlic Naan", Quantity: 1, Revenue: 60_00},
	}
	want := []core.Tally{placed}
	from := orders.StatusPlaced
	for _, to := range []orders.Status{orders.StatusConfirmed, orders.StatusConfirmed, orders.StatusPreparing, orders.StatusOutForDelivery, orders.StatusDelivered} {
		_, err = k.ChangeStatus(ctx, 1, core.Move{To: to}, nil)
		require.NoError(t, err)
		if from == to {
			continue // no change, no difference
		}
		moved := base
		moved.From, moved.To = from, to
		if to == orders.StatusDelivered {
			moved.Revenue = 5*249_50 + 60_00
		}
		want, from = append(want, moved), to
	}
	require.Equal(t, want, k.store.tallies)

	k.store.tallies = nil
	_, err = k.Place(ctx, twoLines())
	require.NoError(t, err)
	_, err = k.ChangeStatus(ctx, 2, core.Move{To: orders.StatusCancelled}, nil)
	require.NoError(t, err)
	require.Equal(t, []core.Sold{
		{MenuItemID: 5, Name: "Paneer Tikka", Quantity: -2, Revenue: -2 * 249_50}, {MenuItemID: 7, Name: "Garlic Naan", Quantity: -1, Revenue: -60_00},
	}, k.store.tallies[1].Sold, "a cancelled order takes away what it brought")
	require.Zero(t, k.store.tallies[1].Revenue)
}

func TestAn_order_counts_for_the_day_on_the_restaurants_wall(t *testing.T) {
	t.Parallel()
	for zone, want := range map[string]time.Time{
		"Asia/Kolkata": time.Date(2026, 3, 1, 17, 30, 0, 0, time.UTC), "Pacific/Kiritimati": time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC),
		"Pacific/Honolulu": time.Date(2026, 3, 1, 2, 0, 0, 0, time.UTC),
	} {
		k := open()
		r := spiceRoute()
		r.Timezone = zone
		k.menu.Add(r)
		_, err := k.Place(t.Context(), twoLines())
		require.NoError(t, err)
		got := k.store.records[1]
		require.Equal(t, want.Format(time.DateOnly), got.Day.String(), zone)
		require.Equal(t, want.Hour(), got.Hour, zone)
		require.Equal(t, got.Day, k.store.tallies[0].Day)
	}
}
