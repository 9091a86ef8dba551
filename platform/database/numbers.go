package database

import "github.com/prometheus/client_golang/prometheus"

// Numbers shows Prometheus how SQLite's writer is used. On Postgres there is nothing
// to show.
func (db *DB) Numbers() []prometheus.Collector {
	if db.queue == nil {
		return nil
	}
	return []prometheus.Collector{
		prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "zomato_sqlite_writes_total", Help: "Changes that were committed.",
		}, func() float64 { return float64(db.WriteStats().Operations) }),
		prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "zomato_sqlite_commits_total", Help: "The commits that they took: those that come at once share one.",
		}, func() float64 { return float64(db.WriteStats().Batches) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "zomato_sqlite_writes_waiting", Help: "Changes that wait for their turn.",
		}, func() float64 { return float64(db.WriteStats().Waiting) }),
	}
}
