package main

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"zomato/platform/testkit"
)

// What orders do together with customers and restaurants, over the whole
// application, on both databases.

const oneTikka = `{"restaurant_id":1,"delivery_address":"123 Main St","order_items":[{"menu_item_id":1,"quantity":1}]}`

func TestOrders_of_many_dishes_at_once_do_not_wait_for_each_other_for_ever(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		app := serving(t, "DATABASE_URL="+url)
		furnish(t, app)
		var forward, backward []string
		for id := 2; id <= 9; id++ {
			app.Do(t, "POST", "/restaurants/1/menu-items/", `{"name":"Dish","category":"Main","price":1,"stock":1000}`).Expect(t, 201)
			line := fmt.Sprintf(`{"menu_item_id":%d,"quantity":1}`, id)
			forward, backward = append(forward, line), append([]string{line}, backward...)
		}
		var clients sync.WaitGroup
		for i := range 32 {
			lines := forward
			if i%2 == 0 {
				lines = backward
			}
			clients.Go(func() {
				got := app.Do(t, "POST", "/customers/1/orders/", `{"restaurant_id":1,"delivery_address":"x","order_items":[`+strings.Join(lines, ",")+`]}`)
				assert.Equal(t, 201, got.Status, got.Body)
			})
		}
		clients.Wait()
		require.Contains(t, app.Do(t, "GET", "/menu-items/9", "").Body, `"stock":968`)
	})
}

func TestAn_order_outlives_its_customer_and_its_restaurant(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		app := serving(t, "DATABASE_URL="+url)
		furnish(t, app)
		app.Do(t, "PUT", "/menu-items/1", `{"name":"Renamed","price":1}`).Expect(t, 200)
		app.Do(t, "PUT", "/restaurants/1", `{"name":"Wok"}`).Expect(t, 200)
		app.Do(t, "PUT", "/orders/1/status", `{"order_status":"cancelled"}`).Expect(t, 200)
		app.Do(t, "DELETE", "/customers/1", "").Expect(t, 200)
		app.Do(t, "DELETE", "/restaurants/1", "").Expect(t, 204)
		kept := app.Do(t, "GET", "/orders/1", "").Expect(t, 200)
		require.Contains(t, kept.Body, `"customer":null`)
		require.Contains(t, kept.Body, `"restaurant":{"id":1,"name":"Spice Route"}`)
		require.Contains(t, kept.Body, `"menu_item":null`)
		require.Contains(t, kept.Body, `"total_amount":249.50`)
		require.NotContains(t, kept.Body, "Asha")
		app.Do(t, "GET", "/customers/1/orders", "").Problem(t, 404, "customer_not_found")
		app.Do(t, "GET", "/restaurants/1/orders", "").Problem(t, 404, "restaurant_not_found")
		both := app.Do(t, "POST", "/customers/1/orders/", oneTikka).Problem(t, 404, "customer_not_found")
		require.Len(t, both["errors"], 2)
	})
}

func TestErasing_a_customer_leaves_nothing_personal_in_the_orders(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		app := serving(t, "DATABASE_URL="+url)
		furnish(t, app)
		app.Do(t, "PUT", "/orders/1/status", `{"order_status":"cancelled"}`).Expect(t, 200)
		placed := app.Do(t, "POST", "/customers/1/orders/", `{"restaurant_id":1,"delivery_address":"Secret Street","special_instructions":"Secret door",
			"order_items":[{"menu_item_id":1,"quantity":2,"special_requests":"secret spice"}]}`).Expect(t, 201)
		app.Do(t, "DELETE", "/customers/1", "").Problem(t, 409, "customer_has_active_orders")
		app.Do(t, "GET", "/customers/1", "").Expect(t, 200)
		for _, status := range []string{"confirmed", "preparing", "out_for_delivery", "delivered"} {
			app.Do(t, "PUT", "/orders/2/status", `{"order_status":"`+status+`"}`).Expect(t, 200)
		}

		app.Do(t, "DELETE", "/customers/1", "").Expect(t, 200)
		left := app.Do(t, "GET", "/orders/2", "").Expect(t, 200)
		require.NotContains(t, strings.ToLower(left.Body), "secret")
		require.NotContains(t, left.Body, "Asha")
		order := left.Object(t)
		require.Nil(t, order["customer"])
		require.Nil(t, order["delivery_address"])
		require.Equal(t, placed.Object(t)["total_amount"], order["total_amount"], "amounts stay")
		require.NotContains(t, strings.ToLower(app.Do(t, "GET", "/restaurants/1/orders", "").Body), "secret")
		app.Do(t, "GET", "/customers/1/orders", "").Problem(t, 404, "customer_not_found")
	})
}

func TestNo_order_slips_into_an_erasure(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		app := serving(t, "DATABASE_URL="+url)
		furnish(t, app)
		app.Do(t, "PUT", "/orders/1/status", `{"order_status":"cancelled"}`).Expect(t, 200)
		for round := range 20 {
			id := 2 + round // customer 1 is of furnish
			app.Do(t, "POST", "/customers/", fmt.Sprintf(`{"name":"X","email":"x%d@example.com"}`, round)).Expect(t, 201)
			var both sync.WaitGroup
			var placing, erasing int
			both.Go(func() { placing = app.Do(t, "POST", fmt.Sprintf("/customers/%d/orders/", id), oneTikka).Status })
			both.Go(func() { erasing = app.Do(t, "DELETE", fmt.Sprintf("/customers/%d", id), "").Status })
			both.Wait()
			require.Contains(t, [][2]int{{201, 409}, {404, 200}}, [2]int{placing, erasing}, "one of them wins")
		}
	})
}
