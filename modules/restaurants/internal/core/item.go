package core

import (
	"context"
	"time"

	"zomato/modules/restaurants"
	"zomato/platform/access"
	"zomato/platform/fault"
	"zomato/platform/idempotency"
	"zomato/platform/money"
	"zomato/platform/patch"
)

// maxItems bounds a menu, since it is answered whole.
const maxItems = 1000

// NewItem is what it takes to add an item to a menu. What is nil or zero was
// not given.
type NewItem struct {
	RestaurantID    int64
	Name            string
	Description     *string
	Category        string
	Price           money.Amount
	IsVegetarian    *bool // if not given, what IsVegan says
	IsVegan         bool
	IsAvailable     *bool // true if not given
	PreparationTime *int  // minutes
	Stock           *int
}

// ItemChanges is a partial update of a menu item.
type ItemChanges struct {
	Name            patch.Field[string]
	Description     patch.Field[string]
	Category        patch.Field[string]
	Price           patch.Field[money.Amount]
	IsVegetarian    patch.Field[bool]
	IsVegan         patch.Field[bool]
	IsAvailable     patch.Field[bool]
	PreparationTime patch.Field[int]
	Stock           patch.Field[int]
}

// ItemStore keeps menu items.
type ItemStore interface {
	// InsertItem stores a new item and gives the id.
	InsertItem(ctx context.Context, i restaurants.MenuItem, at time.Time) (int64, error)
	// Item reads an item. Faults: item_not_found.
	Item(ctx context.Context, id int64) (restaurants.MenuItem, error)
	// LockItem reads an item that nobody else changes until the unit of work
	// ends. Faults: item_not_found.
	LockItem(ctx context.Context, id int64) (restaurants.MenuItem, error)
	// UpdateItem stores every field.
	UpdateItem(ctx context.Context, i restaurants.MenuItem, at time.Time) error
	// DeleteItem removes an item.
	DeleteItem(ctx context.Context, i restaurants.MenuItem) error
	// MenuSize counts the items of a restaurant.
	MenuSize(ctx context.Context, restaurantID int64) (int, error)
}

// AddItem adds an item to a menu. Faults: restaurant_not_found, too_many_items,
// or findings about the fields.
func (s *Service) AddItem(ctx context.Context, n NewItem) (restaurants.MenuItem, error) {
	item := restaurants.MenuItem{
		RestaurantID: n.RestaurantID, Name: n.Name, Description: n.Description, Category: n.Category, Price: n.Price,
		IsVegetarian: or(n.IsVegetarian, n.IsVegan), IsVegan: n.IsVegan, IsAvailable: or(n.IsAvailable, true),
		PreparationTime: n.PreparationTime, Stock: n.Stock, Version: 1,
	}
	var findings fault.Findings
	tidyItem(&item, &findings)
	if err := findings.Err(); err != nil {
		return restaurants.MenuItem{}, err
	}
	now := s.clock.Now()
	return idempotency.Write(ctx, s.tx, func(ctx context.Context) (restaurants.MenuItem, error) {
		stored := item
		// The lock keeps the number of items and the restaurant itself.
		if _, err := s.store.Lock(ctx, item.RestaurantID); err != nil {
			return stored, err
		}
		size, err := s.store.MenuSize(ctx, item.RestaurantID)
		if err != nil {
			return stored, err
		}
		if size >= maxItems {
			return stored, fault.New(fault.Conflict, "too_many_items", "A menu can have at most %d items.", maxItems)
		}
		if stored.ID, err = s.store.InsertItem(ctx, item, now); err != nil {
			return stored, err
		}
		return stored, s.events.Publish(ctx, restaurants.MenuChanged{RestaurantID: item.RestaurantID, MenuItemID: stored.ID})
	})
}

// Item gives a menu item. Faults: item_not_found.
func (s *Service) Item(ctx context.Context, id int64) (restaurants.MenuItem, error) {
	return s.store.Item(ctx, id)
}

// UpdateItem changes the fields that are set. Versions are those of If-Match,
// nil for any. To a restaurant another's item does not exist. Faults:
// item_not_found, version_changed, or findings about the fields.
func (s *Service) UpdateItem(ctx context.Context, id int64, c ItemChanges, versions []int64) (restaurants.MenuItem, error) {
	var updated restaurants.MenuItem
	err := s.changeItem(ctx, id, versions, func(ctx context.Context, old restaurants.MenuItem) error {
		updated = c.apply(old)
		updated.Version++
		var findings fault.Findings
		tidyItem(&updated, &findings)
		if err := findings.Err(); err != nil {
			return err
		}
		return s.store.UpdateItem(ctx, updated, s.clock.Now())
	})
	return updated, err
}

// DeleteItem removes an item from its menu. To a restaurant another's item does
// not exist. Faults: item_not_found, version_changed.
func (s *Service) DeleteItem(ctx context.Context, id int64, versions []int64) error {
	return s.changeItem(ctx, id, versions, s.store.DeleteItem)
}

// changeItem runs a use case that changes one item: it locks the restaurant and
// then the item, lets the function change it, and publishes the event.
func (s *Service) changeItem(ctx context.Context, id int64, versions []int64, fn func(context.Context, restaurants.MenuItem) error) error {
	return s.tx.Write(ctx, func(ctx context.Context) error {
		item, err := s.store.Item(ctx, id)
		if err != nil {
			return err
		}
		if !mayChange(access.From(ctx), item) {
			return restaurants.ItemNotFound(id)
		}
		_, err = s.store.Lock(ctx, item.RestaurantID)
		if fault.Is(err, restaurants.CodeNotFound) {
			return restaurants.ItemNotFound(id) // deleted just now
		}
		if err != nil {
			return err
		}
		if item, err = s.store.LockItem(ctx, id); err != nil {
			return err
		}
		if err = patch.Match(versions, item.Version); err != nil {
			return err
		}
		if err = fn(ctx, item); err != nil {
			return err
		}
		return s.events.Publish(ctx, restaurants.MenuChanged{RestaurantID: item.RestaurantID, MenuItemID: id})
	})
}

// mayChange tells whose items a caller may change: the path of an item does not
// name its restaurant, so that the rule of the operation cannot.
func mayChange(who access.Principal, item restaurants.MenuItem) bool {
	return who.Role != access.Restaurant || who.RestaurantID == item.RestaurantID
}

// apply gives the item with the fields that are set.
func (c ItemChanges) apply(i restaurants.MenuItem) restaurants.MenuItem {
	i.Name = c.Name.Apply(i.Name)
	i.Description = c.Description.ApplyNullable(i.Description)
	i.Category = c.Category.Apply(i.Category)
	i.Price = c.Price.Apply(i.Price)
	i.IsVegetarian = c.IsVegetarian.Apply(i.IsVegetarian)
	i.IsVegan = c.IsVegan.Apply(i.IsVegan)
	i.IsAvailable = c.IsAvailable.Apply(i.IsAvailable)
	i.PreparationTime = c.PreparationTime.ApplyNullable(i.PreparationTime)
	i.Stock = c.Stock.ApplyNullable(i.Stock)
	return i
}
