// Package fault is the one error type that crosses module borders and reaches
// clients: a kind from a closed set, a stable code and a sentence for the user.
//
// An error that is not a fault is a defect of ours: it is logged whole and
// shown as "Internal error" (design: architecture.md §6).
//
// team: platform
package fault

import (
	"errors"
	"fmt"
	"time"
)

// Kind says what went wrong in the terms that decide the HTTP status.
type Kind int

// The closed set of kinds. Internal is the zero value, so that a fault made
// without thought never shows its text.
const (
	Internal        Kind = iota // 500: our defect
	Invalid                     // 422: a field or its meaning is wrong
	NotFound                    // 404
	Conflict                    // 409: legal, but the present state forbids it
	Unauthenticated             // 401
	Forbidden                   // 403
	Precondition                // 412: If-Match names another version
	RateLimited                 // 429
	Unavailable                 // 503
)

// Field is one finding about one part of the request.
type Field struct {
	// Pointer names the part: "#/order_items/0/quantity" in the body
	// (RFC 6901 as a URI fragment, as in RFC 9457), "query/limit",
	// "path/customer_id" or "header/If-Match" elsewhere.
	Pointer string
	// Code is stable and machine-readable, such as "required".
	Code string
	// Detail is one sentence for a person.
	Detail string
}

// Error is a failure that the caller may be told about.
type Error struct {
	Kind   Kind
	Code   string // stable, snake_case, such as "email_taken"
	Detail string // one sentence for the user
	// Fields are the findings by field, if any.
	Fields []Field
	// Extra holds further members of the problem document, such as "allowed".
	Extra map[string]any
	// RetryAfter is when trying again makes sense; 0 says nothing.
	RetryAfter time.Duration

	cause error
}

// New makes a fault. The detail is formatted as by fmt.Sprintf.
func New(kind Kind, code, detail string, args ...any) *Error {
	if len(args) > 0 {
		detail = fmt.Sprintf(detail, args...)
	}
	return &Error{Kind: kind, Code: code, Detail: detail}
}

// Fields makes an Invalid fault out of one or more findings. Its code is that
// of the only finding, or "invalid" when there are several.
func Fields(findings ...Field) *Error {
	e := &Error{Kind: Invalid, Code: "invalid", Detail: "Some fields are not as they must be.", Fields: findings}
	if len(findings) == 1 {
		e.Code, e.Detail = findings[0].Code, findings[0].Detail
	}
	return e
}

// Because keeps the error that led here, for the log and for errors.Is; it is
// never shown to the client.
func (e *Error) Because(cause error) *Error {
	e.cause = cause
	return e
}

// With adds a member to the problem document.
func (e *Error) With(name string, value any) *Error {
	if e.Extra == nil {
		e.Extra = map[string]any{}
	}
	e.Extra[name] = value
	return e
}

// After sets when trying again makes sense.
func (e *Error) After(wait time.Duration) *Error {
	e.RetryAfter = wait
	return e
}

// Error tells the code, the sentence and the cause: the text for the log.
func (e *Error) Error() string {
	if e.cause != nil {
		return fmt.Sprintf("%s: %s: %v", e.Code, e.Detail, e.cause)
	}
	return e.Code + ": " + e.Detail
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.cause }

// As finds the fault in an error's chain.
func As(err error) (*Error, bool) {
	var e *Error
	ok := errors.As(err, &e)
	return e, ok
}

// Is tells whether the error is a fault with that code.
func Is(err error, code string) bool {
	e, ok := As(err)
	return ok && e.Code == code
}

// IsKind tells whether the error is a fault of that kind.
func IsKind(err error, kind Kind) bool {
	e, ok := As(err)
	return ok && e.Kind == kind
}
