// Package recall remembers menus for the orders module.
//
// team: orders
package recall

import (
	"github.com/maypok86/otter/v2"

	"zomato/modules/orders/internal/core"
	"zomato/modules/restaurants"
)

// How much is remembered: some 40 MiB at most, where all texts are long.
const (
	restaurantLimit = 5_000
	itemLimit       = 50_000
)

// Menus implements core.Menus in memory. Create it with New. Safe for concurrent
// use.
type Menus struct {
	restaurants *otter.Cache[int64, restaurants.Restaurant]
	items       *otter.Cache[int64, restaurants.MenuItem]
}

var _ core.Menus = (*Menus)(nil)

// New gives a memory of nothing. What was asked for least has to make room.
func New() *Menus {
	return &Menus{ // Must: these options are valid
		restaurants: otter.Must(&otter.Options[int64, restaurants.Restaurant]{MaximumSize: restaurantLimit}),
		items:       otter.Must(&otter.Options[int64, restaurants.MenuItem]{MaximumSize: itemLimit}),
	}
}

// Remember implements core.Menus.
func (m *Menus) Remember(r restaurants.Restaurant, items []restaurants.MenuItem) {
	r.Description = nil // the longest of all, which no order needs
	m.restaurants.Set(r.ID, r)
	for _, item := range items {
		item.Description = nil
		m.items.Set(item.ID, item)
	}
}

// Forget implements core.Menus.
func (m *Menus) Forget(restaurantID int64) { m.restaurants.Invalidate(restaurantID) }

// Recall implements core.Menus.
func (m *Menus) Recall(restaurantID int64, itemIDs []int64) (r restaurants.Restaurant, items []restaurants.MenuItem, known bool) {
	if r, known = m.restaurants.GetIfPresent(restaurantID); !known {
		return r, nil, false
	}
	items = make([]restaurants.MenuItem, 0, len(itemIDs))
	for _, id := range itemIDs {
		item, known := m.items.GetIfPresent(id)
		if !known {
			return r, nil, false
		}
		items = append(items, item)
	}
	return r, items, true
}
