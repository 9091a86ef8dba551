package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"zomato/modules/restaurants"
	"zomato/modules/restaurants/internal/core"
	"zomato/platform/database"
	"zomato/platform/money"
	"zomato/platform/paging"
	"zomato/platform/words"
)

// itemRow is a menu item as it is stored.
type itemRow struct {
	ID              int64        `db:"id"`
	RestaurantID    int64        `db:"restaurant_id"`
	Name            string       `db:"name"`
	Description     *string      `db:"description"`
	Category        string       `db:"category"`
	Price           money.Amount `db:"price"`
	IsVegetarian    bool         `db:"is_vegetarian"`
	IsVegan         bool         `db:"is_vegan"`
	IsAvailable     bool         `db:"is_available"`
	PreparationTime *int         `db:"preparation_time"`
	Stock           *int         `db:"stock"`
	Version         int64        `db:"version"`
}

// itemColumns are those of itemRow, of the table under the name i.
const itemColumns = `i.id, i.restaurant_id, i.name, i.description, i.category, i.price, i.is_vegetarian, i.is_vegan,
	i.is_available, i.preparation_time, i.stock, i.version`

// ofRestaurant joins an item with its restaurant, which must not be deleted.
const ofRestaurant = ` JOIN restaurants_restaurants r ON r.id = i.restaurant_id AND r.deleted_at IS NULL `

func menuItems(rows []itemRow) []restaurants.MenuItem {
	out := make([]restaurants.MenuItem, len(rows))
	for i, r := range rows {
		out[i] = restaurants.MenuItem(r)
	}
	return out
}

// InsertItem implements core.ItemStore.
func (s *Store) InsertItem(ctx context.Context, i restaurants.MenuItem, at time.Time) (int64, error) {
	err := s.db.Get(ctx, &i.ID, insertItems+itemValues+" RETURNING id", itemArgs(core.ImportedItem{MenuItem: i}, at)...)
	if err != nil {
		return 0, fmt.Errorf("insert a menu item of restaurant %d: %w", i.RestaurantID, err)
	}
	return i.ID, s.indexItem(ctx, i)
}

// insertItems stores new menu items, each with itemValues.
const insertItems = `
		INSERT INTO restaurants_menu_items (restaurant_id, name, name_folded, description, category, category_folded, price,
			is_vegetarian, is_vegan, is_available, preparation_time, stock, version, created_at, updated_at, external_id)
		VALUES `

const itemValues = `(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

// itemArgs are the arguments of itemValues.
func itemArgs(i core.ImportedItem, at time.Time) []any {
	var externalID *string
	if i.ExternalID != "" {
		externalID = &i.ExternalID
	}
	now := database.Millis(at)
	return []any{
		i.RestaurantID, i.Name, key(i.Name), i.Description, i.Category, key(i.Category), int64(i.Price),
		i.IsVegetarian, i.IsVegan, i.IsAvailable, i.PreparationTime, i.Stock, i.Version, now, now, externalID,
	}
}

// Item implements core.ItemStore.
func (s *Store) Item(ctx context.Context, id int64) (restaurants.MenuItem, error) {
	return s.item(ctx, id, `SELECT `+itemColumns+` FROM restaurants_menu_items i`+ofRestaurant+`WHERE i.id = ?`)
}

// LockItem implements core.ItemStore.
func (s *Store) LockItem(ctx context.Context, id int64) (restaurants.MenuItem, error) {
	// Without the join: it would lock the restaurant too, in no certain order.
	return s.item(ctx, id, `SELECT `+itemColumns+` FROM restaurants_menu_items i WHERE i.id = ?`+s.db.ForUpdate())
}

func (s *Store) item(ctx context.Context, id int64, query string) (restaurants.MenuItem, error) {
	var r itemRow
	err := s.db.Get(ctx, &r, query, id)
	if errors.Is(err, sql.ErrNoRows) {
		return restaurants.MenuItem{}, restaurants.ItemNotFound(id)
	}
	if err != nil {
		return restaurants.MenuItem{}, fmt.Errorf("read menu item %d: %w", id, err)
	}
	return restaurants.MenuItem(r), nil
}

// UpdateItem implements core.ItemStore.
func (s *Store) UpdateItem(ctx context.Context, i restaurants.MenuItem, at time.Time) error {
	err := s.exec(ctx, fmt.Sprintf("update menu item %d", i.ID), `
		UPDATE restaurants_menu_items SET name = ?, name_folded = ?, description = ?, category = ?, category_folded = ?,
			price = ?, is_vegetarian = ?, is_vegan = ?, is_available = ?, preparation_time = ?, stock = ?, version = ?,
			updated_at = ?
		WHERE id = ?`,
		i.Name, key(i.Name), i.Description, i.Category, key(i.Category), int64(i.Price), i.IsVegetarian, i.IsVegan,
		i.IsAvailable, i.PreparationTime, i.Stock, i.Version, database.Millis(at), i.ID)
	if err != nil {
		return err
	}
	return s.indexItem(ctx, i)
}

// DeleteItem implements core.ItemStore.
func (s *Store) DeleteItem(ctx context.Context, i restaurants.MenuItem) error {
	if err := s.clearItem(ctx, i); err != nil {
		return err
	}
	return s.exec(ctx, fmt.Sprintf("delete menu item %d", i.ID), `DELETE FROM restaurants_menu_items WHERE id = ?`, i.ID)
}

// MenuSize implements core.ItemStore.
func (s *Store) MenuSize(ctx context.Context, restaurantID int64) (int, error) {
	var n int
	err := s.db.Get(ctx, &n, `SELECT COUNT(*) FROM restaurants_menu_items WHERE restaurant_id = ?`, restaurantID)
	if err != nil {
		return 0, fmt.Errorf("count the menu of restaurant %d: %w", restaurantID, err)
	}
	return n, nil
}

// Menu implements core.SearchStore.
func (s *Store) Menu(ctx context.Context, f core.ItemFilter) ([]restaurants.MenuItem, error) {
	where := itemsLike(f)
	var rows []itemRow
	err := s.db.Select(ctx, &rows, `SELECT `+itemColumns+` FROM restaurants_menu_items i`+ofRestaurant+`
		WHERE `+where.String()+` ORDER BY i.category_folded, i.name_folded, i.id`, where.args...)
	if err != nil {
		return nil, fmt.Errorf("read the menu of restaurant %d: %w", f.RestaurantID, err)
	}
	return menuItems(rows), nil
}

// SearchItems implements core.SearchStore.
func (s *Store) SearchItems(ctx context.Context, f core.ItemFilter, window paging.Window) ([]restaurants.MenuItem, error) {
	query, args := itemSearch(f, window)
	var rows []itemRow
	if err := s.db.Select(ctx, &rows, query, args...); err != nil {
		return nil, fmt.Errorf("search menu items: %w", err)
	}
	return menuItems(rows), nil
}

func itemSearch(f core.ItemFilter, window paging.Window) (string, []any) {
	where := itemsLike(f)
	where.add("r.is_active")
	where.add("i.id > ?", window.After)
	return `SELECT ` + itemColumns + ` FROM restaurants_menu_items i` + ofRestaurant + `
		WHERE ` + where.String() + ` ORDER BY i.id LIMIT ? OFFSET ?`, append(where.args, window.Limit+1, window.Skip)
}

// CountItems implements core.SearchStore.
func (s *Store) CountItems(ctx context.Context, f core.ItemFilter) (int64, error) {
	where := itemsLike(f)
	where.add("r.is_active")
	var n int64
	err := s.db.Get(ctx, &n, `SELECT COUNT(*) FROM restaurants_menu_items i`+ofRestaurant+`WHERE `+where.String(), where.args...)
	if err != nil {
		return 0, fmt.Errorf("count menu items: %w", err)
	}
	return n, nil
}

// itemsLike builds the conditions of a filter. There is always one of them: the
// restaurant is not deleted.
func itemsLike(f core.ItemFilter) *conditions {
	var where conditions
	where.add("r.deleted_at IS NULL")
	if f.RestaurantID != 0 {
		where.add("i.restaurant_id = ?", f.RestaurantID)
	}
	if f.Category != "" {
		where.add("i.category_folded = ?", key(f.Category))
	}
	for _, flag := range []struct {
		column string
		value  *bool
	}{{"i.is_vegetarian", f.Vegetarian}, {"i.is_vegan", f.Vegan}, {"i.is_available", f.Available}} {
		if flag.value != nil {
			where.add(flag.column+" = ?", *flag.value)
		}
	}
	if f.MaxPrice != nil {
		where.add("i.price <= ?", int64(*f.MaxPrice))
	}
	for _, prefix := range f.Words {
		from, end := words.Range(prefix)
		where.add("i.id IN (SELECT item_id FROM restaurants_words WHERE place = ? AND word >= ? AND word < ?)", inDish, from, end)
	}
	return &where
}
