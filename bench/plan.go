package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"
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
	only        string   // the kind of database; empty for all
	instances   int      // that share the load; 0 is one
	clients     int
	// traffic is what is asked. It may prepare on the server what it needs; it
	// is asked for before each measurement.
	traffic func(ctx context.Context, at *stage) (load.Traffic, error)
	status  int  // of the right answer
	show    bool // tell the answer with -v
	// cached is the X-Cache that the answers must have; empty where it is not
	// looked at.
	cached string
	// warmAll has each path asked before it is measured, not only some.
	warmAll bool
	// hits has the hit ratio told.
	hits bool
	// consumed says that a measurement uses the traffic up: the next one needs
	// another.
	consumed bool
	// long rows are left out of the quick form.
	long bool
	// latency asks for an open loop, too.
	latency bool
	aim     aim
}

// stage is a running server with what is known of its database.
type stage struct {
	*server
	*town
	// all are the instances, of which server is the first.
	all    []*server
	during time.Duration // of one measurement
	// later is measured after all ceilings, each share of the capacity for all rows:
	// a rate that the machine cannot carry leaves the server with many connections,
	// and the disk with much to write, which what follows would not bear.
	later [2][]func()
}

// aim is what the design wants of a ratio to R0; 0 for nothing.
type aim struct{ atLeast, better float64 }

// uncached switches the cache off: what is measured then is the database.
const uncached = "DISABLED_MODULES=cache"

// loaded are rows whose answers come from the database. Their aims are from
// before there was a cache, and mean the same as then.
func loaded(rows ...row) []row {
	for i := range rows {
		rows[i].environment = append(slices.Clone(rows[i].environment), uncached)
	}
	return rows
}

// from tells where the answers of a row come from, empty for rows that write.
func (r *row) from() string {
	switch {
	case slices.Contains(r.environment, uncached):
		return "database"
	case slices.ContainsFunc(r.environment, isRedis):
		return "Redis"
	case r.cached == hit:
		return "cache"
	case r.cached != "":
		return "database, kept"
	case r.hits:
		return "both"
	}
	return ""
}

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
	reads := orderReads("", t)
	reads[0].latency = true // order details
	all := loaded(slices.Concat(overhead(t), reads, searches(t))...)
	all = append(all, kept(t)...) // before the writes, which change what is kept
	all = append(all, shared(o, t)...)
	all = append(all, writes(t)...)
	f := twoKitchens(o.figures)
	all = append(all, loaded(
		get(figuresRow(fewOrders), f, func(t *town) []string { return each("/restaurants/%d/analytics", []int64{t.few.restaurant}) }),
		get(figuresRow(o.figures), f, func(t *town) []string { return each("/restaurants/%d/analytics", []int64{t.many.restaurant}) }),
	)...)
	ofTown := len(all)
	if len(o.orders) > 0 {
		all = append(all, mixRows(o.orders[0])...)
	}
	for _, n := range o.orders {
		all = append(all, demoRows(n)...)
	}
	for i := ofTown; o.quick && i < len(all); i++ {
		all[i].latency = false // those of the town tell the order of magnitude
	}
	return slices.DeleteFunc(all, func(r row) bool { return o.quick && r.long })
}

func figuresRow(orders int) string { return fmt.Sprintf("figures of a restaurant, %d orders", orders) }

// overhead is what the framework costs before any module has a say.
func overhead(t *fixture) []row {
	health := get("health, no database", t, func(*town) []string { return []string{"/health/live"} })
	restaurant := get("one restaurant", t, func(t *town) []string { return each("/restaurants/%d", restaurants(t.kitchens[:1])) })
	return []row{health, restaurant, unchanged("one restaurant, unchanged (304)", restaurant)}
}

// unchanged asks for what a row asks for by somebody who has it already.
func unchanged(name string, of row) row {
	r := of
	r.name, r.status = name, http.StatusNotModified
	r.traffic = func(ctx context.Context, at *stage) (load.Traffic, error) {
		traffic, err := of.traffic(ctx, at)
		if err != nil {
			return traffic, err
		}
		_, header, _, err := at.send(ctx, http.MethodGet, traffic.Requests[0].Path, nil, nil)
		traffic.Header = map[string]string{"If-None-Match": header.Get("ETag")}
		return traffic, err
	}
	return r
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
	figures := get("figures of a restaurant"+suffix, f, func(t *town) []string {
		return each("/restaurants/%d/analytics", restaurants(t.kitchens))
	})
	return append(loaded(append(orderReads(suffix, f), figures)...), place)
}

func ofOrders(n int) string { return fmt.Sprintf(", of %d orders", n) }
