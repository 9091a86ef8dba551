package sqlstore

import (
	"context"
	"fmt"

	"zomato/modules/restaurants"
	"zomato/modules/restaurants/internal/core"
	"zomato/platform/database"
	"zomato/platform/money"
	"zomato/platform/paging"
)

// row is a restaurant as it is stored.
type row struct {
	ID                   int64        `db:"id"`
	Name                 string       `db:"name"`
	Cuisines             names        `db:"cuisines"`
	Description          *string      `db:"description"`
	Address              *string      `db:"address"`
	City                 *string      `db:"city"`
	Location             *string      `db:"location"`
	Latitude             *float64     `db:"latitude"`
	Longitude            *float64     `db:"longitude"`
	PhoneNumber          *string      `db:"phone_number"`
	PriceLevel           *int         `db:"price_level"`
	Currency             string       `db:"currency"`
	Timezone             string       `db:"timezone"`
	IsActive             bool         `db:"is_active"`
	Rating               int64        `db:"rating"`
	RatingCount          int64        `db:"rating_count"`
	MinOrderAmount       money.Amount `db:"min_order_amount"`
	DeliveryFee          money.Amount `db:"delivery_fee"`
	ConfirmWithinMinutes *int         `db:"confirm_within_minutes"`
	MaxActiveOrders      *int         `db:"max_active_orders"`
	SlotCapacity         *int         `db:"slot_capacity"`
	SlotMinutes          *int         `db:"slot_minutes"`
	Version              int64        `db:"version"`
	CreatedAt            int64        `db:"created_at"`
	UpdatedAt            int64        `db:"updated_at"`
}

// columns are those of row, of the table under the name r. Imported ratings
// count in what is shown.
const columns = `r.id, r.name, r.cuisines, r.description, r.address, r.city, r.location, r.latitude, r.longitude, r.phone_number,
	r.price_level, r.currency, r.timezone, r.is_active, r.rating,
	r.rating_count + r.imported_count AS rating_count, r.min_order_amount, r.delivery_fee,
	r.confirm_within_minutes, r.max_active_orders, r.slot_capacity, r.slot_minutes, r.version, r.created_at, r.updated_at`

func (r *row) restaurant() restaurants.Restaurant {
	return restaurants.Restaurant{
		ID: r.ID, Name: r.Name, Cuisines: r.Cuisines, Description: r.Description, Address: r.Address, City: r.City, Location: r.Location,
		Latitude: r.Latitude, Longitude: r.Longitude, PhoneNumber: r.PhoneNumber, PriceLevel: r.PriceLevel,
		Currency: r.Currency, Timezone: r.Timezone, IsActive: r.IsActive,
		Rating: core.Stars(r.Rating), RatingCount: r.RatingCount,
		MinOrderAmount: r.MinOrderAmount, DeliveryFee: r.DeliveryFee,
		IsOpen: true, // a restaurant without hours is always open, and there are no hours yet
		// NextOpenAt and ClosesAt stay nil for the same reason.
		ConfirmWithinMinutes: r.ConfirmWithinMinutes, MaxActiveOrders: r.MaxActiveOrders,
		SlotCapacity: r.SlotCapacity, SlotMinutes: r.SlotMinutes,
		CreatedAt: database.FromMillis(r.CreatedAt), UpdatedAt: database.FromMillis(r.UpdatedAt), Version: r.Version,
	}
}

// Insert implements core.RestaurantStore.
func (s *Store) Insert(ctx context.Context, r restaurants.Restaurant) (restaurants.Restaurant, error) {
	known, err := s.callCuisines(ctx, &r)
	if err != nil {
		return r, err
	}
	made := core.NewImported{Restaurant: r}
	if err = s.db.Get(ctx, &made.ID, insertRestaurants+restaurantValues+" RETURNING id", restaurantArgs(made)...); err != nil {
		return r, fmt.Errorf("insert a restaurant: %w", err)
	}
	return made.Restaurant, s.linkNew(ctx, known, []core.NewImported{made})
}

// insertRestaurants stores new restaurants, each with restaurantValues.
const insertRestaurants = `
		INSERT INTO restaurants_restaurants (name, cuisines, description, address, city, location, latitude, longitude, phone_number,
			price_level, currency, timezone, is_active, rating, rank, rating_sum, rating_count, min_order_amount, delivery_fee,
			confirm_within_minutes, max_active_orders, slot_capacity, slot_minutes, version, created_at, updated_at,
			external_id, imported_sum, imported_count)
		VALUES `

const restaurantValues = `(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

// restaurantArgs are the arguments of restaurantValues.
func restaurantArgs(r core.NewImported) []any {
	var externalID *string
	if r.ExternalID != "" {
		externalID = &r.ExternalID
	}
	at := standingOf(r.Imported)
	return []any{
		r.Name, names(r.Cuisines), r.Description, r.Address, r.City, r.Location, r.Latitude, r.Longitude, r.PhoneNumber,
		r.PriceLevel, r.Currency, r.Timezone, r.IsActive, at.Rating, at.Rank, int64(r.MinOrderAmount), int64(r.DeliveryFee),
		r.ConfirmWithinMinutes, r.MaxActiveOrders, r.SlotCapacity, r.SlotMinutes, r.Version,
		database.Millis(r.CreatedAt), database.Millis(r.UpdatedAt), externalID, r.Imported.Sum, r.Imported.Count,
	}
}

// Get implements core.RestaurantStore.
func (s *Store) Get(ctx context.Context, id int64) (restaurants.Restaurant, error) {
	return s.get(ctx, id, "")
}

// Lock implements core.RestaurantStore.
func (s *Store) Lock(ctx context.Context, id int64) (restaurants.Restaurant, error) {
	return s.get(ctx, id, s.db.ForUpdate())
}

func (s *Store) get(ctx context.Context, id int64, lock string) (restaurants.Restaurant, error) {
	var rows []row
	err := s.db.Select(ctx, &rows, `SELECT `+columns+` FROM restaurants_restaurants r WHERE id = ? AND deleted_at IS NULL`+lock, id)
	if err != nil {
		return restaurants.Restaurant{}, fmt.Errorf("read restaurant %d: %w", id, err)
	}
	if len(rows) == 0 {
		return restaurants.Restaurant{}, restaurants.NotFound(id)
	}
	return rows[0].restaurant(), nil
}

// ByIDs implements core.RestaurantStore.
func (s *Store) ByIDs(ctx context.Context, ids []int64) ([]restaurants.Restaurant, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var rows []row
	err := s.db.Select(ctx, &rows, `SELECT `+columns+` FROM restaurants_restaurants r
		WHERE id IN (`+list("?", len(ids))+`) AND deleted_at IS NULL`, anys(ids)...)
	if err != nil {
		return nil, fmt.Errorf("read %d restaurants: %w", len(ids), err)
	}
	return restaurantsOf(rows), nil
}

// List implements core.RestaurantStore.
func (s *Store) List(ctx context.Context, filter core.Filter, window paging.Window) ([]restaurants.Restaurant, error) {
	where := listed(filter)
	where.add("id > ?", window.After)
	var rows []row
	err := s.db.Select(ctx, &rows, `SELECT `+columns+` FROM restaurants_restaurants r WHERE `+where.String()+`
		ORDER BY id LIMIT ? OFFSET ?`, append(where.args, window.Limit+1, window.Skip)...)
	if err != nil {
		return nil, fmt.Errorf("list restaurants: %w", err)
	}
	return restaurantsOf(rows), nil
}

// Count implements core.RestaurantStore.
func (s *Store) Count(ctx context.Context, filter core.Filter) (int64, error) {
	where := listed(filter)
	var n int64
	if err := s.db.Get(ctx, &n, `SELECT COUNT(*) FROM restaurants_restaurants WHERE `+where.String(), where.args...); err != nil {
		return 0, fmt.Errorf("count restaurants: %w", err)
	}
	return n, nil
}

func listed(filter core.Filter) *conditions {
	var where conditions
	where.add("deleted_at IS NULL")
	if filter.IsActive != nil {
		where.add("is_active = ?", *filter.IsActive)
	}
	return &where
}

// Update implements core.RestaurantStore.
func (s *Store) Update(ctx context.Context, r restaurants.Restaurant) (restaurants.Restaurant, error) {
	known, err := s.callCuisines(ctx, &r)
	if err != nil {
		return r, err
	}
	err = s.exec(ctx, fmt.Sprintf("update restaurant %d", r.ID), `
		UPDATE restaurants_restaurants SET name = ?, cuisines = ?, description = ?, address = ?, city = ?, location = ?, latitude = ?,
			longitude = ?, phone_number = ?, price_level = ?, currency = ?, timezone = ?, is_active = ?,
			min_order_amount = ?, delivery_fee = ?, confirm_within_minutes = ?, max_active_orders = ?,
			slot_capacity = ?, slot_minutes = ?, version = ?, updated_at = ?
		WHERE id = ?`,
		r.Name, names(r.Cuisines), r.Description, r.Address, r.City, r.Location, r.Latitude,
		r.Longitude, r.PhoneNumber, r.PriceLevel, r.Currency, r.Timezone, r.IsActive,
		int64(r.MinOrderAmount), int64(r.DeliveryFee), r.ConfirmWithinMinutes, r.MaxActiveOrders,
		r.SlotCapacity, r.SlotMinutes, r.Version, database.Millis(r.UpdatedAt), r.ID)
	if err != nil {
		return r, err
	}
	return r, s.link(ctx, known, r)
}

// Delete implements core.RestaurantStore. The rows of record, cuisines and menu
// stay, for the orders that name them; what is searched goes.
func (s *Store) Delete(ctx context.Context, r restaurants.Restaurant) error {
	at := database.Millis(r.UpdatedAt)
	err := s.exec(ctx, fmt.Sprintf("delete restaurant %d", r.ID), `
		UPDATE restaurants_restaurants SET deleted_at = ?, updated_at = ?, version = version + 1 WHERE id = ?`, at, at, r.ID)
	if err != nil {
		return err
	}
	return s.exec(ctx, fmt.Sprintf("clear the words of restaurant %d", r.ID),
		`DELETE FROM restaurants_words WHERE restaurant_id = ?`, r.ID)
}

// linkNew stores what hangs on records that are new.
func (s *Store) linkNew(ctx context.Context, known map[string]cuisineRow, made []core.NewImported) error {
	var links []cuisineLink
	var found []indexed
	for _, r := range made {
		links = append(links, linksOf(known, r.Restaurant, standingOf(r.Imported))...)
		found = append(found, wordsOfRestaurant(r.Restaurant)...)
	}
	if err := s.addCuisines(ctx, links); err != nil {
		return err
	}
	return s.addWords(ctx, found)
}

// link stores anew what hangs on a record, its cuisines and words.
func (s *Store) link(ctx context.Context, known map[string]cuisineRow, r restaurants.Restaurant) error {
	if err := s.setCuisines(ctx, known, r); err != nil {
		return err
	}
	return s.indexRestaurant(ctx, r)
}

// restaurantsOf gives the restaurants of rows.
func restaurantsOf(rows []row) []restaurants.Restaurant {
	out := make([]restaurants.Restaurant, len(rows))
	for i := range rows {
		out[i] = rows[i].restaurant()
	}
	return out
}
