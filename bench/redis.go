package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"zomato/bench/internal/load"
)

// fewMegabytes is a memory that has no room for what is asked, so that it comes
// from Redis.
const fewMegabytes = "CACHE_MEMORY_MB=1"

// redisURL begins the variable that says where Redis is.
const redisURL = "REDIS_URL="

func isRedis(variable string) bool { return strings.HasPrefix(variable, redisURL) }

// shared are rows whose answers are kept in Redis, against the same from the
// database.
func shared(o options, f *fixture) []row {
	if o.redis == "" {
		return nil
	}
	redis := []string{redisURL + o.redis, "CACHE_PREFIX=bench"}
	// Strict: memory has the answer, and Redis is asked each time whether it stands.
	asked := get("a customer, compared in Redis", f, func(t *town) []string { return each("/customers/%d", t.regulars) })
	asked.aim, asked.only = aim{atLeast: 0.3}, "postgres"
	many := row{name: "a restaurant of many", fixture: f, clients: baselineClients, status: http.StatusOK, traffic: allRestaurants, only: "postgres"}
	fetched := many
	fetched.name += ", fetched from Redis"
	// On SQLite, where the tokens are in memory: answers that have few of them.
	found := get("a search of many", f, func(*town) []string { return mixedSearches() })
	kept := found
	kept.name += ", fetched from Redis"
	details := get("order details", f, func(t *town) []string { return each("/orders/%d", t.orders) })
	details.name, details.only, details.instances = "order details, two instances", "postgres", 2
	together := details
	together.name += ", with Redis"
	for _, r := range []*row{&asked, &fetched, &kept, &together} {
		r.environment, r.cached, r.warmAll = redis, hit, true
	}
	together.cached = "" // the counters of two instances are added up later
	fetched.environment = append(slices.Clone(redis), fewMegabytes)
	kept.environment = fetched.environment
	fetched.aim, kept.aim = asked.aim, asked.aim
	uncompared := get("a customer", f, func(t *town) []string { return each("/customers/%d", t.regulars) })
	uncompared.only = asked.only
	return append([]row{asked, fetched, kept, together}, loaded(uncompared, many, found, details)...)
}

// allRestaurants asks for one after the other.
func allRestaurants(ctx context.Context, at *stage) (load.Traffic, error) {
	known, err := at.knownRestaurants(ctx)
	if err != nil {
		return load.Traffic{}, err
	}
	var traffic load.Traffic
	for i := range known {
		traffic.Requests = append(traffic.Requests, load.Request{Method: http.MethodGet, Path: fmt.Sprintf("/restaurants/%d", i+1)})
	}
	return traffic, nil
}

// spread measures a ceiling of all instances together, each with its share of
// the clients.
func (r *measured) spread(ctx context.Context, at *stage, folder string, traffic load.Traffic, during time.Duration) (load.Figures, error) {
	if len(at.all) == 1 {
		return r.closed(ctx, at.server, folder, traffic, r.clients, during)
	}
	found, errs := make([]load.Figures, len(at.all)), make([]error, len(at.all))
	var running sync.WaitGroup
	for i, s := range at.all {
		running.Go(func() { found[i], errs[i] = load.Closed(ctx, folder, s.base, traffic, r.clients/len(at.all), during) })
	}
	running.Wait()
	sum := found[0]
	for i, err := range errs {
		if err != nil {
			return sum, err
		}
		if i > 0 { // the latencies are those of the first
			sum.Requests, sum.PerSecond = sum.Requests+found[i].Requests, sum.PerSecond+found[i].PerSecond
		}
	}
	r.perSecond = append(r.perSecond, sum.PerSecond)
	return sum, nil
}

// redisComparisons divide what is kept in Redis by the same from the database.
func redisComparisons(kind string) []comparison {
	var all []comparison
	for _, c := range [][2]string{
		{"a customer, compared in Redis", "a customer"},
		{"a restaurant of many, fetched from Redis", "a restaurant of many"},
		{"a search of many, fetched from Redis", "a search of many"},
		{"order details, two instances, with Redis", "order details, two instances"},
	} {
		all = append(all, comparison{what: c[0] + ", against loaded" + kind, row: c[0] + kind, by: c[1] + kind, note: "how often faster Redis makes it"})
	}
	return all
}
