package sqlstore

import (
	"context"
	"fmt"

	"zomato/modules/customers/internal/core"
)

// addressRow is an address as it is stored.
type addressRow struct {
	ID         int64    `db:"id"`
	CustomerID int64    `db:"customer_id"`
	Label      string   `db:"label"`
	Address    string   `db:"address"`
	Latitude   *float64 `db:"latitude"`
	Longitude  *float64 `db:"longitude"`
	IsDefault  bool     `db:"is_default"`
	Version    int64    `db:"version"`
}

// Addresses implements core.AddressStore.
func (s *Store) Addresses(ctx context.Context, customerID int64) ([]core.Address, error) {
	var rows []addressRow
	err := s.db.Select(ctx, &rows, `SELECT id, customer_id, label, address, latitude, longitude, is_default, version
		FROM customers_addresses WHERE customer_id = ? ORDER BY id`, customerID)
	if err != nil {
		return nil, fmt.Errorf("read the addresses of customer %d: %w", customerID, err)
	}
	out := make([]core.Address, len(rows))
	for i, r := range rows {
		out[i] = core.Address(r)
	}
	return out, nil
}

// InsertAddress implements core.AddressStore.
func (s *Store) InsertAddress(ctx context.Context, a core.Address) (int64, error) {
	var id int64
	err := s.db.Get(ctx, &id, `
		INSERT INTO customers_addresses (customer_id, label, address, latitude, longitude, is_default, version)
		VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id`,
		a.CustomerID, a.Label, a.Address, a.Latitude, a.Longitude, a.IsDefault, a.Version)
	if err != nil {
		return 0, fmt.Errorf("insert an address of customer %d: %w", a.CustomerID, err)
	}
	return id, nil
}

// UpdateAddress implements core.AddressStore.
func (s *Store) UpdateAddress(ctx context.Context, a core.Address) error {
	return s.exec(ctx, fmt.Sprintf("update address %d", a.ID), `
		UPDATE customers_addresses SET label = ?, address = ?, latitude = ?, longitude = ?, is_default = ?, version = ?
		WHERE id = ?`, a.Label, a.Address, a.Latitude, a.Longitude, a.IsDefault, a.Version, a.ID)
}

// DeleteAddress implements core.AddressStore.
func (s *Store) DeleteAddress(ctx context.Context, a core.Address) error {
	return s.exec(ctx, fmt.Sprintf("delete address %d", a.ID), `DELETE FROM customers_addresses WHERE id = ?`, a.ID)
}

// ClearDefault implements core.AddressStore. An address that loses its place as
// the default has changed.
func (s *Store) ClearDefault(ctx context.Context, customerID int64) error {
	return s.exec(ctx, fmt.Sprintf("clear the default address of customer %d", customerID), `
		UPDATE customers_addresses SET is_default = FALSE, version = version + 1 WHERE customer_id = ? AND is_default`, customerID)
}

// Favourites implements core.FavouriteStore.
func (s *Store) Favourites(ctx context.Context, customerID int64) ([]int64, error) {
	var ids []int64
	err := s.db.Select(ctx, &ids, `SELECT restaurant_id FROM customers_favourites WHERE customer_id = ? ORDER BY id DESC`, customerID)
	if err != nil {
		return nil, fmt.Errorf("read the favourites of customer %d: %w", customerID, err)
	}
	return ids, nil
}

// AddFavourite implements core.FavouriteStore.
func (s *Store) AddFavourite(ctx context.Context, customerID, restaurantID int64) error {
	return s.exec(ctx, fmt.Sprintf("add a favourite of customer %d", customerID), `
		INSERT INTO customers_favourites (customer_id, restaurant_id) VALUES (?, ?)
		ON CONFLICT (customer_id, restaurant_id) DO NOTHING`, customerID, restaurantID)
}

// RemoveFavourite implements core.FavouriteStore.
func (s *Store) RemoveFavourite(ctx context.Context, customerID, restaurantID int64) error {
	return s.exec(ctx, fmt.Sprintf("remove a favourite of customer %d", customerID),
		`DELETE FROM customers_favourites WHERE customer_id = ? AND restaurant_id = ?`, customerID, restaurantID)
}

// ForgetRestaurant implements core.FavouriteStore.
func (s *Store) ForgetRestaurant(ctx context.Context, restaurantID int64) error {
	return s.exec(ctx, fmt.Sprintf("forget restaurant %d", restaurantID),
		`DELETE FROM customers_favourites WHERE restaurant_id = ?`, restaurantID)
}

func (s *Store) exec(ctx context.Context, doing, query string, args ...any) error {
	if _, err := s.db.Exec(ctx, query, args...); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}
