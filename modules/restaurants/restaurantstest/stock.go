package restaurantstest

import (
	"context"
	"errors"

	"zomato/modules/restaurants"
	"zomato/modules/restaurants/internal/core"
	"zomato/platform/database"
)

// AddItem makes the fake know a menu item, of a restaurant that it knows; one
// with the same id is replaced.
func (f *Fake) AddItem(i restaurants.MenuItem) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.items[i.ID] = i
}

// RemoveItem makes the fake forget a menu item.
func (f *Fake) RemoveItem(id int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.items, id)
}

// Items implements restaurants.Service.
func (f *Fake) Items(_ context.Context, ids []int64) ([]restaurants.MenuItem, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.find(ids), nil
}

func (f *Fake) find(ids []int64) []restaurants.MenuItem {
	found := []restaurants.MenuItem{}
	seen := map[int64]bool{}
	for _, id := range ids {
		if i, ok := f.items[id]; ok && !seen[id] {
			seen[id] = true
			found = append(found, i)
		}
	}
	return found
}

// Substitutes implements restaurants.Service.
func (f *Fake) Substitutes(_ context.Context, restaurantID int64, wanted []restaurants.Portion) (map[int64]restaurants.MenuItem, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var menu []restaurants.MenuItem
	for _, item := range f.items {
		if item.RestaurantID == restaurantID {
			menu = append(menu, item)
		}
	}
	return core.ChooseSubstitutes(menu, wanted), nil
}

// TakeStock implements restaurants.Service.
func (f *Fake) TakeStock(ctx context.Context, basket restaurants.Basket) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	r, ok := f.known[basket.Restaurant.ID]
	if !ok || !r.IsActive || r.Version != basket.Restaurant.Version {
		return core.MenuChanged()
	}
	ids := make([]int64, len(basket.Items))
	for i, item := range basket.Items {
		ids[i] = item.ID
	}
	present := f.find(ids)
	if !core.SameOffers(basket.Items, present) {
		return core.MenuChanged()
	}
	left := map[int64]int{}
	for _, item := range present {
		if item.Stock != nil {
			left[item.ID] = *item.Stock
		}
	}
	for _, p := range basket.Portions {
		if _, limited := left[p.MenuItemID]; !limited {
			continue
		}
		if left[p.MenuItemID] -= p.Quantity; left[p.MenuItemID] < 0 {
			return core.MenuChanged()
		}
	}
	return f.later(ctx, basket.Portions, -1)
}

// ReturnStock implements restaurants.Service.
func (f *Fake) ReturnStock(ctx context.Context, portions []restaurants.Portion) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.later(ctx, portions, 1)
}

// later changes the stock now, or when the unit of work is committed.
func (f *Fake) later(ctx context.Context, portions []restaurants.Portion, sign int) error {
	change := func() {
		for _, p := range portions {
			if i, ok := f.items[p.MenuItemID]; ok && i.Stock != nil {
				left := *i.Stock + sign*p.Quantity
				i.Stock = &left
				i.Version++
				f.items[i.ID] = i
			}
		}
	}
	err := database.AfterCommit(ctx, func() func(context.Context) {
		f.mu.Lock()
		defer f.mu.Unlock()
		change()
		return nil
	})
	if errors.Is(err, database.ErrNotWriting) {
		change()
		return nil
	}
	return err
}
