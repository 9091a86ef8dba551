package httpserver

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"runtime/debug"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"go.uber.org/zap"

	"zomato/platform/access"
	"zomato/platform/idempotency"
)

// request is what the server itself knows of a request while it runs.
type request struct {
	id    string
	path  string
	query url.Values // nil without a query string
	cause error      // what went wrong, for the log
	// keyed is the request with its idempotency key; nil without one.
	keyed *idempotency.Request
}

type requestKey struct{}

// requestOf gives the request of a context, an empty one outside of requests.
func requestOf(ctx context.Context) *request {
	if info, ok := ctx.Value(requestKey{}).(*request); ok {
		return info
	}
	return &request{}
}

// edge is the outermost handler: it gives the request its id, its deadline and
// its principal, and makes sure that whatever happens inside is answered in one
// form, counted and logged once.
func (s *Server) edge(c *fiber.Ctx) error {
	start := time.Now()
	info := &request{id: requestID(c.Get(fiber.HeaderXRequestID)), path: c.Path()}
	c.Set(fiber.HeaderXRequestID, info.id)
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")

	ctx, cancel := context.WithTimeout(context.Background(), s.options.Deadline)
	defer cancel()
	ctx = context.WithValue(ctx, requestKey{}, info)
	ctx = access.With(ctx, s.options.Principal(c.Get(fiber.HeaderAuthorization)))
	ctx = s.options.Context(ctx)
	c.SetUserContext(ctx)

	if err := s.inside(c, info); err != nil {
		s.refuse(c, info, err)
	}
	s.observe(c, info, time.Since(start))
	return nil
}

// inside runs the rest of the chain and turns a panic into an error.
func (s *Server) inside(c *fiber.Ctx, info *request) (err error) {
	defer func() {
		if r := recover(); r != nil {
			c.Response().Reset()
			err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
		}
	}()
	if err := admit(c, info); err != nil {
		return err
	}
	return c.Next()
}

// admit refuses what no handler could read properly, and notes the query.
func admit(c *fiber.Ctx, info *request) error {
	if c.Get(fiber.HeaderContentEncoding) != "" {
		// There is no limit to what a compressed body unpacks to.
		return newProblem(fiber.StatusUnsupportedMediaType, "unsupported_content_encoding", "A compressed body is not accepted.")
	}
	if given := c.Get(fiber.HeaderContentType); given != "" {
		// Case does not count in a media type (RFC 9110 §8.3.1), but to huma.
		c.Request().Header.SetContentType(strings.ToLower(given))
	}
	uri := c.OriginalURL()
	if !strings.ContainsAny(uri, "?%") {
		return nil
	}
	parsed, err := url.ParseRequestURI(uri)
	if err != nil {
		return newProblem(fiber.StatusBadRequest, "malformed_path", "The path is not correctly percent-encoded.")
	}
	if info.query, err = url.ParseQuery(parsed.RawQuery); err != nil || strings.Contains(parsed.RawQuery, "%00") {
		return newProblem(fiber.StatusBadRequest, "malformed_query", "The query string is not correctly percent-encoded.")
	}
	return nil
}

// refuse answers with a problem.
func (s *Server) refuse(c *fiber.Ctx, info *request, err error) {
	refusal := problemOfFiber(err).of(info)
	if refusal.Status == fiber.StatusMethodNotAllowed && c.Method() == fiber.MethodOptions {
		c.Append(fiber.HeaderAllow, fiber.MethodOptions)
		c.Status(fiber.StatusNoContent)
		return
	}
	if refusal.Status >= fiber.StatusInternalServerError {
		info.cause = err
	}
	s.write(c, refusal)
}

// write puts a problem on the wire, outside of huma.
func (s *Server) write(c *fiber.Ctx, refusal *problem) {
	for name, values := range refusal.GetHeaders() {
		c.Set(name, values[0])
	}
	c.Set(fiber.HeaderXRequestID, refusal.RequestID)
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	c.Set(fiber.HeaderCacheControl, "no-store")
	body, err := refusal.MarshalJSON()
	if err != nil {
		s.log.Error("a problem could not be written", zap.Error(err))
		body = []byte(`{"status":500,"code":"internal"}`)
	}
	c.Status(refusal.Status)
	c.Response().SetBody(body)
	c.Response().Header.SetContentType(problemType)
}

// handleServerError answers what fasthttp refuses before any handler runs.
func (s *Server) handleServerError(c *fiber.Ctx, err error) error {
	if errors.Is(err, context.Canceled) {
		return nil
	}
	refusal := problemOfFiber(err)
	if refusal.Status == fiber.StatusRequestTimeout && s.connections.stopping.Load() {
		// Mostly a connection in reserve, so nothing is logged. But a request may
		// be on its way, which has no effect and may be sent again.
		refusal = newProblem(fiber.StatusServiceUnavailable, "stopping", "This instance is about to stop. Please try again.")
		refusal.retryAfter = time.Second
		s.write(c, refusal.of(&request{id: requestID(""), path: c.Path()}))
		return nil
	}
	s.refuseUnrouted(c, refusal)
	return nil
}

// refuseUnrouted answers, counts and logs what never came to a route.
func (s *Server) refuseUnrouted(c *fiber.Ctx, refusal *problem) {
	start := time.Now()
	info := &request{id: requestID(c.Get(fiber.HeaderXRequestID)), path: c.Path()}
	s.write(c, refusal.of(info))
	s.record(c, info, unmatched, time.Since(start))
}

// observe counts and logs the request, once.
func (s *Server) observe(c *fiber.Ctx, info *request, took time.Duration) {
	s.record(c, info, template(c), took)
}

// unmatched stands for the route of what has none.
const unmatched = "unmatched"

func (s *Server) record(c *fiber.Ctx, info *request, route string, took time.Duration) {
	status := c.Response().StatusCode()
	s.metrics.observe(c.Method(), route, status, took)
	fields := []zap.Field{
		zap.String("method", c.Method()),
		zap.String("route", route),
		zap.Int("status", status),
		zap.Duration("took", took),
		zap.String("request_id", info.id),
	}
	if status >= fiber.StatusInternalServerError {
		s.log.Error("request failed", append(fields, zap.Error(info.cause))...)
		return
	}
	s.log.Info("request", fields...)
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

// requestID takes the client's id when it is sane, else makes one.
func requestID(given string) string {
	if given == "" || len(given) > 128 {
		return newRequestID()
	}
	for _, r := range given {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("-_.:", r) {
			return newRequestID()
		}
	}
	return given
}

func newRequestID() string { return uuid.Must(uuid.NewV7()).String() }
