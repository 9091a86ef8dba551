// Package numbers shows the counts of the cache to Prometheus.
//
// team: cache
package numbers

import (
	"sync/atomic"

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
		for state, n := range map[string]*atomic.Int64{"hit": &ns.Hits, "miss": &ns.Misses, "stale": &ns.Stale, "bypass": &ns.Bypasses} {
			send(c.answers, prometheus.CounterValue, float64(n.Load()), ns.Name(), state)
		}
		for event, n := range map[string]*atomic.Int64{
			"load": &ns.Loads, "coalesced": &ns.Coalesced, "set": &ns.Sets, "refused_set": &ns.Refused, "too_large": &ns.TooLarge,
			"not_found_hit": &ns.AbsentHits, "invalidation": &ns.Invalidations, "error": &ns.Errors, "checked": &ns.Checked, "inconsistent": &ns.Inconsistent,
		} {
			send(c.events, prometheus.CounterValue, float64(n.Load()), ns.Name(), event)
		}
		send(c.loadTime, prometheus.CounterValue, float64(ns.LoadTime.Load())/1e9, ns.Name())
		send(c.entries, prometheus.GaugeValue, float64(usage.ByNamespace[ns.Name()].Entries), ns.Name())
		send(c.bytes, prometheus.GaugeValue, float64(usage.ByNamespace[ns.Name()].Bytes), ns.Name())
	}
}
