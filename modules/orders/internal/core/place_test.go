package core_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"zomato/modules/customers"
	"zomato/modules/customers/customerstest"
	"zomato/modules/orders"
	"zomato/modules/orders/internal/core"
	"zomato/modules/orders/internal/recall"
	"zomato/modules/restaurants"
	"zomato/modules/restaurants/restaurantstest"
	"zomato/platform/clock"
	"zomato/platform/fault"
	"zomato/platform/money"
)

func TestPlace_copies_names_and_prices(t *testing.T) {
	t.Parallel()
	k := open()
	r := spiceRoute()
	r.DeliveryFee, r.ConfirmWithinMinutes = 30_50, new(10)
	k.menu.Add(r)
	n := twoLines()
	n.DeliveryAddress, n.SpecialInstructions = " 123 Main St ", new("  ")
	n.ExpectedTotal = new(money.Amount(589_50))
	placed, err := k.Place(t.Context(), n)
	require.NoError(t, err)
	require.Equal(t, orders.Order{
		ID: 1, CustomerID: 1, RestaurantID: 2, OrderStatus: orders.StatusPlaced, TotalAmount: 589_50, Currency: "INR",
		Pricing:         orders.Pricing{Subtotal: 559_00, DeliveryFee: 30_50, Total: 589_50},
		DeliveryAddress: new("123 Main St"), OrderDate: now(), ConfirmBy: new(now().Add(10 * time.Minute)), Version: 1,
		OrderItems: []orders.Line{
			{MenuItemID: 5, Name: "Paneer Tikka", Quantity: 2, ItemPrice: 249_50, LineTotal: 499_00},
			{MenuItemID: 7, Name: "Garlic Naan", Quantity: 1, ItemPrice: 60_00, LineTotal: 60_00},
		},
	}, placed)
	require.Equal(t, "Spice Route", k.store.records[1].RestaurantName)
	require.Equal(t, " 123 Main St ", n.DeliveryAddress, "the caller's stays as it is")
}

// refusals are new orders with one thing wrong, and what is answered.
func refusals() map[string]struct {
	change func(*orders.NewOrder)
	kind   fault.Kind
	want   string
	extra  map[string]any
} {
	type row = struct {
		change func(*orders.NewOrder)
		kind   fault.Kind
		want   string
		extra  map[string]any
	}
	slot := now().Add(time.Hour)
	return map[string]row{
		"no customer":       {func(n *orders.NewOrder) { n.CustomerID = 99 }, fault.NotFound, "path/customer_id customer_not_found", nil},
		"inactive customer": {func(n *orders.NewOrder) { n.CustomerID = 4 }, fault.Conflict, "path/customer_id customer_inactive", nil},
		"no restaurant":     {func(n *orders.NewOrder) { n.RestaurantID = 99 }, fault.NotFound, "#/restaurant_id restaurant_not_found", nil},
		"no lines":          {func(n *orders.NewOrder) { n.Lines = nil }, fault.Invalid, "#/order_items required", nil},
		"51 lines":          {func(n *orders.NewOrder) { n.Lines = make51() }, fault.Invalid, "#/order_items too_long", nil},
		"quantity 0":        {func(n *orders.NewOrder) { n.Lines[1].Quantity = 0 }, fault.Invalid, "#/order_items/1/quantity out_of_range", nil},
		"quantity 100":      {func(n *orders.NewOrder) { n.Lines[1].Quantity = 100 }, fault.Invalid, "#/order_items/1/quantity out_of_range", nil},
		"no address":        {func(n *orders.NewOrder) { n.DeliveryAddress = " " }, fault.Invalid, "#/delivery_address required", nil},
		"a long address":    {func(n *orders.NewOrder) { n.DeliveryAddress = strings.Repeat("é", 501) }, fault.Invalid, "#/delivery_address too_long", nil},
		"long instructions": {func(n *orders.NewOrder) { n.SpecialInstructions = new(strings.Repeat("é", 1001)) }, fault.Invalid, "#/special_instructions too_long", nil},
		"long requests":     {func(n *orders.NewOrder) { n.Lines[0].SpecialRequests = new(strings.Repeat("é", 501)) }, fault.Invalid, "#/order_items/0/special_requests too_long", nil},
		"no such item":      {func(n *orders.NewOrder) { n.Lines[1].MenuItemID = 99 }, fault.Invalid, "#/order_items/1/menu_item_id item_not_found", nil},
		"another's item":    {func(n *orders.NewOrder) { n.Lines[0].MenuItemID = 9 }, fault.Invalid, "#/order_items/0/menu_item_id item_of_other_restaurant", nil},
		"an item not there": {func(n *orders.NewOrder) { n.Lines[0].MenuItemID = 15 }, fault.Conflict, "#/order_items/0/menu_item_id item_unavailable", nil},
		"too many pieces":   {func(n *orders.NewOrder) { n.Lines[0] = orders.NewLine{MenuItemID: 17, Quantity: 4} }, fault.Conflict, "#/order_items/0/quantity out_of_stock", map[string]any{"available": 3}},
		"too many in two": {func(n *orders.NewOrder) {
			n.Lines[0], n.Lines[1] = orders.NewLine{MenuItemID: 17, Quantity: 2}, orders.NewLine{MenuItemID: 17, Quantity: 2}
		}, fault.Conflict, "#/order_items/1/quantity out_of_stock", map[string]any{"available": 3}},
		"a slot":             {func(n *orders.NewOrder) { n.DeliverySlot = &slot }, fault.Invalid, "#/delivery_slot slot_invalid", nil},
		"another total":      {func(n *orders.NewOrder) { n.ExpectedTotal = new(money.Amount(1)) }, fault.Conflict, "#/expected_total price_changed", map[string]any{"old": money.Amount(1), "new": money.Amount(559_00)}},
		"below the minimum":  {func(n *orders.NewOrder) { n.RestaurantID, n.Lines = 6, []orders.NewLine{{MenuItemID: 61, Quantity: 1}} }, fault.Invalid, "#/order_items below_minimum", map[string]any{"missing": money.Amount(40_00)}},
		"a closed kitchen":   {func(n *orders.NewOrder) { n.RestaurantID, n.Lines = 8, []orders.NewLine{{MenuItemID: 81, Quantity: 1}} }, fault.Conflict, "#/restaurant_id restaurant_inactive", nil},
		"a total of nothing": {func(n *orders.NewOrder) { n.ExpectedTotal = new(money.Amount(0)) }, fault.Conflict, "#/expected_total price_changed", map[string]any{"old": money.Amount(0), "new": money.Amount(559_00)}},
	}
}

// make51 gives one line too many.
func make51() []orders.NewLine {
	lines := make([]orders.NewLine, 51)
	for i := range lines {
		lines[i] = orders.NewLine{MenuItemID: 5, Quantity: 1}
	}
	return lines
}

// furnished is a kitchen with one of everything that can be refused.
func furnished() kitchen {
	k := open(asha(), customers.Customer{ID: 4, Name: "Gone"})
	away, scarce := paneer(), paneer()
	away.ID, away.IsAvailable = 15, false
	scarce.ID, scarce.Stock = 17, new(3)
	k.menu.AddItem(away)
	k.menu.AddItem(scarce)
	minimum, closed := spiceRoute(), spiceRoute()
	minimum.ID, minimum.MinOrderAmount = 6, 100_00
	closed.ID, closed.IsActive = 8, false
	k.menu.Add(minimum)
	k.menu.Add(closed)
	cheap, shut := naan(), naan()
	cheap.ID, cheap.RestaurantID = 61, 6
	shut.ID, shut.RestaurantID = 81, 8
	k.menu.AddItem(cheap)
	k.menu.AddItem(shut)
	return k
}

func TestPlace_refuses(t *testing.T) {
	t.Parallel()
	for name, c := range refusals() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k, n := furnished(), twoLines()
			c.change(&n)
			_, err := k.Place(t.Context(), n)
			require.Equal(t, []string{c.want}, found(t, err))
			f, _ := fault.As(err)
			require.Equal(t, c.kind, f.Kind)
			_, code, _ := strings.Cut(c.want, " ")
			require.Equal(t, code, f.Code)
			require.Equal(t, c.extra, f.Extra)
			require.Zero(t, k.store.writes, "nothing is written for what is refused")
		})
	}
}

func TestPlace_reports_all_that_is_wrong_and_404_before_422_before_409(t *testing.T) {
	t.Parallel()
	k := furnished()
	n := twoLines()
	n.Lines = []orders.NewLine{{MenuItemID: 15, Quantity: 1}, {MenuItemID: 17, Quantity: 9}}
	_, err := k.Place(t.Context(), n)
	require.True(t, fault.IsKind(err, fault.Conflict) && fault.Is(err, "item_unavailable"), "%v", err)
	require.Equal(t, []string{"#/order_items/0/menu_item_id item_unavailable", "#/order_items/1/quantity out_of_stock"}, found(t, err))

	n.Lines = append(n.Lines, orders.NewLine{MenuItemID: 99, Quantity: 1})
	_, err = k.Place(t.Context(), n)
	require.True(t, fault.IsKind(err, fault.Invalid) && fault.Is(err, restaurants.CodeItemNotFound), "%v", err)
	require.Len(t, found(t, err), 3)
	f, _ := fault.As(err)
	require.Equal(t, map[string]any{"available": 3}, f.Extra, "also of a finding that does not lead")

	n.CustomerID = 99
	_, err = k.Place(t.Context(), n)
	require.True(t, fault.IsKind(err, fault.NotFound) && fault.Is(err, customers.CodeNotFound), "%v", err)
	require.Len(t, found(t, err), 4)
	n.RestaurantID = 99
	_, err = k.Place(t.Context(), n)
	require.Equal(t, []string{"#/restaurant_id restaurant_not_found", "path/customer_id customer_not_found"}, found(t, err))
}

func TestPlace_learns_what_has_changed_since_it_read(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		between func(k kitchen)
		total   money.Amount
		code    string
	}{
		"a new price is charged": {between: func(k kitchen) {
			item := paneer()
			item.Price = 100_00
			k.menu.AddItem(item)
		}, total: 260_00},
		"an item went": {between: func(k kitchen) { k.menu.RemoveItem(5) }, code: "item_not_found"},
		"an item is not there any more": {between: func(k kitchen) {
			item := paneer()
			item.IsAvailable = false
			k.menu.AddItem(item)
		}, code: "item_unavailable"},
		"somebody else took the last": {between: func(k kitchen) {
			item := paneer()
			item.Stock = new(1)
			k.menu.AddItem(item)
		}, code: "out_of_stock"},
		"the restaurant closed": {between: func(k kitchen) {
			r := spiceRoute()
			r.IsActive, r.Version = false, 2
			k.menu.Add(r)
		}, code: "restaurant_inactive"},
		"the fee rose": {between: func(k kitchen) {
			r := spiceRoute()
			r.DeliveryFee, r.Version = 10_00, 2
			k.menu.Add(r)
		}, total: 569_00},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := open()
			k.store.between = func() {
				k.store.between = nil
				c.between(k)
			}
			k.learns(t, 0, c.total, c.code)
		})
		t.Run(name+", and the menu is remembered", func(t *testing.T) {
			t.Parallel()
			k := open()
			_, err := k.Place(t.Context(), twoLines())
			require.NoError(t, err)
			c.between(k)
			k.learns(t, 1, c.total, c.code)
		})
	}
}

// learns places an order after so many others and wants it to have that total, or
// to be refused with that code.
func (k kitchen) learns(t *testing.T, others int, total money.Amount, code string) {
	t.Helper()
	placed, err := k.Place(t.Context(), twoLines())
	if code != "" {
		require.True(t, fault.Is(err, code), "%v", err)
		require.Len(t, k.store.records, others)
		return
	}
	require.NoError(t, err)
	require.Equal(t, total, placed.TotalAmount)
	require.Len(t, k.store.events, others+1)
}

// register is a customers.Service with one customer, who may change.
type register struct {
	customers.Service // what placing does not ask

	only *customers.Customer
}

func (r *register) Get(_ context.Context, id int64) (customers.Customer, error) {
	if r.only == nil {
		return customers.Customer{}, customers.NotFound(id)
	}
	return *r.only, nil
}

func (r *register) Lock(ctx context.Context, id int64) (customers.Customer, error) {
	return r.Get(ctx, id)
}

func TestPlace_learns_that_the_customer_has_gone(t *testing.T) {
	t.Parallel()
	for code, after := range map[string]*customers.Customer{
		customers.CodeNotFound: nil, "customer_inactive": {ID: 1},
	} {
		k, known := open(), &register{only: &customers.Customer{ID: 1, IsActive: true}}
		service := core.New(core.Dependencies{
			Store: k.store, Transactions: k.store, Events: k.store, Clock: clock.Func(now), Customers: known, Restaurants: k.menu, Menus: recall.New(),
		})
		k.store.between = func() { known.only = after }
		for range 2 { // the second time the menu is remembered
			_, err := service.Place(t.Context(), twoLines())
			require.True(t, fault.Is(err, code), "%v", err)
			require.Empty(t, k.store.records)
		}
	}
}

// unread is a restaurants.Service that only compares.
type unread struct{ *restaurantstest.Fake }

func (unread) Get(context.Context, int64) (restaurants.Restaurant, error) {
	return restaurants.Restaurant{}, errors.New("the restaurant was read")
}

func (unread) Items(context.Context, []int64) ([]restaurants.MenuItem, error) {
	return nil, errors.New("the items were read")
}

func TestPlace_reads_no_menu_that_is_remembered(t *testing.T) {
	t.Parallel()
	k, menus := open(), recall.New()
	menus.Remember(spiceRoute(), []restaurants.MenuItem{paneer(), naan()})
	service := core.New(core.Dependencies{
		Store: k.store, Transactions: k.store, Events: k.store, Clock: clock.Func(now), Menus: menus,
		Customers: customerstest.New(asha()), Restaurants: unread{k.menu},
	})
	placed, err := service.Place(t.Context(), twoLines())
	require.NoError(t, err)
	require.Equal(t, money.Amount(559_00), placed.TotalAmount)
	n := twoLines()
	n.Lines[0].Quantity = 100
	_, err = service.Place(t.Context(), n)
	require.ErrorContains(t, err, "the restaurant was read", "only the present tells what is wrong")
}

func TestPlace_gives_up_when_the_menu_never_rests(t *testing.T) {
	t.Parallel()
	k := open()
	price := money.Amount(100)
	k.store.between = func() {
		item := paneer()
		item.Price = price
		price++
		k.menu.AddItem(item)
	}
	_, err := k.Place(t.Context(), twoLines())
	require.True(t, fault.Is(err, "order_busy") && fault.IsKind(err, fault.Unavailable), "%v", err)
	require.Equal(t, 5, k.store.writes)
	require.Empty(t, k.store.records)
}

func TestValidate_says_what_would_help_and_stores_nothing(t *testing.T) {
	t.Parallel()
	k := furnished()
	n := twoLines()
	n.Lines = []orders.NewLine{{MenuItemID: 15, Quantity: 1}, {MenuItemID: 9, Quantity: 1}}
	got, err := k.Validate(t.Context(), n)
	require.NoError(t, err)
	require.Nil(t, got.Pricing)
	require.Len(t, got.Blockers, 2)
	require.Equal(t, "item_unavailable", got.Blockers[0].Code)
	require.Equal(t, int64(5), got.Blockers[0].Cure.MenuItem.ID, "the nearest in price")
	require.Nil(t, got.Blockers[1].Cure)

	n = twoLines()
	n.RestaurantID, n.Lines = 6, []orders.NewLine{{MenuItemID: 61, Quantity: 1}}
	got, err = k.Validate(t.Context(), n)
	require.NoError(t, err)
	require.Equal(t, money.Amount(60_00), got.Pricing.Total)
	require.Equal(t, money.Amount(40_00), *got.Blockers[0].Cure.Missing)

	got, err = k.Validate(t.Context(), twoLines())
	require.NoError(t, err)
	require.Empty(t, got.Blockers)
	require.Equal(t, money.Amount(559_00), got.Pricing.Total)

	n = twoLines()
	n.RestaurantID = 99
	got, err = k.Validate(t.Context(), n)
	require.NoError(t, err, "only an unknown customer is a refusal")
	require.Equal(t, "restaurant_not_found", got.Blockers[0].Code)
	n.CustomerID = 99
	_, err = k.Validate(context.Background(), n)
	require.True(t, fault.Is(err, customers.CodeNotFound), "%v", err)
	require.Zero(t, k.store.writes)
}
