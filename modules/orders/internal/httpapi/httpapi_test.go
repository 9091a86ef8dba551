package httpapi_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"zomato/modules/customers"
	"zomato/modules/customers/customerstest"
	"zomato/modules/orders/internal/core"
	"zomato/modules/orders/internal/httpapi"
	"zomato/modules/orders/internal/recall"
	"zomato/modules/orders/internal/sqlstore"
	"zomato/modules/orders/orderstest"
	"zomato/modules/restaurants"
	"zomato/modules/restaurants/restaurantstest"
	"zomato/platform/access"
	"zomato/platform/clock"
	"zomato/platform/database"
	"zomato/platform/database/databasetest"
	"zomato/platform/eventbus"
	"zomato/platform/httpserver"
	"zomato/platform/testkit"
	"zomato/platform/testkit/httpclient"
)

// serve runs the module's routes on a fresh SQLite file, with customer 1,
// restaurant 2 and its items 5 and 7. It is always noon.
func serve(t *testing.T, change ...func(*httpserver.Options)) (httpclient.Client, *restaurantstest.Fake) {
	t.Helper()
	db := databasetest.Open(t, testkit.SQLite(t), eventbus.Migrations(), sqlstore.Migrations())
	noon := clock.Func(func() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) })
	menu := restaurantstest.New(restaurants.Restaurant{
		ID: 2, Name: "Spice Route", Currency: "INR", Timezone: "Asia/Kolkata", ConfirmWithinMinutes: new(10), MinOrderAmount: 50_00, IsActive: true, Version: 1,
	})
	menu.AddItem(restaurants.MenuItem{ID: 5, RestaurantID: 2, Name: "Paneer Tikka", Category: "Main", Price: 249_50, IsAvailable: true, Version: 1})
	menu.AddItem(restaurants.MenuItem{ID: 7, RestaurantID: 2, Name: "Garlic Naan", Category: "Main", Price: 60_00, IsAvailable: true, Version: 1})
	menu.AddItem(restaurants.MenuItem{ID: 8, RestaurantID: 2, Name: "Butter", Category: "Extras", Price: 10_00, IsAvailable: true, Version: 1})
	service := core.New(core.Dependencies{
		Store: sqlstore.New(db), Transactions: db, Events: eventbus.NewPublisher(db, noon), Clock: noon, Restaurants: menu, Menus: recall.New(), Reviews: orderstest.Reviews{},
		Customers: customerstest.New(customers.Customer{ID: 1, Name: "Asha Rao", PhoneNumber: new("+911234567890"), Email: "asha@example.com", IsActive: true}),
	})
	options := httpserver.Options{
		Listen: "127.0.0.1:0", Routes: []httpserver.Routes{httpapi.Routes(service)},
		Metrics: prometheus.NewRegistry(), Context: database.WithScope,
	}
	for _, c := range change {
		c(&options)
	}
	server, err := httpserver.New(options, zap.NewNop())
	require.NoError(t, err)
	require.NoError(t, server.Start(context.Background()))
	t.Cleanup(func() { require.NoError(t, server.Stop(context.Background())) })
	return httpclient.New("http://" + server.Address()), menu
}

// first is the first request of design/api.md §2, word for word.
const first = `{"restaurant_id": 2, "delivery_address": "123 Main St", "special_instructions": "Leave at door",
 "order_items": [{"menu_item_id": 5, "quantity": 2, "special_requests": "extra spicy"}, {"menu_item_id": 7, "quantity": 1}]}`

// placed is its answer.
const placed = `{"id":1,"customer_id":1,"restaurant_id":2,"order_status":"placed","total_amount":559.00,"currency":"INR",
	"pricing":{"subtotal":559.00,"delivery_fee":0.00,"discount":0.00,"tax":0.00,"total":559.00},
	"delivery_address":"123 Main St","special_instructions":"Leave at door","order_date":"2026-03-01T12:00:00Z",
	"delivery_slot":null,"delivery_time":null,"confirm_by":"2026-03-01T12:10:00Z","promised_at":null,"version":1,"order_items":[
	{"id":1,"menu_item_id":5,"name":"Paneer Tikka","quantity":2,"item_price":249.50,"line_total":499.00,"special_requests":"extra spicy"},
	{"id":2,"menu_item_id":7,"name":"Garlic Naan","quantity":1,"item_price":60.00,"line_total":60.00,"special_requests":null}]}`

func TestThe_first_request_of_the_contract_works_word_for_word(t *testing.T) {
	t.Parallel()
	c, _ := serve(t)
	made := c.Do(t, "POST", "/customers/1/orders/", first).Expect(t, 201)
	require.Equal(t, "/orders/1", made.Header.Get("Location"))
	require.Regexp(t, `^"1\.`, made.Header.Get("ETag"))
	require.JSONEq(t, placed, made.Body)
	require.Contains(t, made.Body, `"total_amount":559.00,`, "two decimals")
}

func TestAn_order_from_placing_to_delivery(t *testing.T) {
	t.Parallel()
	c, menu := serve(t)
	c.Do(t, "POST", "/customers/1/orders/", first).Expect(t, 201)
	menu.RemoveItem(7)
	got := c.Do(t, "GET", "/orders/1", "").Expect(t, 200)
	full := got.Object(t)
	require.Equal(t, map[string]any{"id": 1.0, "name": "Asha Rao", "phone_number": "+911234567890"}, full["customer"])
	require.Equal(t, map[string]any{"id": 2.0, "name": "Spice Route"}, full["restaurant"])
	require.Contains(t, full, "review")
	require.Nil(t, full["review"])
	lines := full["order_items"].([]any)
	require.Equal(t, "Paneer Tikka", lines[0].(map[string]any)["menu_item"].(map[string]any)["name"])
	require.Nil(t, lines[1].(map[string]any)["menu_item"], "it was deleted since")
	require.Len(t, full["timeline"], 1)
	require.NotContains(t, got.Body, "asha@example.com")

	confirmed := c.Do(t, "PUT", "/orders/1/status", `{"order_status":"confirmed"}`, "If-Match", got.Header.Get("ETag")).Expect(t, 200)
	require.Equal(t, "confirmed", confirmed.Object(t)["order_status"])
	c.Do(t, "PUT", "/orders/1/status", `{"order_status":"preparing"}`, "If-Match", got.Header.Get("ETag")).Problem(t, 412, "version_changed")
	again := c.Do(t, "PUT", "/orders/1/status", `{"order_status":"confirmed"}`).Expect(t, 200)
	require.Equal(t, confirmed.Body, again.Body)
	refused := c.Do(t, "PUT", "/orders/1/status", `{"order_status":"placed"}`).Problem(t, 409, "invalid_transition")
	require.Equal(t, []any{"preparing", "cancelled"}, refused["allowed"])
	require.Equal(t, "confirmed", refused["current_status"])
	require.Equal(t, "placed", refused["requested_status"])
	for _, to := range []string{"preparing", "out_for_delivery", "delivered"} {
		c.Do(t, "PUT", "/orders/1/status", `{"order_status":"`+to+`"}`).Expect(t, 200)
	}
	done := c.Do(t, "PUT", "/orders/1/status", `{"order_status":"cancelled"}`).Problem(t, 409, "invalid_transition")
	require.Equal(t, []any{}, done["allowed"])
	require.Equal(t, "2026-03-01T12:00:00Z", c.Do(t, "GET", "/orders/1", "").Object(t)["delivery_time"])
	var timeline []map[string]any
	c.Do(t, "GET", "/orders/1/events", "").Expect(t, 200).JSON(t, &timeline)
	require.Len(t, timeline, 5)
	require.Equal(t, map[string]any{"event": "placed", "at": "2026-03-01T12:00:00Z", "by": "staff", "reason_code": nil, "note": nil}, timeline[0])
	require.Equal(t, "delivered", timeline[4]["event"])
}

func TestRequests_that_are_refused(t *testing.T) {
	t.Parallel()
	c, _ := serve(t)
	c.Do(t, "POST", "/customers/1/orders/", first).Expect(t, 201)
	line := `{"menu_item_id":5,"quantity":1}`
	body := func(lines, more string) string {
		return `{"restaurant_id":2,"delivery_address":"x","order_items":[` + lines + `]` + more + `}`
	}
	for _, r := range []struct {
		method, path, body string
		status             int
		code               string
	}{
		{"POST", "/customers/9/orders/", first, 404, "customer_not_found"},
		{"POST", "/customers/1/orders/", strings.Replace(first, "2,", "9,", 1), 404, "restaurant_not_found"},
		{"POST", "/customers/1/orders/", body("", ""), 422, "required"},
		{"POST", "/customers/1/orders/", body(strings.Repeat(line+",", 50)+line, ""), 422, "too_long"},
		{"POST", "/customers/1/orders/", body(`{"menu_item_id":5,"quantity":0}`, ""), 422, "out_of_range"},
		{"POST", "/customers/1/orders/", body(`{"menu_item_id":5,"quantity":100}`, ""), 422, "out_of_range"},
		{"POST", "/customers/1/orders/", body(`{"menu_item_id":5,"quantity":1,"price":1}`, ""), 422, "unknown_field"},
		{"POST", "/customers/1/orders/", body(`{"menu_item_id":6,"quantity":1}`, ""), 422, "item_not_found"},
		{"POST", "/customers/1/orders/", body(`{"menu_item_id":8,"quantity":1}`, ""), 422, "below_minimum"},
		{"POST", "/customers/1/orders/", body(line, `,"expected_total":249.505`), 422, "invalid"},
		{"POST", "/customers/1/orders/", body(line, `,"expected_total":249.51`), 409, "price_changed"},
		{"POST", "/customers/1/orders/", body(line, `,"delivery_slot":"2026-03-01T13:00:00+05:30"`), 422, "slot_invalid"},
		{"POST", "/customers/1/orders/", body(line, `,"delivery_slot":"at noon"`), 422, "invalid"},
		{"POST", "/customers/9/orders/validate", first, 404, "customer_not_found"},
		{"POST", "/customers/1/orders/validate", body("", ""), 422, "required"},
		{"GET", "/customers/9/orders", "", 404, "customer_not_found"},
		{"GET", "/customers/1/orders?status=eaten", "", 422, "invalid"},
		{"GET", "/restaurants/9/orders", "", 404, "restaurant_not_found"},
		{"GET", "/restaurants/2/orders?from=today", "", 422, "invalid"},
		{"GET", "/orders/9", "", 404, "order_not_found"},
		{"GET", "/orders/9/events", "", 404, "order_not_found"},
		{"GET", "/orders/x", "", 422, "invalid"},
		{"PUT", "/orders/9/status", `{"order_status":"confirmed"}`, 404, "order_not_found"},
		{"PUT", "/orders/1/status", `{"order_status":"eaten"}`, 422, "invalid"},
		{"PUT", "/orders/1/status", `{"order_status":"cancelled","reason_code":"because"}`, 422, "invalid"},
		{"PUT", "/orders/1/status", `{}`, 422, "required"},
	} {
		c.Do(t, r.method, r.path, r.body).Problem(t, r.status, r.code)
	}
	changed := c.Do(t, "POST", "/customers/1/orders/", body(line, `,"expected_total":1`))
	require.Contains(t, changed.Body, `"old":1.00`)
	require.Contains(t, changed.Body, `"new":249.50`)
	short := c.Do(t, "POST", "/customers/1/orders/", body(`{"menu_item_id":8,"quantity":1}`, ""))
	require.Contains(t, short.Body, `"missing":40.00`)
	c.Do(t, "POST", "/customers/1/orders/", body(line, `,"expected_total":249.50,"delivery_slot":null`)).Expect(t, 201)
}

func TestValidate_answers_200_with_what_would_help(t *testing.T) {
	t.Parallel()
	c, menu := serve(t)
	require.JSONEq(t, `{"valid":true,"pricing":{"subtotal":559.00,"delivery_fee":0.00,"discount":0.00,"tax":0.00,"total":559.00},"errors":[]}`,
		c.Do(t, "POST", "/customers/1/orders/validate", first).Expect(t, 200).Body)
	menu.AddItem(restaurants.MenuItem{ID: 5, RestaurantID: 2, Name: "Paneer Tikka", Category: "Main", Price: 249_50})
	var got struct {
		Valid   bool
		Pricing *struct{ Total float64 }
		Errors  []struct {
			Pointer, Code, Detail string
			Cure                  map[string]any
		}
	}
	c.Do(t, "POST", "/customers/1/orders/validate", `{"restaurant_id":2,"delivery_address":"x","order_items":[{"menu_item_id":5,"quantity":1}]}`).Expect(t, 200).JSON(t, &got)
	require.False(t, got.Valid)
	require.Len(t, got.Errors, 1)
	require.Equal(t, "item_unavailable", got.Errors[0].Code)
	require.Equal(t, "#/order_items/0/menu_item_id", got.Errors[0].Pointer)
	require.InDelta(t, 7, got.Errors[0].Cure["menu_item"].(map[string]any)["id"], 0)

	answer := c.Do(t, "POST", "/customers/1/orders/validate", `{"restaurant_id":2,"delivery_address":"x","order_items":[{"menu_item_id":8,"quantity":1},{"menu_item_id":99,"quantity":1}]}`).Expect(t, 200)
	require.JSONEq(t, `{"valid":false,"pricing":null,"errors":[{"pointer":"#/order_items/1/menu_item_id","code":"item_not_found","detail":"There is no menu item 99.","cure":null}]}`, answer.Body)
	answer = c.Do(t, "POST", "/customers/1/orders/validate", `{"restaurant_id":2,"delivery_address":"x","order_items":[{"menu_item_id":8,"quantity":1}]}`).Expect(t, 200)
	require.Contains(t, answer.Body, `"cure":{"missing":40.00}`)
	require.JSONEq(t, `[]`, c.Do(t, "GET", "/customers/1/orders", "").Expect(t, 200).Body)
}

func TestLists_are_paged_by_their_links(t *testing.T) {
	t.Parallel()
	c, _ := serve(t)
	for range 5 {
		c.Do(t, "POST", "/customers/1/orders/", first).Expect(t, 201)
	}
	c.Do(t, "PUT", "/orders/3/status", `{"order_status":"cancelled"}`).Expect(t, 200)
	for start, want := range map[string][]float64{
		"/customers/1/orders?limit=2&count=true":                             {5, 4, 3, 2, 1},
		"/customers/1/orders/?limit=2&status=cancelled":                      {3},
		"/restaurants/2/orders?limit=2":                                      {5, 4, 3, 2, 1},
		"/restaurants/2/orders?limit=2&status=placed":                        {5, 4, 2, 1},
		"/restaurants/2/orders?limit=2&from=2026-03-01&to=2026-03-02":        {5, 4, 3, 2, 1},
		"/restaurants/2/orders?from=2026-03-02":                              nil,
		"/restaurants/2/orders?limit=3&from=2026-03-01&status=placed&skip=1": {4, 2, 1},
	} {
		var ids []float64
		for path := start; path != ""; {
			page := c.Do(t, "GET", path, "").Expect(t, 200)
			var list []struct{ ID float64 }
			page.JSON(t, &list)
			for _, one := range list {
				ids = append(ids, one.ID)
			}
			path = page.Next(t)
		}
		require.Equal(t, want, ids, start)
	}
	require.Equal(t, "5", c.Do(t, "GET", "/customers/1/orders?limit=2&count=true", "").Header.Get("X-Total-Count"))
}

func TestEverybody_sees_and_moves_their_own_orders(t *testing.T) {
	t.Parallel()
	roles := map[string]access.Principal{
		"asha": {Role: access.Customer, CustomerID: 1}, "ravi": {Role: access.Customer, CustomerID: 4}, "spice": {Role: access.Restaurant, RestaurantID: 2},
		"wok": {Role: access.Restaurant, RestaurantID: 3}, "courier": {Role: access.Courier}, "staff": {Role: access.Staff},
	}
	c, _ := serve(t, func(o *httpserver.Options) {
		o.Principal = func(authorization string) access.Principal { return roles[authorization] }
	})
	c.Do(t, "POST", "/customers/1/orders/", first, "Authorization", "asha").Expect(t, 201)
	for path, statuses := range map[string]map[string]int{
		"/orders/1":             {"": 401, "asha": 200, "ravi": 404, "spice": 200, "wok": 404, "courier": 403, "staff": 200},
		"/orders/1/events":      {"": 401, "asha": 200, "ravi": 404, "spice": 200, "wok": 404, "courier": 403, "staff": 200},
		"/customers/1/orders":   {"": 401, "asha": 200, "ravi": 404, "spice": 403, "wok": 403, "courier": 403, "staff": 200},
		"/restaurants/2/orders": {"": 401, "asha": 403, "ravi": 403, "spice": 200, "wok": 404, "courier": 403, "staff": 200},
	} {
		for who, status := range statuses {
			require.Equal(t, status, c.Do(t, "GET", path, "", "Authorization", who).Status, "%s of %s", who, path)
		}
	}
	for _, step := range []struct {
		who, to string
		status  int
	}{
		{"", "confirmed", 401},
		{"ravi", "cancelled", 404},
		{"wok", "confirmed", 404},
		{"asha", "confirmed", 403},
		{"courier", "cancelled", 403},
		{"spice", "confirmed", 200},
		{"spice", "cancelled", 422}, // without a reason
		{"spice", "preparing", 200},
		{"asha", "cancelled", 409},
		{"courier", "out_for_delivery", 200},
		{"spice", "cancelled", 409},
		{"courier", "delivered", 200},
	} {
		got := c.Do(t, "PUT", "/orders/1/status", `{"order_status":"`+step.to+`"}`, "Authorization", step.who)
		require.Equal(t, step.status, got.Status, "%+v %s", step, got.Body)
	}
	c.Do(t, "POST", "/customers/1/orders/", first, "Authorization", "ravi").Expect(t, 404)
}
