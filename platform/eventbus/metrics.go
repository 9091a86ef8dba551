package eventbus

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// What can become of an attempt, as a label of the counter.
const (
	delivered = "delivered"
	failed    = "failed"
	parked    = "parked"
)

// pendingTime bounds the question that the gauge asks of the database.
const pendingTime = time.Second

// newMetrics registers the numbers of a bus and gives the counter by subscriber
// and outcome.
func newMetrics(registry prometheus.Registerer, subscribers []subscriber, pending func(context.Context) (int64, error)) (*prometheus.CounterVec, error) {
	events := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "zomato_outbox_events_total", Help: "Attempts to deliver an event: delivered, failed, or parked after the last failure.",
	}, []string{"subscriber", "outcome"})
	for _, s := range subscribers {
		for _, outcome := range []string{delivered, failed, parked} {
			events.WithLabelValues(s.name, outcome) // to be seen before anything has happened
		}
	}
	backlog := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "zomato_outbox_pending", Help: "Events that some subscriber has still to pass; -1 if the database does not say.",
	}, func() float64 {
		ctx, cancel := context.WithTimeout(context.Background(), pendingTime)
		defer cancel()
		n, err := pending(ctx)
		if err != nil {
			return -1
		}
		return float64(n)
	})
	for _, collector := range []prometheus.Collector{events, backlog} {
		if err := registry.Register(collector); err != nil {
			return nil, doing("register a metric", err)
		}
	}
	return events, nil
}
