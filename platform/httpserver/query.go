package httpserver

import (
	"bytes"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
)

// query is the query string of a request. Most say what they mean without an
// escape, and are taken apart only when somebody asks.
type query struct {
	plain  string     // as it was sent, where it has no escapes
	parsed url.Values // else, or once somebody has asked
}

// read takes the query from the request. It refuses a path or a query that is
// not correctly percent-encoded.
func (q *query) read(request *fasthttp.Request) *problem {
	sent := request.Header.RequestURI()
	if !bytes.ContainsAny(sent, "?%") {
		return nil
	}
	if path, plain, _ := bytes.Cut(sent, []byte("?")); bytes.HasPrefix(path, []byte("/")) && isPlain(path) && isPlain(plain) {
		q.plain = string(plain)
		return nil
	}
	uri := string(sent)
	parsed, err := url.ParseRequestURI(uri)
	if err != nil {
		return newProblem(fiber.StatusBadRequest, "malformed_path", "The path is not correctly percent-encoded.")
	}
	if q.parsed, err = url.ParseQuery(parsed.RawQuery); err != nil || strings.Contains(parsed.RawQuery, "%00") {
		return newProblem(fiber.StatusBadRequest, "malformed_query", "The query string is not correctly percent-encoded.")
	}
	if strings.Contains(uri, "#") {
		// No handler sees what stands behind it, so it must not look like a
		// part of the query: the answer would be kept for another request.
		q.parsed, _ = url.ParseQuery(string(request.URI().QueryString())) // nothing new can be wrong with a part
	}
	return nil
}

// values gives the parameters, nil without any.
func (q *query) values() url.Values {
	if q.parsed == nil && q.plain != "" {
		q.parsed, _ = url.ParseQuery(q.plain) // without escapes nothing can be wrong
	}
	return q.parsed
}

// canonical gives the query sorted by name, in one form for all that mean the
// same.
func (q *query) canonical() string {
	if q.parsed == nil && isCanonical(q.plain) {
		return q.plain
	}
	return q.values().Encode()
}

// isCanonical tells whether a query without escapes is as url.Values.Encode
// would write it.
func isCanonical(plain string) bool {
	last := ""
	for rest, more := plain, plain != ""; more; {
		var pair string
		pair, rest, more = strings.Cut(rest, "&")
		name, value, _ := strings.Cut(pair, "=")
		if name == "" || len(name)+1+len(value) != len(pair) || strings.Contains(value, "=") || name < last {
			return false
		}
		last = name
	}
	return !strings.Contains(plain, "/")
}

// isPlain tells whether a part of an address has nothing that means anything
// but itself (RFC 3986 §2.3), or separates.
func isPlain(part []byte) bool {
	for _, b := range part {
		if (b < 'a' || b > 'z') && (b < 'A' || b > 'Z') && (b < '0' || b > '9') && strings.IndexByte("-._~/=&", b) < 0 {
			return false
		}
	}
	return true
}
