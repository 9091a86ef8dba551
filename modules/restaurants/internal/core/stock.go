package core

import (
	"context"
	"slices"

	"zomato/modules/restaurants"
	"zomato/platform/byid"
	"zomato/platform/fault"
	"zomato/platform/money"
	"zomato/platform/words"
)

// StockStore keeps how many pieces of an item there are.
type StockStore interface {
	// Items reads those of the items that exist, in any order.
	Items(ctx context.Context, ids []int64) ([]restaurants.MenuItem, error)
	// HoldMenu keeps a restaurant and items as they are until the unit of work
	// ends, as HoldItems does. False says that the restaurant is not active or has
	// another version, or perhaps that there is none of the items.
	HoldMenu(ctx context.Context, r restaurants.Restaurant, ids []int64, exclusively bool) ([]restaurants.MenuItem, bool, error)
	// HoldItems keeps items as they are until the unit of work ends, and reads
	// of those that exist what is offered, in the order of the ids, which is
	// theirs. Exclusively is for those that will be changed.
	HoldItems(ctx context.Context, ids []int64, exclusively bool) ([]restaurants.MenuItem, error)
	// AddStock adds pieces to the items that have a stock, takes them if
	// negative, and counts the items. None goes below 0: it is left out.
	AddStock(ctx context.Context, pieces []restaurants.Portion) (int, error)
}

// Items implements restaurants.Service.
func (s *Service) Items(ctx context.Context, ids []int64) ([]restaurants.MenuItem, error) {
	found, err := s.store.Items(ctx, ids)
	if err != nil {
		return nil, err
	}
	return byid.InOrder(ids, found, func(i restaurants.MenuItem) int64 { return i.ID }), nil
}

// Substitutes implements restaurants.Service.
func (s *Service) Substitutes(ctx context.Context, restaurantID int64, wanted []restaurants.Portion) (map[int64]restaurants.MenuItem, error) {
	menu, err := s.store.Menu(ctx, ItemFilter{RestaurantID: restaurantID})
	if err != nil {
		return nil, err
	}
	return ChooseSubstitutes(menu, wanted), nil
}

// ChooseSubstitutes chooses from a menu as restaurants.Service promises.
func ChooseSubstitutes(menu []restaurants.MenuItem, wanted []restaurants.Portion) map[int64]restaurants.MenuItem {
	chosen := map[int64]restaurants.MenuItem{}
	for _, want := range wanted {
		at := slices.IndexFunc(menu, func(i restaurants.MenuItem) bool { return i.ID == want.MenuItemID })
		if at < 0 {
			continue
		}
		for _, candidate := range menu {
			if slices.ContainsFunc(wanted, func(p restaurants.Portion) bool { return p.MenuItemID == candidate.ID }) ||
				!stands(candidate, menu[at], want.Quantity) {
				continue
			}
			if best, ok := chosen[want.MenuItemID]; !ok || nearer(candidate, best, menu[at].Price) {
				chosen[want.MenuItemID] = candidate
			}
		}
	}
	return chosen
}

// stands tells whether so many pieces of the candidate can stand in for an item.
func stands(candidate, item restaurants.MenuItem, quantity int) bool {
	return candidate.IsAvailable && (candidate.Stock == nil || *candidate.Stock >= quantity) &&
		words.Fold(candidate.Category) == words.Fold(item.Category) &&
		(candidate.IsVegetarian || !item.IsVegetarian) && (candidate.IsVegan || !item.IsVegan)
}

// nearer compares two items by their distance to a price; of two as near, it is
// the older.
func nearer(a, b restaurants.MenuItem, price money.Amount) bool {
	x, y := max(a.Price-price, price-a.Price), max(b.Price-price, price-b.Price)
	return x < y || (x == y && a.ID < b.ID)
}

// TakeStock implements restaurants.Service. Rows are locked in the order of
// reliability.md §2: restaurant, items by id.
func (s *Service) TakeStock(ctx context.Context, basket restaurants.Basket) error {
	return s.tx.Write(ctx, func(ctx context.Context) error {
		ids := make([]int64, len(basket.Items))
		limited := false
		for i, item := range basket.Items {
			ids[i], limited = item.ID, limited || item.Stock != nil
		}
		slices.Sort(ids)
		present, held, err := s.store.HoldMenu(ctx, basket.Restaurant, ids, limited)
		if err != nil {
			return err
		}
		if !held || !SameOffers(basket.Items, present) {
			return MenuChanged()
		}
		return s.take(ctx, present, basket.Portions)
	})
}

// take takes the pieces of those items that have a stock.
func (s *Service) take(ctx context.Context, items []restaurants.MenuItem, portions []restaurants.Portion) error {
	var pieces []restaurants.Portion
	for _, portion := range sumByItem(portions) {
		if slices.ContainsFunc(items, func(i restaurants.MenuItem) bool { return i.ID == portion.MenuItemID && i.Stock != nil }) {
			pieces = append(pieces, restaurants.Portion{MenuItemID: portion.MenuItemID, Quantity: -portion.Quantity})
		}
	}
	if len(pieces) == 0 {
		return nil
	}
	taken, err := s.store.AddStock(ctx, pieces)
	if err != nil {
		return err
	}
	if taken < len(pieces) {
		return MenuChanged()
	}
	return s.publishStock(ctx, items, pieces)
}

// ReturnStock implements restaurants.Service.
func (s *Service) ReturnStock(ctx context.Context, portions []restaurants.Portion) error {
	pieces := sumByItem(portions)
	if len(pieces) == 0 {
		return nil
	}
	return s.tx.Write(ctx, func(ctx context.Context) error {
		ids := make([]int64, len(pieces))
		for i, piece := range pieces {
			ids[i] = piece.MenuItemID
		}
		items, err := s.store.HoldItems(ctx, ids, true)
		if err != nil {
			return err
		}
		if _, err = s.store.AddStock(ctx, pieces); err != nil {
			return err
		}
		return s.publishStock(ctx, items, pieces)
	})
}

// publishStock says of the items with these pieces that their stock has changed.
func (s *Service) publishStock(ctx context.Context, items []restaurants.MenuItem, pieces []restaurants.Portion) error {
	for _, item := range items {
		if item.Stock == nil || !slices.ContainsFunc(pieces, func(p restaurants.Portion) bool { return p.MenuItemID == item.ID }) {
			continue
		}
		if err := s.events.Publish(ctx, restaurants.StockChanged{RestaurantID: item.RestaurantID, MenuItemID: item.ID}); err != nil {
			return err
		}
	}
	return nil
}

// MenuChanged is the fault for a basket that was filled from an older menu.
func MenuChanged() *fault.Error {
	return fault.New(fault.Conflict, restaurants.CodeMenuChanged, "The menu has changed since it was read: read it again.")
}

// SameOffers tells whether each item that was read is there and is still
// offered under its name, for its price, and limited or unlimited as before.
func SameOffers(read, present []restaurants.MenuItem) bool {
	for _, was := range read {
		if !slices.ContainsFunc(present, func(is restaurants.MenuItem) bool {
			return is.ID == was.ID && is.RestaurantID == was.RestaurantID && is.Name == was.Name && is.Price == was.Price &&
				is.IsAvailable && (is.Stock == nil) == (was.Stock == nil)
		}) {
			return false
		}
	}
	return true
}

// sumByItem adds up the portions of each item, by id.
func sumByItem(portions []restaurants.Portion) []restaurants.Portion {
	sums := map[int64]int{}
	var ids []int64
	for _, p := range portions {
		if _, known := sums[p.MenuItemID]; !known {
			ids = append(ids, p.MenuItemID)
		}
		sums[p.MenuItemID] += p.Quantity
	}
	slices.Sort(ids)
	out := make([]restaurants.Portion, len(ids))
	for i, id := range ids {
		out[i] = restaurants.Portion{MenuItemID: id, Quantity: sums[id]}
	}
	return out
}
