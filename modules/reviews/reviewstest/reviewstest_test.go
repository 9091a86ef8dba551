package reviewstest_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"zomato/modules/orders"
	"zomato/modules/reviews"
	"zomato/modules/reviews/reviewstest"
)

// delivered is an order of customer 1 that was delivered in March 2026.
func delivered(id int64, day int) orders.Order {
	at := time.Date(2026, 3, day, 12, 0, 0, 0, time.UTC)
	return orders.Order{ID: id, CustomerID: 1, RestaurantID: 2, OrderStatus: orders.StatusDelivered, DeliveryTime: &at}
}

func TestFake_keeps_the_contract(t *testing.T) {
	t.Parallel()
	known := reviews.Review{ID: 7, OrderID: 10, CustomerID: 1, RestaurantID: 2, Rating: 4, Version: 3}
	fake := reviewstest.New(known)
	got, err := fake.Get(t.Context(), 7)
	require.NoError(t, err)
	require.Equal(t, known, got)

	s := reviewstest.Subject{Service: fake, Delivered: [3]orders.Order{delivered(11, 31), delivered(12, 31), delivered(13, 30)}, UnderWay: 14, Old: 15}
	for _, o := range s.Delivered {
		fake.AddOrder(o)
	}
	fake.AddOrder(orders.Order{ID: 14, CustomerID: 1, RestaurantID: 2, OrderStatus: orders.StatusOutForDelivery})
	old := delivered(15, 1)
	*old.DeliveryTime = old.DeliveryTime.Add(-time.Millisecond)
	fake.AddOrder(old)
	reviewstest.RunSuite(t, s)
}

func TestFake_knows_which_orders_its_reviews_are_of(t *testing.T) {
	t.Parallel()
	fake := reviewstest.New(reviews.Review{ID: 7, OrderID: 10})
	fake.AddOrder(delivered(10, 1))
	fake.AddOrder(delivered(11, 1))
	_, err := fake.Write(t.Context(), reviews.NewReview{OrderID: 10, Rating: 5})
	require.ErrorContains(t, err, "review_exists")
	written, err := fake.Write(t.Context(), reviews.NewReview{OrderID: 11, Rating: 5})
	require.NoError(t, err)
	require.Equal(t, int64(8), written.ID)
}
