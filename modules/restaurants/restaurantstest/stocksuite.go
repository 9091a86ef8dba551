package restaurantstest

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"zomato/modules/restaurants"
	"zomato/platform/fault"
	"zomato/platform/money"
)

// dish is an available item with nothing but what it must have.
func dish(home restaurants.Restaurant, name string, price money.Amount) restaurants.MenuItem {
	return restaurants.MenuItem{RestaurantID: home.ID, Name: name, Category: "Main", Price: price, IsAvailable: true, Version: 1}
}

func suiteItems(t *testing.T, s Subject) {
	t.Helper()
	home := s.Seed(t, "Home")
	a, b, c := s.SeedItem(t, dish(home, "A", 100)), s.SeedItem(t, dish(home, "B", 100)), s.SeedItem(t, dish(s.Seed(t, "Other"), "C", 100))
	got, err := s.Service.Items(t.Context(), []int64{c.ID, unknown, a.ID, c.ID})
	require.NoError(t, err)
	assert.Equal(t, []restaurants.MenuItem{c, a}, got, "in the order asked for, each once, not %d", b.ID)
	for _, ids := range [][]int64{nil, {unknown}} {
		got, err = s.Service.Items(t.Context(), ids)
		require.NoError(t, err)
		assert.Empty(t, got)
	}
}

func suiteSubstitutes(t *testing.T, s Subject) {
	t.Helper()
	home := s.Seed(t, "Home")
	seed := func(name string, price money.Amount, change func(*restaurants.MenuItem)) restaurants.MenuItem {
		item := dish(home, name, price)
		change(&item)
		return s.SeedItem(t, item)
	}
	paneer := seed("Paneer", 100, func(i *restaurants.MenuItem) { i.IsAvailable, i.IsVegetarian = false, true })
	chicken := seed("Chicken", 200, func(i *restaurants.MenuItem) { i.Stock = new(0) })
	lonely := seed("Lonely", 100, func(i *restaurants.MenuItem) { i.Category = "Alone" })
	seed("Away", 101, func(i *restaurants.MenuItem) { i.IsAvailable = false })
	seed("Scarce", 101, func(i *restaurants.MenuItem) { i.IsVegetarian, i.Stock = true, new(1) })
	seed("Naan", 102, func(i *restaurants.MenuItem) { i.Category = "Bread" })
	tofu := seed("Tofu", 120, func(i *restaurants.MenuItem) { i.IsVegetarian, i.Category, i.Stock = true, "MAIN", new(2) })
	mutton := seed("Mutton", 190, func(*restaurants.MenuItem) {})
	seed("Lamb", 211, func(*restaurants.MenuItem) {})

	got, err := s.Service.Substitutes(t.Context(), home.ID, []restaurants.Portion{
		{MenuItemID: paneer.ID, Quantity: 2}, {MenuItemID: chicken.ID, Quantity: 9}, {MenuItemID: lonely.ID, Quantity: 1}, {MenuItemID: unknown, Quantity: 1},
	})
	require.NoError(t, err)
	assert.Equal(t, map[int64]restaurants.MenuItem{paneer.ID: tofu, chicken.ID: mutton}, got)
}

// stock gives how many pieces of the items there are; unlimited is -1.
func stock(t *testing.T, s Subject, items ...restaurants.MenuItem) []int {
	t.Helper()
	out := make([]int, len(items))
	for i, item := range items {
		got, err := s.Service.Items(t.Context(), []int64{item.ID})
		require.NoError(t, err)
		require.Len(t, got, 1)
		if out[i] = -1; got[0].Stock != nil {
			out[i] = *got[0].Stock
		}
	}
	return out
}

func suiteStock(t *testing.T, s Subject) {
	t.Helper()
	home := s.Seed(t, "Home")
	scarce := dish(home, "Scarce", 100)
	scarce.Stock = new(5)
	scarce, other, plenty := s.SeedItem(t, scarce), s.SeedItem(t, scarce), s.SeedItem(t, dish(home, "Plenty", 100))
	basket := restaurants.Basket{Restaurant: home, Items: []restaurants.MenuItem{scarce, plenty}, Portions: []restaurants.Portion{
		{MenuItemID: scarce.ID, Quantity: 1}, {MenuItemID: plenty.ID, Quantity: 99}, {MenuItemID: scarce.ID, Quantity: 2},
	}}
	require.NoError(t, s.Service.TakeStock(t.Context(), basket))
	assert.Equal(t, []int{2, 5, -1}, stock(t, s, scarce, other, plenty), "both portions of one item, and no other item")
	err := s.Service.TakeStock(t.Context(), basket)
	require.True(t, fault.Is(err, restaurants.CodeMenuChanged), "%v", err)
	assert.Equal(t, []int{2, 5, -1}, stock(t, s, scarce, other, plenty), "all or nothing")

	require.NoError(t, s.Service.ReturnStock(t.Context(), append(basket.Portions, restaurants.Portion{MenuItemID: unknown, Quantity: 1})))
	require.NoError(t, s.Service.ReturnStock(t.Context(), nil))
	assert.Equal(t, []int{5, 5, -1}, stock(t, s, scarce, other, plenty))

	got, err := s.Service.Items(t.Context(), []int64{scarce.ID})
	require.NoError(t, err)
	assert.Greater(t, got[0].Version, scarce.Version, "If-Match sees that the stock has changed")
}

func suiteStockRefuses(t *testing.T, s Subject) {
	t.Helper()
	home := s.Seed(t, "Home")
	scarce := dish(home, "Scarce", 100)
	scarce.Stock = new(5)
	scarce = s.SeedItem(t, scarce)
	away := dish(home, "Away", 100)
	away.IsAvailable = false
	away = s.SeedItem(t, away)
	for name, read := range map[string]func(r *restaurants.Restaurant, i *restaurants.MenuItem){
		"another version of the restaurant": func(r *restaurants.Restaurant, _ *restaurants.MenuItem) { r.Version++ },
		"no such restaurant":                func(r *restaurants.Restaurant, _ *restaurants.MenuItem) { r.ID = unknown },
		"another price":                     func(_ *restaurants.Restaurant, i *restaurants.MenuItem) { i.Price++ },
		"another name":                      func(_ *restaurants.Restaurant, i *restaurants.MenuItem) { i.Name = "Old" },
		"unlimited before":                  func(_ *restaurants.Restaurant, i *restaurants.MenuItem) { i.Stock = nil },
		"no such item":                      func(_ *restaurants.Restaurant, i *restaurants.MenuItem) { i.ID = unknown },
		"not available now":                 func(_ *restaurants.Restaurant, i *restaurants.MenuItem) { *i = away },
	} {
		r, i := home, scarce
		read(&r, &i)
		err := s.Service.TakeStock(t.Context(), restaurants.Basket{
			Restaurant: r, Items: []restaurants.MenuItem{i}, Portions: []restaurants.Portion{{MenuItemID: i.ID, Quantity: 1}},
		})
		assert.True(t, fault.Is(err, restaurants.CodeMenuChanged), "%s: %v", name, err)
	}
	assert.Equal(t, []int{5}, stock(t, s, scarce))
}
