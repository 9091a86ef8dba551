package httpserver

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"
)

// The codes of findings that come from a schema (design: reliability.md §5).
const (
	codeRequired   = "required"
	codeOutOfRange = "out_of_range"
	codeTooLong    = "too_long"
	codeUnknown    = "unknown_field"
	codeInvalid    = "invalid"
)

// finding is what a resolver of ours reports: it knows its code.
type finding struct {
	location string // as huma writes it: body.price, query.cursor
	code     string
	detail   string
	status   int
}

// Error implements error.
func (f *finding) Error() string { return f.detail }

// GetStatus implements huma.StatusError.
func (f *finding) GetStatus() int { return f.status }

// problemOfHuma turns what huma refuses into a problem. The sentences of huma
// are kept, the values it echoes are not.
func problemOfHuma(status int, msg string, errs []error) *problem {
	p := newProblem(status, codeInvalid, msg)
	for _, err := range errs[:min(len(errs), maxFindings)] {
		if found := findingOf(err); found.Pointer != "#" || len(errs) == 1 { // others say where
			p.Errors = append(p.Errors, found)
		}
	}
	switch {
	case status == http.StatusBadRequest && strings.HasPrefix(textOf(errs), "json: cannot unmarshal"):
		// It is valid JSON, with a number that no float holds.
		p = newInvalid("#", unfitNumber)
	case status == http.StatusBadRequest && strings.Contains(msg, "body is required"):
		p.Code, p.Detail = "body_required", "The request has no body."
	case status == http.StatusBadRequest && len(p.Errors) > 0 && p.Errors[0].Pointer != "#":
		p.Code, p.Detail = "malformed_header", p.Errors[0].Detail
	case status == http.StatusBadRequest:
		p.Code, p.Detail, p.Errors = "malformed_json", "The body is not valid JSON: "+textOf(errs)+".", nil
	case status == http.StatusUnsupportedMediaType:
		p.Code, p.Detail, p.Errors = "unsupported_media_type", "The body must be application/json.", nil
	case status == http.StatusRequestEntityTooLarge:
		p.Code, p.Detail = "body_too_large", "The body is larger than this service accepts."
	case len(p.Errors) == 1:
		p.Code, p.Detail = p.Errors[0].Code, p.Errors[0].Detail
	case len(p.Errors) > 1:
		p.Detail = "Some fields are not as they must be."
		if len(errs) > maxFindings {
			p.Detail = fmt.Sprintf("%d things are not as they must be; these are the first %d.", len(errs), maxFindings)
		}
	case status >= http.StatusInternalServerError:
		p.Code, p.Detail = "internal", "Internal error. The log has it under the request id."
	}
	return p
}

func findingOf(err error) problemField {
	var own *finding
	if errors.As(err, &own) {
		return problemField{Pointer: pointer(own.location), Code: own.code, Detail: own.detail}
	}
	var detail *huma.ErrorDetail
	if !errors.As(err, &detail) {
		return problemField{Pointer: "#", Code: codeInvalid, Detail: "is not as it must be"}
	}
	if strings.HasPrefix(detail.Message, "json: ") {
		return problemField{Pointer: "#", Code: codeInvalid, Detail: unfitNumber}
	}
	switch property, missed := missing(detail.Message); {
	case detail.Message == validation.MsgUnexpectedProperty:
		return unknown(unexpected(detail))
	case detail.Message == msgUnknownParameter:
		in, name, _ := strings.Cut(detail.Location, ".")
		return unknown(in, name)
	case missed:
		return problemField{Pointer: pointer(detail.Location) + "/" + property, Code: codeRequired, Detail: "This field is required."}
	default:
		sentence := strings.ToUpper(detail.Message[:1]) + detail.Message[1:] + "."
		return problemField{Pointer: pointer(detail.Location), Code: codeOf(detail.Message), Detail: sentence}
	}
}

// unknown reports a name that the client chose, and so not all of a long one.
func unknown(around, name string) problemField {
	if len(name) > maxName {
		name = strings.ToValidUTF8(name[:maxName], "")
	}
	escaped := strings.NewReplacer("~", "~0", "/", "~1").Replace(name) // RFC 6901
	return problemField{Pointer: around + "/" + escaped, Code: codeUnknown, Detail: "There is no '" + name + "' here."}
}

// unexpected takes the location of an unknown property apart: huma joins names
// by dots, and this one may hold dots itself. The value is the object around it.
func unexpected(detail *huma.ErrorDetail) (around, name string) {
	object, _ := detail.Value.(map[string]any)
	for key := range object {
		if len(key) >= len(name) && strings.HasSuffix(detail.Location, "."+key) {
			name = key
		}
	}
	return pointer(strings.TrimSuffix(detail.Location, "."+name)), name
}

// maxFindings bounds how many findings are answered: a small body can have as
// many as it has bytes.
const maxFindings = 50

const unfitNumber = "A number is written in a form, or has a size, that its field cannot hold."

// maxName bounds how much of a name that the client chose is echoed, in bytes.
const maxName = 100

// What huma says without a constant.
const (
	msgUnknownParameter = "unknown query parameter"
	msgMissingParameter = "parameter is missing"
)

// missing gives the property that huma's sentence says is missing; its
// location is then that of the object around it.
func missing(message string) (string, bool) {
	before, after, _ := strings.Cut(validation.MsgExpectedRequiredProperty, "%s")
	name, ok := strings.CutPrefix(message, before)
	if !ok {
		return "", false
	}
	return strings.TrimSuffix(name, after), true
}

// codeOf derives the code from huma's sentence, by huma's own constants.
func codeOf(message string) string {
	is := func(constant string) bool {
		prefix, _, _ := strings.Cut(constant, "%")
		return strings.HasPrefix(message, prefix)
	}
	emptied := strings.HasSuffix(message, ">= 1")
	switch {
	case is(validation.MsgExpectedRequiredProperty), strings.Contains(message, msgMissingParameter),
		is(validation.MsgExpectedMinLength) && emptied, is(validation.MsgExpectedMinItems) && emptied:
		return codeRequired
	case is(validation.MsgExpectedMaxLength), is(validation.MsgExpectedMaxItems):
		return codeTooLong
	case is(validation.MsgExpectedMinimumNumber), is(validation.MsgExpectedMaximumNumber),
		is(validation.MsgExpectedExclusiveMinimumNumber), is(validation.MsgExpectedExclusiveMaximumNumber),
		is(validation.MsgExpectedMinLength), is(validation.MsgExpectedMinItems):
		return codeOutOfRange
	default:
		return codeInvalid
	}
}

// pointer turns huma's location into ours: body.order_items[0].price becomes
// #/order_items/0/price, query.limit becomes query/limit.
func pointer(location string) string {
	location = strings.NewReplacer("[", ".", "]", "").Replace(location)
	path := strings.ReplaceAll(location, ".", "/")
	if path == "body" || path == "" {
		return "#"
	}
	if in, ok := strings.CutPrefix(path, "body/"); ok {
		return "#/" + in
	}
	return path
}

// textOf gives what the JSON decoder said; it names positions, not values.
func textOf(errs []error) string {
	var detail *huma.ErrorDetail
	if len(errs) > 0 && errors.As(errs[0], &detail) {
		return detail.Message
	}
	return "it cannot be read"
}
