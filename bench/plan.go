package main

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"zomato/bench/internal/load"
)

// fewOrders is how many orders the small restaurant of the figures has.
const fewOrders = 100

// baselineClients is how many clients R0 is measured with, and what is compared
// with it.
const baselineClients = 32

// row is one measurement: what a server on a filled database is asked, and by
// how many clients at once.
type row struct {
	name        string // unique among the rows of one kind of database
	fixture     *fixture
	environment []string // of the server, added to what all have
	clients     int
	// traffic is what is asked. It may prepare on the server what it needs; it
	// is asked for before each measurement.
	traffic func(ctx context.Context, at *stage) (load.Traffic, error)
	status  int  // of the right answer
	show    bool // tell the answer with -v
	// latency asks for an open loop, too.
	latency bool
	aim     aim
}

// stage is a running server with what is known of its database.
type stage struct {
	*server
	*town
	during time.Duration // of one measurement
}

// aim is what the design wants of a ratio to R0; 0 for nothing.
type aim struct{ atLeast, better float64 }

// get is a row that asks for one path of each of these.
func get(name string, f *fixture, paths func(*town) []string) row {
	return row{name: name, fixture: f, clients: baselineClients, status: http.StatusOK, traffic: func(_ context.Context, at *stage) (load.Traffic, error) {
		var traffic load.Traffic
		for _, path := range paths(at.town) {
			traffic.Requests = append(traffic.Requests, load.Request{Method: http.MethodGet, Path: path})
		}
		return traffic, nil
	}}
}

// each are the paths that a format makes of ids.
func each(format string, ids []int64) []string {
	paths := make([]string, len(ids))
	for i, id := range ids {
		paths[i] = fmt.Sprintf(format, id)
	}
	return paths
}

func restaurants(of []kitchen) []int64 {
	ids := make([]int64, len(of))
	for i, k := range of {
		ids[i] = k.restaurant
	}
	return ids
}

// rows are all measurements on one kind of database.
func rows(o options) []row {
	t := realTown()
	all := overhead(t)
	reads := orderReads("", t)
	reads[0].latency = true // order details
	all = append(all, reads...)
	all = append(all, searches(t)...)
	all = append(all, writes(t)...)
	f := twoKitchens(o.figures)
	all = append(all,
		get(figuresRow(fewOrders), f, func(t *town) []string { return each("/restaurants/%d/analytics", []int64{t.few.restaurant}) }),
		get(figuresRow(o.figures), f, func(t *town) []string { return each("/restaurants/%d/analytics", []int64{t.many.restaurant}) }),
	)
	for _, n := range o.orders {
		all = append(all, demoRows(n)...)
	}
	return all
}

func figuresRow(orders int) string { return fmt.Sprintf("figures of a restaurant, %d orders", orders) }

// overhead is what the framework costs before any module has a say.
func overhead(t *fixture) []row {
	health := get("health, no database", t, func(*town) []string { return []string{"/health/live"} })
	restaurant := get("one restaurant", t, func(t *town) []string { return each("/restaurants/%d", restaurants(t.kitchens[:1])) })
	unchanged := restaurant
	unchanged.name, unchanged.status = "one restaurant, unchanged (304)", http.StatusNotModified
	unchanged.traffic = func(ctx context.Context, at *stage) (load.Traffic, error) {
		traffic, err := restaurant.traffic(ctx, at)
		if err != nil {
			return traffic, err
		}
		_, header, _, err := at.send(ctx, http.MethodGet, traffic.Requests[0].Path, nil, nil)
		traffic.Header = map[string]string{"If-None-Match": header.Get("ETag")}
		return traffic, err
	}
	return []row{health, restaurant, unchanged}
}

// orderReads are the details of an order and the two lists; suffix tells the
// fixtures apart.
func orderReads(suffix string, f *fixture) []row {
	details := get("order details"+suffix, f, func(t *town) []string { return each("/orders/%d", t.orders) })
	details.aim = aim{atLeast: 0.10, better: 0.15}
	return []row{
		details,
		get("a customer's orders"+suffix, f, func(t *town) []string { return each("/customers/%d/orders?limit=20", t.regulars) }),
		get("a restaurant's orders"+suffix, f, func(t *town) []string {
			return each("/restaurants/%d/orders?limit=20", restaurants(t.kitchens))
		}),
	}
}

// searches run on the real restaurants.
func searches(f *fixture) []row {
	search := func(name, query string) row {
		r := get("search "+name, f, func(*town) []string { return []string{"/restaurants/search?" + query} })
		r.show = true
		return r
	}
	byCuisine := search("by cuisine and rating", "cuisine=North%20Indian&min_rating=4&limit=20")
	byCuisine.aim, byCuisine.latency = aim{atLeast: 0.08}, true
	return []row{byCuisine, search("by words", "q=pizza%20house&limit=20"), search("by location", "location=connaught%20place&limit=20")}
}

// demoRows are those that must cost the same whatever the number of orders.
func demoRows(orders int) []row {
	f := demo(orders)
	suffix := ofOrders(orders)
	place := placing(f, 64, false)
	place.name, place.aim = "placing, 64 clients"+suffix, aim{}
	return append(orderReads(suffix, f),
		get("figures of a restaurant"+suffix, f, func(t *town) []string {
			return each("/restaurants/%d/analytics", restaurants(t.kitchens))
		}), place)
}

func ofOrders(n int) string { return fmt.Sprintf(", of %d orders", n) }
