package httpserver

import (
	"bytes"
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"zomato/platform/access"
	"zomato/platform/fault"
)

// cached is what the server knows of a request whose answer may be kept.
type cached struct {
	route CachedRoute
	CacheRequest

	// answer is the one that is to be sent, broken why there is none where the
	// handler panicked.
	answer Kept
	broken error
	// state is that of what was sent; "" as long as nothing was.
	state CacheState
}

// hits answers from what is kept, in front of everything that an answer which
// has to be loaded needs.
//
// What the request says is not examined: only answers to requests that were
// found good are kept, and its key says all that was examined.
func (s *Server) hits(op Operation, route CachedRoute) fiber.Handler {
	return func(c *fiber.Ctx) error {
		info := requestIn(c)
		who := s.caller(c, info)
		if op.Access.Decide(who, func(name string) string { return c.Params(name) }) != access.Allowed {
			return c.Next() // to who refuses it
		}
		info.route = route
		info.CacheRequest = CacheRequest{Key: cacheKey(scopeOf(op.Access, who), info.path, info.query.canonical()), Refresh: wantsNew(c)}
		if !info.Refresh {
			if answer, age, ok := route.Hit(info.Key); ok {
				s.send(c, info, op.Access, Kept{Answer: answer, State: Hit, Age: age})
				return nil
			}
		}
		info.Param = paramsOf(c)
		return c.Next()
	}
}

// scopeOf is whose answer it is: nobody's in particular, where all get the same.
func scopeOf(rule access.Rule, who access.Principal) string {
	if rule.IsPublic() {
		return ""
	}
	return who.Scope()
}

// paramsOf gives the parameters of the path, which do not end with the request.
func paramsOf(c *fiber.Ctx) func(name string) string {
	params := c.AllParams()
	return func(name string) string { return params[name] }
}

// wantsNew tells whether the client wants an answer that was not kept (RFC 9111
// §5.2.1.4 and §5.4).
func wantsNew(c *fiber.Ctx) bool {
	for _, name := range []string{fiber.HeaderCacheControl, fiber.HeaderPragma} {
		for _, line := range c.Request().Header.PeekAll(name) {
			for directive := range bytes.SplitSeq(line, []byte(",")) {
				if bytes.EqualFold(bytes.TrimSpace(directive), []byte("no-cache")) {
					return true
				}
			}
		}
	}
	return false
}

// errNoAnswer is a defect of the cache.
var errNoAnswer = errors.New("the cache gave neither an answer nor an error")

// through makes a handler answer through the cache. It answers nothing itself:
// finish sends what it has noted.
func through[I, O any](s *Server, handler func(context.Context, *I) (*O, error)) func(context.Context, *I) (*O, error) {
	return func(ctx context.Context, in *I) (*O, error) {
		info, who := requestOf(ctx), access.From(ctx)
		answer, err := info.route.Answer(info.base, info.CacheRequest, func(ctx context.Context) (*Answer, error) {
			return load(s.options.Context(access.With(ctx, who)), in, handler)
		})
		broken := (*panicError)(nil)
		switch {
		case errors.As(err, &broken):
			info.broken = err
		case err == nil && answer.Answer == nil:
			return nil, refused(ctx, errNoAnswer)
		case err != nil:
			return nil, refused(ctx, err)
		default:
			info.answer = answer
		}
		return nil, nil
	}
}

// load makes the answer of a handler. It runs in a goroutine of the cache, where
// a panic would end the process.
func load[I, O any](ctx context.Context, in *I, handler func(context.Context, *I) (*O, error)) (answer *Answer, err error) {
	defer func() {
		if r := recover(); r != nil {
			answer, err = nil, panicked(r)
		}
	}()
	out, err := handler(ctx, in)
	if refusal, ok := fault.As(err); ok && refusal.Kind == fault.NotFound {
		return &Answer{Absent: refusal}, nil
	}
	if err != nil {
		return nil, err
	}
	return any(out).(shape).finished() //nolint:errcheck // routeOf has seen to it
}

// send puts an answer of the cache on the wire, as huma and complete would.
func (s *Server) send(c *fiber.Ctx, info *request, rule access.Rule, answer Kept) {
	if answer.Absent != nil {
		s.sendAbsent(c, info, answer.Absent)
	} else {
		response := c.Response()
		if answer.Link != "" {
			put(c, "Link", withSlash(answer.Link, info.path))
		}
		if answer.TotalCount != "" {
			put(c, "X-Total-Count", answer.TotalCount)
		}
		put(c, "Etag", answer.ETag)
		response.Header.SetContentType(fiber.MIMEApplicationJSON)
		response.SetBodyRaw(answer.Body) // never copied, never changed
		offer(c, rule, answer.ETag)
	}
	info.state = answer.State
	if answer.State == HitOutside {
		answer.State = Hit
	}
	put(c, "X-Cache", string(answer.State))
	if answer.State == Hit || answer.State == Stale {
		put(c, "Age", strconv.FormatInt(int64(answer.Age/time.Second), 10))
	}
}

// put sets a header whose name is written as fasthttp would write it: making it
// so is a third of what a hit costs.
func put(c *fiber.Ctx, canonical, value string) {
	c.Response().Header.SetCanonical([]byte(canonical), []byte(value))
}

// sendAbsent writes a kept refusal as huma would have written the first one.
func (s *Server) sendAbsent(c *fiber.Ctx, info *request, absent *fault.Error) {
	refusal := problemOf(absent).of(info)
	s.write(c, refusal)
	var body bytes.Buffer
	if err := marshal(&body, refusal); err == nil { // write has told what else
		c.Response().SetBodyRaw(body.Bytes())
	}
}

// withSlash gives the Link to the next page the slash at the end of its path, if
// the request has one.
func withSlash(link, path string) string {
	if !strings.HasSuffix(path, "/") {
		return link
	}
	before, after, _ := strings.Cut(link, "?")
	return before + "/?" + after
}
