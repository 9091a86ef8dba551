package orderstest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"zomato/modules/orders"
	"zomato/modules/orders/orderstest"
)

func TestFake_keeps_the_contract(t *testing.T) {
	t.Parallel()
	known := orders.Order{ID: 10, CustomerID: 1, RestaurantID: 2, OrderStatus: orders.StatusDelivered, Version: 5}
	fake := orderstest.New(known)
	got, err := fake.Get(t.Context(), 10)
	require.NoError(t, err)
	require.Equal(t, known, got)
	orderstest.RunSuite(t, orderstest.Subject{Service: fake, New: orders.NewOrder{
		CustomerID: 1, RestaurantID: 2, DeliveryAddress: "123 Main St",
		Lines: []orders.NewLine{{MenuItemID: 5, Quantity: 2, SpecialRequests: new("extra spicy")}, {MenuItemID: 7, Quantity: 1}},
	}})
}
