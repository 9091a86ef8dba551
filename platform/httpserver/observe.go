package httpserver

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// observe counts and logs the request, once. The cache is told of what clients
// have got: its own requests would only make its numbers look better.
func (s *Server) observe(c *fiber.Ctx, info *request, took time.Duration) {
	if info.state != "" && info.asked == nil {
		info.route.Served(info.state, took)
	}
	s.record(c, info, template(c), took)
}

// unmatched stands for the route of what has none.
const unmatched = "unmatched"

// record counts and logs. Of a request from inside only a failure is told.
func (s *Server) record(c *fiber.Ctx, info *request, route string, took time.Duration) {
	status := c.Response().StatusCode()
	if info.asked == nil {
		s.metrics.observe(outcome{c.Method(), route, status}, took)
	}
	level, message := zapcore.InfoLevel, "request"
	switch {
	case status >= fiber.StatusInternalServerError:
		level, message = zapcore.ErrorLevel, "request failed"
	case info.asked != nil:
		return
	}
	line := s.log.Check(level, message)
	if line == nil { // most lines of a flood: the fields are not made for them
		return
	}
	fields := []zap.Field{
		zap.String("method", c.Method()),
		zap.String("route", route),
		zap.Int("status", status),
		zap.Duration("took", took),
		zap.String("request_id", info.id),
	}
	if info.state != "" {
		fields = append(fields, zap.String("cache", string(info.state)))
	}
	if level == zapcore.ErrorLevel {
		fields = append(fields, zap.Error(info.cause))
	}
	line.Write(fields...)
}

// template gives the route as it was registered, so that the log and the
// metrics hold no ids and their number of values stays bounded.
func template(c *fiber.Ctx) string {
	path := c.Route().Path
	if path == "/" && (c.Path() != "/" || c.Response().StatusCode() == fiber.StatusMethodNotAllowed) {
		return unmatched
	}
	return path
}

// metrics are the server's own numbers.
type metrics struct {
	requests *prometheus.CounterVec
	duration *prometheus.HistogramVec
	// known are the numbers that requests have changed so far: finding them by
	// their labels costs more than the rest of counting. It is replaced whole.
	known atomic.Pointer[map[outcome]numbers]
	mu    sync.Mutex // held while it is replaced
}

// outcome is what the numbers are told apart by.
type outcome struct {
	method, route string
	status        int
}

type numbers struct {
	requests prometheus.Counter
	duration prometheus.Observer
}

func newMetrics(registry *prometheus.Registry) (*metrics, error) {
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "zomato_http_requests_total", Help: "Requests answered.",
		}, []string{"method", "route", "status"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "zomato_http_request_duration_seconds", Help: "Time from the first handler to the answer.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5},
		}, []string{"method", "route"}),
	}
	m.known.Store(&map[outcome]numbers{})
	for _, collector := range []prometheus.Collector{m.requests, m.duration} {
		if err := registry.Register(collector); err != nil {
			return nil, fmt.Errorf("register a metric: %w", err)
		}
	}
	return m, nil
}

func (m *metrics) observe(of outcome, took time.Duration) {
	found, ok := (*m.known.Load())[of]
	if !ok {
		found = m.add(of)
	}
	found.requests.Inc()
	found.duration.Observe(took.Seconds())
}

// add finds the numbers by their labels, and keeps them. What a client has made
// up gets no numbers of its own, or there would be no end to them.
func (m *metrics) add(of outcome) numbers {
	m.mu.Lock()
	defer m.mu.Unlock()
	invented := !slices.Contains(fiber.DefaultMethods, of.method)
	if invented {
		of.method = "unknown"
	}
	found := numbers{
		m.requests.WithLabelValues(of.method, of.route, strconv.Itoa(of.status)), m.duration.WithLabelValues(of.method, of.route),
	}
	if !invented {
		all := maps.Clone(*m.known.Load())
		all[of] = found
		m.known.Store(&all)
	}
	return found
}
