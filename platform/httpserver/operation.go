package httpserver

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humafiber"
	"github.com/gofiber/fiber/v2"

	"zomato/platform/access"
)

// Operation declares one operation next to its handler.
type Operation struct {
	// ID is unique and kebab-case, such as "get-customer".
	ID string
	// Method is GET, POST, PUT or DELETE. A GET is served to HEAD as well.
	Method string
	// Path is the route with its parameters in braces. Both forms, with and
	// without a slash at the end, are served.
	Path string
	// Summary is the line that /docs shows.
	Summary string
	// Description says what the summary does not, in Markdown.
	Description string
	// Access says who may call. An operation without it does not start.
	Access access.Rule
	// Status is that of success; 0 means 200, or 204 for an answer without body.
	Status int
	// Errors are the statuses of this operation's own refusals. Those that
	// every operation can have (400, 415, 422, 500, 503) are added.
	Errors []int
	// StoresNothing is said of a POST that only asks. Any other is registered
	// by Create, or it does not start.
	StoresNothing bool
	// Uncached is said of a GET of which nothing is kept, and is the reason. Any
	// other needs a policy of the cache, or it does not start.
	Uncached string

	creates bool // registered by Create
}

// Endpoint is an operation with its handler, ready to be registered.
type Endpoint struct {
	operation Operation
	// keepable says that the cache can keep its answers.
	keepable bool
	// register puts it on the router. The route is nil where nothing is kept.
	register func(s *Server, op huma.Operation, route CachedRoute)
}

// Routes are the endpoints of one module.
type Routes struct {
	// Module names the module; the document groups by it.
	Module    string
	Endpoints []Endpoint
}

// Handle joins an operation and its handler. The input type I holds path,
// query and header parameters and the Body; the output type O holds headers
// and the Body (see the huma documentation). The handler returns faults.
func Handle[I, O any](op Operation, handler func(context.Context, *I) (*O, error)) Endpoint {
	_, keepable := any(new(O)).(shape)
	return Endpoint{operation: op, keepable: keepable, register: func(s *Server, described huma.Operation, route CachedRoute) {
		if route != nil {
			huma.Register(s.api, described, through(s, handler))
			return
		}
		huma.Register(s.api, described, func(ctx context.Context, in *I) (*O, error) {
			out, err := handler(ctx, in)
			if err != nil {
				return nil, refused(ctx, err)
			}
			return out, nil
		})
	}}
}

// refused makes the answer of a handler's error, and keeps what the log needs.
func refused(ctx context.Context, err error) error {
	info := requestOf(ctx)
	refusal := problemOf(err).of(info)
	if refusal.Status >= http.StatusInternalServerError {
		info.cause = err
	}
	return refusal
}

// owned is an endpoint with the module that it is of.
type owned struct {
	Endpoint

	module string
}

// register puts the endpoints of all modules on the router: static paths before
// those with parameters, since /restaurants/search must not be taken for a
// restaurant called "search".
func (s *Server) register(all []Routes) error {
	var endpoints []owned
	for _, routes := range all {
		for _, endpoint := range routes.Endpoints {
			endpoints = append(endpoints, owned{endpoint, routes.Module})
		}
	}
	slices.SortFunc(endpoints, func(a, b owned) int {
		x, y := a.operation, b.operation
		return strings.Compare(order(x.Path)+" "+x.Method, order(y.Path)+" "+y.Method)
	})
	seen := map[string]string{}
	var errs []error
	for _, e := range endpoints {
		op := e.operation
		route, err := s.routeOf(e)
		key := op.Method + " " + shapeOf(op.Path)
		switch {
		case !op.Access.Declared():
			errs = append(errs, fmt.Errorf("%s %s of module %s declares no access: say who may call it", op.Method, op.Path, e.module))
		case op.Method == http.MethodPost && !op.creates && !op.StoresNothing:
			errs = append(errs, fmt.Errorf("%s %s of module %s takes no Idempotency-Key: register it by httpserver.Create, or say StoresNothing", op.Method, op.Path, e.module))
		case seen[key] != "":
			errs = append(errs, fmt.Errorf("%s %s is registered by module %s and by module %s", op.Method, op.Path, seen[key], e.module))
		case err != nil:
			errs = append(errs, err)
		default:
			seen[key] = e.module
			s.router.first = nil
			if route != nil {
				s.router.first = s.hits(op, route)
			}
			e.register(s, s.describe(op, e.module), route)
			s.note(op)
			if name := s.headerOf(op); route != nil && name != "" {
				errs = append(errs, fmt.Errorf("%s %s of module %s has a cache policy, but reads the header %s, which is in no key: say Uncached", op.Method, op.Path, e.module, name))
			}
		}
	}
	return errors.Join(errs...)
}

// routeOf gives how the answers of an endpoint are kept, nil where they are not.
func (s *Server) routeOf(e owned) (CachedRoute, error) {
	op := e.operation
	if s.options.Cache == nil || op.Method != http.MethodGet {
		return nil, nil
	}
	route, known := s.options.Cache.Route(op.ID)
	problem := ""
	switch {
	case op.Uncached == "" && !known:
		problem = "has no cache policy: contribute one to cache.policies, or say Uncached"
	case op.Uncached != "" && route != nil:
		problem = "says Uncached and has a cache policy: take away one of them"
	case known && !e.keepable:
		problem = "has a cache policy, but its answers cannot be kept: answer with an Item, a List or a Whole, or say Uncached"
	default:
		return route, nil
	}
	return nil, fmt.Errorf("%s %s of module %s %s", op.Method, op.Path, e.module, problem)
}

// headerOf gives the name of a header or a cookie that a GET reads, "" without.
func (s *Server) headerOf(op Operation) string {
	described := s.api.OpenAPI().Paths[op.Path]
	if described == nil || described.Get == nil {
		return ""
	}
	for _, parameter := range described.Get.Parameters {
		if parameter.In != "query" && parameter.In != "path" {
			return parameter.Name
		}
	}
	return ""
}

// order sorts a parameter behind every static segment at the same place.
func order(path string) string {
	return strings.ReplaceAll(strings.TrimSuffix(path, "/"), "{", "\x7f")
}

// shapeOf is the path with its parameters made anonymous, to find two routes
// that no request could tell apart.
func shapeOf(path string) string {
	segments := strings.Split(strings.TrimSuffix(path, "/"), "/")
	for i, segment := range segments {
		if strings.HasPrefix(segment, "{") {
			segments[i] = "{}"
		}
	}
	return strings.Join(segments, "/")
}

func (s *Server) describe(op Operation, module string) huma.Operation {
	out := huma.Operation{
		OperationID: op.ID, Method: op.Method, Path: op.Path, Summary: op.Summary, Description: op.Description,
		DefaultStatus: op.Status, Tags: []string{module},
		Errors: append(slices.Clone(op.Errors), http.StatusBadRequest, http.StatusUnsupportedMediaType,
			http.StatusUnprocessableEntity, http.StatusServiceUnavailable),
		Extensions: map[string]any{"x-access": op.Access.Roles()},
		Middlewares: huma.Middlewares{
			s.guard(op),
			func(ctx huma.Context, next func(huma.Context)) {
				next(ctx)
				s.finish(humafiber.Unwrap(ctx), requestOf(ctx.Context()), op.Access)
			},
		},
	}
	if op.Method == http.MethodPost || op.Method == http.MethodPut {
		out.Errors = append(out.Errors, http.StatusRequestEntityTooLarge)
	}
	if op.creates {
		out.Errors = append(out.Errors, http.StatusConflict)
		out.Parameters = []*huma.Param{keyParameter()}
	}
	if op.Method == http.MethodGet {
		out.Responses = map[string]*huma.Response{"304": {Description: "Not Modified: the answer is the one that If-None-Match names"}}
	}
	slices.Sort(out.Errors)
	out.Errors = slices.Compact(out.Errors)
	return out
}

// guard decides who may call, and refuses path ids that are no positive
// integers, single parameters given twice, texts that are no idempotency key,
// bodies that are no JSON and nulls that mean nothing, before the input is read.
func (s *Server) guard(op Operation) func(huma.Context, func(huma.Context)) {
	ids := pathIDs(op.Path)
	return func(ctx huma.Context, next func(huma.Context)) {
		c := humafiber.Unwrap(ctx)
		refusal := decide(op.Access, access.From(ctx.Context()), ctx.Param)
		if refusal == nil {
			refusal = refuseIDs(ctx, ids)
		}
		if refusal == nil {
			refusal = refuseRepeated(ctx)
		}
		if refusal == nil && op.creates {
			refusal = takeKey(c)
		}
		if described := ctx.Operation(); refusal == nil && described.RequestBody != nil && len(c.Body()) > 0 {
			if refusal = refuseMedia(c); refusal == nil {
				refusal = refuseNulls(s.api.OpenAPI().Components.Schemas, described, c.Body())
			}
		}
		if refusal != nil {
			s.write(c, refusal.of(requestOf(c.UserContext())))
			return
		}
		// There is one form of an answer, so there is nothing to choose (RFC 9110
		// §12.5.1). Huma would choose after the effect, and panics over some lists.
		c.Request().Header.Del(fiber.HeaderAccept)
		next(ctx)
	}
}

func decide(rule access.Rule, who access.Principal, param func(string) string) *problem {
	switch rule.Decide(who, param) {
	case access.Unauthenticated:
		return newProblem(http.StatusUnauthorized, "unauthenticated", "Log in first.")
	case access.Forbidden:
		return newProblem(http.StatusForbidden, "forbidden", "This needs another role.")
	case access.Hidden:
		return newProblem(http.StatusNotFound, "not_found", "There is no such record.")
	default:
		return nil
	}
}

func pathIDs(path string) []string {
	var ids []string
	for _, segment := range strings.Split(path, "/") {
		if name, ok := strings.CutPrefix(segment, "{"); ok && strings.HasSuffix(name, "_id}") {
			ids = append(ids, strings.TrimSuffix(name, "}"))
		}
	}
	return ids
}

func refuseIDs(ctx huma.Context, names []string) *problem {
	for _, name := range names {
		value := ctx.Param(name)
		id, err := strconv.ParseInt(value, 10, 64)
		if err != nil || id < 1 || strconv.FormatInt(id, 10) != value { // +1 and 01 are no ids either
			return newInvalid("path/"+name, "An id in the path is a positive whole number.")
		}
	}
	return nil
}

// router is what huma registers on: every GET is served to HEAD as well.
type router struct {
	fiber.Router

	before fiber.Handler // stands in front of each handler
	first  fiber.Handler // stands in front of that, for the route that is being registered; or nil
}

// Add implements the router of humafiber.
func (r *router) Add(method, path string, handlers ...fiber.Handler) fiber.Router {
	handlers = append([]fiber.Handler{r.before}, handlers...)
	if r.first != nil {
		handlers = append([]fiber.Handler{r.first}, handlers...)
	}
	if method == fiber.MethodGet {
		r.Router.Add(fiber.MethodHead, path, handlers...)
	}
	return r.Router.Add(method, path, handlers...)
}
