package httpserver

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/gofiber/fiber/v2"
	"go.uber.org/zap"

	"zomato/platform/access"
	"zomato/platform/idempotency"
)

// request is what the server itself knows of a request while it runs.
type request struct {
	id    string
	path  string
	query query
	cause error // what went wrong, for the log
	// keyed is the request with its idempotency key; nil without one.
	keyed *idempotency.Request
	// who sends it, once somebody has asked (Server.caller).
	who   access.Principal
	known bool
	// base is what the context of the request was made of: it ends with the
	// request and carries nothing of it.
	base context.Context
	// asked is the context of a request that came from inside (Server.Ask); nil
	// for others.
	asked context.Context
	cached
}

type requestKey struct{}

// requestOf gives the request of a context, an empty one outside of requests.
func requestOf(ctx context.Context) *request {
	if info, ok := ctx.Value(requestKey{}).(*request); ok {
		return info
	}
	return &request{}
}

// edge is the outermost handler: it gives the request its id and makes sure
// that whatever happens inside is answered in one form, counted and logged once.
//
// It does only what every answer needs. A hit of the cache needs little, and
// that little is most of its cost.
func (s *Server) edge(c *fiber.Ctx) error {
	start := time.Now()
	info := &request{id: requestID(c.Get(fiber.HeaderXRequestID), start), path: c.Path()}
	info.asked, _ = c.Context().UserValue(askedKey{}).(context.Context)
	c.Context().SetUserValue(requestKey{}, info)
	put(c, "X-Request-Id", info.id)
	put(c, "X-Content-Type-Options", "nosniff")
	if err := s.inside(c, info); err != nil {
		s.refuse(c, info, err)
	}
	s.observe(c, info, time.Since(start))
	return nil
}

// requestIn gives the request that edge has begun.
func requestIn(c *fiber.Ctx) *request {
	info, _ := c.Context().UserValue(requestKey{}).(*request)
	return info
}

// caller says who sends the request.
func (s *Server) caller(c *fiber.Ctx, info *request) access.Principal {
	if !info.known {
		info.who, info.known = s.options.Principal(c.Get(fiber.HeaderAuthorization)), true
	}
	return info.who
}

// withContext gives the rest of the chain a context with its deadline, the
// request and the principal.
func (s *Server) withContext(c *fiber.Ctx) error {
	info := requestIn(c)
	parent := info.asked
	if parent == nil {
		parent = context.Background()
	}
	var cancel context.CancelFunc
	info.base, cancel = context.WithTimeout(parent, s.options.Deadline)
	defer cancel()
	ctx := access.With(context.WithValue(info.base, requestKey{}, info), s.caller(c, info))
	c.SetUserContext(s.options.Context(ctx))
	return c.Next()
}

// inside runs the rest of the chain and turns a panic into an error.
func (s *Server) inside(c *fiber.Ctx, info *request) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = panicked(r)
		}
	}()
	if err := admit(c, info); err != nil {
		return err
	}
	return c.Next()
}

// panicked makes an error of what a panic was called with.
func panicked(with any) error { return &panicError{fmt.Errorf("panic: %v\n%s", with, debug.Stack())} }

type panicError struct{ error }

// admit refuses what no handler could read properly, and notes the query.
func admit(c *fiber.Ctx, info *request) error {
	header := &c.Request().Header
	if len(header.Peek(fiber.HeaderContentEncoding)) > 0 {
		// There is no limit to what a compressed body unpacks to.
		return newProblem(fiber.StatusUnsupportedMediaType, "unsupported_content_encoding", "A compressed body is not accepted.")
	}
	if given := header.ContentType(); len(given) > 0 {
		// Case does not count in a media type (RFC 9110 §8.3.1), but to huma.
		header.SetContentTypeBytes(bytes.ToLower(given))
	}
	refusal := info.query.read(c.Request())
	if refusal != nil { // not returned at once: a nil problem is an error that is not nil
		return refusal
	}
	return nil
}

// refuse answers with a problem.
func (s *Server) refuse(c *fiber.Ctx, info *request, err error) {
	if broken := (*panicError)(nil); errors.As(err, &broken) {
		c.Response().Reset() // whatever it was about to say
	}
	info.state = ""
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
		s.write(c, refusal.of(&request{id: requestID("", time.Now()), path: c.Path()}))
		return nil
	}
	s.refuseUnrouted(c, refusal)
	return nil
}

// refuseUnrouted answers, counts and logs what never came to a route.
func (s *Server) refuseUnrouted(c *fiber.Ctx, refusal *problem) {
	start := time.Now()
	info := &request{id: requestID(c.Get(fiber.HeaderXRequestID), start), path: c.Path()}
	s.write(c, refusal.of(info))
	s.record(c, info, unmatched, time.Since(start))
}
