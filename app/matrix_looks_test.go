package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// look is a GET that the matrix makes.
type look struct{ operation, path string }

// The things of the world of the matrix, and those that are still to come: they
// are looked for in vain, which is an answer too. The last one never comes.
const (
	matrixCustomers   = 6
	matrixRestaurants = 6
	matrixItems       = 7
	matrixOrders      = 10
	matrixReviews     = 5
)

// matrixLooks gives at least one path of every GET of the document, about every
// thing of the world.
func matrixLooks() []look {
	forms := map[string]struct {
		things int // that the path is about, by their ids; 0: none
		paths  string
	}{
		"list-customers":           {0, "/customers/ /customers/?q=asha /customers/?is_active=true&count=true /customers/?limit=1"},
		"get-customer":             {matrixCustomers, "/customers/%d"},
		"list-addresses":           {matrixCustomers, "/customers/%d/addresses/"},
		"list-favourites":          {matrixCustomers, "/customers/%d/favourites"},
		"get-customer-analytics":   {matrixCustomers, "/customers/%d/analytics"},
		"list-customer-orders":     {matrixCustomers, "/customers/%d/orders /customers/%[1]d/orders?status=delivered&count=true"},
		"list-customer-reviews":    {matrixCustomers, "/customers/%d/reviews"},
		"list-restaurants":         {0, "/restaurants/ /restaurants/?is_active=true&count=true /restaurants/?limit=1"},
		"get-restaurant":           {matrixRestaurants, "/restaurants/%d"},
		"get-menu":                 {matrixRestaurants, "/restaurants/%d/menu /restaurants/%[1]d/menu?available=true"},
		"list-restaurant-orders":   {matrixRestaurants, "/restaurants/%d/orders /restaurants/%[1]d/orders?limit=1&count=true&from=2026-01-02"},
		"list-restaurant-reviews":  {matrixRestaurants, "/restaurants/%d/reviews /restaurants/%[1]d/reviews?sort=highest&sentiment=positive"},
		"get-restaurant-analytics": {matrixRestaurants, "/restaurants/%d/analytics /restaurants/%[1]d/analytics?from=2026-01-02"},
		"search-restaurants":       {0, "/restaurants/search /restaurants/search?q=naan /restaurants/search?q=paneer /restaurants/search?cuisine=Thai&sort=rating /restaurants/search?min_rating=4&count=true"},
		"search-menu-items":        {0, "/menu-items/search /menu-items/search?q=paneer /menu-items/search?restaurant_id=1&max_price=100&count=true"},
		"list-cuisines":            {0, "/cuisines/"},
		"get-menu-item":            {matrixItems, "/menu-items/%d"},
		"get-order":                {matrixOrders, "/orders/%d"},
		"get-order-events":         {matrixOrders, "/orders/%d/events"},
		"get-order-review":         {matrixOrders, "/orders/%d/review"},
		"get-review":               {matrixReviews, "/reviews/%d"},
	}
	var looks []look
	for _, operation := range slices.Sorted(maps.Keys(forms)) {
		for path := range strings.FieldsSeq(forms[operation].paths) {
			if forms[operation].things == 0 {
				looks = append(looks, look{operation, path})
			}
			for id := range forms[operation].things {
				looks = append(looks, look{operation, fmt.Sprintf(path, id+1)})
			}
		}
	}
	return looks
}

// furnish makes the world of the matrix. Nobody has logged in, so that staff
// does all of it; one note is made the customer's own, who may be erased.
func (m *matrix) furnish() {
	for _, r := range []struct{ method, path, body string }{
		{"POST", "/customers/", `{"name":"Asha Rao","email":"asha@example.com","phone_number":"+919876543210"}`},
		{"POST", "/customers/", `{"name":"Ravi Das","email":"ravi@example.com"}`},
		{"POST", "/customers/", `{"name":"Meera Nair","email":"meera@example.com"}`},
		{"POST", "/customers/1/addresses/", `{"label":"Home","address":"12 MG Road"}`},
		{"POST", "/restaurants/", `{"name":"Spice Route","cuisines":["North Indian","Thai"],"city":"Bengaluru"}`},
		{"POST", "/restaurants/", `{"name":"Wok","cuisines":["Thai"]}`},
		{"POST", "/restaurants/", `{"name":"Curry House","cuisines":["Kerala"]}`},
		{"POST", "/restaurants/1/menu-items/", `{"name":"Paneer Tikka","category":"Main","price":249.5,"stock":20}`},
		{"POST", "/restaurants/1/menu-items/", `{"name":"Garlic Naan","category":"Bread","price":60}`},
		{"POST", "/restaurants/2/menu-items/", `{"name":"Noodles","category":"Main","price":100}`},
		{"POST", "/restaurants/3/menu-items/", `{"name":"Thali","category":"Main","price":150}`},
		{"PUT", "/customers/1/favourites/1", ""},
		{"PUT", "/customers/1/favourites/2", ""},
		{"PUT", "/customers/1/favourites/3", ""},
		{"POST", "/customers/1/orders/", orderOf(1, 1, 2)}, // order 1
		{"POST", "/customers/1/orders/", orderOf(3, 4)},
		{"POST", "/customers/3/orders/", orderOf(1, 2)},
		{"POST", "/customers/1/orders/", orderOf(1, 1)},
		{"POST", "/customers/2/orders/", orderOf(1, 1)},
		{"POST", "/customers/2/orders/", orderOf(2, 3)},
		{"POST", "/customers/1/orders/", orderOf(1, 2)}, // order 7
	} {
		require200(m, m.Do(m, r.method, r.path, r.body))
	}
	for _, order := range []int64{1, 2, 3, 5, 6} {
		deliver(m.T, m.running, order)
	}
	require200(m, m.Do(m, "POST", "/orders/1/review", `{"rating":4,"comment":"Wonderful food, great service!"}`))
	require200(m, m.Do(m, "POST", "/orders/3/review", `{"rating":5}`))
	m.exec(`UPDATE orders_events SET by_role = 'customer', note = 'I live above the bakery' WHERE order_id = 3 AND event = 'placed'`)
}

// orderOf is an order of one piece each of these items.
func orderOf(restaurant int64, items ...int64) string {
	var lines []string
	for _, id := range items {
		lines = append(lines, fmt.Sprintf(`{"menu_item_id":%d,"quantity":1,"special_requests":"hot"}`, id))
	}
	return fmt.Sprintf(`{"restaurant_id":%d,"delivery_address":"123 Main St","order_items":[%s]}`, restaurant, strings.Join(lines, ","))
}
