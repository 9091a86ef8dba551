package httpapi_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"zomato/modules/restaurants"
)

const whole = `{"name":"Spice Route","description":"Old town","cuisines":["North Indian","Thai"],"address":"5 Church Street",
	"city":"Bengaluru","location":"Indiranagar","latitude":12.9719,"longitude":77.6412,"phone_number":"+918041234567",
	"price_level":2,"currency":"EUR","timezone":"Europe/Paris","is_active":true,"min_order_amount":199.5,"delivery_fee":30,
	"confirm_within_minutes":10,"max_active_orders":20,"slot_capacity":4,"slot_minutes":15}`

func TestA_restaurant_from_creation_to_deletion(t *testing.T) {
	t.Parallel()
	c := serve(t)
	made := c.Do(t, "POST", "/restaurants/", whole).Expect(t, 201)
	require.Equal(t, "/restaurants/1", made.Header.Get("Location"))
	require.JSONEq(t, `{"id":1,"name":"Spice Route","description":"Old town","cuisines":["North Indian","Thai"],"address":"5 Church Street",
		"city":"Bengaluru","location":"Indiranagar","latitude":12.9719,"longitude":77.6412,"phone_number":"+918041234567",
		"price_level":2,"currency":"EUR","timezone":"Europe/Paris","is_active":true,"rating":0,"rating_count":0,
		"min_order_amount":199.5,"delivery_fee":30,"is_open":true,"next_open_at":null,"closes_at":null,
		"confirm_within_minutes":10,"max_active_orders":20,"slot_capacity":4,"slot_minutes":15,
		"created_at":"2026-03-01T12:00:00Z","updated_at":"2026-03-01T12:00:00Z"}`, made.Body)
	require.Contains(t, made.Body, `"min_order_amount":199.50,"delivery_fee":30.00,`)

	got := c.Do(t, "GET", "/restaurants/1", "").Expect(t, 200)
	require.Equal(t, made.Body, got.Body)
	tag := got.Header.Get("ETag")
	require.Equal(t, made.Header.Get("ETag"), tag)
	require.Equal(t, "public, no-cache", got.Header.Get("Cache-Control"))
	c.Do(t, "GET", "/restaurants/1/", "", "If-None-Match", tag).Expect(t, 304)

	require.NoError(t, c.core.Rate(t.Context(), 1, restaurants.RatingChange{Stars: 13, Count: 3}))
	rated := c.Do(t, "GET", "/restaurants/1", "", "If-None-Match", tag).Expect(t, 200)
	require.InDelta(t, 4.33, rated.Object(t)["rating"], 0)
	put := c.Do(t, "PUT", "/restaurants/1", `{"name":"New","description":null,"latitude":null,"longitude":null,"delivery_fee":0.05}`,
		"If-Match", tag).Expect(t, 200) // a review does not raise the version
	fields := put.Object(t)
	require.Equal(t, []any{"New", nil, nil, "5 Church Street", 0.05},
		[]any{fields["name"], fields["description"], fields["latitude"], fields["address"], fields["delivery_fee"]})
	require.Equal(t, put.Header.Get("ETag"), c.Do(t, "GET", "/restaurants/1", "").Header.Get("ETag"))
	require.Equal(t, put.Body, c.Do(t, "GET", "/restaurants/1", "").Body)

	c.Do(t, "PUT", "/restaurants/1", `{"name":"Late"}`, "If-Match", tag).Problem(t, 412, "version_changed")
	c.Do(t, "DELETE", "/restaurants/1", "", "If-Match", tag).Problem(t, 412, "version_changed")
	require.Empty(t, c.Do(t, "DELETE", "/restaurants/1/", "", "If-Match", put.Header.Get("ETag")).Expect(t, 204).Body)
	for _, method := range []string{"GET", "PUT", "DELETE"} {
		body := map[string]string{"PUT": `{}`}[method]
		c.Do(t, method, "/restaurants/1", body).Problem(t, 404, "restaurant_not_found")
	}
}

func TestA_restaurant_needs_a_name_and_a_cuisine_only(t *testing.T) {
	t.Parallel()
	c := serve(t)
	made := c.Do(t, "POST", "/restaurants", `{"name":"Plain","cuisine":"Paneer, Tandoor"}`).Expect(t, 201)
	require.JSONEq(t, `{"id":1,"name":"Plain","description":null,"cuisines":["Paneer","Tandoor"],"address":null,"city":null,"location":null,
		"latitude":null,"longitude":null,"phone_number":null,"price_level":null,"currency":"INR","timezone":"Asia/Kolkata",
		"is_active":true,"rating":0,"rating_count":0,"min_order_amount":0,"delivery_fee":0,"is_open":true,"next_open_at":null,
		"closes_at":null,"confirm_within_minutes":null,"max_active_orders":null,"slot_capacity":null,"slot_minutes":null,
		"created_at":"2026-03-01T12:00:00Z","updated_at":"2026-03-01T12:00:00Z"}`, made.Body)
	nulls := c.Do(t, "POST", "/restaurants/", `{"name":"Nulls","cuisines":["Tandoor"],"description":null,"latitude":null,"price_level":null,
		"slot_capacity":null,"phone_number":null}`).Expect(t, 201)
	require.Nil(t, nulls.Object(t)["latitude"])
	put := c.Do(t, "PUT", "/restaurants/2", `{"cuisine":"Sushi,TANDOOR"}`).Expect(t, 200)
	require.Equal(t, []any{"Sushi", "Tandoor"}, put.Object(t)["cuisines"])
	put = c.Do(t, "PUT", "/restaurants/2", `{"cuisines":["Thai"]}`).Expect(t, 200)
	require.Equal(t, []any{"Thai"}, put.Object(t)["cuisines"])
	require.Equal(t, []any{"Thai"}, c.Do(t, "PUT", "/restaurants/2", `{"city":"Pune"}`).Object(t)["cuisines"])
	require.JSONEq(t, `[{"id":1,"name":"Paneer","restaurants":1},{"id":2,"name":"Tandoor","restaurants":1},{"id":4,"name":"Thai","restaurants":1}]`,
		c.Do(t, "GET", "/cuisines/", "").Expect(t, 200).Body)
	c.Do(t, "PUT", "/restaurants/2", `{"is_active":false}`).Expect(t, 200)
	require.Len(t, ids(t, c.Do(t, "GET", "/cuisines", "")), 2)
}

func TestRefusals_of_restaurants(t *testing.T) {
	t.Parallel()
	c := serve(t)
	c.Do(t, "POST", "/restaurants/", whole).Expect(t, 201)
	for _, r := range []struct {
		method, path, body string
		status             int
		code, pointer      string
	}{
		{"POST", "/restaurants/", `{"cuisines":["Thai"]}`, 422, "required", "#/name"},
		{"POST", "/restaurants/", `{"name":"X"}`, 422, "required", "#/cuisines"},
		{"POST", "/restaurants/", `{"name":"X","cuisines":[]}`, 422, "required", "#/cuisines"},
		{"POST", "/restaurants/", `{"name":"X","cuisines":[""]}`, 422, "required", "#/cuisines/0"},
		{"POST", "/restaurants/", `{"name":"X","cuisines":["a,b"]}`, 422, "invalid", "#/cuisines/0"},
		{"POST", "/restaurants/", `{"name":"X","cuisines":["a"],"cuisine":"b"}`, 422, "invalid", "#/cuisine"},
		{"POST", "/restaurants/", `{"name":"X","cuisine":","}`, 422, "required", "#/cuisine"},
		{"POST", "/restaurants/", `{"name":"X","cuisine":"a","latitude":91,"longitude":0}`, 422, "out_of_range", "#/latitude"},
		{"POST", "/restaurants/", `{"name":"X","cuisine":"a","latitude":9}`, 422, "invalid", "#/latitude"},
		{"POST", "/restaurants/", `{"name":"X","cuisine":"a","price_level":5}`, 422, "out_of_range", "#/price_level"},
		{"POST", "/restaurants/", `{"name":"X","cuisine":"a","delivery_fee":1.005}`, 422, "invalid", "#/delivery_fee"},
		{"POST", "/restaurants/", `{"name":"X","cuisine":"a","delivery_fee":-1}`, 422, "out_of_range", "#/delivery_fee"},
		{"POST", "/restaurants/", `{"name":"X","cuisine":"a","currency":"ABC"}`, 422, "invalid", "#/currency"},
		{"POST", "/restaurants/", `{"name":"X","cuisine":"a","timezone":"Local"}`, 422, "invalid", "#/timezone"},
		{"POST", "/restaurants/", `{"name":"X","cuisine":"a","slot_minutes":4}`, 422, "out_of_range", "#/slot_minutes"},
		{"POST", "/restaurants/", `{"name":"X","cuisine":"a","phone_number":"12"}`, 422, "invalid", "#/phone_number"},
		{"POST", "/restaurants/", `{"name":"X","cuisine":"a","rating":5}`, 422, "unknown_field", "#/rating"},
		{"POST", "/restaurants/", "{\"name\":\"X\\u0000\",\"cuisine\":\"a\"}", 400, "malformed_json", ""},
		{"PUT", "/restaurants/1", `{"id":2}`, 422, "unknown_field", "#/id"},
		{"PUT", "/restaurants/1", `{"is_open":false}`, 422, "unknown_field", "#/is_open"},
		{"PUT", "/restaurants/1", `{"name":null}`, 422, "invalid", "#/name"},
		{"PUT", "/restaurants/1", `{"name":" "}`, 422, "required", "#/name"},
		{"PUT", "/restaurants/1", `{"cuisines":null}`, 422, "invalid", "#/cuisines"},
		{"PUT", "/restaurants/1", `{"cuisines":["a"],"cuisine":"b"}`, 422, "invalid", "#/cuisine"},
		{"PUT", "/restaurants/1", `{"currency":null}`, 422, "invalid", "#/currency"},
		{"PUT", "/restaurants/1", `{"timezone":"Nowhere"}`, 422, "invalid", "#/timezone"},
		{"PUT", "/restaurants/1", `{"min_order_amount":null}`, 422, "invalid", "#/min_order_amount"},
		{"PUT", "/restaurants/1", `{"latitude":null}`, 422, "invalid", "#/latitude"},
		{"PUT", "/restaurants/9", `{}`, 404, "restaurant_not_found", ""},
		{"DELETE", "/restaurants/9", "", 404, "restaurant_not_found", ""},
		{"GET", "/restaurants/abc", "", 422, "invalid", "path/restaurant_id"},
		{"GET", "/restaurants/?is_active=maybe", "", 422, "invalid", "query/is_active"},
		{"GET", "/restaurants/?cursor=nonsense", "", 422, "invalid", "query/cursor"},
		{"GET", "/restaurants/?q=x", "", 422, "unknown_field", "query/q"},
		{"GET", "/restaurants/9/menu", "", 404, "restaurant_not_found", ""},
		{"DELETE", "/restaurants/", "", 405, "method_not_allowed", ""},
	} {
		problem := c.Do(t, r.method, r.path, r.body).Problem(t, r.status, r.code)
		if r.pointer != "" {
			require.Equal(t, map[string]string{r.pointer: r.code}, findings(problem), "%s %s %s", r.method, r.path, r.body)
		}
	}
	require.Equal(t, "Spice Route", c.Do(t, "GET", "/restaurants/1", "").Object(t)["name"], "nothing of it was stored")
}

func TestMany_faults_are_reported_at_once(t *testing.T) {
	t.Parallel()
	c := serve(t)
	problem := c.Do(t, "POST", "/restaurants/", `{"name":" ","cuisines":["a,b","Thai"],"currency":"ABC","timezone":"X/Y","latitude":1}`).
		Problem(t, 422, "invalid")
	require.Equal(t, map[string]string{
		"#/name": "required", "#/cuisines/0": "invalid", "#/currency": "invalid", "#/timezone": "invalid", "#/latitude": "invalid",
	}, findings(problem))
}

func TestEach_operation_is_for_those_it_is_for(t *testing.T) {
	t.Parallel()
	c := serve(t, as)
	for range 2 {
		c.Do(t, "POST", "/restaurants/", whole, "Authorization", "staff").Expect(t, 201)
	}
	for _, id := range []string{"1", "2"} {
		c.Do(t, "POST", "/restaurants/"+id+"/menu-items/", `{"name":"Naan","category":"Bread","price":60}`, "Authorization", "admin").Expect(t, 201)
	}
	// restaurant 1 with item 1 is the caller's own
	for _, r := range []struct {
		method, path, body string
		want               map[string]int
	}{
		{"POST", "/restaurants/", `{}`, map[string]int{"": 401, "customer": 403, "restaurant": 403, "courier": 403, "staff": 422, "admin": 422}},
		{"PUT", "/restaurants/1", `{}`, map[string]int{"": 401, "customer": 403, "restaurant": 200, "courier": 403, "staff": 200}},
		{"PUT", "/restaurants/2", `{}`, map[string]int{"": 401, "customer": 403, "restaurant": 404, "courier": 403, "staff": 200}},
		{"POST", "/restaurants/1/menu-items/", `{}`, map[string]int{"": 401, "customer": 403, "restaurant": 422, "courier": 403, "staff": 422}},
		{"POST", "/restaurants/2/menu-items/", `{}`, map[string]int{"restaurant": 404}},
		{"PUT", "/menu-items/1", `{}`, map[string]int{"": 401, "customer": 403, "restaurant": 200, "courier": 403, "staff": 200}},
		{"PUT", "/menu-items/2", `{}`, map[string]int{"": 401, "restaurant": 404, "staff": 200}},
		{"DELETE", "/menu-items/2", "", map[string]int{"": 401, "customer": 403, "restaurant": 404, "courier": 403}},
		{"DELETE", "/menu-items/1", "", map[string]int{"restaurant": 204}},
		{"DELETE", "/restaurants/2", "", map[string]int{"": 401, "customer": 403, "restaurant": 404, "courier": 403}},
		{"DELETE", "/restaurants/1", "", map[string]int{"restaurant": 204}},
		{"GET", "/restaurants/2", "", map[string]int{"": 200, "courier": 200}},
		{"GET", "/restaurants/2/menu", "", map[string]int{"": 200}},
		{"GET", "/restaurants/search", "", map[string]int{"": 200}},
		{"GET", "/restaurants/", "", map[string]int{"": 200}},
		{"GET", "/menu-items/2", "", map[string]int{"": 200, "restaurant": 200}},
		{"GET", "/menu-items/search", "", map[string]int{"": 200}},
		{"GET", "/cuisines/", "", map[string]int{"": 200}},
	} {
		for who, status := range r.want {
			got := c.Do(t, r.method, r.path, r.body, "Authorization", who)
			require.Equal(t, status, got.Status, "%s %s as %q: %s", r.method, r.path, who, got.Body)
		}
	}
}
