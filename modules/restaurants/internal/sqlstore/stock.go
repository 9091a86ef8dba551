package sqlstore

import (
	"context"
	"fmt"
	"strings"

	"zomato/modules/restaurants"
)

// Items implements core.StockStore.
func (s *Store) Items(ctx context.Context, ids []int64) ([]restaurants.MenuItem, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var rows []itemRow
	err := s.db.Select(ctx, &rows, `SELECT `+itemColumns+` FROM restaurants_menu_items i`+ofRestaurant+`
		WHERE i.id IN (`+list("?", len(ids))+`)`, anys(ids)...)
	if err != nil {
		return nil, fmt.Errorf("read %d menu items: %w", len(ids), err)
	}
	return menuItems(rows), nil
}

// HoldActive implements core.StockStore. On Postgres the lock is exclusive: the
// orders of a restaurant wait for each other at its figures anyway, and shared
// locks that overlap without a gap would keep whoever rates or changes the
// restaurant waiting for ever.
func (s *Store) HoldActive(ctx context.Context, id, version int64) (bool, error) {
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
	err := s.db.Select(ctx, &rows, `SELECT `+itemColumns+` FROM restaurants_menu_items i
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
