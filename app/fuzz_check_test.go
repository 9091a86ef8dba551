package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// check holds an answer against the document and the conventions (design: api.md
// §3), and gives what is wrong with it.
func (d *described) check(m message, got reply) (wrong []string) {
	add := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	op := d.find(m.method, m.target)
	status := strconv.Itoa(got.status)
	if got.status >= 500 && got.status != http.StatusNotImplemented {
		add("a failure of the server")
	}
	if m.refuse != "" && got.status < 400 {
		add("it must be refused: %s", m.refuse)
	}
	if op == nil || slices.Contains(m.outside, got.status) {
		if !slices.Contains(m.outside, got.status) {
			add("the status is not that of a request without an operation")
		}
		if got.status >= 400 {
			wrong = append(wrong, d.checkProblem(m, got)...)
		}
		return wrong
	}
	declared, known := op.Responses[status]
	if !known {
		add("%s does not declare %s", op.OperationID, status)
	}
	want := ""
	for name := range declared.Content {
		want = name
	}
	if given := got.header.Get("Content-Type"); given != want {
		add("the content type is %q and not %q", given, want)
	}
	if m.method != http.MethodHead {
		wrong = append(wrong, checkBody(op.answers[status], got.body)...)
	} else if len(got.body) > 0 {
		add("an answer to HEAD has a body")
	}
	if got.status >= 400 {
		return append(wrong, d.checkProblem(m, got)...)
	}
	for name := range declared.Headers {
		if why := checkHeader(name, m, got); why != "" {
			add("the header %s %s: %q", name, why, got.header.Get(name))
		}
	}
	if tag := got.header.Get("ETag"); op.method == http.MethodGet && !strongTag.MatchString(tag) {
		add("the ETag is %q", tag)
	}
	return wrong
}

func checkBody(schema *jsonschema.Schema, body []byte) []string {
	if schema == nil {
		if len(body) > 0 {
			return []string{"there is a body, and none is declared"}
		}
		return nil
	}
	if !utf8.Valid(body) {
		return []string{"the body is not UTF-8"}
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err == nil {
		err = schema.Validate(value)
	}
	if err != nil {
		return []string{"the body is not as declared: " + err.Error()}
	}
	return nil
}

var (
	strongTag = regexp.MustCompile(`^"([0-9]+\.)?[A-Za-z0-9_-]{16}"$`)
	nextLink  = regexp.MustCompile(`^</[^>]*[?&]cursor=[^>]+>; rel="next"$`)
	countText = regexp.MustCompile(`^[0-9]+$`)
	code      = regexp.MustCompile(`^[a-z][a-z0-9_]+$`)
	internals = regexp.MustCompile(`(?i)\bsql|panic|goroutine|\.go:|pgx|huma|reflect|runtime error|constraint|\bpq:|\b(?-i:json: )`)
)

// checkHeader says what is wrong with a declared header of an answer that
// succeeded; "" for nothing.
func checkHeader(name string, m message, got reply) string {
	value := got.header.Get(name)
	switch name {
	case "ETag":
		if !strongTag.MatchString(value) || !strings.Contains(value, ".") {
			return "has no version"
		}
	case "Location":
		if !strings.HasPrefix(value, "/") {
			return "is no path"
		}
	case "Link":
		if value != "" && !nextLink.MatchString(value) {
			return "names no next page"
		}
	case "X-Total-Count":
		if (value != "" && !countText.MatchString(value)) || (value != "" && !strings.Contains(m.target, "count=")) {
			return "is no number that was asked for"
		}
	case "Idempotency-Replayed":
		if value != "" && (value != "true" || m.get("Idempotency-Key") == "") {
			return "is neither absent nor true"
		}
	default:
		return "is new: say in checkHeader what it must be"
	}
	return ""
}

// checkProblem holds an answer against the form that all refusals have.
func (d *described) checkProblem(m message, got reply) (wrong []string) {
	add := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	if kind, _, _ := mime.ParseMediaType(got.header.Get("Content-Type")); kind != "application/problem+json" {
		add("it is no problem document but %q", kind)
	}
	if got.header.Get("Cache-Control") != "no-store" || got.header.Get("X-Content-Type-Options") != "nosniff" || got.header.Get("Server") != "" {
		add("a refusal is not to be kept, sniffed, or to name its server: %v", got.header)
	}
	if got.status == http.StatusServiceUnavailable && got.header.Get("Retry-After") == "" {
		add("it does not say when to come again")
	}
	if m.method == http.MethodHead {
		return wrong
	}
	wrong = append(wrong, checkBody(d.problem, got.body)...)
	var problem struct {
		Status                              int
		Code, Detail, Title, Type, Instance string
		RequestID                           string `json:"request_id"`
		Errors                              []struct{ Pointer, Code, Detail string }
	}
	if err := json.Unmarshal(got.body, &problem); err != nil {
		return append(wrong, err.Error())
	}
	if problem.Status != got.status || !code.MatchString(problem.Code) || problem.Type != "about:blank" || problem.Title == "" || problem.Detail == "" {
		add("the members of the problem are not whole")
	}
	if problem.RequestID == "" || problem.RequestID != got.header.Get("X-Request-Id") {
		add("the request id is not that of the header")
	}
	if path, _, _ := strings.Cut(m.target, "?"); problem.Instance == "" && path != "" {
		add("the problem does not say where")
	}
	for _, e := range problem.Errors {
		if !code.MatchString(e.Code) || e.Detail == "" || !pointed.MatchString(e.Pointer) {
			add("the finding %+v is not whole", e)
		}
	}
	if text := internals.FindString(problem.Detail); text != "" && !bytes.Contains(bytes.ToLower(append(m.bytes(), m.body...)), bytes.ToLower([]byte(text))) {
		add("it shows the inside: %s", text)
	}
	return wrong
}

var pointed = regexp.MustCompile(`^(#(/.*)?|(query|path|header)/(?s:.*))$`)
