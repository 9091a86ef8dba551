package sqlstore

import (
	"context"
	"fmt"
	"unicode/utf8"

	"zomato/modules/restaurants"
	"zomato/platform/words"
)

// Where the words of restaurants_words stand.
const (
	inName     = "name" // and in the cuisines
	inLocation = "location"
	inDish     = "dish"
)

// indexRestaurant stores the words by which a restaurant itself is searched.
func (s *Store) indexRestaurant(ctx context.Context, r restaurants.Restaurant) error {
	err := s.exec(ctx, fmt.Sprintf("clear the words of restaurant %d", r.ID),
		`DELETE FROM restaurants_words WHERE restaurant_id = ? AND item_id = 0`, r.ID)
	if err != nil {
		return err
	}
	name := words.Of(append([]string{r.Name}, r.Cuisines...)...)
	if err = s.addWords(ctx, inName, name, r.ID, 0); err != nil {
		return err
	}
	return s.addWords(ctx, inLocation, words.Of(texts(r.Location, r.City, r.Address)...), r.ID, 0)
}

// indexItem stores the words by which a dish is searched.
func (s *Store) indexItem(ctx context.Context, i restaurants.MenuItem) error {
	if err := s.clearItem(ctx, i); err != nil {
		return err
	}
	return s.addWords(ctx, inDish, words.Of(i.Name), i.RestaurantID, i.ID)
}

func (s *Store) clearItem(ctx context.Context, i restaurants.MenuItem) error {
	return s.exec(ctx, fmt.Sprintf("clear the words of menu item %d", i.ID),
		`DELETE FROM restaurants_words WHERE restaurant_id = ? AND item_id = ?`, i.RestaurantID, i.ID)
}

func (s *Store) addWords(ctx context.Context, place string, found []string, restaurantID, itemID int64) error {
	if len(found) == 0 {
		return nil
	}
	args := make([]any, 0, 4*len(found))
	for _, word := range found {
		args = append(args, place, word, restaurantID, itemID)
	}
	return s.exec(ctx, fmt.Sprintf("index the words of restaurant %d", restaurantID), `
		INSERT INTO restaurants_words (place, word, restaurant_id, item_id)
		VALUES `+list("(?, ?, ?, ?)", len(found)), args...)
}

// texts gives those that are there.
func texts(optional ...*string) []string {
	var out []string
	for _, text := range optional {
		if text != nil {
			out = append(out, *text)
		}
	}
	return out
}

// maxKey is how many bytes of a folded text are compared and sorted by. Folding
// can make a text eighteen times as long, and Postgres refuses rows of an index
// beyond 2,704 bytes.
const maxKey = 400

// key gives a text as it is compared and sorted by.
func key(text string) string {
	folded := words.Fold(text)
	if len(folded) <= maxKey {
		return folded
	}
	end := maxKey
	for !utf8.RuneStart(folded[end]) {
		end--
	}
	return folded[:end]
}
