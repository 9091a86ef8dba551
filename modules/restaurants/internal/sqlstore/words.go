package sqlstore

import (
	"context"
	"fmt"
	"slices"
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
	return s.addWords(ctx, wordsOfRestaurant(r))
}

// indexed is a row of restaurants_words.
type indexed struct {
	place, word          string
	restaurantID, itemID int64
}

// wordsOfRestaurant are the words by which a restaurant itself is searched.
func wordsOfRestaurant(r restaurants.Restaurant) []indexed {
	var out []indexed
	for _, word := range words.Of(append([]string{r.Name}, r.Cuisines...)...) {
		out = append(out, indexed{inName, word, r.ID, 0})
	}
	for _, word := range words.Of(texts(r.Location, r.City, r.Address)...) {
		out = append(out, indexed{inLocation, word, r.ID, 0})
	}
	return out
}

// wordsOfItem are the words by which a dish is searched.
func wordsOfItem(i restaurants.MenuItem) []indexed {
	var out []indexed
	for _, word := range words.Of(i.Name) {
		out = append(out, indexed{inDish, word, i.RestaurantID, i.ID})
	}
	return out
}

// indexItem stores the words by which a dish is searched.
func (s *Store) indexItem(ctx context.Context, i restaurants.MenuItem) error {
	if err := s.clearItem(ctx, i); err != nil {
		return err
	}
	return s.addWords(ctx, wordsOfItem(i))
}

func (s *Store) clearItem(ctx context.Context, i restaurants.MenuItem) error {
	return s.exec(ctx, fmt.Sprintf("clear the words of menu item %d", i.ID),
		`DELETE FROM restaurants_words WHERE restaurant_id = ? AND item_id = ?`, i.RestaurantID, i.ID)
}

// maxRows is how many rows of words or cuisines one statement stores: SQLite
// takes 32,766 arguments.
const maxRows = 5000

// addWords stores words that are not there.
func (s *Store) addWords(ctx context.Context, found []indexed) error {
	for part := range slices.Chunk(found, maxRows) {
		args := make([]any, 0, 4*len(part))
		for _, w := range part {
			args = append(args, w.place, w.word, w.restaurantID, w.itemID)
		}
		err := s.exec(ctx, fmt.Sprintf("index the words of restaurant %d", part[0].restaurantID), `
		INSERT INTO restaurants_words (place, word, restaurant_id, item_id)
		VALUES `+list("(?, ?, ?, ?)", len(part)), args...)
		if err != nil {
			return err
		}
	}
	return nil
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
