package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"zomato/modules/customers"
	"zomato/modules/orders"
	"zomato/modules/restaurants"
	"zomato/modules/reviews"
	"zomato/platform/access"
	"zomato/platform/clock"
	"zomato/platform/testkit/httpclient"
)

// matrixChange is a change of what is shown: a request, or else a function.
type matrixChange struct {
	method, path, body string

	name string
	do   func(*matrix) error
}

// String says which one.
func (c matrixChange) String() string {
	return strings.TrimSpace(c.name + c.method + " " + c.path + " " + c.body)
}

func (c matrixChange) make(m *matrix) {
	if c.do == nil {
		require200(m, m.Do(m, c.method, c.path, c.body))
		return
	}
	require.NoError(m, c.do(m), c.name)
}

// require200 fails the test unless all went well.
func require200(t testing.TB, a httpclient.Answer) {
	t.Helper()
	require.Equal(t, 2, a.Status/100, a.Body)
}

// exec changes the database behind the application's back.
func (m *matrix) exec(statement string) {
	require.NoError(m, m.db.Write(context.Background(), func(ctx context.Context) error {
		_, err := m.db.Exec(ctx, statement)
		return err
	}))
}

// matrixChanges are made one after the other, in the world of furnish. What goes
// for good goes last.
func matrixChanges() []matrixChange {
	return append(append(recordChanges(), orderChanges()...), lastChanges()...)
}

func request(method, path, body string) matrixChange {
	return matrixChange{method: method, path: path, body: body}
}

// recordChanges are those of customers, restaurants and menus.
func recordChanges() []matrixChange {
	return []matrixChange{
		request("POST", "/customers/", `{"name":"Noor Khan","email":"noor@example.com"}`), // customer 4
		request("PUT", "/customers/1", `{"name":"Asha Singh"}`),
		request("PUT", "/customers/1", `{"phone_number":null}`),
		request("PUT", "/customers/2", `{"email":"das@example.com","address":"1 Main St"}`),
		request("PUT", "/customers/4", `{"is_active":false}`),
		request("POST", "/customers/1/addresses/", `{"label":"Work","address":"1 Main St","is_default":true}`),
		request("PUT", "/customers/1/addresses/1", `{"is_default":true}`),
		request("DELETE", "/customers/1/addresses/2", ""),
		request("PUT", "/customers/2/favourites/1", ""),
		request("DELETE", "/customers/1/favourites/2", ""),

		request("POST", "/restaurants/", `{"name":"Dosa Camp","cuisines":["South Indian"]}`), // restaurant 4
		request("PUT", "/restaurants/1", `{"name":"Spice Street","currency":"EUR"}`),
		request("PUT", "/restaurants/2", `{"is_active":false}`),
		request("PUT", "/restaurants/2", `{"is_active":true,"timezone":"America/New_York"}`),
		request("PUT", "/restaurants/3", `{"name":"Curry Palace","cuisines":["Goan"]}`),
		request("POST", "/restaurants/1/menu-items/", `{"name":"Butter Naan","category":"Bread","price":70}`), // item 5
		request("PUT", "/menu-items/2", `{"name":"Naan with Garlic","price":61}`),
		request("PUT", "/menu-items/1", `{"stock":30}`),
		request("PUT", "/menu-items/2", `{"is_available":false}`),
		request("PUT", "/menu-items/2", `{"is_available":true}`),
		request("PUT", "/menu-items/4", `{"name":"Grand Thali"}`),
		request("DELETE", "/menu-items/5", ""),
	}
}

// orderChanges are those of orders and reviews, and what is taken over.
func orderChanges() []matrixChange {
	return []matrixChange{
		request("POST", "/customers/2/orders/", orderOf(1, 1, 2)), // order 8
		request("PUT", "/orders/7/status", `{"order_status":"confirmed"}`),
		request("PUT", "/orders/7/status", `{"order_status":"preparing","note":"by the tandoor"}`),
		request("PUT", "/orders/7/status", `{"order_status":"out_for_delivery"}`),
		request("PUT", "/orders/7/status", `{"order_status":"delivered"}`),
		request("PUT", "/orders/4/status", `{"order_status":"cancelled"}`), // with stock
		request("POST", "/orders/5/review", `{"rating":2,"comment":"Cold and late."}`),
		request("PUT", "/reviews/1", `{"comment":"Terrible, awful, disgusting."}`), // its rating stays
		request("PUT", "/reviews/1", `{"rating":1}`),
		request("PUT", "/reviews/1/reply", `{"text":"We are sorry."}`),
		request("PUT", "/reviews/1/reply", `{"text":null}`),
		request("DELETE", "/reviews/1", ""),
		{name: "an import of orders", do: importOrders},   // order 9
		{name: "an import of reviews", do: importReviews}, // of order 6
		{name: "an import of customers", do: importCustomers},
		{name: "an import of restaurants", do: importPlaces("4.5,10")},
		{name: "an import of other ratings", do: importPlaces("3.5,10")},
		{name: "an import of a menu", do: func(m *matrix) error {
			file := "restaurant_external_id,external_id,name,category,price\n1,1,Pad Thai,Main,249.50\n"
			_, err := m.Restaurants.ImportMenuItems(context.Background(), strings.NewReader(file), restaurants.Import{})
			return err
		}},
	}
}

// lastChanges are those that cannot be taken back.
func lastChanges() []matrixChange {
	return []matrixChange{
		request("DELETE", "/restaurants/3", ""),
		request("DELETE", "/customers/3", ""),
	}
}

// ago is a moment in the past.
func ago(minutes int) time.Time {
	return clock.System{}.Now().Add(-time.Duration(minutes) * time.Minute)
}

func importOrders(m *matrix) error {
	past := orders.PastOrder{PlacedAt: ago(90), NewOrder: orders.NewOrder{
		CustomerID: 1, RestaurantID: 2, DeliveryAddress: "123 Main St", Lines: []orders.NewLine{{MenuItemID: 3, Quantity: 1}},
	}}
	for i, status := range []orders.Status{orders.StatusConfirmed, orders.StatusPreparing, orders.StatusOutForDelivery, orders.StatusDelivered} {
		past.Moves = append(past.Moves, orders.PastMove{To: status, At: ago(80 - i), By: access.Staff})
	}
	_, err := m.Orders.ImportOrders(context.Background(), []orders.PastOrder{past})
	return err
}

func importReviews(m *matrix) error {
	_, err := m.Reviews.ImportReviews(context.Background(), []reviews.PastReview{{
		NewReview: reviews.NewReview{OrderID: 6, Rating: 5}, WrittenAt: clock.System{}.Now(),
	}})
	return err
}

func importCustomers(m *matrix) error {
	_, err := m.Customers.ImportCustomers(context.Background(), []customers.PastCustomer{
		{Name: "Kiran Bose", Email: "kiran@example.com", Since: ago(9000)},
	})
	return err
}

// importPlaces takes over a restaurant, or its other rating.
func importPlaces(ratingAndVotes string) func(m *matrix) error {
	return func(m *matrix) error {
		file := "external_id,name,cuisines,rating,votes\n1,Noodle Bar,Thai," + ratingAndVotes + "\n"
		_, err := m.Restaurants.ImportRestaurants(context.Background(), strings.NewReader(file), restaurants.Import{
			Progress: func(restaurants.ImportProgress) {},
		})
		return err
	}
}
