package httpapi_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"zomato/platform/access"
	"zomato/platform/httpserver"
)

// guarded is serve with log-in, by the name in the header Authorization.
func guarded(t *testing.T) served {
	t.Helper()
	roles := map[string]access.Principal{
		"asha": {Role: access.Customer, CustomerID: 1}, "ravi": {Role: access.Customer, CustomerID: 4}, "spice": {Role: access.Restaurant, RestaurantID: 2},
		"wok": {Role: access.Restaurant, RestaurantID: 3}, "courier": {Role: access.Courier}, "staff": {Role: access.Staff}, "admin": {Role: access.Admin},
	}
	return serve(t, func(o *httpserver.Options) {
		o.Principal = func(authorization string) access.Principal { return roles[authorization] }
	})
}

func TestEverybody_reads_what_is_public_and_what_is_theirs(t *testing.T) {
	t.Parallel()
	s := guarded(t)
	s.Do(t, "POST", "/orders/10/review", request, "Authorization", "asha").Expect(t, 201)
	everybody := map[string]int{"": 200, "asha": 200, "ravi": 200, "spice": 200, "wok": 200, "courier": 200, "staff": 200, "admin": 200}
	for path, statuses := range map[string]map[string]int{
		"/reviews/1":             everybody,
		"/restaurants/2/reviews": everybody,
		"/orders/10/review":      {"": 401, "asha": 200, "ravi": 404, "spice": 200, "wok": 404, "courier": 403, "staff": 200, "admin": 200},
		"/customers/1/reviews":   {"": 401, "asha": 200, "ravi": 404, "spice": 403, "wok": 403, "courier": 403, "staff": 200, "admin": 200},
	} {
		for who, status := range statuses {
			require.Equal(t, status, s.Do(t, "GET", path, "", "Authorization", who).Status, "%s of %s", who, path)
		}
	}
}

func TestEverybody_writes_what_is_theirs_to_write(t *testing.T) {
	t.Parallel()
	s := guarded(t)
	for _, step := range []struct {
		who, method, path, body string
		status                  int
	}{
		{"", "POST", "/orders/10/review", request, 401},
		{"spice", "POST", "/orders/10/review", request, 403},
		{"courier", "POST", "/orders/10/review", request, 403},
		{"ravi", "POST", "/orders/10/review", request, 404},
		{"asha", "POST", "/orders/10/review", request, 201},
		{"asha", "POST", "/orders/10/review", request, 409},

		{"", "PUT", "/reviews/1", `{"rating":4}`, 401},
		{"spice", "PUT", "/reviews/1", `{"rating":4}`, 403},
		{"courier", "PUT", "/reviews/1", `{"rating":4}`, 403},
		{"ravi", "PUT", "/reviews/1", `{"rating":4}`, 404},
		{"asha", "PUT", "/reviews/1", `{"rating":4}`, 200},
		{"staff", "PUT", "/reviews/1", `{"rating":3}`, 200},
		{"admin", "PUT", "/reviews/1", `{"rating":3}`, 200},

		{"", "PUT", "/reviews/1/reply", `{"text":"Sorry"}`, 401},
		{"asha", "PUT", "/reviews/1/reply", `{"text":"Sorry"}`, 403},
		{"courier", "PUT", "/reviews/1/reply", `{"text":"Sorry"}`, 403},
		{"wok", "PUT", "/reviews/1/reply", `{"text":"Sorry"}`, 404},
		{"spice", "PUT", "/reviews/1/reply", `{"text":"Sorry"}`, 200},
		{"staff", "PUT", "/reviews/1/reply", `{"text":null}`, 200},

		{"", "DELETE", "/reviews/1", "", 401},
		{"spice", "DELETE", "/reviews/1", "", 403},
		{"courier", "DELETE", "/reviews/1", "", 403},
		{"ravi", "DELETE", "/reviews/1", "", 404},
		{"asha", "DELETE", "/reviews/1", "", 204},
		{"staff", "DELETE", "/reviews/1", "", 404},
	} {
		got := s.Do(t, step.method, step.path, step.body, "Authorization", step.who)
		require.Equal(t, step.status, got.Status, "%+v %s", step, got.Body)
	}
}

func TestStaff_reviews_in_the_name_of_the_orders_customer(t *testing.T) {
	t.Parallel()
	s := guarded(t)
	s.deliver(13, 4, noon())
	made := s.Do(t, "POST", "/orders/13/review", request, "Authorization", "staff").Expect(t, 201).Object(t)
	require.InDelta(t, 4, made["customer_id"], 0)
	require.Equal(t, "Ravi", made["author"])
	s.Do(t, "DELETE", "/reviews/1", "", "Authorization", "asha").Problem(t, 404, "review_not_found")
	s.Do(t, "DELETE", "/reviews/1", "", "Authorization", "ravi").Expect(t, 204)
}
