package sqlstore

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

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

// names is a list of names as it is stored: as JSON. A restaurant keeps those of
// its cuisines, which never change, so that it is read in one statement.
type names []string

// Scan implements sql.Scanner.
func (n *names) Scan(stored any) error {
	text, ok := stored.(string)
	if !ok {
		return fmt.Errorf("names are stored as %T", stored)
	}
	if strings.Contains(text, `\`) {
		return json.Unmarshal([]byte(text), (*[]string)(n))
	}
	// Without escapes the names are what stands between the quotation marks. A
	// page has twenty such lists: decoding them was 6 % of a search.
	parts := strings.Split(text, `"`)
	*n = make(names, 0, len(parts)/2)
	for i := 1; i < len(parts); i += 2 {
		*n = append(*n, parts[i])
	}
	return nil
}

// Value implements driver.Valuer.
func (n names) Value() (driver.Value, error) {
	text, err := json.Marshal([]string(n))
	return string(text), err
}

// cuisineLink is a cuisine of a restaurant as it is stored.
type cuisineLink struct {
	restaurantID, position, cuisineID int64
	standing
}

// linksOf are the cuisines of a restaurant that stands there.
func linksOf(known map[string]cuisineRow, r restaurants.Restaurant, at standing) []cuisineLink {
	links := make([]cuisineLink, len(r.Cuisines))
	for position, name := range r.Cuisines {
		links[position] = cuisineLink{r.ID, int64(position), known[words.Fold(name)].ID, at}
	}
	return links
}

// callCuisines calls the cuisines of restaurants by the names by which they were
// first used, and gives them by folded name. Those that are new are stored.
func (s *Store) callCuisines(ctx context.Context, of ...*restaurants.Restaurant) (map[string]cuisineRow, error) {
	var given []string
	for _, r := range of {
		given = append(given, r.Cuisines...)
	}
	known, err := s.ensureCuisines(ctx, given)
	if err != nil {
		return nil, err
	}
	for _, r := range of {
		called := make([]string, len(r.Cuisines))
		for position, name := range r.Cuisines {
			called[position] = known[words.Fold(name)].Name
		}
		r.Cuisines = called
	}
	return known, nil
}

// setCuisines stores the cuisines of a restaurant in place of those it has.
func (s *Store) setCuisines(ctx context.Context, known map[string]cuisineRow, r restaurants.Restaurant) error {
	err := s.exec(ctx, fmt.Sprintf("clear the cuisines of restaurant %d", r.ID),
		`DELETE FROM restaurants_restaurant_cuisines WHERE restaurant_id = ?`, r.ID)
	if err != nil {
		return err
	}
	var at standing
	if err = s.db.Get(ctx, &at, `SELECT rating, rank FROM restaurants_restaurants WHERE id = ?`, r.ID); err != nil {
		return fmt.Errorf("read where restaurant %d stands: %w", r.ID, err)
	}
	return s.addCuisines(ctx, linksOf(known, r, at))
}

// addCuisines stores cuisines of restaurants that have none.
func (s *Store) addCuisines(ctx context.Context, links []cuisineLink) error {
	for part := range slices.Chunk(links, maxRows) {
		args := make([]any, 0, 5*len(part))
		for _, l := range part {
			args = append(args, l.restaurantID, l.position, l.cuisineID, l.Rating, l.Rank)
		}
		err := s.exec(ctx, fmt.Sprintf("set the cuisines of restaurant %d", part[0].restaurantID), `
		INSERT INTO restaurants_restaurant_cuisines (restaurant_id, position, cuisine_id, rating, rank)
		VALUES `+list("(?, ?, ?, ?, ?)", len(part)), args...)
		if err != nil {
			return err
		}
	}
	return nil
}

// ensureCuisines gives the cuisines by folded name and stores those that are
// new.
func (s *Store) ensureCuisines(ctx context.Context, given []string) (map[string]cuisineRow, error) {
	nameOf := map[string]string{}
	var folded []string
	for _, name := range given {
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
