package sqlstore_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"zomato/modules/customers"
	"zomato/modules/orders"
	"zomato/modules/orders/internal/core"
	"zomato/modules/restaurants"
	"zomato/platform/access"
	"zomato/platform/calendar"
	"zomato/platform/fault"
	"zomato/platform/money"
	"zomato/platform/testkit"
)

// inCity runs a test on both databases, in a city of nine customers and
// restaurants. It is the first of January 2027 there.
func inCity(t *testing.T, run func(t *testing.T, c city)) {
	t.Helper()
	testkit.EachDatabase(t, func(t *testing.T, url string) { run(t, newCity(t, url, 9, 9)) })
}

// delivered is an order of customer 1 at restaurant 2, which was delivered an
// hour after it was placed.
func delivered() orders.PastOrder {
	at := time.Date(2026, 12, 24, 18, 0, 0, 0, time.UTC)
	return orders.PastOrder{
		NewOrder: orders.NewOrder{CustomerID: 1, RestaurantID: 2, DeliveryAddress: "123 Main St", Lines: []orders.NewLine{{MenuItemID: 21, Quantity: 2}}},
		PlacedAt: at, Moves: []orders.PastMove{
			{To: orders.StatusConfirmed, At: at.Add(time.Minute), By: access.Restaurant},
			{To: orders.StatusPreparing, At: at.Add(2 * time.Minute), By: access.Restaurant},
			{To: orders.StatusOutForDelivery, At: at.Add(30 * time.Minute), By: access.Courier},
			{To: orders.StatusDelivered, At: at.Add(time.Hour), By: access.Courier},
		},
	}
}

// cancelled is an order that was cancelled in the place of its n-th move.
func cancelled(n int, by access.Role, after time.Duration, reason *string) orders.PastOrder {
	p := delivered()
	at := p.PlacedAt
	if n > 0 {
		at = p.Moves[n-1].At
	}
	p.Moves = append(p.Moves[:n], orders.PastMove{To: orders.StatusCancelled, At: at.Add(after), By: by, ReasonCode: reason})
	return p
}

func TestImport_takes_over_what_has_happened_and_when(t *testing.T) {
	t.Parallel()
	inCity(t, func(t *testing.T, c city) {
		west := time.FixedZone("", -5*3600)
		p := delivered()
		p.PlacedAt = p.PlacedAt.Add(999_999).In(west) // the databases keep milliseconds, in UTC
		for i := range p.Moves {
			p.Moves[i].At = p.Moves[i].At.Add(999_999).In(west)
		}
		waiting := orders.PastOrder{NewOrder: p.NewOrder, PlacedAt: c.time.Now()}
		out := c.relive(t, []orders.PastOrder{p, waiting})
		want := delivered()
		assert.Equal(t, want.PlacedAt, out[0].OrderDate)
		assert.Equal(t, want.Moves[3].At, *out[0].DeliveryTime)
		assert.Equal(t, want.PlacedAt.Add(7*time.Minute), *out[0].ConfirmBy)
		assert.Equal(t, orders.StatusDelivered, out[0].OrderStatus)
		assert.Equal(t, int64(5), out[0].Version)
		assert.Equal(t, orders.StatusPlaced, out[1].OrderStatus)
		assert.Equal(t, int64(1), out[1].Version)

		record, err := c.store.Get(c.ctx, out[0].ID)
		require.NoError(t, err)
		assert.Equal(t, want.Moves[0].At, *record.ConfirmedAt)
		assert.Equal(t, "Kitchen 2", record.RestaurantName)
		assert.Equal(t, calendar.DayOf(want.PlacedAt, time.UTC), record.Day)
		assert.Equal(t, 19, record.Hour, "in Berlin")
		timeline, err := c.Timeline(c.ctx, out[0].ID)
		require.NoError(t, err)
		var told []string
		for _, e := range timeline {
			told = append(told, e.Event+" by "+e.By+" "+e.At.Format(time.TimeOnly))
		}
		assert.Equal(t, []string{
			"placed by customer 18:00:00", "confirmed by restaurant 18:01:00", "preparing by restaurant 18:02:00",
			"out_for_delivery by courier 18:30:00", "delivered by courier 19:00:00",
		}, told)
		_, err = c.ChangeStatus(c.ctx, out[1].ID, core.Move{To: orders.StatusConfirmed}, nil)
		require.NoError(t, err, "life goes on")
	})
}

func TestImport_publishes_one_event_a_list_and_none_for_an_empty_one(t *testing.T) {
	t.Parallel()
	inCity(t, func(t *testing.T, c city) {
		var all []orders.PastOrder
		for id := int64(9); id > 0; id-- {
			p := delivered()
			p.CustomerID, p.RestaurantID, p.Lines[0].MenuItemID = id, 1+id%4, 10*(1+id%4)+1
			all = append(all, p)
		}
		c.relive(t, all)
		c.relive(t, []orders.PastOrder{delivered(), delivered()})
		want := []string{`orders.imported {"customer_ids":[1,2,3,4,5,6,7,8,9],"restaurant_ids":[1,2,3,4]}`, `orders.imported {"customer_ids":[1],"restaurant_ids":[2]}`}
		require.Equal(t, want, c.published(t))
		for _, none := range [][]orders.PastOrder{nil, {}} {
			require.Empty(t, c.relive(t, none))
		}
		require.Equal(t, want, c.published(t))
	})
}

func TestImport_neither_takes_stock_nor_gives_it_back(t *testing.T) {
	t.Parallel()
	inCity(t, func(t *testing.T, c city) {
		stocked := delivered()
		stocked.Lines = []orders.NewLine{{MenuItemID: 23, Quantity: 5}}
		gone, waiting := stocked, stocked
		gone.Moves = cancelled(0, access.Staff, 0, nil).Moves
		waiting.Moves = nil
		out := c.relive(t, []orders.PastOrder{stocked, gone, waiting})
		c.to(t, out[2].ID, orders.StatusCancelled) // as today: nothing was taken that could go back
		items, err := c.menu.Items(c.ctx, []int64{23})
		require.NoError(t, err)
		require.Equal(t, 100_000, *items[0].Stock)
	})
}

func TestImport_allows_what_the_workflow_does(t *testing.T) {
	t.Parallel()
	inCity(t, func(t *testing.T, c city) {
		c.relive(t, []orders.PastOrder{
			cancelled(0, access.Customer, 3*24*time.Hour, nil),
			cancelled(1, access.Customer, 120*time.Second, new("changed_mind")),
			cancelled(3, access.Staff, time.Hour, new("accident")),
			cancelled(2, access.Restaurant, 0, new("technical")),
		})
	})
}

// TestImport_refuses checks that one order that breaks a rule refuses its list.
func TestImport_refuses(t *testing.T) {
	t.Parallel()
	future := time.Date(2027, 1, 1, 0, 0, 0, 1_000_000, time.UTC)
	order := func(change func(*orders.PastOrder)) orders.PastOrder {
		p := delivered()
		change(&p)
		return p
	}
	table := map[string]struct {
		order orders.PastOrder
		code  string
		field string
	}{
		"a customer that does not exist":      {order(func(p *orders.PastOrder) { p.CustomerID = 10 }), customers.CodeNotFound, "path/customer_id"},
		"a restaurant that does not exist":    {order(func(p *orders.PastOrder) { p.RestaurantID = 10 }), restaurants.CodeNotFound, "#/restaurant_id"},
		"an item that does not exist":         {order(func(p *orders.PastOrder) { p.Lines[0].MenuItemID = 99 }), restaurants.CodeItemNotFound, "#/order_items/0/menu_item_id"},
		"an item of another restaurant":       {order(func(p *orders.PastOrder) { p.Lines[0].MenuItemID = 11 }), "item_of_other_restaurant", "#/order_items/0/menu_item_id"},
		"no lines":                            {order(func(p *orders.PastOrder) { p.Lines = nil }), "required", "#/order_items"},
		"no address":                          {order(func(p *orders.PastOrder) { p.DeliveryAddress = " " }), "required", "#/delivery_address"},
		"a price that is another":             {order(func(p *orders.PastOrder) { p.ExpectedTotal = new(money.Amount(1)) }), "price_changed", "#/expected_total"},
		"placed in the future":                {order(func(p *orders.PastOrder) { p.PlacedAt, p.Moves = future, nil }), "out_of_range", "#/placed_at"},
		"moved in the future":                 {order(func(p *orders.PastOrder) { p.Moves[3].At = future }), "out_of_range", "#/moves/3/at"},
		"moved before it was placed":          {order(func(p *orders.PastOrder) { p.Moves[0].At = p.PlacedAt.Add(-time.Millisecond) }), "out_of_range", "#/moves/0/at"},
		"moved before the move before":        {order(func(p *orders.PastOrder) { p.Moves[2].At = p.Moves[1].At.Add(-time.Millisecond) }), "out_of_range", "#/moves/2/at"},
		"a move that the workflow forbids":    {order(func(p *orders.PastOrder) { p.Moves = p.Moves[1:] }), "invalid_transition", ""},
		"the same status again":               {order(func(p *orders.PastOrder) { p.Moves[1].To = orders.StatusConfirmed }), "invalid_transition", ""},
		"a move that is not the courier's":    {order(func(p *orders.PastOrder) { p.Moves[0].By = access.Courier }), "forbidden", ""},
		"a move by nobody":                    {order(func(p *orders.PastOrder) { p.Moves[0].By = 0 }), "forbidden", ""},
		"a late cancellation":                 {cancelled(1, access.Customer, 120*time.Second+time.Millisecond, nil), "too_late_to_cancel", ""},
		"a cancellation by a cooking kitchen": {cancelled(3, access.Restaurant, 0, new("too_busy")), "too_late_to_cancel", ""},
		"a restaurant without a reason":       {cancelled(0, access.Restaurant, 0, nil), "required", "#/reason_code"},
		"a reason of somebody else":           {cancelled(0, access.Customer, 0, new("too_busy")), "invalid", "#/reason_code"},
	}
	inCity(t, func(t *testing.T, c city) {
		c.relive(t, []orders.PastOrder{delivered()})
		before, published := c.tables(t), c.published(t)
		for what, row := range table {
			out, err := c.ImportOrders(c.ctx, []orders.PastOrder{delivered(), delivered(), row.order, delivered()})
			assert.True(t, strings.HasPrefix(err.Error(), "order 2: "), "%s: %v", what, err)
			assert.Empty(t, out, what)
			if row.field == "" {
				assert.True(t, fault.Is(err, row.code), "%s: %v", what, err)
				continue
			}
			refusal, ok := fault.As(err)
			require.True(t, ok, "%s: %v", what, err)
			var found []string
			for _, f := range refusal.Fields {
				found = append(found, f.Pointer+" "+f.Code)
			}
			assert.Contains(t, found, row.field+" "+row.code, what)
		}
		require.Equal(t, before, c.tables(t), "nothing of a list stays")
		require.Equal(t, published, c.published(t))
	})
}

func TestAn_import_that_the_database_refuses_leaves_nothing(t *testing.T) {
	t.Parallel()
	inCity(t, func(t *testing.T, c city) {
		before := c.tables(t)
		do := func(statement string) {
			require.NoError(t, c.db.Write(c.ctx, func(ctx ctx) error {
				_, err := c.db.Exec(ctx, statement)
				return err
			}))
		}
		do(`ALTER TABLE orders_figures_spending RENAME TO away`) // what is written last
		out, err := c.ImportOrders(c.ctx, []orders.PastOrder{delivered()})
		require.Error(t, err)
		require.Empty(t, out)
		do(`ALTER TABLE away RENAME TO orders_figures_spending`)
		require.Equal(t, before, c.tables(t))
		require.Empty(t, c.published(t))
	})
}

func TestIsEmpty_until_there_was_an_order(t *testing.T) {
	t.Parallel()
	inCity(t, func(t *testing.T, c city) {
		empty := func() bool {
			is, err := c.IsEmpty(c.ctx)
			require.NoError(t, err)
			return is
		}
		require.True(t, empty())
		c.relive(t, []orders.PastOrder{cancelled(0, access.Customer, 0, nil)})
		require.False(t, empty())
		require.NoError(t, c.db.Write(c.ctx, func(ctx ctx) error { return c.store.EraseCustomer(ctx, 1) }))
		require.False(t, empty(), "what was erased was there")
	})
}
