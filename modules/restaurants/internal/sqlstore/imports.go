package sqlstore

import (
	"context"
	"fmt"
	"slices"

	"zomato/modules/restaurants"
	"zomato/modules/restaurants/internal/core"
	"zomato/platform/database"
)

// The indexes by which external ids are unique.
const (
	uniqueExternal     = "restaurants_restaurants_external"
	uniqueItemExternal = "restaurants_menu_items_external"
)

// importedRow is a restaurant that was imported.
type importedRow struct {
	row
	partsRow

	ExternalID string `db:"external_id"`
	Deleted    bool   `db:"deleted"`
}

// Imported implements core.ImportStore.
func (s *Store) Imported(ctx context.Context, externalIDs []string, lock bool) ([]core.ImportedRestaurant, error) {
	if len(externalIDs) == 0 {
		return nil, nil
	}
	var rows []importedRow
	err := s.db.Select(ctx, &rows, `
		SELECT `+columns+`, `+parts+`, r.external_id, r.deleted_at IS NOT NULL AS deleted FROM restaurants_restaurants r
		WHERE r.external_id IN (`+list("?", len(externalIDs))+`) ORDER BY r.id`+s.locking(lock), anys(externalIDs)...)
	if err != nil {
		return nil, fmt.Errorf("read %d imported restaurants: %w", len(externalIDs), err)
	}
	plain := make([]row, len(rows))
	for i, r := range rows {
		plain[i] = r.row
	}
	found, err := s.whole(ctx, plain)
	if err != nil {
		return nil, err
	}
	out := make([]core.ImportedRestaurant, len(rows))
	for i, r := range rows {
		out[i] = core.ImportedRestaurant{Restaurant: found[i], ExternalID: r.ExternalID, Stars: r.rating(), Deleted: r.Deleted}
	}
	return out, nil
}

// locking is the end of a SELECT that locks, or does not.
func (s *Store) locking(lock bool) string {
	if lock {
		return s.db.ForUpdate()
	}
	return ""
}

// SetExternalID implements core.ImportStore.
func (s *Store) SetExternalID(ctx context.Context, restaurantID int64, externalID string) error {
	return met(uniqueExternal, s.exec(ctx, fmt.Sprintf("name the source of restaurant %d", restaurantID),
		`UPDATE restaurants_restaurants SET external_id = ? WHERE id = ?`, externalID, restaurantID))
}

// importedItemRow is an item that was imported.
type importedItemRow struct {
	itemRow

	ExternalID string `db:"external_id"`
}

// ImportedItems implements core.ImportStore.
func (s *Store) ImportedItems(ctx context.Context, restaurantIDs []int64, externalIDs []string, lock bool) ([]core.ImportedItem, error) {
	if len(restaurantIDs) == 0 || len(externalIDs) == 0 {
		return nil, nil
	}
	var rows []importedItemRow
	err := s.db.Select(ctx, &rows, `
		SELECT `+itemColumns+`, i.external_id FROM restaurants_menu_items i
		WHERE i.restaurant_id IN (`+list("?", len(restaurantIDs))+`) AND i.external_id IN (`+list("?", len(externalIDs))+`)
		ORDER BY i.id`+s.locking(lock), slices.Concat(anys(restaurantIDs), anys(externalIDs))...)
	if err != nil {
		return nil, fmt.Errorf("read %d imported menu items: %w", len(externalIDs), err)
	}
	out := make([]core.ImportedItem, len(rows))
	for i, r := range rows {
		out[i] = core.ImportedItem{MenuItem: restaurants.MenuItem(r.itemRow), ExternalID: r.ExternalID}
	}
	return out, nil
}

// SetItemExternalID implements core.ImportStore.
func (s *Store) SetItemExternalID(ctx context.Context, itemID int64, externalID string) error {
	return met(uniqueItemExternal, s.exec(ctx, fmt.Sprintf("name the source of menu item %d", itemID),
		`UPDATE restaurants_menu_items SET external_id = ? WHERE id = ?`, externalID, itemID))
}

// met turns the violation of an index into what it means there.
func met(index string, err error) error {
	if database.IsUnique(err, index) {
		return fmt.Errorf("%w: %w", core.ErrImportedMeanwhile, err)
	}
	return err
}
