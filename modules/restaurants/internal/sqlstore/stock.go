package sqlstore

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"zomato/modules/restaurants"
	"zomato/platform/database"
)

// Items implements core.StockStore.
func (s *Store) Items(ctx context.Context, ids []int64) ([]restaurants.MenuItem, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	var rows []itemRow
	err := s.db.Select(ctx, &rows, `SELECT `+itemColumns+` FROM `+s.itemsByID(len(ids), ofRestaurant), anys(ids)...)
	if err != nil {
		return nil, fmt.Errorf("read %d menu items: %w", len(ids), err)
	}
	return menuItems(rows), nil
}

// itemsByID are so many items by their ids, under the name i, with what is
// joined to them. For IN, SQLite would make a table, which costs several times
// what reading two items does; the rows of VALUES it reads as they are.
func (s *Store) itemsByID(n int, join string) string {
	if s.db.Dialect() == database.SQLite {
		return `(VALUES ` + list("(?)", n) + `) p CROSS JOIN restaurants_menu_items i ON i.id = p.column1` + join
	}
	return `restaurants_menu_items i` + join + ` WHERE i.id IN (` + list("?", n) + `)`
}

// offerColumns are what an offer consists of, of the table under the name i.
const offerColumns = `i.id, i.restaurant_id, i.name, i.price, i.is_available, i.stock`

// HoldMenu implements core.StockStore. On SQLite, where the writer is held, it is
// one statement.
func (s *Store) HoldMenu(ctx context.Context, r restaurants.Restaurant, ids []int64, exclusively bool) ([]restaurants.MenuItem, bool, error) {
	if s.db.Dialect() == database.Postgres || len(ids) == 0 {
		held, err := s.holdActive(ctx, r.ID, r.Version)
		if err != nil || !held {
			return nil, held, err
		}
		items, err := s.HoldItems(ctx, ids, exclusively)
		return items, true, err
	}
	var rows []itemRow
	err := s.db.Select(ctx, &rows, `SELECT `+offerColumns+` FROM restaurants_restaurants r
		CROSS JOIN (VALUES `+list("(?)", len(ids))+`) p CROSS JOIN restaurants_menu_items i ON i.id = p.column1
		WHERE r.id = ? AND r.version = ? AND r.is_active AND r.deleted_at IS NULL`, append(anys(ids), r.ID, r.Version)...)
	if err != nil {
		return nil, false, fmt.Errorf("hold %d menu items of restaurant %d: %w", len(ids), r.ID, err)
	}
	return menuItems(rows), len(rows) > 0, nil
}

// holdActive tells whether a restaurant is active and has a version. On Postgres
// the lock is exclusive: the orders of a restaurant wait for each other at its
// figures anyway, and shared locks that overlap without a gap would keep whoever
// rates or changes the restaurant waiting for ever.
func (s *Store) holdActive(ctx context.Context, id, version int64) (bool, error) {
	var held []int64
	err := s.db.Select(ctx, &held, `SELECT id FROM restaurants_restaurants
		WHERE id = ? AND version = ? AND is_active AND deleted_at IS NULL`+s.db.ForUpdate(), id, version)
	if err != nil {
		return false, fmt.Errorf("hold restaurant %d: %w", id, err)
	}
	return len(held) == 1, nil
}

// HoldItems implements core.StockStore. It does not ask for the restaurant,
// which it would lock too; TakeStock holds that already.
func (s *Store) HoldItems(ctx context.Context, ids []int64, exclusively bool) ([]restaurants.MenuItem, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	lock := s.db.ForShare()
	if exclusively {
		lock = s.db.ForUpdate()
	}
	var rows []itemRow
	err := s.db.Select(ctx, &rows, `SELECT `+offerColumns+` FROM restaurants_menu_items i
		WHERE i.id IN (`+list("?", len(ids))+`) ORDER BY i.id`+lock, anys(ids)...)
	if err != nil {
		return nil, fmt.Errorf("hold %d menu items: %w", len(ids), err)
	}
	return menuItems(rows), nil
}

// AddStock implements core.StockStore: one statement, whatever the number of
// items. The sum is repeated in the condition, so that nothing is sold twice
// even to a caller that holds no lock.
func (s *Store) AddStock(ctx context.Context, pieces []restaurants.Portion) (int, error) {
	// Postgres would take a bare ? for a text.
	sum := `stock + CASE id` + strings.Repeat(` WHEN ? THEN CAST(? AS BIGINT)`, len(pieces)) + ` END`
	var numbers, ids []any
	for _, piece := range pieces {
		numbers, ids = append(numbers, piece.MenuItemID, piece.Quantity), append(ids, piece.MenuItemID)
	}
	args := append(append(append([]any{}, numbers...), ids...), numbers...)
	done, err := s.db.Exec(ctx, `UPDATE restaurants_menu_items SET version = version + 1, stock = `+sum+`
		WHERE id IN (`+list("?", len(pieces))+`) AND stock IS NOT NULL AND `+sum+` >= 0`, args...)
	if err != nil {
		return 0, fmt.Errorf("change the stock of %d menu items: %w", len(pieces), err)
	}
	changed, err := done.RowsAffected()
	if err != nil {
		return 0, fmt.Errorf("count the menu items with another stock: %w", err)
	}
	return int(changed), nil
}
