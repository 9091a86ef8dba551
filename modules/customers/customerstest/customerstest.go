// Package customerstest lets other teams test against the customers module: a
// fake, and the suite that the fake and the real service both pass.
//
// team: customers
package customerstest

import (
	"context"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"zomato/modules/customers"
	"zomato/platform/byid"
	"zomato/platform/fault"
)

// Fake is a customers.Service in memory. Fill it before it is used; then it is
// safe for concurrent use.
type Fake struct{ byID map[int64]customers.Customer }

var _ customers.Service = (*Fake)(nil)

// New gives a fake that knows these customers.
func New(known ...customers.Customer) *Fake {
	f := &Fake{byID: map[int64]customers.Customer{}}
	for _, c := range known {
		f.byID[c.ID] = c
	}
	return f
}

// Get implements customers.Service.
func (f *Fake) Get(_ context.Context, id int64) (customers.Customer, error) {
	c, ok := f.byID[id]
	if !ok {
		return customers.Customer{}, customers.NotFound(id)
	}
	return c, nil
}

// ByIDs implements customers.Service.
func (f *Fake) ByIDs(_ context.Context, ids []int64) ([]customers.Customer, error) {
	return byid.InOrder(ids, slices.Collect(maps.Values(f.byID)), func(c customers.Customer) int64 { return c.ID }), nil
}

// Lock implements customers.Service; nothing changes a fake's customers anyway.
func (f *Fake) Lock(ctx context.Context, id int64) (customers.Customer, error) { return f.Get(ctx, id) }

// Orders is a customers.OrderActivity: the customers who have an order under
// way.
type Orders map[int64]bool

// HasActiveOrders implements customers.OrderActivity.
func (o Orders) HasActiveOrders(_ context.Context, customerID int64) (bool, error) {
	return o[customerID], nil
}

// OrdersOfCustomer implements customers.OrderActivity: nobody has ordered.
func (o Orders) OrdersOfCustomer(context.Context, int64) (customers.OrderSummary, bool, error) {
	return customers.OrderSummary{}, true, nil
}

// Reviews is a customers.ReviewFigures: nobody has written any.
type Reviews struct{}

// ReviewsOfCustomer implements customers.ReviewFigures.
func (Reviews) ReviewsOfCustomer(context.Context, int64) (customers.ReviewSummary, bool, error) {
	return customers.ReviewSummary{}, true, nil
}

// Subject is a service under test that knows one customer and has forgotten
// another one.
type Subject struct {
	Service customers.Service
	// Write runs a function as one unit of work.
	Write  func(ctx context.Context, fn func(context.Context) error) error
	Known  customers.Customer
	Erased int64
}

// RunSuite checks what the contract promises.
func RunSuite(t *testing.T, subject Subject) {
	t.Helper()
	ctx := context.Background()
	t.Run("gives a customer whole", func(t *testing.T) {
		got, err := subject.Service.Get(ctx, subject.Known.ID)
		require.NoError(t, err)
		require.Equal(t, subject.Known, got)
		require.NotEmpty(t, got.Name)
		require.Positive(t, got.Version)
	})
	t.Run("gives customers in the order asked for, each once", func(t *testing.T) {
		got, err := subject.Service.ByIDs(ctx, []int64{1 << 40, subject.Known.ID, subject.Erased, subject.Known.ID})
		require.NoError(t, err)
		require.Equal(t, []customers.Customer{subject.Known}, got)
		got, err = subject.Service.ByIDs(ctx, nil)
		require.NoError(t, err)
		require.Empty(t, got)
	})
	t.Run("gives a locked customer whole", func(t *testing.T) {
		require.NoError(t, subject.Write(ctx, func(ctx context.Context) error {
			got, err := subject.Service.Lock(ctx, subject.Known.ID)
			require.Equal(t, subject.Known, got)
			return err
		}))
		err := subject.Write(ctx, func(ctx context.Context) error {
			_, err := subject.Service.Lock(ctx, subject.Erased)
			return err
		})
		require.True(t, fault.Is(err, customers.CodeNotFound), "%v", err)
	})
	t.Run("knows no customer who was erased or never was", func(t *testing.T) {
		for _, id := range []int64{subject.Erased, 1 << 40, 0, -1} {
			_, err := subject.Service.Get(ctx, id)
			require.True(t, fault.Is(err, customers.CodeNotFound), "%d: %v", id, err)
			require.True(t, fault.IsKind(err, fault.NotFound))
		}
	})
}
