package core

import (
	"context"
	"strings"

	"zomato/modules/restaurants"
	"zomato/platform/fault"
	"zomato/platform/money"
	"zomato/platform/paging"
	"zomato/platform/words"
)

// ItemSearch is which items of menus are looked for. What is nil or zero
// restricts nothing.
type ItemSearch struct {
	RestaurantID int64
	Q            string // each word begins a word of the item's name
	Category     string // the whole name, whatever case and accents
	Vegetarian   *bool  // only those that are, or are not
	Vegan        *bool
	Available    *bool
	MaxPrice     *money.Amount
}

// ItemFilter is an ItemSearch in the terms of a store.
type ItemFilter struct {
	RestaurantID int64
	Words        []string // each a prefix of a word of the name
	Category     string   // folded
	Vegetarian   *bool
	Vegan        *bool
	Available    *bool
	MaxPrice     *money.Amount
}

// Menu gives the items of a restaurant, available or not, by category and name.
// Faults: restaurant_not_found.
func (s *Service) Menu(ctx context.Context, in ItemSearch) ([]restaurants.MenuItem, error) {
	filter, err := in.filter()
	if err != nil {
		return nil, err
	}
	items, err := s.store.Menu(ctx, filter)
	if err == nil && len(items) == 0 {
		_, err = s.store.Get(ctx, in.RestaurantID) // an empty menu, or none
	}
	return items, err
}

// SearchItems gives a page of the items of active restaurants, the oldest first.
// Faults: findings about the parameters.
func (s *Service) SearchItems(ctx context.Context, in ItemSearch, q paging.Query) (paging.Page[restaurants.MenuItem], error) {
	filter, err := in.filter()
	if err != nil {
		return paging.Page[restaurants.MenuItem]{}, err
	}
	window, err := paging.WindowOf(q)
	if err != nil {
		return paging.Page[restaurants.MenuItem]{}, err
	}
	found, err := s.store.SearchItems(ctx, filter, window)
	if err != nil {
		return paging.Page[restaurants.MenuItem]{}, err
	}
	page := paging.CutByID(found, q.Limit, func(i restaurants.MenuItem) int64 { return i.ID })
	return paging.Counted(page, q, func() (int64, error) { return s.store.CountItems(ctx, filter) })
}

func (in ItemSearch) filter() (ItemFilter, error) {
	var findings fault.Findings
	f := ItemFilter{
		RestaurantID: in.RestaurantID, Words: wordsOf(&findings, "query/q", in.Q),
		Category: words.Fold(strings.TrimSpace(in.Category)), Vegetarian: in.Vegetarian, Vegan: in.Vegan, Available: in.Available, MaxPrice: in.MaxPrice,
	}
	return f, findings.Err()
}
