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
	parser := importParser{service: s, rules: run.Rules, replace: replacer(run.Rules.Replace)}
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
	var fresh []ImportedItem
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
		if old, there := known.items[keyOfItem(restaurant.ID, e.record.externalID)]; there {
			err = s.importOverItem(ctx, e, old, write)
		} else if err = s.roomFor(ctx, e, restaurant.ID, known.sizes); e.outcome == created {
			item := ImportedItem{e.record.MenuItem, e.record.externalID}
			item.RestaurantID = restaurant.ID
			fresh = append(fresh, item)
		}
		if err != nil {
			return err
		}
	}
	if !write {
		return nil
	}
	return s.importNewItems(ctx, fresh)
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

// importOverItem stores what a row says of an item that is there, if that is
// anything new.
func (s *Service) importOverItem(ctx context.Context, e *entry[incomingItem], old restaurants.MenuItem, write bool) error {
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
	return s.events.Publish(ctx, restaurants.MenuChanged{RestaurantID: next.RestaurantID, MenuItemID: next.ID})
}

// roomFor makes an entry a new item of a menu, or refuses it when that is full.
func (s *Service) roomFor(ctx context.Context, e *entry[incomingItem], restaurantID int64, sizes map[int64]int) error {
	size, counted := sizes[restaurantID]
	if !counted {
		var err error
		if size, err = s.store.MenuSize(ctx, restaurantID); err != nil {
			return err
		}
	}
	if size >= maxItems {
		e.reason = fmt.Sprintf("%s: A menu can have at most %d items.", colRestaurant, maxItems)
	} else {
		e.outcome = created
		size++
	}
	sizes[restaurantID] = size
	return nil
}

// importNewItems stores items that are not there yet.
func (s *Service) importNewItems(ctx context.Context, fresh []ImportedItem) error {
	ids, err := s.store.InsertImportedItems(ctx, fresh, s.clock.Now())
	if err != nil {
		return err
	}
	for i, id := range ids {
		if err = s.events.Publish(ctx, restaurants.MenuChanged{RestaurantID: fresh[i].RestaurantID, MenuItemID: id}); err != nil {
			return err
		}
	}
	return nil
}
