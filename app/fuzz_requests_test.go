package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// withHeaders adds the headers that an operation reads, and such as it does not.
func (w *walker) withHeaders(m message, op *fuzzed, wrong bool) message {
	if len(m.body) > 0 || m.chunked {
		m = w.withContentType(m, wrong)
	}
	for _, p := range op.Parameters {
		switch {
		case p.In != "header" || !oneIn(w.rand, 4):
		case p.Name == "If-Match":
			m = m.header(p.Name, w.ifMatch(m, op))
		case p.Name == "Idempotency-Key":
			m = w.withKey(m, wrong)
		}
	}
	if op.method == http.MethodGet && oneIn(w.rand, 5) {
		m = m.header("If-None-Match", pick(w.rand, w.tags[m.target], w.tags[m.target], "*", `"x"`, `W/"x", `+w.tags[m.target], `"`, "abc,,", ","))
	}
	if !wrong {
		return m
	}
	switch w.rand.IntN(6) {
	case 0:
		m.refuse = "a compressed body"
		return m.header("Content-Encoding", pick(w.rand, "gzip", "identity", "br", "gzip, gzip", "x"))
	case 1, 2:
		return m.header("Accept", pick(w.rand, "text/html", "application/json", "json", "application/xml;q=1", "*/*;q=0", ";", ",", ";,", "a;,", "json;", "application/json;q=",
			"application/json;q=x", "application/json;", "a;b;c,d", "text/event-stream", "\xff", "application/json; q=0"))
	case 3:
		m.outside = append(m.outside, http.StatusRequestHeaderFieldsTooLarge)
		return m.header("X-Long", strings.Repeat("x", pick(w.rand, 10, 7000, 9000, 20000)))
	case 4:
		return m.header(pick(w.rand, "Authorization", "X-Request-Id", "Cache-Control", "X-HTTP-Method-Override", "Accept-Language", "Range", "Cookie", "If-Modified-Since"),
			pick(w.rand, "no-cache", "Bearer x", "DELETE", "bytes=0-1", "<script>", strings.Repeat("y", 200), "é", ""))
	default:
		m.outside = append(m.outside, http.StatusRequestEntityTooLarge)
		m.claims, m.refuse = 300<<10, "a body that is too large"
		return m
	}
}

func (w *walker) withContentType(m message, wrong bool) message {
	if !wrong || !oneIn(w.rand, 2) {
		return m.header("Content-Type", pick(w.rand, "application/json", "application/json", "application/json; charset=utf-8", "Application/JSON", "application/json;;;", ""))
	}
	m.refuse = "a body that says it is no JSON"
	return m.header("Content-Type", pick(w.rand, "text/plain", "application/xml", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded",
		"application/jsonx", "application/merge-patch+json", "json", "/", ";", "application/json, text/html", "é", "application/problem+json"))
}

func (w *walker) ifMatch(m message, op *fuzzed) string {
	own := w.tags[m.target]
	if strings.HasSuffix(op.path, "/status") || strings.HasSuffix(op.path, "/reply") {
		own = w.tags[m.target[:strings.LastIndexByte(m.target, '/')]]
	}
	return pick(w.rand, own, own, own, "*", `"0.x"`, `"1.x", "2.x"`, `W/"1.x"`, `"99999999999999999999.x"`, `"abc"`, "abc", `"`, `""`, ",", `"1.x`, `"-1.x"`, "\xff")
}

// withKey adds a key: a new one, one of a few, or none that is one.
func (w *walker) withKey(m message, wrong bool) message {
	if !wrong {
		return m.header("Idempotency-Key", pick(w.rand, fmt.Sprintf("k-%d-%d", w.client, w.number), "a", "b", strings.Repeat("~", 255)))
	}
	m.refuse = "a key that is none"
	m = m.header("Idempotency-Key", pick(w.rand, "", "a b", strings.Repeat("k", 256), "\x7f", "é", "\xff", "a\tb"))
	if oneIn(w.rand, 3) {
		m = m.header("Idempotency-Key", "second")
	}
	return m
}

// withBody makes the body, and finds out whether the document refuses it.
func (w *walker) withBody(m message, op *fuzzed, wrong bool) message {
	s := w.doc.resolve(op.RequestBody.Content["application/json"].Schema)
	value := w.fill("", s)
	object, isObject := value.(map[string]any)
	if wrong && isObject && !oneIn(w.rand, 4) {
		w.spoilField(s, object)
		wrong = false
	}
	m.body, _ = json.Marshal(value)
	if wrong {
		m = w.mangle(m)
	}
	m.chunked = oneIn(w.rand, 40)
	if why := refusedBy(op, m.body); why != "" {
		m.refuse = why
	}
	return m
}

// refusedBy says why the document refuses a body; "" when it does not. What is no
// JSON, or names a field twice, is another matter.
func refusedBy(op *fuzzed, body []byte) string {
	if len(bytes.TrimSpace(body)) == 0 {
		return "no body"
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return "no JSON"
	}
	if err = op.body.Validate(value); err != nil {
		return "the document refuses it: " + strings.ReplaceAll(err.Error(), "\n", " ")
	}
	return ""
}

// spoilField makes one field wrong, or hardly right.
func (w *walker) spoilField(s *shape, object map[string]any) {
	names := slices.Sorted(maps.Keys(s.Properties))
	name := pick(w.rand, names...)
	field := w.doc.resolve(s.Properties[name])
	if list, ok := object[name].([]any); ok && len(list) > 0 && oneIn(w.rand, 2) {
		if inner, ok := list[0].(map[string]any); ok {
			w.spoilField(w.doc.resolve(field.Items), inner)
			return
		}
		list[0] = w.spoil(field.Items)
		return
	}
	switch w.rand.IntN(8) {
	case 0:
		delete(object, name)
	case 1:
		object[pick(w.rand, "strange", "ID", strings.ToUpper(name), name+" ", "id", "version", "rating", "a.b/c~d", "", "🍕")] = 1
	case 2:
		object[name] = nil
	default:
		object[name] = w.spoil(field)
	}
}

// mangle spoils the text of a body.
func (w *walker) mangle(m message) message {
	body := m.body
	inside := func(text string) []byte { // as the first field of the object
		return append(append([]byte("{"), text...), body[1:]...)
	}
	switch w.rand.IntN(12) {
	case 0:
		m.body = nil
	case 1:
		m.body = body[:w.rand.IntN(len(body))]
	case 2:
		m.body = append([]byte("\xef\xbb\xbf"), body...)
	case 3:
		at := w.rand.IntN(len(body) + 1)
		m.body = slices.Concat(body[:at], pick(w.rand, []byte{0}, []byte("\xff"), []byte("\xed\xa0\x80"), []byte(`\u0000`), []byte(`\ud800`), []byte("\n"), []byte("\u2028")), body[at:])
	case 4:
		m.body = []byte(strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000))
	case 5:
		m.body = inside(`"name":` + strings.Repeat(`{"a":`, 5000) + "1" + strings.Repeat("}", 5000) + `,"x":1,`)
	case 6:
		m.body = []byte(pick(w.rand, "null", "[]", `""`, "0", "true", "{}", "{}{}", "{} x", " ", "\r\n", "[{}]", "nul", "NaN", "{'a':1}", `{"a":01}`))
	case 7: // the same field twice; which of them counts, both have to agree about
		fields := decoded(body)
		if names := slices.Sorted(maps.Keys(fields)); len(names) > 0 {
			again, _ := json.Marshal(map[string]json.RawMessage{names[0]: fields[names[0]]})
			m.body = append(append(slices.Clone(body[:len(body)-1]), ','), again[1:]...)
		}
	case 8:
		m.body = inside(strings.Repeat(`"x":1,`, 200))
	case 9:
		m.body = inside(fmt.Sprintf(`"strange":"%s",`, strings.Repeat("x", 100<<10)))
	case 10:
		m.body = bytes.Replace(body, []byte(":"), []byte(pick(w.rand, ":1e999999999,", ":-,", "::", ":\t\v", ": /* */ ", ":.5,\"a\":", ":1e-400,\"a\":")), 1)
	default:
		m.body = bytes.ReplaceAll(body, []byte(`"`), []byte(pick(w.rand, `'`, `"\"`, `"\u202e`, `"\ud83c\udf55`)))
	}
	if !utf8.Valid(m.body) {
		m.refuse = "no UTF-8"
	}
	return m
}

func decoded(body []byte) map[string]json.RawMessage {
	var out map[string]json.RawMessage
	_ = json.Unmarshal(body, &out) // our own
	return out
}

// stray is a request that belongs to no operation.
func (w *walker) stray() message {
	m := message{method: http.MethodGet, outside: []int{400, 404, 405, 431, 501}, refuse: "it is at no operation"}
	switch w.rand.IntN(5) {
	case 0:
		m.target = pick(w.rand, "/nothing", "/Customers/", "/customers//", "//", "/customers/1/", "/customers/1/nothing", "/%", "/%zz", "/customers/%GG", "/..", "/customers/../customers/", "/restaurants/1/menu/2", "*", "/customers/1%2Forders", "/\xff", "/favicon.ico")
	case 1:
		m.method = pick(w.rand, "BREW", "PROPFIND", "get", "G\u00cbT", "X")
		m.target = pick(w.rand, w.doc.operations...).path
	case 2:
		m.method = pick(w.rand, http.MethodPatch, http.MethodDelete, http.MethodPost, http.MethodPut, http.MethodTrace, http.MethodConnect)
		m.target = pick(w.rand, "/", "/cuisines/", "/customers/1/favourites", "/orders/1", "/restaurants/search", "/health/live", "/customers/")
	case 3:
		m.method = http.MethodOptions
		m.target = strings.ReplaceAll(strings.NewReplacer("{", "", "}", "").Replace(pick(w.rand, w.doc.operations...).path), "customer_id", "1")
		m.outside, m.refuse = append(m.outside, http.StatusNoContent), ""
	default:
		m.target = "/customers/?q=" + strings.Repeat("x", pick(w.rand, 199, 201, 9000, 70000))
		m.refuse = ""
	}
	if w.doc.find(m.method, m.target) != nil {
		m.refuse = ""
	}
	return m
}
