// Package numbers shows the counts of the cache to Prometheus.
//
// team: cache
package numbers

import (
	"github.com/prometheus/client_golang/prometheus"

	"zomato/modules/cache/internal/core"
)

// collector reads the counts when it is asked.
type collector struct {
	cache     *core.Cache
	answers   *prometheus.Desc
	events    *prometheus.Desc
	loadTime  *prometheus.Desc
	entries   *prometheus.Desc
	bytes     *prometheus.Desc
	byteLimit *prometheus.Desc
	hits      *prometheus.Desc
	redisUp   *prometheus.Desc
	breaker   *prometheus.Desc
	garbage   *prometheus.Desc
}

// Of gives the collector of a cache.
func Of(c *core.Cache) prometheus.Collector {
	describe := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc("zomato_cache_"+name, help, labels, nil)
	}
	return &collector{
		cache:     c,
		answers:   describe("answers_total", "Answers to GETs whose answers are kept: hit, miss, stale or bypass.", "namespace", "state"),
		events:    describe("events_total", "What has happened in the cache: load, coalesced, set, refused_set, too_large, not_found_hit, invalidation, error, checked, inconsistent.", "namespace", "event"),
		loadTime:  describe("load_seconds_total", "How long the loads took together.", "namespace"),
		entries:   describe("entries", "Answers that are kept in memory.", "namespace"),
		bytes:     describe("bytes", "The memory that they take.", "namespace"),
		byteLimit: describe("limit_bytes", "The memory that the cache may take."),
		hits:      describe("hits_total", "The hits of zomato_cache_answers_total, by where the answer was: memory or redis.", "namespace", "tier"),
		redisUp:   describe("redis_up", "1 while Redis is used, 0 while it is away. Nothing where none is expected."),
		breaker:   describe("redis_breaker", "1 for the state that the circuit breaker in front of Redis is in: closed (it is asked), open or half-open.", "state"),
		garbage:   describe("redis_garbage_total", "What was found in Redis in the place of answers."),
	}
}

// Describe implements prometheus.Collector.
func (c *collector) Describe(to chan<- *prometheus.Desc) { prometheus.DescribeByCollect(c, to) }

// Collect implements prometheus.Collector.
func (c *collector) Collect(to chan<- prometheus.Metric) {
	usage := c.cache.Tier.Usage()
	send := func(what *prometheus.Desc, kind prometheus.ValueType, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(what, kind, value, labels...)
	}
	send(c.byteLimit, prometheus.GaugeValue, float64(usage.Limit))
	for _, ns := range c.cache.Namespaces() {
		v := ns.Now()
		for state, n := range map[string]int64{"hit": v.Hits(), "miss": v.Misses, "stale": v.Stale, "bypass": v.Bypasses} {
			send(c.answers, prometheus.CounterValue, float64(n), ns.Name(), state)
		}
		for tier, n := range map[string]int64{"memory": v.MemoryHits, "redis": v.OutsideHits} {
			send(c.hits, prometheus.CounterValue, float64(n), ns.Name(), tier)
		}
		for event, n := range map[string]int64{
			"load": v.Loads, "coalesced": v.Coalesced, "set": v.Sets, "refused_set": v.Refused, "too_large": v.TooLarge,
			"not_found_hit": v.AbsentHits, "invalidation": v.Invalidations, "error": v.Errors, "checked": v.Checked, "inconsistent": v.Inconsistent,
		} {
			send(c.events, prometheus.CounterValue, float64(n), ns.Name(), event)
		}
		send(c.loadTime, prometheus.CounterValue, float64(v.LoadTime)/1e9, ns.Name())
		send(c.entries, prometheus.GaugeValue, float64(usage.ByNamespace[ns.Name()].Entries), ns.Name())
		send(c.bytes, prometheus.GaugeValue, float64(usage.ByNamespace[ns.Name()].Bytes), ns.Name())
	}
	c.collectRedis(send)
}

// collectRedis shows how it is with a Redis, where one is expected.
func (c *collector) collectRedis(send func(what *prometheus.Desc, kind prometheus.ValueType, value float64, labels ...string)) {
	shared := c.cache.Tier.Shared()
	if shared.Status == core.Absent {
		return
	}
	one := map[bool]float64{true: 1}
	send(c.redisUp, prometheus.GaugeValue, one[shared.Status == core.Up])
	for _, state := range []string{"closed", "open", "half-open"} {
		send(c.breaker, prometheus.GaugeValue, one[shared.Breaker == state], state)
	}
	send(c.garbage, prometheus.CounterValue, float64(shared.Garbage))
}
