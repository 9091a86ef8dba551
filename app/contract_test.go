package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"zomato/platform/testkit"
	"zomato/platform/testkit/httpclient"
)

// What stands here walks the HTTP contract (design/api.md) from outside, over
// the whole application, on both databases. Details of one module are tested
// in its own httpapi.

// resource is a GET that the contract has, with who may keep its answer and
// the fields of the record, or of the first in a list.
type resource struct {
	path    string
	private bool
	fields  string
}

// The fields of the records, as clients know them (design: api.md §2): a change
// here is a change of the contract.
const (
	customerFields   = "address created_at email id is_active name phone_number updated_at"
	addressFields    = "address id is_default label latitude longitude"
	restaurantFields = "address city closes_at confirm_within_minutes created_at cuisines currency delivery_fee description id is_active is_open latitude location longitude max_active_orders min_order_amount name next_open_at phone_number price_level rating rating_count slot_capacity slot_minutes timezone updated_at"
	orderFields      = "confirm_by currency customer_id delivery_address delivery_slot delivery_time id order_date order_items order_status pricing promised_at restaurant_id special_instructions total_amount version"
	reviewFields     = "author comment created_at customer_id edited_at id order_id rating reply restaurant_id sentiment sentiment_score"
	// Figures, without those that come from orders and from reviews.
	customerOrderFigures    = "average_order_value favourite_items favourite_restaurants last_order_at orders_by_status spent_by_currency total_orders total_spent"
	customerReviewFigures   = "avg_rating_given reviews_count"
	restaurantOrderFigures  = "average_order_value cancellation_rate daily orders_by_hour orders_by_status popular_items repeat_rate total_orders total_revenue unique_customers"
	restaurantReviewFigures = "average_rating avg_rating rating_count rating_distribution sentiment"
	itemFields              = "category description id is_available is_vegan is_vegetarian name preparation_time price restaurant_id stock"
)

// furnish creates one record of each kind and gives their paths.
func furnish(t *testing.T, app running) []resource {
	t.Helper()
	app.Do(t, "POST", "/customers/", `{"name":"Asha Rao","email":"asha@example.com"}`).Expect(t, 201)
	app.Do(t, "POST", "/customers/1/addresses/", `{"label":"Home","address":"12 MG Road"}`).Expect(t, 201)
	app.Do(t, "POST", "/restaurants/", `{"name":"Spice Route","cuisines":["North Indian","Thai"],"city":"Bengaluru"}`).Expect(t, 201)
	app.Do(t, "POST", "/restaurants/1/menu-items/", `{"name":"Paneer Tikka","category":"Main","price":249.5}`).Expect(t, 201)
	app.Do(t, "PUT", "/customers/1/favourites/1", "").Expect(t, 204)
	app.Do(t, "POST", "/customers/1/orders/", oneTikka).Expect(t, 201)
	return []resource{
		{"/customers/", true, customerFields},
		{"/customers/1", true, customerFields},
		{"/customers/1/addresses/", true, addressFields},
		{"/customers/1/favourites", true, restaurantFields},
		{"/customers/1/analytics", true, "customer_id " + customerOrderFigures + " " + customerReviewFigures},
		{"/restaurants/1/analytics", true, "currency restaurant_id " + restaurantOrderFigures + " " + restaurantReviewFigures},
		{"/customers/1/orders", true, orderFields},
		{"/restaurants/1/orders", true, orderFields},
		{"/orders/1", true, orderFields + " customer restaurant review timeline"},
		{"/orders/1/events", true, "at by event note reason_code"},
		{"/restaurants/", false, restaurantFields},
		{"/restaurants/1", false, restaurantFields},
		{"/restaurants/search?q=paneer", false, "matched_dishes " + restaurantFields},
		{"/restaurants/1/menu", false, itemFields},
		{"/menu-items/1", false, itemFields},
		{"/menu-items/search?q=tikka", false, itemFields},
		{"/cuisines/", false, "id name restaurants"},
	}
}

func TestEvery_GET_keeps_the_conventions(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		app := serving(t, "DATABASE_URL="+url)
		for _, r := range furnish(t, app) {
			app.checkConventions(t, r)
		}
	})
}

// checkConventions holds an answer to design/api.md §3.
func (app running) checkConventions(t *testing.T, r resource) {
	t.Helper()
	got := app.Do(t, "GET", r.path, "").Expect(t, 200)
	require.Equal(t, "application/json", got.Header.Get("Content-Type"), r.path)
	control := "public, no-cache"
	if r.private {
		control = "private, no-cache"
	}
	require.Equal(t, control, got.Header.Get("Cache-Control"), r.path)
	etag := got.Header.Get("ETag")
	require.Regexp(t, `^"[^"]+"$`, etag, r.path)
	app.Do(t, "GET", r.path, "", "If-None-Match", etag).Expect(t, 304)
	head := app.Do(t, "HEAD", r.path, "").Expect(t, 200)
	require.Equal(t, etag, head.Header.Get("ETag"), r.path)
	require.ElementsMatch(t, strings.Fields(r.fields), fieldsOf(t, got), r.path)
	separator := "?"
	if strings.Contains(r.path, "?") {
		separator = "&"
	}
	app.Do(t, "GET", r.path+separator+"strange=1", "").Problem(t, 422, "unknown_field")
}

// fieldsOf names the fields of a record, or of the first in a list.
func fieldsOf(t *testing.T, a httpclient.Answer) []string {
	t.Helper()
	if !strings.HasPrefix(a.Body, "[") {
		return slices.Collect(maps.Keys(a.Object(t)))
	}
	var list []map[string]any
	a.JSON(t, &list)
	require.NotEmpty(t, list)
	return slices.Collect(maps.Keys(list[0]))
}

func TestEvery_GET_of_a_review_keeps_the_conventions(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		app := serving(t, "DATABASE_URL="+url)
		furnish(t, app)
		deliver(t, app, 1)
		app.Do(t, "POST", "/orders/1/review", `{"rating":5,"comment":"Amazing food and fast delivery!"}`).Expect(t, 201)
		for path, private := range map[string]bool{
			"/orders/1/review": true, "/customers/1/reviews": true, "/reviews/1": false, "/restaurants/1/reviews": false,
		} {
			app.checkConventions(t, resource{path, private, reviewFields})
		}
		shown := app.Do(t, "GET", "/orders/1", "").Object(t)["review"]
		require.Equal(t, app.Do(t, "GET", "/reviews/1", "").Object(t), shown, "an order shows its review as it is")
	})
}

// deliver walks an order to its end.
func deliver(t *testing.T, app running, order int64) {
	t.Helper()
	for _, status := range []string{"confirmed", "preparing", "out_for_delivery", "delivered"} {
		app.Do(t, "PUT", fmt.Sprintf("/orders/%d/status", order), `{"order_status":"`+status+`"}`).Expect(t, 200)
	}
}

func TestFigures_leave_out_what_is_switched_off(t *testing.T) {
	t.Parallel()
	for disabled, want := range map[string][2]string{
		"reviews":        {"customer_id " + customerOrderFigures, "currency restaurant_id " + restaurantOrderFigures},
		"orders,reviews": {"customer_id", "currency restaurant_id"},
	} {
		t.Run("without "+disabled, func(t *testing.T) {
			t.Parallel()
			app := serving(t, "DATABASE_URL="+testkit.SQLite(t), "DISABLED_MODULES="+disabled)
			app.Do(t, "POST", "/customers/", `{"name":"Asha Rao","email":"asha@example.com"}`).Expect(t, 201)
			app.Do(t, "POST", "/restaurants/", `{"name":"Spice Route","cuisine":"Thai"}`).Expect(t, 201)
			var document struct {
				Components struct {
					Schemas map[string]struct{ Required []string }
				}
			}
			app.Do(t, "GET", "/openapi.json", "").JSON(t, &document)
			described := slices.Collect(maps.Values(document.Components.Schemas))
			for i, path := range []string{"/customers/1/analytics", "/restaurants/1/analytics"} {
				fields := fieldsOf(t, app.Do(t, "GET", path, "").Expect(t, 200))
				require.ElementsMatch(t, strings.Fields(want[i]), fields, path)
				slices.Sort(fields)
				require.True(t, slices.ContainsFunc(described, func(s struct{ Required []string }) bool {
					slices.Sort(s.Required)
					return slices.Equal(s.Required, fields)
				}), "%s as the document says", path)
			}
		})
	}
}

func TestA_change_is_seen_by_the_next_request(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		app := serving(t, "DATABASE_URL="+url)
		furnish(t, app)
		app.Do(t, "PUT", "/restaurants/1", `{"name":"Wok"}`).Expect(t, 200)
		for _, path := range []string{"/restaurants/1", "/restaurants/", "/restaurants/search?cuisine=thai", "/customers/1/favourites"} {
			require.Contains(t, app.Do(t, "GET", path, "").Expect(t, 200).Body, `"name":"Wok"`, path)
		}
		app.Do(t, "PUT", "/menu-items/1", `{"price":300}`).Expect(t, 200)
		for _, path := range []string{"/menu-items/1", "/restaurants/1/menu", "/menu-items/search?q=paneer", "/restaurants/search?q=paneer"} {
			require.Contains(t, app.Do(t, "GET", path, "").Expect(t, 200).Body, `"price":300.00`, path)
		}
	})
}

func TestA_deleted_restaurant_is_gone_everywhere(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		app := serving(t, "DATABASE_URL="+url)
		furnish(t, app)
		app.Do(t, "DELETE", "/restaurants/1", "").Expect(t, 204)
		for _, path := range []string{"/restaurants/1", "/restaurants/1/menu"} {
			app.Do(t, "GET", path, "").Problem(t, 404, "restaurant_not_found")
		}
		app.Do(t, "GET", "/menu-items/1", "").Problem(t, 404, "item_not_found")
		for _, path := range []string{"/restaurants/", "/restaurants/search", "/restaurants/search?q=paneer", "/menu-items/search", "/cuisines/", "/customers/1/favourites"} {
			require.JSONEq(t, `[]`, app.Do(t, "GET", path, "").Expect(t, 200).Body, path)
		}
	})
}

func TestTexts_that_are_operators_elsewhere_are_only_text(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		app := serving(t, "DATABASE_URL="+url)
		furnish(t, app)
		for _, text := range []string{`%22`, `(`, `NEAR(`, `a%20AND`, `*`, `%25`, `_`, `'`, `%27%20OR%201%3D1--`, `%5C`, `%F0%9F%8D%95`, `%FF`} {
			for _, path := range []string{"/customers/?q=", "/restaurants/search?q=", "/restaurants/search?location=", "/restaurants/search?cuisine=", "/menu-items/search?q=", "/restaurants/1/menu?category="} {
				app.Do(t, "GET", path+text, "").Expect(t, 200)
			}
		}
	})
}
