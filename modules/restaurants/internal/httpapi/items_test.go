package httpapi_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestA_menu_item_from_creation_to_deletion(t *testing.T) {
	t.Parallel()
	c := serve(t)
	c.Do(t, "POST", "/restaurants/", whole).Expect(t, 201)
	made := c.Do(t, "POST", "/restaurants/1/menu-items/", `{"name":"Paneer Tikka","description":"Hot","category":"Starters","price":249.5,
		"is_vegetarian":true,"is_vegan":false,"is_available":false,"preparation_time":15,"stock":7}`).Expect(t, 201)
	require.Equal(t, "/menu-items/1", made.Header.Get("Location"))
	require.JSONEq(t, `{"id":1,"restaurant_id":1,"name":"Paneer Tikka","description":"Hot","category":"Starters","price":249.5,
		"is_vegetarian":true,"is_vegan":false,"is_available":false,"preparation_time":15,"stock":7}`, made.Body)
	require.Contains(t, made.Body, `"price":249.50,`)
	plain := c.Do(t, "POST", "/restaurants/1/menu-items", `{"name":"Tofu","category":"Starters","price":1,"is_vegan":true}`).Expect(t, 201)
	require.JSONEq(t, `{"id":2,"restaurant_id":1,"name":"Tofu","description":null,"category":"Starters","price":1,
		"is_vegetarian":true,"is_vegan":true,"is_available":true,"preparation_time":null,"stock":null}`, plain.Body)

	got := c.Do(t, "GET", "/menu-items/1/", "").Expect(t, 200)
	require.Equal(t, made.Body, got.Body)
	require.Equal(t, made.Header.Get("ETag"), got.Header.Get("ETag"))
	put := c.Do(t, "PUT", "/menu-items/1", `{"price":300,"stock":null,"is_available":true}`, "If-Match", got.Header.Get("ETag")).Expect(t, 200)
	require.JSONEq(t, `{"id":1,"restaurant_id":1,"name":"Paneer Tikka","description":"Hot","category":"Starters","price":300,
		"is_vegetarian":true,"is_vegan":false,"is_available":true,"preparation_time":15,"stock":null}`, put.Body)
	require.Equal(t, put.Header.Get("ETag"), c.Do(t, "GET", "/menu-items/1", "").Header.Get("ETag"))
	c.Do(t, "PUT", "/menu-items/1", `{}`, "If-Match", got.Header.Get("ETag")).Problem(t, 412, "version_changed")
	c.Do(t, "DELETE", "/menu-items/1", "", "If-Match", got.Header.Get("ETag")).Problem(t, 412, "version_changed")
	require.JSONEq(t, "["+put.Body+","+plain.Body+"]", c.Do(t, "GET", "/restaurants/1/menu", "").Expect(t, 200).Body)

	require.Empty(t, c.Do(t, "DELETE", "/menu-items/1", "").Expect(t, 204).Body)
	c.Do(t, "GET", "/menu-items/1", "").Problem(t, 404, "item_not_found")
	c.Do(t, "DELETE", "/restaurants/1", "").Expect(t, 204)
	c.Do(t, "GET", "/menu-items/2", "").Problem(t, 404, "item_not_found")
	c.Do(t, "PUT", "/menu-items/2", `{}`).Problem(t, 404, "item_not_found")
	c.Do(t, "DELETE", "/menu-items/2", "").Problem(t, 404, "item_not_found")
}

func TestRefusals_of_menu_items(t *testing.T) {
	t.Parallel()
	c := serve(t)
	c.Do(t, "POST", "/restaurants/", whole).Expect(t, 201)
	c.Do(t, "POST", "/restaurants/1/menu-items/", `{"name":"Naan","category":"Bread","price":60}`).Expect(t, 201)
	const add = "/restaurants/1/menu-items/"
	for _, r := range []struct {
		method, path, body string
		status             int
		code, pointer      string
	}{
		{"POST", add, `{"category":"Main","price":1}`, 422, "required", "#/name"},
		{"POST", add, `{"name":"X","price":1}`, 422, "required", "#/category"},
		{"POST", add, `{"name":"X","category":"Main"}`, 422, "required", "#/price"},
		{"POST", add, `{"name":"X","category":"Main","price":0}`, 422, "out_of_range", "#/price"},
		{"POST", add, `{"name":"X","category":"Main","price":0.00}`, 422, "out_of_range", "#/price"},
		{"POST", add, `{"name":"X","category":"Main","price":-5}`, 422, "out_of_range", "#/price"},
		{"POST", add, `{"name":"X","category":"Main","price":1.005}`, 422, "invalid", "#/price"},
		{"POST", add, `{"name":"X","category":"Main","price":10000000000}`, 422, "invalid", "#/price"},
		{"POST", add, `{"name":"X","category":"Main","price":"5"}`, 422, "invalid", "#/price"},
		{"POST", add, `{"name":"X","category":"Main","price":null}`, 422, "invalid", "#/price"},
		{"POST", add, `{"name":"X","category":"Main","price":1,"stock":-1}`, 422, "out_of_range", "#/stock"},
		{"POST", add, `{"name":"X","category":"Main","price":1,"preparation_time":601}`, 422, "out_of_range", "#/preparation_time"},
		{"POST", add, `{"name":"X","category":"Main","price":1,"is_vegan":true,"is_vegetarian":false}`, 422, "invalid", "#/is_vegetarian"},
		{"POST", add, `{"name":"X","category":"Main","price":1,"restaurant_id":2}`, 422, "unknown_field", "#/restaurant_id"},
		{"POST", "/restaurants/9/menu-items/", `{"name":"X","category":"Main","price":1}`, 404, "restaurant_not_found", ""},
		{"PUT", "/menu-items/1", `{"is_vegan":true}`, 422, "invalid", "#/is_vegetarian"},
		{"PUT", "/menu-items/1", `{"price":0}`, 422, "out_of_range", "#/price"},
		{"PUT", "/menu-items/1", `{"price":null}`, 422, "invalid", "#/price"},
		{"PUT", "/menu-items/1", `{"name":null}`, 422, "invalid", "#/name"},
		{"PUT", "/menu-items/1", `{"is_available":null}`, 422, "invalid", "#/is_available"},
		{"PUT", "/menu-items/1", `{"category":" "}`, 422, "required", "#/category"},
		{"PUT", "/menu-items/9", `{}`, 404, "item_not_found", ""},
		{"GET", "/menu-items/9", "", 404, "item_not_found", ""},
		{"GET", "/menu-items/0", "", 422, "invalid", "path/menu_item_id"},
		{"GET", "/menu-items/search?max_price=1.005", "", 422, "invalid", "query/max_price"},
		{"GET", "/menu-items/search?max_price=-1", "", 422, "invalid", "query/max_price"},
		{"GET", "/menu-items/search?restaurant_id=0", "", 422, "out_of_range", "query/restaurant_id"},
		{"GET", "/menu-items/search?vegan=perhaps", "", 422, "invalid", "query/vegan"},
		{"GET", "/menu-items/search?available=true", "", 422, "unknown_field", "query/available"},
		{"GET", "/menu-items/search?cursor=%25", "", 422, "invalid", "query/cursor"},
		{"GET", "/restaurants/1/menu?limit=5", "", 422, "unknown_field", "query/limit"},
		{"GET", "/restaurants/1/menu?vegetarian=perhaps", "", 422, "invalid", "query/vegetarian"},
	} {
		problem := c.Do(t, r.method, r.path, r.body).Problem(t, r.status, r.code)
		if r.pointer != "" {
			require.Equal(t, map[string]string{r.pointer: r.code}, findings(problem), "%s %s %s", r.method, r.path, r.body)
		}
	}
}

func TestMenus_and_items_are_filtered(t *testing.T) {
	t.Parallel()
	c := serve(t)
	c.Do(t, "POST", "/restaurants/", whole).Expect(t, 201)
	c.Do(t, "POST", "/restaurants/", whole).Expect(t, 201)
	for _, body := range []string{
		`{"name":"Tofu Tikka","category":"Vorspeisen","price":99.99,"is_vegan":true}`,
		`{"name":"Paneer Tikka","category":"VORSPEISEN","price":100,"is_vegetarian":true,"is_available":false}`,
		`{"name":"Chicken Café","category":"Getränke","price":100.01}`,
	} {
		c.Do(t, "POST", "/restaurants/1/menu-items/", body).Expect(t, 201)
	}
	c.Do(t, "POST", "/restaurants/2/menu-items/", `{"name":"Elsewhere Tikka","category":"Main","price":1}`).Expect(t, 201)
	for query, want := range map[string][]int64{
		"":                                    {3, 2, 1},
		"?category=vorspeisen":                {2, 1},
		"?category=getranke":                  {3},
		"?category=vor":                       {},
		"?vegetarian=true":                    {2, 1},
		"?vegetarian=false":                   {3},
		"?vegan=true":                         {1},
		"?vegan=false&vegetarian=true":        {2},
		"?available=false":                    {2},
		"?available=true&category=Vorspeisen": {1},
	} {
		require.Equal(t, want, ids(t, c.Do(t, "GET", "/restaurants/1/menu"+query, "")), query)
	}
	for query, want := range map[string][]int64{
		"":                                {1, 2, 3, 4},
		"?q=tik":                          {1, 2, 4},
		"?q=TIKKA%20tof":                  {1},
		"?q=cafe":                         {3},
		"?q=%25":                          {1, 2, 3, 4},
		"?restaurant_id=2":                {4},
		"?restaurant_id=9":                {},
		"?category=vorspeisen":            {1, 2},
		"?vegetarian=false":               {3, 4},
		"?vegan=true":                     {1},
		"?max_price=100":                  {1, 2, 4},
		"?max_price=99.99":                {1, 4},
		"?max_price=0":                    {},
		"?q=tikka&restaurant_id=1&skip=1": {2},
	} {
		require.Equal(t, want, ids(t, c.Do(t, "GET", "/menu-items/search"+query, "")), query)
	}
	first := c.Do(t, "GET", "/menu-items/search?q=tikka&limit=2&count=true", "")
	require.Equal(t, "3", first.Header.Get("X-Total-Count"))
	require.Equal(t, []int64{1, 2}, ids(t, first))
	second := c.Do(t, "GET", first.Next(t), "")
	require.Equal(t, []int64{4}, ids(t, second))
	require.Empty(t, second.Next(t))
	c.Do(t, "PUT", "/restaurants/2", `{"is_active":false}`).Expect(t, 200)
	require.Equal(t, []int64{1, 2}, ids(t, c.Do(t, "GET", "/menu-items/search?q=tikka", "")))
	require.Equal(t, []int64{4}, ids(t, c.Do(t, "GET", "/restaurants/2/menu", "")), "its menu can still be read")
}
