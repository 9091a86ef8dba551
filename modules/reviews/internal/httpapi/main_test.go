package httpapi_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"zomato/modules/customers"
	"zomato/modules/customers/customerstest"
	"zomato/modules/orders"
	"zomato/modules/orders/orderstest"
	"zomato/modules/restaurants"
	"zomato/modules/restaurants/restaurantstest"
	"zomato/modules/reviews/internal/core"
	"zomato/modules/reviews/internal/httpapi"
	"zomato/modules/reviews/internal/sentiment"
	"zomato/modules/reviews/internal/sqlstore"
	"zomato/platform/clock"
	"zomato/platform/database"
	"zomato/platform/database/databasetest"
	"zomato/platform/eventbus"
	"zomato/platform/httpserver"
	"zomato/platform/testkit"
	"zomato/platform/testkit/httpclient"
)

// noon is the time at which every test begins.
func noon() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) }

// served is the module's routes on a fresh SQLite file.
type served struct {
	httpclient.Client

	orders *orderstest.Fake
	now    *time.Time
}

// deliver makes an order of a customer at restaurant 2 that was delivered at a
// time.
func (s served) deliver(id, customerID int64, at time.Time) {
	s.orders.Add(orders.Order{ID: id, CustomerID: customerID, RestaurantID: 2, OrderStatus: orders.StatusDelivered, DeliveryTime: &at})
}

// serve knows customers 1 and 4, restaurants 2 and 3, and these orders: 10 of
// customer 1, delivered at noon; 11, on its way; 12, delivered 31 days before.
func serve(t *testing.T, change ...func(*httpserver.Options)) served {
	t.Helper()
	db := databasetest.Open(t, testkit.SQLite(t), eventbus.Migrations(), sqlstore.Migrations())
	s := served{orders: orderstest.New(), now: new(noon())}
	s.deliver(10, 1, noon())
	s.deliver(12, 1, noon().Add(-31*24*time.Hour))
	s.orders.Add(orders.Order{ID: 11, CustomerID: 1, RestaurantID: 2, OrderStatus: orders.StatusOutForDelivery})
	watch := clock.Func(func() time.Time { return *s.now })
	service := core.New(core.Dependencies{
		Store: sqlstore.New(db), Transactions: db, Events: eventbus.NewPublisher(db, watch), Clock: watch, Sentiment: sentiment.New(), Orders: s.orders,
		Customers: customerstest.New(
			customers.Customer{ID: 1, Name: "Asha Rao", PhoneNumber: new("+911234567890"), Email: "asha@example.com", IsActive: true},
			customers.Customer{ID: 4, Name: "Ravi", Email: "ravi@example.com", IsActive: true},
		),
		Restaurants: restaurantstest.New(
			restaurants.Restaurant{ID: 2, Name: "Spice Route", Timezone: "Asia/Kolkata", IsActive: true, Version: 1},
			restaurants.Restaurant{ID: 3, Name: "Wok", Timezone: "Asia/Kolkata", IsActive: true, Version: 1},
		),
	})
	options := httpserver.Options{
		Listen: "127.0.0.1:0", Routes: []httpserver.Routes{httpapi.Routes(service)}, Metrics: prometheus.NewRegistry(), Context: database.WithScope,
	}
	for _, c := range change {
		c(&options)
	}
	server, err := httpserver.New(options, zap.NewNop())
	require.NoError(t, err)
	require.NoError(t, server.Start(context.Background()))
	t.Cleanup(func() { require.NoError(t, server.Stop(context.Background())) })
	s.Client = httpclient.New("http://" + server.Address())
	return s
}

// comment is that of the second request of design/api.md §2.
const comment = "Amazing food and fast delivery!"

// request is that request, word for word.
const request = `{"rating": 5, "comment": "` + comment + `"}`

// reviewed is its answer, with some members changed.
func reviewed(t *testing.T, changed map[string]any) map[string]any {
	t.Helper()
	want := map[string]any{
		"id": 1.0, "order_id": 10.0, "customer_id": 1.0, "restaurant_id": 2.0, "rating": 5.0, "comment": comment,
		"sentiment": "positive", "sentiment_score": sentiment.New().Score(comment), "reply": nil, "author": "Asha R.",
		"created_at": "2026-03-01T12:00:00Z", "edited_at": nil,
	}
	for member, value := range changed {
		require.Contains(t, want, member)
		want[member] = value
	}
	return want
}

// write reviews order 10 and gives the answer.
func (s served) write(t *testing.T) httpclient.Answer {
	t.Helper()
	return s.Do(t, "POST", "/orders/10/review", request).Expect(t, 201)
}

// collection writes a review for each rating, of order 101 and following.
func (s served) collection(t *testing.T, ratings ...int) {
	t.Helper()
	for i, rating := range ratings {
		id := int64(101 + i)
		s.deliver(id, 1, noon())
		s.Do(t, "POST", fmt.Sprintf("/orders/%d/review", id), fmt.Sprintf(`{"rating":%d}`, rating)).Expect(t, 201)
	}
}
