package httpapi_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"zomato/modules/customers/customerstest"
	"zomato/modules/customers/internal/core"
	"zomato/modules/customers/internal/httpapi"
	"zomato/modules/customers/internal/sqlstore"
	"zomato/modules/restaurants"
	"zomato/modules/restaurants/restaurantstest"
	"zomato/platform/clock"
	"zomato/platform/database"
	"zomato/platform/database/databasetest"
	"zomato/platform/eventbus"
	"zomato/platform/httpserver"
	"zomato/platform/testkit"
	"zomato/platform/testkit/httpclient"
)

// serve runs the module's routes on a fresh SQLite file.
func serve(t *testing.T) httpclient.Client {
	t.Helper()
	db := databasetest.Open(t, testkit.SQLite(t), eventbus.Migrations(), sqlstore.Migrations())
	store := sqlstore.New(db)
	menu := restaurantstest.New(restaurants.Restaurant{ID: 2, Name: "Spice Route"})
	service := core.New(core.Dependencies{
		Store: store, Transactions: db, Events: eventbus.NewPublisher(db, clock.System{}), Clock: clock.System{},
		Restaurants: menu,
		Orders:      customerstest.Orders{},
	})
	analytics := core.NewAnalytics(store, db, customerstest.Orders{}, customerstest.Reviews{}, menu)
	server, err := httpserver.New(httpserver.Options{
		Listen: "127.0.0.1:0", Routes: []httpserver.Routes{httpapi.Routes(service, analytics, httpapi.Parts{Restaurants: true, Orders: true, Reviews: true})},
		Metrics: prometheus.NewRegistry(), Context: database.WithScope,
	}, zap.NewNop())
	require.NoError(t, err)
	require.NoError(t, server.Start(context.Background()))
	t.Cleanup(func() { require.NoError(t, server.Stop(context.Background())) })
	return httpclient.New("http://" + server.Address())
}

const asha = `{"name":"Asha Rao","email":"asha@example.com","phone_number":"+911234567890","address":"12 MG Road"}`

func TestA_customer_from_creation_to_erasure(t *testing.T) {
	t.Parallel()
	c := serve(t)
	made := c.Do(t, "POST", "/customers/", asha).Expect(t, 201)
	require.Equal(t, "/customers/1", made.Header.Get("Location"))
	got := c.Do(t, "GET", "/customers/1", "").Expect(t, 200)
	require.Equal(t, made.Body, got.Body)
	require.Equal(t, made.Header.Get("ETag"), got.Header.Get("ETag"), "the ETag of a POST is that of the GET")
	fields := got.Object(t)
	for _, name := range []string{"id", "name", "email", "phone_number", "address", "is_active", "created_at", "updated_at"} {
		require.Contains(t, fields, name)
		delete(fields, name)
	}
	require.Empty(t, fields, "no field that the contract does not know")

	put := c.Do(t, "PUT", "/customers/1", `{"phone_number":null,"is_active":false}`, "If-Match", got.Header.Get("ETag")).Expect(t, 200)
	require.Nil(t, put.Object(t)["phone_number"])
	require.Equal(t, put.Header.Get("ETag"), c.Do(t, "GET", "/customers/1", "").Header.Get("ETag"))
	c.Do(t, "PUT", "/customers/1", `{"name":"Late"}`, "If-Match", got.Header.Get("ETag")).Problem(t, 412, "version_changed")
	c.Do(t, "DELETE", "/customers/1", "", "If-Match", got.Header.Get("ETag")).Problem(t, 412, "version_changed")

	gone := c.Do(t, "DELETE", "/customers/1", "").Expect(t, 200)
	require.Equal(t, put.Body, gone.Body, "the answer shows the customer as it was")
	c.Do(t, "GET", "/customers/1", "").Problem(t, 404, "customer_not_found")
	c.Do(t, "POST", "/customers", asha).Expect(t, 201)
}

func TestRefusals_of_customers(t *testing.T) {
	t.Parallel()
	c := serve(t)
	c.Do(t, "POST", "/customers/", asha).Expect(t, 201)
	for _, r := range []struct {
		method, path, body string
		status             int
		code               string
	}{
		{"POST", "/customers/", `{"name":"X","email":"ASHA@example.com"}`, 409, "email_taken"},
		{"POST", "/customers/", `{"name":"X","email":"x@example.com","phone_number":"+911234567890"}`, 409, "phone_taken"},
		{"POST", "/customers/", `{"name":"X"}`, 422, "required"},
		{"POST", "/customers/", `{"name":"X","email":"nope"}`, 422, "invalid"},
		{"POST", "/customers/", `{"name":"X","email":"x@example.com","phone_number":"12"}`, 422, "invalid"},
		{"POST", "/customers/", `{"name":"X","email":"x@example.com","id":7}`, 422, "unknown_field"},
		{"PUT", "/customers/1", `{"created_at":"2026-01-01T00:00:00Z"}`, 422, "unknown_field"},
		{"PUT", "/customers/1", `{"email":null}`, 422, "invalid"},
		{"PUT", "/customers/1", `{"is_active":"yes"}`, 422, "invalid"},
		{"PUT", "/customers/9", `{}`, 404, "customer_not_found"},
		{"GET", "/customers/?is_active=maybe", "", 422, "invalid"},
		{"GET", "/customers/?cursor=nonsense", "", 422, "invalid"},
		{"GET", "/customers/9/addresses/", "", 404, "customer_not_found"},
		{"POST", "/customers/1/addresses/", `{"label":"Home","address":"x","latitude":91,"longitude":0}`, 422, "out_of_range"},
		{"PUT", "/customers/1/addresses/9", `{}`, 404, "address_not_found"},
		{"PUT", "/customers/1/favourites/9", "", 404, "restaurant_not_found"},
	} {
		c.Do(t, r.method, r.path, r.body).Problem(t, r.status, r.code)
	}
}

func TestA_list_of_customers_is_paged_by_its_links(t *testing.T) {
	t.Parallel()
	c := serve(t)
	for i := range 25 {
		c.Do(t, "POST", "/customers/", fmt.Sprintf(`{"name":"Person","email":"p%d@example.com"}`, i)).Expect(t, 201)
	}
	var ids []float64
	pages := 0
	for path := "/customers/?q=person&limit=10&count=true"; path != ""; pages++ {
		page := c.Do(t, "GET", path, "").Expect(t, 200)
		if pages == 0 {
			require.Equal(t, "25", page.Header.Get("X-Total-Count"))
		}
		var list []struct{ ID float64 }
		page.JSON(t, &list)
		for _, one := range list {
			ids = append(ids, one.ID)
		}
		path = page.Next(t)
	}
	require.Equal(t, 3, pages)
	require.Len(t, ids, 25)
	require.IsIncreasing(t, ids)
}

func TestAddresses_and_favourites(t *testing.T) {
	t.Parallel()
	c := serve(t)
	c.Do(t, "POST", "/customers/", asha).Expect(t, 201)
	made := c.Do(t, "POST", "/customers/1/addresses/", `{"label":"Home","address":"12 MG Road","latitude":12.97,"longitude":77.64,"is_default":true}`).Expect(t, 201)
	require.Equal(t, "/customers/1/addresses/1", made.Header.Get("Location"))
	require.JSONEq(t, `{"id":1,"label":"Home","address":"12 MG Road","latitude":12.97,"longitude":77.64,"is_default":true}`, made.Body)
	c.Do(t, "PUT", "/customers/1/addresses/1", `{"label":"Flat"}`, "If-Match", made.Header.Get("ETag")).Expect(t, 200)
	require.JSONEq(t, `[{"id":1,"label":"Flat","address":"12 MG Road","latitude":12.97,"longitude":77.64,"is_default":true}]`,
		c.Do(t, "GET", "/customers/1/addresses", "").Expect(t, 200).Body)
	c.Do(t, "DELETE", "/customers/1/addresses/1", "").Expect(t, 204)
	require.JSONEq(t, `[]`, c.Do(t, "GET", "/customers/1/addresses/", "").Expect(t, 200).Body)

	c.Do(t, "PUT", "/customers/1/favourites/2", "").Expect(t, 204)
	var favourites []restaurants.Restaurant
	c.Do(t, "GET", "/customers/1/favourites", "").Expect(t, 200).JSON(t, &favourites)
	require.Len(t, favourites, 1)
	require.Equal(t, "Spice Route", favourites[0].Name)
	c.Do(t, "DELETE", "/customers/1/favourites/2", "").Expect(t, 204)
	require.JSONEq(t, `[]`, c.Do(t, "GET", "/customers/1/favourites", "").Expect(t, 200).Body)
}
