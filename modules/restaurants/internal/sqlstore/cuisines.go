package sqlstore

import (
	"context"
	"fmt"
	"slices"

	"zomato/modules/restaurants"
	"zomato/modules/restaurants/internal/core"
	"zomato/platform/words"
)

// cuisineRow is a cuisine as it is stored.
type cuisineRow struct {
	ID     int64  `db:"id"`
	Name   string `db:"name"`
	Folded string `db:"folded"`
}

// Cuisines implements core.RestaurantStore.
func (s *Store) Cuisines(ctx context.Context) ([]core.Cuisine, error) {
	var rows []struct {
		ID          int64  `db:"id"`
		Name        string `db:"name"`
		Restaurants int64  `db:"restaurants"`
	}
	err := s.db.Select(ctx, &rows, `
		SELECT c.id, c.name, COUNT(*) AS restaurants
		FROM restaurants_cuisines c
		JOIN restaurants_restaurant_cuisines rc ON rc.cuisine_id = c.id
		JOIN restaurants_restaurants r ON r.id = rc.restaurant_id
		WHERE r.is_active AND r.deleted_at IS NULL
		GROUP BY c.id, c.name, c.folded ORDER BY c.folded`)
	if err != nil {
		return nil, fmt.Errorf("read the cuisines: %w", err)
	}
	out := make([]core.Cuisine, len(rows))
	for i, r := range rows {
		out[i] = core.Cuisine(r)
	}
	return out, nil
}

// setCuisines stores the cuisines of a restaurant and gives their names as they
// were first used.
func (s *Store) setCuisines(ctx context.Context, restaurantID int64, names []string) ([]string, error) {
	known, err := s.ensureCuisines(ctx, names)
	if err != nil {
		return nil, err
	}
	err = s.exec(ctx, fmt.Sprintf("clear the cuisines of restaurant %d", restaurantID),
		`DELETE FROM restaurants_restaurant_cuisines WHERE restaurant_id = ?`, restaurantID)
	if err != nil {
		return nil, err
	}
	set := []restaurants.Restaurant{{ID: restaurantID, Cuisines: names}}
	err = s.addCuisines(ctx, known, set)
	return set[0].Cuisines, err
}

// addCuisines stores the cuisines of restaurants that have none, and calls them
// there as they are called.
func (s *Store) addCuisines(ctx context.Context, known map[string]cuisineRow, of []restaurants.Restaurant) error {
	var links [][3]int64
	for i := range of {
		r := &of[i]
		called := make([]string, len(r.Cuisines))
		for position, name := range r.Cuisines {
			cuisine := known[words.Fold(name)]
			called[position] = cuisine.Name
			links = append(links, [3]int64{r.ID, int64(position), cuisine.ID})
		}
		r.Cuisines = called
	}
	for part := range slices.Chunk(links, maxRows) {
		args := make([]any, 0, 3*len(part))
		for _, link := range part {
			args = append(args, link[0], link[1], link[2])
		}
		err := s.exec(ctx, fmt.Sprintf("set the cuisines of restaurant %d", part[0][0]), `
		INSERT INTO restaurants_restaurant_cuisines (restaurant_id, position, cuisine_id)
		VALUES `+list("(?, ?, ?)", len(part)), args...)
		if err != nil {
			return err
		}
	}
	return nil
}

// ensureCuisines gives the cuisines by folded name and stores those that are
// new.
func (s *Store) ensureCuisines(ctx context.Context, names []string) (map[string]cuisineRow, error) {
	nameOf := map[string]string{}
	var folded []string
	for _, name := range names {
		key := words.Fold(name)
		if _, met := nameOf[key]; !met {
			nameOf[key] = name
			folded = append(folded, key)
		}
	}
	known, err := s.cuisinesNamed(ctx, folded)
	if err != nil || len(known) == len(folded) {
		return known, err
	}
	// Always in the same order: others that store the same ones wait here.
	slices.Sort(folded)
	for _, key := range folded {
		if _, stored := known[key]; stored {
			continue
		}
		err = s.exec(ctx, "insert a cuisine", `
			INSERT INTO restaurants_cuisines (name, folded) VALUES (?, ?) ON CONFLICT (folded) DO NOTHING`, nameOf[key], key)
		if err != nil {
			return nil, err
		}
	}
	return s.cuisinesNamed(ctx, folded)
}

func (s *Store) cuisinesNamed(ctx context.Context, folded []string) (map[string]cuisineRow, error) {
	var rows []cuisineRow
	err := s.db.Select(ctx, &rows, `SELECT id, name, folded FROM restaurants_cuisines
		WHERE folded IN (`+list("?", len(folded))+`)`, anys(folded)...)
	if err != nil {
		return nil, fmt.Errorf("find cuisines: %w", err)
	}
	out := make(map[string]cuisineRow, len(rows))
	for _, r := range rows {
		out[r.Folded] = r
	}
	return out, nil
}

// cuisinesOf reads the names of the cuisines of several restaurants, by id.
func (s *Store) cuisinesOf(ctx context.Context, restaurantIDs []int64) (map[int64][]string, error) {
	if len(restaurantIDs) == 0 {
		return nil, nil
	}
	var rows []struct {
		RestaurantID int64  `db:"restaurant_id"`
		Name         string `db:"name"`
	}
	err := s.db.Select(ctx, &rows, `
		SELECT rc.restaurant_id, c.name
		FROM restaurants_restaurant_cuisines rc JOIN restaurants_cuisines c ON c.id = rc.cuisine_id
		WHERE rc.restaurant_id IN (`+list("?", len(restaurantIDs))+`)
		ORDER BY rc.restaurant_id, rc.position`, anys(restaurantIDs)...)
	if err != nil {
		return nil, fmt.Errorf("read the cuisines of %d restaurants: %w", len(restaurantIDs), err)
	}
	out := make(map[int64][]string, len(restaurantIDs))
	for _, r := range rows {
		out[r.RestaurantID] = append(out[r.RestaurantID], r.Name)
	}
	return out, nil
}
