package sqlstore_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"zomato/modules/orders"
	"zomato/modules/orders/internal/core"
	"zomato/platform/access"
	"zomato/platform/calendar"
	"zomato/platform/money"
	"zomato/platform/testkit"
)

// requireSame requires that two cities hold the same.
func requireSame(t *testing.T, want, got city) {
	t.Helper()
	wanted, there := want.tables(t), got.tables(t)
	require.Len(t, wanted, 10, "a new table of the module is compared, too")
	for table, rows := range wanted {
		require.NotEmpty(t, rows, table)
		require.Equal(t, rows, there[table], table)
	}
}

func TestImported_orders_are_as_if_they_had_been_placed_and_moved(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		random := rand.New(rand.NewPCG(1, 0))
		lived, imported := newCity(t, url, 4, 3), newCity(t, url, 4, 3)
		end := lived.time.Now()
		for i, size := range []int{1, 1, 2, 1, 15, 1, 3, 30, 1, 8} { // also lists with one order, which may be cancelled in it
			lived.reopen(fmt.Sprint(" ", i%4))
			imported.reopen(fmt.Sprint(" ", i%4))
			past := lived.list(random, size)
			one, other := lived.live(t, past), imported.relive(t, past)
			for n := range one {
				require.Equal(t, one[n].OrderStatus, other[n].OrderStatus, "in the same order")
				require.Equal(t, one[n].Version, other[n].Version)
				require.Equal(t, one[n].ConfirmBy, other[n].ConfirmBy)
			}
			requireSameButEmpty(t, lived, imported)
		}
		lived.time.set(end)
		requireSame(t, lived, imported)
	})
}

// requireSameButEmpty is requireSame at the beginning, when tables may be empty.
func requireSameButEmpty(t *testing.T, want, got city) {
	t.Helper()
	require.Equal(t, want.tables(t), got.tables(t))
}

func TestA_list_that_is_longer_than_a_statement_is_as_if_it_were_many(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		random := rand.New(rand.NewPCG(2, 0))
		const many = 520 // customers and restaurants: every table gets more rows than one statement inserts
		once, parts := newCity(t, url, many, many), newCity(t, url, many, many)
		past := once.list(random, 700)
		for i := range many {
			p := orders.PastOrder{PlacedAt: past[i].PlacedAt, NewOrder: orders.NewOrder{
				CustomerID: int64(i) + 1, RestaurantID: int64(i) + 1, DeliveryAddress: "1 Main St", Lines: []orders.NewLine{{MenuItemID: int64(i)*10 + 11, Quantity: 1}},
			}}
			for _, to := range []orders.Status{orders.StatusConfirmed, orders.StatusPreparing, orders.StatusOutForDelivery, orders.StatusDelivered} {
				p.Moves = append(p.Moves, orders.PastMove{To: to, At: p.PlacedAt, By: access.Staff})
			}
			past = append(past, p)
		}
		once.relive(t, past)
		for part := range slices.Chunk(past, 90) {
			parts.relive(t, part)
		}
		requireSame(t, parts, once)
		for table, rows := range once.tables(t) {
			require.Greater(t, len(rows), 500, table)
		}
	})
}

func TestMany_changes_of_figures_add_up_to_what_each_would_do(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		single, many := newCity(t, url, 1, 1), newCity(t, url, 1, 1)
		tallies := tallies(rand.New(rand.NewPCG(3, 0)), 400)
		add := func(c city, parts ...[]core.Tally) {
			require.NoError(t, c.db.Write(c.ctx, func(ctx ctx) error {
				for _, part := range parts {
					if err := c.store.AddToFigures(ctx, part...); err != nil {
						return err
					}
				}
				return nil
			}))
		}
		sizes := rand.New(rand.NewPCG(4, 0))
		for rest := tallies; len(rest) > 0; {
			n := min(1+sizes.IntN(12), len(rest))
			add(single, slices.Collect(slices.Chunk(rest[:n], 1))...)
			add(many, rest[:n])
			rest = rest[n:]
			require.Equal(t, single.tables(t), many.tables(t))
		}
		require.NotEmpty(t, many.tables(t)["orders_figures_spending"])
	})
}

// tallies are changes of few customers' orders, mixed: orders are moved while
// others are placed, which are not always newer. Names change all the time.
func tallies(random *rand.Rand, n int) []core.Tally {
	var out, open []core.Tally
	placed := int64(0)
	for len(out) < n {
		if at := random.IntN(8); at < len(open) {
			t := moved(random, open[at])
			out = append(out, t)
			if open[at].To = t.To; t.To == orders.StatusDelivered || t.To == orders.StatusCancelled {
				open = slices.Delete(open, at, at+1)
			}
			continue
		}
		placed++
		t := core.Tally{
			OrderID: placed, RestaurantID: int64(1 + random.IntN(2)), CustomerID: int64(1 + random.IntN(2)),
			RestaurantName: fmt.Sprint("Kitchen ", placed), Currency: []string{"INR", "EUR"}[random.IntN(2)],
			Day: calendar.Day(random.IntN(2)), Hour: random.IntN(2), To: orders.StatusPlaced, PlacedAt: time.UnixMilli(int64(random.IntN(9)) - 9),
		}
		for item := range int64(1 + random.IntN(2)) {
			quantity := int64(1 + random.IntN(3))
			t.Sold = append(t.Sold, core.Sold{MenuItemID: item, Name: fmt.Sprint("Dish ", placed), Quantity: quantity, Revenue: money.Amount(quantity)})
		}
		out, open = append(out, t), append(open, t)
	}
	return out
}

// moved is the next change of an order, which a cancellation gives back.
func moved(random *rand.Rand, last core.Tally) core.Tally {
	t := last
	t.From = last.To
	t.To = map[orders.Status]orders.Status{
		orders.StatusPlaced: orders.StatusConfirmed, orders.StatusConfirmed: orders.StatusPreparing,
		orders.StatusPreparing: orders.StatusOutForDelivery, orders.StatusOutForDelivery: orders.StatusDelivered,
	}[last.To]
	if random.IntN(4) == 0 {
		t.To = orders.StatusCancelled
	}
	t.Sold = nil
	switch t.To {
	case orders.StatusCancelled:
		for _, sold := range last.Sold {
			sold.Quantity, sold.Revenue = -sold.Quantity, -sold.Revenue
			t.Sold = append(t.Sold, sold)
		}
	case orders.StatusDelivered:
		t.Revenue = 10
	default: // brings and sells nothing
	}
	return t
}
