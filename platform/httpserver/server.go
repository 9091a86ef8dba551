package httpserver

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/valyala/fasthttp"
	"go.uber.org/zap"

	"zomato/platform/access"
	"zomato/platform/idempotency"
)

// Limits of a request (design: reliability.md §5).
const (
	bodyLimit      = 256 << 10 // bytes
	readBufferSize = 8 << 10   // bytes: what the headers may take
	readTimeout    = 5 * time.Second
	writeTimeout   = 10 * time.Second
	idleTimeout    = 60 * time.Second
	// defaultDeadline is how long a handler may take.
	defaultDeadline = 5 * time.Second
)

// ModuleStatus is a module as GET / shows it.
type ModuleStatus struct {
	Name    string `json:"name"`
	Enabled bool   `json:"enabled"`
}

// HealthCheck is one part of GET /health/ready.
type HealthCheck struct {
	Name string
	// Check says how the part is, in a word or two. An error means that this
	// instance must not get requests now.
	Check func(context.Context) (string, error)
}

// Options are what the server is made of.
type Options struct {
	// Listen is the address, such as 127.0.0.1:8000; port 0 takes a free one.
	Listen string
	// Version is shown in the document.
	Version string
	// Deadline is how long a handler may take; 0 means defaultDeadline.
	Deadline time.Duration
	// Principal says who sends a request; nil means that everybody is staff
	// (open mode).
	Principal func(authorization string) access.Principal
	// Context completes the context of each request; nil leaves it as it is.
	Context func(context.Context) context.Context
	// Modules are shown by GET /.
	Modules []ModuleStatus
	// Routes are the endpoints of all modules, in any order.
	Routes []Routes
	// Checks decide about readiness.
	Checks []HealthCheck
	// Keys keep the answers to POSTs that have an idempotency key. Where there
	// are none (tests of a module), a request with a key fails.
	Keys *idempotency.Keys
	// Cache keeps the answers to GETs; nil keeps none.
	Cache ResponseCache
	// Metrics is served at /metrics and gets the server's own.
	Metrics *prometheus.Registry
}

// Server answers HTTP. Create it with New.
type Server struct {
	options  Options
	log      *zap.Logger
	app      *fiber.App
	api      huma.API
	router   *router
	gets     []Operation // in the order in which they are tried
	metrics  *metrics
	listener net.Listener
	served   chan error
	// connections is a pointer: fasthttp keeps its method.
	connections *connections
}

// New builds the server with all its routes. It returns an error when two
// modules register one route, when an operation declares no access or, with a
// cache, when nobody has decided whether its answers are kept.
func New(options Options, log *zap.Logger) (*Server, error) {
	if options.Deadline == 0 {
		options.Deadline = defaultDeadline
	}
	if options.Principal == nil {
		options.Principal = func(string) access.Principal { return access.Principal{Role: access.Staff} }
	}
	if options.Context == nil {
		options.Context = func(ctx context.Context) context.Context { return ctx }
	}
	s := &Server{options: options, log: log, served: make(chan error, 1), connections: &connections{}}
	var err error
	if s.metrics, err = newMetrics(options.Metrics); err != nil {
		return nil, fmt.Errorf("register the metrics of the server: %w", err)
	}
	s.app = fiber.New(fiber.Config{
		DisableStartupMessage: true,
		// Without Immutable the strings of a request point into memory that the
		// next request overwrites.
		Immutable:               true,
		CaseSensitive:           true,
		BodyLimit:               bodyLimit,
		ReadBufferSize:          readBufferSize,
		ReadTimeout:             readTimeout,
		WriteTimeout:            writeTimeout,
		IdleTimeout:             idleTimeout,
		EnableTrustedProxyCheck: true,
		ErrorHandler:            s.handleServerError,
	})
	s.app.Use(s.edge)
	s.router = &router{Router: s.app, before: s.withContext}
	s.api = newAPI(s.app, s.router, options.Version)
	for _, m := range options.Modules { // the page shows the groups in this order
		if m.Enabled {
			s.api.OpenAPI().Tags = append(s.api.OpenAPI().Tags, &huma.Tag{Name: m.Name})
		}
	}
	all := append(slices.Clone(options.Routes), s.ownRoutes())
	if err = s.register(all); err != nil {
		return nil, fmt.Errorf("register the routes: %w", err)
	}
	if err = s.serveDocument(); err != nil {
		return nil, fmt.Errorf("render the OpenAPI document: %w", err)
	}
	s.app.Server().Handler = s.connections.lastAnswers(s.knownMethods(s.app.Handler()))
	s.app.Server().ConnState = s.connections.note
	return s, nil
}

// knownMethods answers a method that Fiber does not know: it would do so with
// a line of text and without its error handler.
func (s *Server) knownMethods(next fasthttp.RequestHandler) fasthttp.RequestHandler {
	return func(raw *fasthttp.RequestCtx) {
		if slices.Contains(fiber.DefaultMethods, string(raw.Method())) {
			next(raw)
			return
		}
		c := s.app.AcquireCtx(raw)
		defer s.app.ReleaseCtx(c)
		s.refuseUnrouted(c, newProblem(fiber.StatusNotImplemented, "method_not_implemented", "This service does not know the method."))
	}
}

// Start listens and serves. It returns once connections are accepted; an
// address that is taken is an error here and not later.
func (s *Server) Start(ctx context.Context) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", s.options.Listen)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", s.options.Listen, err)
	}
	s.listener = listener
	go func() { s.served <- s.app.Listener(listener) }()
	return nil
}

// Address is where the server listens, once started.
func (s *Server) Address() string { return s.listener.Addr().String() }

// Stop takes no new connection, answers what is in flight and returns, at the
// latest when the context ends.
func (s *Server) Stop(ctx context.Context) error {
	if s.listener == nil {
		return nil
	}
	// Without its listener the goroutine of Start ends by itself, also when it
	// has not begun to serve.
	if err := s.listener.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		return fmt.Errorf("close the listener: %w", err)
	}
	s.connections.drain(ctx)
	if err := s.app.ShutdownWithContext(ctx); err != nil && !errors.Is(err, net.ErrClosed) {
		return fmt.Errorf("stop the server: %w", err)
	}
	select {
	case err := <-s.served:
		return err
	case <-ctx.Done():
		return fmt.Errorf("stop the server: %w", ctx.Err())
	}
}

// Document gives the OpenAPI document as JSON.
func (s *Server) Document() ([]byte, error) {
	document, err := s.api.OpenAPI().MarshalJSON()
	if err != nil {
		return nil, fmt.Errorf("encode the document: %w", err)
	}
	return document, nil
}

// DocumentYAML gives the same document as YAML.
func (s *Server) DocumentYAML() ([]byte, error) {
	document, err := s.api.OpenAPI().YAML()
	if err != nil {
		return nil, fmt.Errorf("encode the document: %w", err)
	}
	return document, nil
}
