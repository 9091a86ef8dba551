// Package policies says how the answers of the restaurants module are kept.
//
// team: restaurants
package policies

import (
	"time"

	"zomato/modules/cache"
	"zomato/modules/orders"
	"zomato/modules/restaurants"
	"zomato/modules/reviews"
)

// kinds are what the module's answers show.
type kinds struct {
	// restaurant is a record, by id; rating is its rating.
	restaurant, rating *cache.Kind
	// menu are the items of a restaurant, by its id; stock is how many pieces
	// there are of them.
	menu, stock *cache.Kind
	// item is an item with its stock, by its own id; closed are the restaurants
	// that were deleted, with all their items.
	item, closed *cache.Kind
	// figures are what is counted of a restaurant, by its id.
	figures *cache.Kind
}

func newKinds() kinds {
	return kinds{
		restaurant: cache.NewKind("restaurants.restaurant",
			cache.On(func(e restaurants.Changed) []int64 { return []int64{e.RestaurantID} }),
			cache.On(func(e restaurants.Deleted) []int64 { return []int64{e.RestaurantID} }),
		),
		rating: cache.NewKind("restaurants.rating",
			cache.On(func(e restaurants.Rated) []int64 { return []int64{e.RestaurantID} }),
		),
		menu: cache.NewKind("restaurants.menu",
			cache.On(func(e restaurants.MenuChanged) []int64 { return []int64{e.RestaurantID} }),
		),
		stock: cache.NewKind("restaurants.stock",
			cache.On(func(e restaurants.StockChanged) []int64 { return []int64{e.RestaurantID} }),
		),
		item: cache.NewKind("restaurants.item",
			cache.On(func(e restaurants.MenuChanged) []int64 { return []int64{e.MenuItemID} }),
			cache.On(func(e restaurants.StockChanged) []int64 { return []int64{e.MenuItemID} }),
		),
		closed: cache.NewKind("restaurants.closed",
			cache.OnAny[restaurants.Deleted](),
		),
		// Reviews that are written, deleted or imported also change the rating,
		// which the figures show too. One whose comment is edited does not.
		figures: cache.NewKind("restaurants.figures",
			cache.On(func(e orders.Placed) []int64 { return []int64{e.RestaurantID} }),
			cache.On(func(e orders.StatusChanged) []int64 { return []int64{e.RestaurantID} }),
			cache.On(func(e orders.Imported) []int64 { return e.RestaurantIDs }),
			cache.On(func(e reviews.Edited) []int64 { return []int64{e.RestaurantID} }),
		),
	}
}

// All are the policies of the module's reading operations.
func All() []cache.Policy {
	k := newKinds()
	return append(append(k.records(), k.menus()...), k.searches()...)
}

func (k kinds) records() []cache.Policy {
	records := cache.Terms{Class: cache.Static, TTL: 30 * time.Minute, Grace: time.Hour}
	return []cache.Policy{
		{
			Operation: "list-restaurants", Namespace: "restaurants", Terms: records,
			Tags: []cache.Tag{k.restaurant.All(), k.rating.All()},
			Warm: once("/restaurants/"),
		},
		{
			Operation: "get-restaurant", Namespace: "restaurants", Terms: records,
			Tags: []cache.Tag{k.restaurant.Of("restaurant_id"), k.rating.Of("restaurant_id")},
			Warm: cache.WarmEach("/restaurants/%d"),
			// A rating is written through (design: cache.md §4).
			Through: k.rating.Changes(),
		},
		{
			// For the restaurant and staff only: never warmed.
			Operation: "get-restaurant-analytics", Namespace: "analytics",
			Terms: cache.Terms{Class: cache.Aside, TTL: 15 * time.Minute, Grace: 24 * time.Hour},
			Tags: []cache.Tag{
				k.restaurant.Of("restaurant_id"), k.rating.Of("restaurant_id"), k.figures.Of("restaurant_id"),
				k.menu.Of("restaurant_id"), // names of popular items
			},
		},
	}
}

func (k kinds) menus() []cache.Policy {
	menus := cache.Terms{Class: cache.Static, TTL: 30 * time.Minute, Grace: time.Hour}
	return []cache.Policy{
		{
			Operation: "get-menu", Namespace: "menu", Terms: menus,
			Tags: []cache.Tag{k.restaurant.Of("restaurant_id"), k.menu.Of("restaurant_id"), k.stock.Of("restaurant_id")},
			Warm: cache.WarmEach("/restaurants/%d/menu"),
		},
		{
			Operation: "get-menu-item", Namespace: "menu", Terms: menus,
			Tags: []cache.Tag{k.item.Of("menu_item_id"), k.closed.All()},
		},
	}
}

func (k kinds) searches() []cache.Policy {
	searches := cache.Terms{Class: cache.Dynamic, TTL: 2 * time.Minute, Grace: time.Hour}
	return []cache.Policy{
		{
			// Any rating moves the mean by which all are ranked.
			Operation: "search-restaurants", Namespace: "search", Terms: searches,
			Tags: []cache.Tag{k.restaurant.All(), k.rating.All(), k.menu.All(), k.stock.All()},
			Warm: once("/restaurants/search"),
		},
		{
			Operation: "search-menu-items", Namespace: "search", Terms: searches,
			Tags: []cache.Tag{k.restaurant.All(), k.menu.All(), k.stock.All()},
			Warm: once("/menu-items/search"),
		},
		{
			Operation: "list-cuisines", Namespace: "search", Terms: searches,
			Tags: []cache.Tag{k.restaurant.All()},
			Warm: once("/cuisines/"),
		},
	}
}

// once warms one path, whatever restaurants are popular.
func once(path string) func([]int64) []string {
	return func([]int64) []string { return []string{path} }
}
