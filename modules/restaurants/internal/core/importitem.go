package core

import (
	"context"
	"fmt"
	"reflect"
	"slices"

	"zomato/modules/restaurants"
)

// ImportedItem is a menu item that was imported before.
type ImportedItem struct {
	restaurants.MenuItem

	ExternalID string
}

// incomingItem is a dish as a row describes it.
type incomingItem struct {
	restaurants.MenuItem // as it will be if it is new, without its restaurant

	restaurantID string // external
	externalID   string
	says         func(column string) bool
}

// ImportItems takes over a file of menu items.
func (s *Service) ImportItems(ctx context.Context, run ImportRun) (restaurants.ImportReport, error) {
	parser := importParser{rules: run.Rules, replace: replacer(run.Rules.Replace)}
	return runImport(ctx, s, run, importKind[incomingItem]{parse: parser.item, store: s.importItems})
}

// item makes a menu item of a row. Its key is with the restaurant: files number
// the dishes of each menu from one, or all through.
func (p importParser) item(row ImportRow) (incomingItem, string, []string, string) {
	c := p.cells(row)
	in := incomingItem{restaurantID: c.id(colRestaurant), externalID: c.id(colExternalID), says: c.says}
	in.MenuItem = restaurants.MenuItem{
		Name: c.text(colName), Category: c.text(colCategory), Price: c.amount(colPrice), IsVegan: c.yes(colIsVegan, false),
		IsAvailable: c.yes(colIsAvailable, true), PreparationTime: c.integer(colPreparation), Stock: c.integer(colStock), Version: 1,
	}
	in.IsVegetarian = c.yes(colIsVegetarian, in.IsVegan)
	if description := c.lines(colDescription); description != "" {
		in.Description = &description
	}
	tidyItem(&in.MenuItem, &c.findings)
	return in, in.restaurantID + "\x00" + in.externalID, c.oddities, c.reason()
}

// over gives the item with what the row says of it; where it says nothing, the
// item stays. So does the stock: orders have taken from it since it was first
// imported, and the file does not know of them.
func (in incomingItem) over(i restaurants.MenuItem) restaurants.MenuItem {
	i.Name, i.Category, i.Price = in.Name, in.Category, in.Price
	if in.says(colDescription) {
		i.Description = in.Description
	}
	if in.says(colIsVegan) || in.says(colIsVegetarian) {
		i.IsVegan, i.IsVegetarian = in.IsVegan, in.IsVegetarian
	}
	if in.says(colIsAvailable) {
		i.IsAvailable = in.IsAvailable
	}
	if in.says(colPreparation) {
		i.PreparationTime = in.PreparationTime
	}
	return i
}

// menus are the restaurants of a batch by external id, and what is known of
// their items.
type menus struct {
	restaurants map[string]ImportedRestaurant
	items       map[string]restaurants.MenuItem // by restaurant and external id
	sizes       map[int64]int
}

func keyOfItem(restaurantID int64, externalID string) string {
	return fmt.Sprintf("%d %s", restaurantID, externalID)
}

// importItems is importKind.store of menu items. Rows are locked in the order
// restaurants, items, each by id.
func (s *Service) importItems(ctx context.Context, batch []*entry[incomingItem], write bool) error {
	known, err := s.menusOf(ctx, batch, write)
	if err != nil {
		return err
	}
	for _, e := range batch {
		restaurant, there := known.restaurants[e.record.restaurantID]
		if !there {
			e.reason = colRestaurant + ": No restaurant of this id was imported from this source."
			continue
		}
		if restaurant.Deleted {
			e.reason = colRestaurant + ": The restaurant was deleted here."
			continue
		}
		if err = s.importItem(ctx, e, restaurant.ID, known, write); err != nil {
			return err
		}
	}
	return nil
}

// menusOf reads what the rows of a batch are about.
func (s *Service) menusOf(ctx context.Context, batch []*entry[incomingItem], lock bool) (menus, error) {
	known := menus{restaurants: map[string]ImportedRestaurant{}, items: map[string]restaurants.MenuItem{}, sizes: map[int64]int{}}
	var external, wanted []string
	for _, e := range batch {
		wanted = append(wanted, e.record.externalID)
		if !slices.Contains(external, e.record.restaurantID) {
			external = append(external, e.record.restaurantID)
		}
	}
	found, err := s.store.Imported(ctx, external, lock)
	if err != nil {
		return known, err
	}
	ids := make([]int64, len(found))
	for i, r := range found {
		ids[i] = r.ID
		known.restaurants[r.ExternalID] = r
	}
	items, err := s.store.ImportedItems(ctx, ids, wanted, lock)
	if err != nil {
		return known, err
	}
	for _, item := range items {
		known.items[keyOfItem(item.RestaurantID, item.ExternalID)] = item.MenuItem
	}
	return known, nil
}

// importItem stores what a row says of an item.
func (s *Service) importItem(ctx context.Context, e *entry[incomingItem], restaurantID int64, known menus, write bool) error {
	old, there := known.items[keyOfItem(restaurantID, e.record.externalID)]
	if !there {
		return s.importNewItem(ctx, e, restaurantID, known, write)
	}
	next := e.record.over(old)
	if reflect.DeepEqual(next, old) {
		return nil
	}
	e.outcome = updated
	if !write {
		return nil
	}
	next.Version++
	if err := s.store.UpdateItem(ctx, next, s.clock.Now()); err != nil {
		return err
	}
	return s.events.Publish(ctx, restaurants.MenuChanged{RestaurantID: restaurantID, MenuItemID: next.ID})
}

// importNewItem adds an item to a menu, if there is room.
func (s *Service) importNewItem(ctx context.Context, e *entry[incomingItem], restaurantID int64, known menus, write bool) error {
	size, counted := known.sizes[restaurantID]
	if !counted {
		var err error
		if size, err = s.store.MenuSize(ctx, restaurantID); err != nil {
			return err
		}
	}
	known.sizes[restaurantID] = size
	if size >= maxItems {
		e.reason = fmt.Sprintf("%s: A menu can have at most %d items.", colRestaurant, maxItems)
		return nil
	}
	known.sizes[restaurantID]++
	e.outcome = created
	if !write {
		return nil
	}
	item := e.record.MenuItem
	item.RestaurantID = restaurantID
	id, err := s.store.InsertItem(ctx, item, s.clock.Now())
	if err != nil {
		return err
	}
	if err = s.store.SetItemExternalID(ctx, id, e.record.externalID); err != nil {
		return err
	}
	return s.events.Publish(ctx, restaurants.MenuChanged{RestaurantID: restaurantID, MenuItemID: id})
}
