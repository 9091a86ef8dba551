package httpserver

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"

	"zomato/platform/fault"
)

// problemType is the media type of RFC 9457.
const problemType = "application/problem+json"

// problem is the body of every answer that is not 2xx or 3xx (RFC 9457).
type problem struct {
	Type      string         `json:"type" doc:"Always about:blank: the code says which problem it is" example:"about:blank"`
	Title     string         `json:"title" doc:"The text of the status" example:"Conflict"`
	Status    int            `json:"status" doc:"The HTTP status" example:"409"`
	Code      string         `json:"code" doc:"What went wrong, stable and machine-readable" example:"email_taken"`
	Detail    string         `json:"detail" doc:"One sentence for a person" example:"Another customer has this e-mail address."`
	Instance  string         `json:"instance" doc:"The path of the request" example:"/customers/"`
	RequestID string         `json:"request_id" doc:"The X-Request-Id of the request"`
	Errors    []problemField `json:"errors,omitempty" doc:"The findings by field"`
	_         struct{}       `json:"-" additionalProperties:"true"`

	extra      map[string]any
	retryAfter time.Duration
}

// problemField is one finding of one part of the request.
type problemField struct {
	Pointer string `json:"pointer" doc:"#/a/b for the body (RFC 6901), query/…, path/… or header/… else" example:"#/email"`
	Code    string `json:"code" doc:"Stable and machine-readable" example:"required"`
	Detail  string `json:"detail" doc:"One sentence for a person"`
}

// Error implements error.
func (p *problem) Error() string { return p.Code + ": " + p.Detail }

// GetStatus implements huma.StatusError.
func (p *problem) GetStatus() int { return p.Status }

// GetHeaders implements huma.HeadersError: 429 and 503 say when to come back.
func (p *problem) GetHeaders() http.Header {
	headers := http.Header{}
	if p.retryAfter > 0 {
		seconds := int((p.retryAfter + time.Second - 1) / time.Second)
		headers.Set(fiber.HeaderRetryAfter, strconv.Itoa(seconds))
	}
	return headers
}

// ContentType implements huma.ContentTypeFilter.
func (p *problem) ContentType(string) string { return problemType }

// MarshalJSON writes the members of RFC 9457 and after them the further ones.
func (p problem) MarshalJSON() ([]byte, error) {
	type plain problem // without this method
	body, err := json.Marshal(plain(p))
	if err != nil || len(p.extra) == 0 {
		return body, err
	}
	more, err := json.Marshal(p.extra)
	if err != nil {
		return nil, err
	}
	return append(append(body[:len(body)-1], ','), more[1:]...), nil
}

// statusOf is the one place where a kind becomes a status.
func statusOf(kind fault.Kind) int {
	switch kind {
	case fault.Invalid:
		return http.StatusUnprocessableEntity
	case fault.NotFound:
		return http.StatusNotFound
	case fault.Conflict:
		return http.StatusConflict
	case fault.Unauthenticated:
		return http.StatusUnauthorized
	case fault.Forbidden:
		return http.StatusForbidden
	case fault.Precondition:
		return http.StatusPreconditionFailed
	case fault.RateLimited:
		return http.StatusTooManyRequests
	case fault.Unavailable:
		return http.StatusServiceUnavailable
	default:
		return http.StatusInternalServerError
	}
}

// newProblem makes the problem of a status that has no more to say.
func newProblem(status int, code, detail string) *problem {
	return &problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Code: code, Detail: detail}
}

// newInvalid makes the problem of one finding about one part of the request.
func newInvalid(pointer, detail string) *problem {
	p := newProblem(http.StatusUnprocessableEntity, codeInvalid, detail)
	p.Errors = []problemField{{Pointer: pointer, Code: codeInvalid, Detail: detail}}
	return p
}

// of completes the problem with what is known of the request.
func (p *problem) of(info *request) *problem {
	p.Instance, p.RequestID = info.path, info.id
	return p
}

// problemOf turns any error of a handler into what the client is told. What is
// no fault is a defect of ours: the text stays in the log.
func problemOf(err error) *problem {
	var known *problem
	if errors.As(err, &known) {
		own := *known // the error of a load goes to several requests
		return &own
	}
	f, ok := fault.As(err)
	switch {
	case !ok && errors.Is(err, context.DeadlineExceeded):
		f = fault.New(fault.Unavailable, "timeout", "The request took too long and was given up.").After(time.Second)
	case !ok || f.Kind == fault.Internal:
		return newProblem(http.StatusInternalServerError, "internal", "Internal error. The log has it under the request id.")
	}
	p := newProblem(statusOf(f.Kind), f.Code, f.Detail)
	p.extra, p.retryAfter = f.Extra, f.RetryAfter
	if p.Status == http.StatusServiceUnavailable && p.retryAfter == 0 {
		p.retryAfter = time.Second
	}
	for _, field := range f.Fields {
		p.Errors = append(p.Errors, problemField(field))
	}
	return p
}

// problemOfFiber turns what Fiber and fasthttp refuse by themselves into a
// problem: an unknown route, a body too large, a broken request line.
func problemOfFiber(err error) *problem {
	var e *fiber.Error
	if !errors.As(err, &e) {
		return problemOf(err)
	}
	switch e.Code {
	case fiber.StatusNotFound:
		return newProblem(e.Code, "route_not_found", "There is nothing at this path; /docs lists what there is.")
	case fiber.StatusMethodNotAllowed:
		return newProblem(e.Code, "method_not_allowed", "This path does not know the method; the Allow header lists those it knows.")
	case fiber.StatusRequestEntityTooLarge:
		return newProblem(e.Code, "body_too_large", "The body is larger than this service accepts.")
	case fiber.StatusRequestHeaderFieldsTooLarge:
		return newProblem(e.Code, "headers_too_large", "The headers are larger than this service accepts.")
	case fiber.StatusRequestTimeout:
		return newProblem(e.Code, "request_timeout", "The request did not arrive in time.")
	case fiber.StatusBadRequest, fiber.StatusBadGateway:
		return newProblem(fiber.StatusBadRequest, "malformed_request", "The request is not valid HTTP.")
	default:
		return problemOf(err)
	}
}

// init sets how huma makes its errors, compares names and describes lists,
// which are never null here. These are globals of huma's, and so they are set
// once for the process, before any API exists.
func init() { //nolint:gochecknoinits // see above
	huma.ValidateStrictCasing = true
	huma.DefaultArrayNullable = false
	huma.NewError = func(status int, msg string, errs ...error) huma.StatusError {
		return problemOfHuma(status, msg, errs)
	}
	huma.NewErrorWithContext = func(ctx huma.Context, status int, msg string, errs ...error) huma.StatusError {
		return problemOfHuma(status, msg, errs).of(requestOf(ctx.Context()))
	}
}
