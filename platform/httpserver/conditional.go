package httpserver

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"

	"zomato/platform/access"
)

// finish completes an answer of a handler. One of the cache is complete and has
// to be sent, or could not be loaded.
func (s *Server) finish(c *fiber.Ctx, info *request, rule access.Rule) {
	switch {
	case info.broken != nil:
		s.refuse(c, info, info.broken)
	case info.answer.Answer != nil:
		s.send(c, info, rule, info.answer)
	default:
		complete(c, rule)
	}
}

// complete completes a successful answer: the strong ETag "<version>.<hash of
// the bytes>" (a list has only the hash), 304 on If-None-Match, Cache-Control.
// The handler has put the bare version into the ETag header.
func complete(c *fiber.Ctx, rule access.Rule) {
	response := c.Response()
	status := response.StatusCode()
	read := c.Method() == fiber.MethodGet || c.Method() == fiber.MethodHead
	if status >= http.StatusBadRequest {
		c.Set(fiber.HeaderCacheControl, "no-store")
		return
	}
	version := string(response.Header.Peek(fiber.HeaderETag))
	if !read && version == "" {
		return
	}
	tag := entityTag(version, response.Body())
	c.Set(fiber.HeaderETag, tag)
	if read {
		offer(c, rule, tag)
	}
}

// offer completes the answer to a GET or HEAD that has its ETag: who may keep
// it, and 304 for a client that has it.
func offer(c *fiber.Ctx, rule access.Rule, tag string) {
	if rule.IsPublic() {
		put(c, "Cache-Control", "public, no-cache")
	} else {
		put(c, "Cache-Control", "private, no-cache")
	}
	if matches(c.Get(fiber.HeaderIfNoneMatch), tag) {
		response := c.Response()
		response.ResetBody()
		response.Header.Del(fiber.HeaderContentType)
		c.Status(http.StatusNotModified)
	}
}

func entityTag(version string, body []byte) string {
	sum := sha256.Sum256(body)
	hash := base64.RawURLEncoding.EncodeToString(sum[:12])
	if version == "" {
		return `"` + hash + `"`
	}
	return `"` + version + "." + hash + `"`
}

// matches compares weakly, as RFC 9110 §13.1.2 asks for If-None-Match.
func matches(header, tag string) bool {
	if header == "" {
		return false
	}
	for candidate := range strings.SplitSeq(header, ",") {
		candidate = strings.TrimSpace(candidate)
		if candidate == "*" || strings.TrimPrefix(candidate, "W/") == tag {
			return true
		}
	}
	return false
}

// tag gives the ETag header of an answer with that version of a record; the
// server completes it by the hash of the bytes.
func tag(version int64) string { return strconv.FormatInt(version, 10) }

// IfMatch is embedded in the input of a PUT or DELETE that honours If-Match.
type IfMatch struct {
	Header string `header:"If-Match" doc:"The ETag of the resource's GET: refuse with 412 when the resource has changed since"`

	versions []int64
}

// Versions gives the versions that the client accepts, or nil when any will do.
// An empty list that is not nil accepts none.
func (m *IfMatch) Versions() []int64 { return m.versions }

// Resolve implements huma.Resolver: it reads the header (RFC 9110 §13.1.1). A
// weak tag never matches.
func (m *IfMatch) Resolve(huma.Context) []error {
	if m.Header == "" || strings.TrimSpace(m.Header) == "*" {
		return nil
	}
	m.versions = []int64{}
	for _, tag := range strings.Split(m.Header, ",") {
		tag = strings.TrimSpace(tag)
		bare := strings.TrimPrefix(tag, "W/")
		if len(bare) < 2 || bare[0] != '"' || bare[len(bare)-1] != '"' {
			return []error{&finding{
				location: "header.If-Match", code: codeInvalid, status: http.StatusBadRequest,
				detail: `If-Match must be * or a list of ETags such as "3.abc".`,
			}}
		}
		number, _, versioned := strings.Cut(strings.Trim(tag, `"`), ".")
		if version, err := strconv.ParseInt(number, 10, 64); err == nil && versioned && bare == tag {
			m.versions = append(m.versions, version)
		}
	}
	return nil
}
