package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"zomato/platform/testkit"
)

// What stands here walks the HTTP contract (design/api.md) from outside, over
// the whole application, on both databases. Details of one module are tested
// in its own httpapi.

// resource is a GET that the contract has, with who may keep its answer.
type resource struct {
	path    string
	private bool
}

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
		{"/customers/", true},
		{"/customers/1", true},
		{"/customers/1/addresses/", true},
		{"/customers/1/favourites", true},
		{"/customers/1/orders", true},
		{"/restaurants/1/orders", true},
		{"/orders/1", true},
		{"/orders/1/events", true},
		{"/restaurants/", false},
		{"/restaurants/1", false},
		{"/restaurants/search?q=paneer", false},
		{"/restaurants/1/menu", false},
		{"/menu-items/1", false},
		{"/menu-items/search?q=tikka", false},
		{"/cuisines/", false},
	}
}

func TestEvery_GET_keeps_the_conventions(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		app := serving(t, "DATABASE_URL="+url)
		for _, r := range furnish(t, app) {
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
			require.NotEqual(t, "{}", got.Body)
			separator := "?"
			if strings.Contains(r.path, "?") {
				separator = "&"
			}
			app.Do(t, "GET", r.path+separator+"strange=1", "").Problem(t, 422, "unknown_field")
		}
	})
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
