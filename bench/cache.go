package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"zomato/bench/internal/load"
	"zomato/bench/internal/stats"
)

// What X-Cache says (modules/cache).
const (
	hit    = "HIT"
	bypass = "BYPASS" // loaded because the client wants that, and kept
)

const (
	// enoughHits is which part of the answers must have come from where a row
	// says. Not all: a look at the counters may come between an answer and its
	// count, and what is kept longest is renewed.
	enoughHits = 0.999
	// calmEvery is how long nothing must be loaded for the warming after the
	// start to have ended.
	calmEvery = 100 * time.Millisecond
	// calmPatience ends the wait for it: a load without end is no reason not to
	// measure.
	calmPatience = 30 * time.Second
)

// errOtherSource is a row that measured something else than it is named after.
var errOtherSource = errors.New("no figure, because the answers came from elsewhere")

// counts are what the cache says of itself since its start.
type counts struct {
	Hits     int64 `json:"hits"`
	Misses   int64 `json:"misses"`
	Stale    int64 `json:"stale"`
	Bypasses int64 `json:"bypasses"`
	Loads    int64 `json:"loads"`
}

// counts are those of all namespaces; a server without the cache has none.
func (s *server) counts(ctx context.Context) (counts, error) {
	var all struct {
		Totals counts `json:"totals"`
	}
	err := s.do(ctx, http.MethodGet, "/cache/stats/namespaces", nil, http.StatusOK, &all)
	return all.Totals, err
}

// calm waits until the cache has loaded what it loads after the start: it would
// count as misses, and take CPU from the first row.
func (s *server) calm(ctx context.Context) error {
	if status, _, _, err := s.send(ctx, http.MethodGet, "/cache/health", nil, nil); err != nil || status == http.StatusNotFound {
		return err // not there: there is nothing to wait for
	}
	last := int64(0) // something is loaded after each start
	for begin := time.Now(); time.Since(begin) < calmPatience; {
		now, err := s.counts(ctx)
		if err != nil {
			return err
		}
		if now.Loads > 0 && now.Loads == last {
			return nil
		}
		last = now.Loads
		select {
		case <-time.After(calmEvery):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// counted measures, and looks before and after at what the cache has counted, if
// that matters to the row.
func (r *measured) counted(ctx context.Context, s *server, measure func() (load.Figures, error)) (load.Figures, error) {
	switch {
	case r.cached != "":
		return r.verified(ctx, s, measure)
	case r.hits:
		return r.shared(ctx, s, measure)
	}
	return measure()
}

// verified takes no figure from answers that came from elsewhere.
func (r *measured) verified(ctx context.Context, s *server, measure func() (load.Figures, error)) (load.Figures, error) {
	before, err := s.counts(ctx)
	if err != nil {
		return load.Figures{}, err
	}
	figures, err := measure()
	if err != nil {
		return figures, err
	}
	after, err := s.counts(ctx)
	if err != nil {
		return figures, err
	}
	right := after.Hits - before.Hits
	if r.cached == bypass {
		right = after.Bypasses - before.Bypasses
	}
	all := after.Hits + after.Misses + after.Stale + after.Bypasses - before.Hits - before.Misses - before.Stale - before.Bypasses
	// Both: of few counted answers all may be right, and most not counted.
	if least := enoughHits * float64(max(all, figures.Requests)); float64(right) < least {
		return figures, fmt.Errorf("%w: of %d answers %d were counted, and %d of them %s", errOtherSource, figures.Requests, all, right, r.cached)
	}
	return figures, nil
}

// share is hits and misses.
type share struct {
	Hits   int64 `json:"hits"`
	Misses int64 `json:"misses"`
}

// performance is what GET /analytics/cache-performance says of hits.
type performance struct {
	share

	ByNamespace []struct {
		Namespace string `json:"namespace"`
		share
	} `json:"by_namespace"`
}

// names gives the shares by namespace, that of all under "".
func (p performance) names() map[string]share {
	all := map[string]share{"": p.share}
	for _, ns := range p.ByNamespace {
		all[ns.Namespace] = ns.share
	}
	return all
}

// shared notes the hit ratio of the measurement.
func (r *measured) shared(ctx context.Context, s *server, measure func() (load.Figures, error)) (load.Figures, error) {
	var before, after performance
	const path = "/analytics/cache-performance"
	if err := s.do(ctx, http.MethodGet, path, nil, http.StatusOK, &before); err != nil {
		return load.Figures{}, err
	}
	figures, err := measure()
	if err != nil {
		return figures, err
	}
	if err = s.do(ctx, http.MethodGet, path, nil, http.StatusOK, &after); err != nil {
		return figures, err
	}
	if r.byNamespace == nil {
		r.byNamespace = map[string][]float64{}
	}
	earlier := before.names()
	for name, now := range after.names() {
		hits, misses := now.Hits-earlier[name].Hits, now.Misses-earlier[name].Misses
		if hits+misses > 0 {
			r.byNamespace[name] = append(r.byNamespace[name], float64(hits)/float64(hits+misses))
		}
	}
	return figures, nil
}

// kept are rows whose answers the cache has; the last one's are loaded each time
// and kept, as a miss is.
func kept(f *fixture) []row {
	one := get("one restaurant, kept", f, func(t *town) []string { return each("/restaurants/%d", restaurants(t.kitchens[:1])) })
	one.aim = aim{atLeast: 0.8}
	miss := one
	miss.name, miss.aim, miss.cached = "one restaurant, loaded and kept", aim{}, bypass
	miss.traffic = refreshing(one.traffic)
	search := searches(f)[0]
	search.name, search.aim, search.latency, search.show = search.name+", kept", aim{}, false, false
	// As short as what R0 answers: what is longer costs more to send and to read.
	short := get("a menu item, kept", f, func(t *town) []string { return each("/menu-items/%d", t.kitchens[0].dishes[:1]) })
	short.aim = one.aim
	all := []row{
		one,
		unchanged("one restaurant, kept, unchanged (304)", one),
		short,
		get("a menu, kept", f, func(t *town) []string { return each("/restaurants/%d/menu", restaurants(t.kitchens)) }),
		get("order details, kept", f, func(t *town) []string { return each("/orders/%d", t.orders) }),
		search,
	}
	for i := range all {
		all[i].cached, all[i].warmAll = hit, true
	}
	all[1].aim = aim{} // the design says it of a whole answer
	for i := range all[1:] {
		all[1+i].long = true // one hit and one miss tell the order of magnitude
	}
	return append(all, miss)
}

// refreshing asks for what is loaded now.
func refreshing(traffic func(context.Context, *stage) (load.Traffic, error)) func(context.Context, *stage) (load.Traffic, error) {
	return func(ctx context.Context, at *stage) (load.Traffic, error) {
		asked, err := traffic(ctx, at)
		asked.Header = map[string]string{"Cache-Control": "no-cache"}
		return asked, err
	}
}

// cacheComparisons divide what is kept by the same from the database.
func cacheComparisons(o options, kind string) []comparison {
	var all []comparison
	for _, name := range []string{"one restaurant", "order details", "search by cuisine and rating"} {
		all = append(all, comparison{what: name + ", kept, against loaded" + kind, row: name + ", kept" + kind, by: name + kind, note: "how often faster a hit is"})
	}
	all = append(all, comparison{
		what: "one restaurant, loaded and kept, against loaded" + kind,
		row:  "one restaurant, loaded and kept" + kind, by: "one restaurant" + kind, note: "1: keeping costs nothing",
	})
	if len(o.orders) > 0 {
		mix := mixRows(o.orders[0])
		all = append(all, comparison{what: mix[0].name + ", against " + uncached + kind, row: mix[0].name + kind, by: mix[1].name + kind, note: "how often faster the cache makes it"})
	}
	return all
}

// reportHits tells how much the cache answered of what is asked as life asks it.
func (b *bench) reportHits() {
	var lines []string
	hits := false
	for _, g := range b.groups {
		for _, r := range g.rows {
			hits = hits || r.cached == hit
			if len(r.byNamespace) == 0 || r.err != nil {
				continue
			}
			var names []string
			for _, name := range slices.Sorted(maps.Keys(r.byNamespace)) {
				if name != "" {
					names = append(names, fmt.Sprintf("%s %.3f", name, stats.Summarize(r.byNamespace[name]).Median))
				}
			}
			all := stats.Summarize(r.byNamespace[""])
			lines = append(lines, fmt.Sprintf("%s\t%.3f\t%.3f..%.3f\t%s", r.title, all.Median, all.Min, all.Max, strings.Join(names, ", ")))
		}
	}
	if len(lines) > 0 {
		t := b.table("\nhits of what may be kept\tratio\tspread\tby namespace")
		fmt.Fprintln(t, strings.Join(lines, "\n"))
		_ = t.Flush() // to the terminal
	}
	if hits {
		b.notes = append(b.notes, "what a hit allocates more than a bare Fiber is no row: go test ./platform/httpserver -run TestA_hit_costs_few_allocations -v")
	}
}
