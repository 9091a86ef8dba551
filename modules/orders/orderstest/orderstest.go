// Package orderstest lets other teams test against the orders module: a fake,
// and the suite that the fake and the real service both pass.
//
// team: orders
package orderstest

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"zomato/modules/orders"
	"zomato/modules/orders/internal/core"
	"zomato/platform/fault"
	"zomato/platform/money"
)

// price is what every piece costs at the fake.
const price money.Amount = 100_00

// Fake is an orders.Service in memory. It knows no menu: whatever is ordered is
// there, and each piece costs 100.00. It knows no unit of work either: what was
// placed stays. Create it with New. Safe for concurrent use.
type Fake struct {
	mu   sync.Mutex
	byID map[int64]orders.Order
	last int64
}

var _ orders.Service = (*Fake)(nil)

// New gives a fake that knows these orders.
func New(known ...orders.Order) *Fake {
	f := &Fake{byID: map[int64]orders.Order{}}
	for _, o := range known {
		f.Add(o)
	}
	return f
}

// Add makes the fake know an order; one with the same id is replaced.
func (f *Fake) Add(o orders.Order) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.byID[o.ID] = o
	f.last = max(f.last, o.ID)
}

// Get implements orders.Service.
func (f *Fake) Get(_ context.Context, id int64) (orders.Order, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	o, ok := f.byID[id]
	if !ok {
		return orders.Order{}, orders.NotFound(id)
	}
	return o, nil
}

// Place implements orders.Service.
func (f *Fake) Place(_ context.Context, n orders.NewOrder) (orders.Order, error) {
	findings := core.Tidy(&n)
	if err := findings.Err(); err != nil {
		return orders.Order{}, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.last++
	o := orders.Order{
		ID: f.last, CustomerID: n.CustomerID, RestaurantID: n.RestaurantID, OrderStatus: orders.StatusPlaced, Currency: "INR",
		DeliveryAddress: &n.DeliveryAddress, SpecialInstructions: n.SpecialInstructions, OrderDate: time.UnixMilli(f.last).UTC(), Version: 1,
	}
	for i, line := range n.Lines {
		total := price * money.Amount(line.Quantity)
		o.Pricing.Subtotal += total
		o.OrderItems = append(o.OrderItems, orders.Line{
			ID: 100*o.ID + int64(i), MenuItemID: line.MenuItemID, Name: "Dish", Quantity: line.Quantity, ItemPrice: price,
			LineTotal: total, SpecialRequests: line.SpecialRequests,
		})
	}
	o.Pricing.Total, o.TotalAmount = o.Pricing.Subtotal, o.Pricing.Subtotal
	f.byID[o.ID] = o
	return o, nil
}

// Subject is a service under test, and an order that can be placed there with
// two lines, as often as one likes.
type Subject struct {
	Service orders.Service
	New     orders.NewOrder
}

// RunSuite checks what the contract promises.
func RunSuite(t *testing.T, s Subject) {
	t.Helper()
	ctx := context.Background()
	t.Run("places an order and gives it whole", func(t *testing.T) { suitePlace(t, s) })
	t.Run("knows no order that never was", func(t *testing.T) {
		for _, id := range []int64{1 << 40, 0, -1} {
			_, err := s.Service.Get(ctx, id)
			require.True(t, fault.Is(err, orders.CodeNotFound), "%d: %v", id, err)
			require.True(t, fault.IsKind(err, fault.NotFound))
		}
	})
	t.Run("refuses what is no order, with all that is wrong", func(t *testing.T) {
		bad := s.New
		bad.DeliveryAddress = " "
		bad.Lines = []orders.NewLine{{MenuItemID: s.New.Lines[0].MenuItemID, Quantity: 100}}
		_, err := s.Service.Place(ctx, bad)
		found, ok := fault.As(err)
		require.True(t, ok, "%v", err)
		require.Equal(t, fault.Invalid, found.Kind)
		codes := map[string]string{}
		for _, field := range found.Fields {
			codes[field.Pointer] = field.Code
		}
		require.Equal(t, map[string]string{"#/delivery_address": "required", "#/order_items/0/quantity": "out_of_range"}, codes)
		bad = s.New
		bad.Lines = nil
		_, err = s.Service.Place(ctx, bad)
		require.True(t, fault.Is(err, "required"), "%v", err)
		bad.Lines = make([]orders.NewLine, 51)
		_, err = s.Service.Place(ctx, bad)
		require.True(t, fault.IsKind(err, fault.Invalid), "%v", err)
	})
}

func suitePlace(t *testing.T, s Subject) {
	t.Helper()
	ctx := context.Background()
	first, err := s.Service.Place(ctx, s.New)
	require.NoError(t, err)
	second, err := s.Service.Place(ctx, s.New)
	require.NoError(t, err)
	require.NotEqual(t, first.ID, second.ID)
	got, err := s.Service.Get(ctx, first.ID)
	require.NoError(t, err)
	require.Equal(t, first, got)

	require.Equal(t, s.New.CustomerID, got.CustomerID)
	require.Equal(t, s.New.RestaurantID, got.RestaurantID)
	require.Equal(t, orders.StatusPlaced, got.OrderStatus)
	require.Equal(t, s.New.DeliveryAddress, *got.DeliveryAddress)
	require.Positive(t, got.Version)
	require.Nil(t, got.DeliveryTime)
	var subtotal money.Amount
	require.Len(t, got.OrderItems, len(s.New.Lines))
	for i, line := range got.OrderItems {
		want := s.New.Lines[i]
		require.Equal(t, want, orders.NewLine{MenuItemID: line.MenuItemID, Quantity: line.Quantity, SpecialRequests: line.SpecialRequests})
		require.Equal(t, line.ItemPrice*money.Amount(line.Quantity), line.LineTotal)
		require.Positive(t, line.ID)
		subtotal += line.LineTotal
	}
	p := got.Pricing
	require.Equal(t, subtotal, p.Subtotal)
	require.Equal(t, p.Subtotal+p.DeliveryFee-p.Discount+p.Tax, p.Total)
	require.Equal(t, p.Total, got.TotalAmount)
}
