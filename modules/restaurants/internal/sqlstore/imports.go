package sqlstore

import (
	"context"
	"fmt"
	"slices"
	"time"

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
	out := make([]core.ImportedRestaurant, len(rows))
	for i, r := range rows {
		out[i] = core.ImportedRestaurant{Restaurant: r.restaurant(), ExternalID: r.ExternalID, Stars: r.rating(), Deleted: r.Deleted}
	}
	return out, nil
}

// IsEmpty implements core.ImportStore: the rows of deleted restaurants stay.
func (s *Store) IsEmpty(ctx context.Context) (bool, error) {
	var some bool
	if err := s.db.Get(ctx, &some, `SELECT EXISTS (SELECT 1 FROM restaurants_restaurants)`); err != nil {
		return false, fmt.Errorf("look for a restaurant: %w", err)
	}
	return !some, nil
}

// locking is the end of a SELECT that locks, or does not.
func (s *Store) locking(lock bool) string {
	if lock {
		return s.db.ForUpdate()
	}
	return ""
}

// InsertImported implements core.ImportStore. No database promises the order of
// what RETURNING gives: the external id tells which is which.
func (s *Store) InsertImported(ctx context.Context, fresh []core.NewImported) ([]int64, error) {
	if len(fresh) == 0 {
		return nil, nil
	}
	made, of := slices.Clone(fresh), make([]*restaurants.Restaurant, len(fresh))
	for i := range made {
		of[i] = &made[i].Restaurant
	}
	known, err := s.callCuisines(ctx, of...)
	if err != nil {
		return nil, err
	}
	var args []any
	for _, r := range made {
		args = append(args, restaurantArgs(r)...)
	}
	var rows []struct {
		ID         int64  `db:"id"`
		ExternalID string `db:"external_id"`
	}
	err = s.db.Select(ctx, &rows, insertRestaurants+list(restaurantValues, len(fresh))+" RETURNING id, external_id", args...)
	if err != nil {
		return nil, met(uniqueExternal, fmt.Errorf("insert %d imported restaurants: %w", len(fresh), err))
	}
	idOf := make(map[string]int64, len(rows))
	for _, r := range rows {
		idOf[r.ExternalID] = r.ID
	}
	ids := make([]int64, len(made))
	for i := range made {
		ids[i] = idOf[made[i].ExternalID]
		made[i].ID = ids[i]
	}
	return ids, s.linkNew(ctx, known, made)
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

// InsertImportedItems implements core.ImportStore, as InsertImported does.
func (s *Store) InsertImportedItems(ctx context.Context, fresh []core.ImportedItem, at time.Time) ([]int64, error) {
	if len(fresh) == 0 {
		return nil, nil
	}
	var args []any
	for _, i := range fresh {
		args = append(args, itemArgs(i, at)...)
	}
	type place struct {
		RestaurantID int64  `db:"restaurant_id"`
		ExternalID   string `db:"external_id"`
	}
	var rows []struct {
		place

		ID int64 `db:"id"`
	}
	err := s.db.Select(ctx, &rows, insertItems+list(itemValues, len(fresh))+" RETURNING id, restaurant_id, external_id", args...)
	if err != nil {
		return nil, met(uniqueItemExternal, fmt.Errorf("insert %d imported menu items: %w", len(fresh), err))
	}
	idOf := make(map[place]int64, len(rows))
	for _, r := range rows {
		idOf[r.place] = r.ID
	}
	ids := make([]int64, len(fresh))
	var found []indexed
	for n, i := range fresh {
		ids[n] = idOf[place{i.RestaurantID, i.ExternalID}]
		i.ID = ids[n]
		found = append(found, wordsOfItem(i.MenuItem)...)
	}
	return ids, s.addWords(ctx, found)
}

// met turns the violation of an index into what it means there.
func met(index string, err error) error {
	if database.IsUnique(err, index) {
		return fmt.Errorf("%w: %w", core.ErrImportedMeanwhile, err)
	}
	return err
}
