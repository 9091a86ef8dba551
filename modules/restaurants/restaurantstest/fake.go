// Package restaurantstest is for tests of those who call the restaurants
// module: a fake of its contract, and the suite that fake and module both pass.
//
// team: restaurants
package restaurantstest

import (
	"context"
	"fmt"
	"math"
	"sync"

	"zomato/modules/restaurants"
	"zomato/modules/restaurants/internal/core"
)

// Fake is a restaurants.Service in memory. Ratings know no unit of work: what it
// was told stays, whatever becomes of the transaction. Stock changes when the
// unit of work around it, if there is one, is committed; two at once may both
// get the last piece, as the real module never allows. Create it with New. Safe
// for concurrent use.
type Fake struct {
	mu      sync.Mutex
	known   map[int64]restaurants.Restaurant
	ratings map[int64]core.Rating
	items   map[int64]restaurants.MenuItem
}

var _ restaurants.Service = (*Fake)(nil)

// New gives a fake with these restaurants, whose ids must differ.
func New(given ...restaurants.Restaurant) *Fake {
	f := &Fake{known: map[int64]restaurants.Restaurant{}, ratings: map[int64]core.Rating{}, items: map[int64]restaurants.MenuItem{}}
	for _, r := range given {
		f.Add(r)
	}
	return f
}

// Add makes the fake know one more restaurant.
func (f *Fake) Add(r restaurants.Restaurant) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.known[r.ID] = r
	f.ratings[r.ID] = core.Rating{Sum: int64(math.Round(r.Rating * float64(r.RatingCount))), Count: r.RatingCount}
}

// Get implements restaurants.Service.
func (f *Fake) Get(_ context.Context, id int64) (restaurants.Restaurant, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	r, ok := f.known[id]
	if !ok {
		return restaurants.Restaurant{}, restaurants.NotFound(id)
	}
	return r, nil
}

// ByIDs implements restaurants.Service.
func (f *Fake) ByIDs(_ context.Context, ids []int64) ([]restaurants.Restaurant, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	found := []restaurants.Restaurant{}
	seen := map[int64]bool{}
	for _, id := range ids {
		if r, ok := f.known[id]; ok && !seen[id] {
			seen[id] = true
			found = append(found, r)
		}
	}
	return found, nil
}

// Rate implements restaurants.Service.
func (f *Fake) Rate(_ context.Context, id int64, change restaurants.RatingChange) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	r, ok := f.known[id]
	if !ok {
		return restaurants.NotFound(id)
	}
	rating, err := f.ratings[id].Plus(change)
	if err != nil {
		return fmt.Errorf("rate restaurant %d: %w", id, err)
	}
	f.ratings[id] = rating
	r.Rating, r.RatingCount = core.Stars(rating.Hundredths()), rating.Count
	f.known[id] = r
	return nil
}
