package sqlstore

import (
	"zomato/modules/restaurants/internal/core"
	"zomato/platform/paging"
)

// The statements whose plans are tested.

// SearchStatement is the statement of Store.Search.
func SearchStatement(c core.Criteria, r core.Ranking) (string, []any) { return searchFor(c, r) }

// SortedStatement is a statement that finds the same by sorting all that match.
func SortedStatement(c core.Criteria, r core.Ranking) (string, []any) { return sortedFor(c, r) }

// CountStatement is the statement of Store.CountFound.
func CountStatement(c core.Criteria) (string, []any) { return countFor(c) }

// ItemSearchStatement is the statement of Store.SearchItems.
func ItemSearchStatement(f core.ItemFilter, w paging.Window) (string, []any) { return itemSearch(f, w) }

// DishesStatement is the statement of Store.Dishes.
func DishesStatement(restaurantIDs []int64, prefixes []string, most int) (string, []any) {
	return dishesOf(restaurantIDs, prefixes, most)
}
