package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"zomato/bench/internal/load"
)

const (
	// mixSeed makes the mix the same in every run.
	mixSeed = 20_260
	// mixPerSecond is how many requests are made for each second of a
	// measurement. A faster server begins again; then the few moves of orders
	// among them change nothing.
	mixPerSecond = 20_000
	// Of a thousand requests. Writes are 5 %. An order is moved more than once in
	// life; a price changes far less often than here, and ends every kept search.
	ofThousand = 1000
	mixPlacing = 20
	mixPricing = 5
	mixMoving  = 25
	mixWriting = mixPlacing + mixPricing + mixMoving
	// Reads of a thousand: the rest are lists of a customer's orders.
	mixRestaurants = 300
	mixMenus       = 250
	mixSearches    = 200
	mixOrders      = 150
)

// mixRows are what life asks of a city, with the cache and without.
func mixRows(orders int) []row {
	// A database of its own: others are compared by how many orders they have,
	// and the two rows should come one after the other.
	f := demo(orders)
	f.name = "mix"
	with := row{
		name: "mix of reads and 5 % writes" + ofOrders(orders), fixture: f, clients: baselineClients, status: http.StatusOK,
		traffic: mixed, warmAll: true, hits: true, consumed: true, latency: true,
	}
	without := with
	without.name, without.hits = with.name+", "+uncached, false
	return append([]row{with}, loaded(without)...)
}

// knownRestaurants tells how many there are. Their ids begin at 1 and have no
// gaps, as explore says.
func (s *server) knownRestaurants(ctx context.Context) (int, error) {
	_, header, _, err := s.send(ctx, http.MethodGet, "/restaurants/?limit=1&count=true", nil, nil)
	if err != nil {
		return 0, err
	}
	known, err := strconv.Atoi(header.Get("X-Total-Count"))
	if err != nil || known == 0 {
		return 0, fmt.Errorf("%w: how many restaurants there are is not said", errDemo)
	}
	return known, nil
}

// mixed gives reads of restaurants, their menus, searches, orders and customers'
// lists of orders, by Zipf's law each, and writes among them: who orders, whose
// price and which order changes is chosen by the same law. The orders that are
// moved are new ones, since none can be moved the same way twice.
func mixed(ctx context.Context, at *stage) (load.Traffic, error) {
	known, err := at.knownRestaurants(ctx)
	if err != nil {
		return load.Traffic{}, err
	}
	n := mixPerSecond * max(1, int(at.during.Round(time.Second).Seconds()))
	placed, err := placeOrders(ctx, at.server, n*mixMoving/ofThousand, at.customers, at.kitchens)
	if err != nil {
		return load.Traffic{}, err
	}
	m := newMix(at.town, known, placed)
	traffic := load.Traffic{Header: map[string]string{"Content-Type": "application/json"}}
	traffic.Requests = append(traffic.Requests, m.read()) // the first one is asked alone, and must not change anything
	for i := range n {
		// Each turn comes once in a thousand requests, and those that write are
		// evenly spread: about the golden section, and a prime.
		turn := i * 619 % ofThousand
		if turn < mixWriting {
			traffic.Requests = append(traffic.Requests, m.write(turn))
		} else {
			traffic.Requests = append(traffic.Requests, m.read())
		}
	}
	return traffic, nil
}

// mix makes requests.
type mix struct {
	*town

	random    *rand.Rand
	searches  []string
	orders    []int64 // that are read
	moved     []int64 // that are to be moved
	changes   int     // of prices, so far
	places    *load.Zipf
	queries   *load.Zipf
	details   *load.Zipf
	eaters    *load.Zipf
	suppliers *load.Zipf
}

func newMix(t *town, known int, placed []int64) *mix {
	random := rand.New(rand.NewPCG(mixSeed, 0)) //nolint:gosec // G404: the same in each run is what is wanted
	m := &mix{town: t, random: random, searches: mixedSearches(), moved: placed}
	m.orders = append(append(m.orders, t.orders...), placed...)
	m.places, m.queries = load.NewZipf(random, known), load.NewZipf(random, len(m.searches))
	m.details, m.eaters = load.NewZipf(random, len(m.orders)), load.NewZipf(random, len(t.customers))
	m.suppliers = load.NewZipf(random, len(t.kitchens))
	return m
}

// read is a request that changes nothing.
func (m *mix) read() load.Request {
	path := ""
	switch turn := m.random.IntN(ofThousand); {
	case turn < mixRestaurants:
		path = fmt.Sprintf("/restaurants/%d", m.places.Next()+1)
	case turn < mixRestaurants+mixMenus:
		path = fmt.Sprintf("/restaurants/%d/menu", m.places.Next()+1)
	case turn < mixRestaurants+mixMenus+mixSearches:
		path = m.searches[m.queries.Next()]
	case turn < mixRestaurants+mixMenus+mixSearches+mixOrders:
		path = fmt.Sprintf("/orders/%d", m.orders[m.details.Next()])
	default:
		path = fmt.Sprintf("/customers/%d/orders?limit=20", m.customers[m.eaters.Next()])
	}
	return load.Request{Method: http.MethodGet, Path: path}
}

// write is a request that changes something; turn, below mixWriting, says what.
func (m *mix) write(turn int) load.Request {
	k := m.kitchens[m.suppliers.Next()]
	switch {
	case turn < mixPlacing:
		return load.Request{
			Method: http.MethodPost, Path: fmt.Sprintf("/customers/%d/orders/", m.customers[m.eaters.Next()]),
			Body: fmt.Sprintf(`{"restaurant_id":%d,"delivery_address":"123 Main St","order_items":[{"menu_item_id":%d,"quantity":2},{"menu_item_id":%d,"quantity":1}]}`,
				k.restaurant, k.dishes[0], k.dishes[1]),
		}
	case turn < mixPlacing+mixPricing:
		// Another one than last time, or nothing would change.
		m.changes++
		return load.Request{Method: http.MethodPut, Path: fmt.Sprintf("/menu-items/%d", k.dishes[0]), Body: fmt.Sprintf(`{"price":%d}`, 200+m.changes%97)}
	}
	order := m.moved[0]
	m.moved = m.moved[1:]
	return load.Request{Method: http.MethodPut, Path: fmt.Sprintf("/orders/%d/status", order), Body: `{"order_status":"confirmed"}`}
}

// mixedSearches are what people search for.
func mixedSearches() []string {
	var all []string
	for _, cuisine := range []string{"North Indian", "Chinese", "Fast Food", "Mughlai", "South Indian", "Bakery", "Desserts", "Italian", "Pizza", "Street Food"} {
		for _, rating := range []string{"", "&min_rating=3", "&min_rating=3.5", "&min_rating=4"} {
			for _, sort := range []string{"", "&sort=rating", "&sort=popularity"} {
				all = append(all, "/restaurants/search?limit=20&cuisine="+url.QueryEscape(cuisine)+rating+sort)
			}
		}
	}
	for _, word := range []string{"pizza", "chicken", "cafe", "sweets", "paneer", "biryani", "coffee", "momos", "cake", "roll"} {
		all = append(all, "/restaurants/search?limit=20&q="+word, "/menu-items/search?limit=20&q="+word)
	}
	return all
}
