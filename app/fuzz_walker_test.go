package main

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// walker is one client of the fuzz gate. What it sends depends only on the seed
// and on the answers it got itself.
type walker struct {
	client int
	number int // of the request
	rand   *rand.Rand
	doc    *described
	sought []*fuzzed // operations that get half of the requests
	wire   *wire

	// What it has learned from answers.
	ids     map[string][]int64  // by the parameter's name
	paths   map[string][]string // of records, by the template
	dishes  [][2]int64          // a restaurant and a dish of it
	tags    map[string]string   // ETags by target
	cursors []string
	posted  []message // with a key, and answered by 201
}

func newWalker(seed uint64, client int, doc *described, address string) *walker {
	w := &walker{
		client: client, doc: doc, wire: &wire{address: address},
		rand: rand.New(rand.NewPCG(seed, uint64(client))),
		ids:  map[string][]int64{}, paths: map[string][]string{}, tags: map[string]string{},
	}
	for _, name := range []string{"customer_id", "restaurant_id", "order_id", "menu_item_id", "review_id", "address_id"} {
		w.ids[name] = []int64{1, 2, 3, 10}
	}
	return w
}

// remembered bounds what is learned, so that what is gone is forgotten.
const remembered = 40

func keep[T any](list []T, more T) []T {
	if len(list) >= remembered {
		list = slices.Delete(list, 4, 5) // not the first, which are there from the beginning
	}
	return append(list, more)
}

// learn takes from an answer what later requests can use.
func (w *walker) learn(m message, got reply) {
	if tag := got.header.Get("ETag"); tag != "" {
		if len(w.tags) > 500 {
			clear(w.tags)
		}
		w.tags[m.target] = tag
	}
	if link := cursorIn.FindStringSubmatch(got.header.Get("Link")); link != nil {
		if cursor, err := url.QueryUnescape(link[1]); err == nil {
			w.cursors = keep(w.cursors, cursor)
		}
	}
	if location := got.header.Get("Location"); location != "" {
		w.learnPath(location)
		if m.get("Idempotency-Key") != "" {
			w.posted = keep(w.posted, m)
		}
	}
	if got.status/100 == 2 && len(got.body) > 0 && len(got.body) < 100_000 && oneIn(w.rand, 3) {
		decoder := json.NewDecoder(bytes.NewReader(got.body))
		decoder.UseNumber()
		var body any
		if decoder.Decode(&body) == nil {
			w.learnBody(body)
		}
	}
}

var cursorIn = regexp.MustCompile(`[?&]cursor=([^&>]*)`)

func (w *walker) learnPath(path string) {
	for _, op := range w.doc.operations {
		if !fits(op.path, path) || strings.Contains(path, "search") {
			continue
		}
		if !slices.Contains(w.paths[op.path], path) {
			w.paths[op.path] = keep(w.paths[op.path], path)
		}
		names, values := strings.Split(op.path, "/"), strings.Split(path, "/")
		for i, name := range names {
			if id, err := strconv.ParseInt(values[i], 10, 64); err == nil && strings.HasPrefix(name, "{") {
				name = strings.Trim(name, "{}")
				w.ids[name] = keep(w.ids[name], id)
			}
		}
	}
}

// learnBody finds dishes, and orders that can be reviewed.
func (w *walker) learnBody(value any) {
	switch value := value.(type) {
	case []any:
		for _, element := range value {
			w.learnBody(element)
		}
	case map[string]any:
		id, restaurant := numberIn(value, "id"), numberIn(value, "restaurant_id")
		switch {
		case id == 0:
		case value["price"] != nil:
			w.dishes = keep(w.dishes, [2]int64{restaurant, id})
			w.ids["menu_item_id"] = keep(w.ids["menu_item_id"], id)
		case value["sentiment"] != nil:
			w.ids["review_id"] = keep(w.ids["review_id"], id)
			if oneIn(w.rand, 8) { // one without a review is worth more
				w.learnPath("/orders/" + strconv.FormatInt(numberIn(value, "order_id"), 10) + "/review")
			}
		case value["order_status"] != nil:
			w.ids["order_id"] = keep(w.ids["order_id"], id)
			if value["order_status"] == "delivered" { // it may have no review yet
				w.learnPath("/orders/" + strconv.FormatInt(id, 10) + "/review")
			}
		}
	}
}

func numberIn(object map[string]any, name string) int64 {
	number, _ := object[name].(json.Number)
	id, _ := number.Int64()
	return id
}

// operation chooses one, and deletions rarely enough for something to be left.
func (w *walker) operation() *fuzzed {
	if len(w.sought) > 0 && oneIn(w.rand, 2) {
		return pick(w.rand, w.sought...)
	}
	op := pick(w.rand, w.doc.operations...)
	if op.method == http.MethodDelete && !oneIn(w.rand, 3) {
		return pick(w.rand, w.doc.operations...)
	}
	return op
}

// next makes a request: usually one that can succeed, often one that is wrong in
// one respect.
func (w *walker) next() message {
	w.number++
	if len(w.posted) > 0 && oneIn(w.rand, 50) {
		return pick(w.rand, w.posted...) // a repetition
	}
	if oneIn(w.rand, 60) {
		return w.stray()
	}
	op := w.operation()
	m := message{method: op.method}
	if op.method == http.MethodGet && oneIn(w.rand, 12) {
		m.method = http.MethodHead
	}
	wrong := w.rand.IntN(10) // 0 path, 1 query, 2 headers, 3 and 4 body
	m = w.withPath(m, op, wrong == 0)
	m = w.withQuery(m, op, wrong == 1)
	if op.RequestBody != nil {
		m = w.withBody(m, op, wrong == 3 || wrong == 4)
	}
	return w.withHeaders(m, op, wrong == 2)
}

// withPath chooses the records that a request is about.
func (w *walker) withPath(m message, op *fuzzed, wrong bool) message {
	if known := w.paths[op.path]; len(known) > 0 && !wrong && oneIn(w.rand, 2) {
		m.target = pick(w.rand, known...)
		return m
	}
	segments := strings.Split(op.path, "/")
	spoiled := w.rand.IntN(strings.Count(op.path, "{") + 1)
	for i, segment := range segments {
		if !strings.HasPrefix(segment, "{") {
			continue
		}
		name := strings.Trim(segment, "{}")
		if !strings.HasSuffix(name, "_id") {
			segments[i] = pick(w.rand, "menu", "search", "customers", "orders", "nothing")
			continue
		}
		segments[i] = strconv.FormatInt(pick(w.rand, append([]int64{1}, w.ids[name]...)...), 10)
		if oneIn(w.rand, 20) {
			segments[i] = "99999999"
		}
		if spoiled--; wrong && spoiled < 0 {
			segments[i] = pick(w.rand, oddSegments()...)
			if id, err := strconv.ParseInt(segments[i], 10, 64); err != nil || id < 1 {
				m.refuse = "a path id that is no positive integer"
			}
		}
	}
	m.target = strings.Join(segments, "/")
	if wrong && oneIn(w.rand, 4) && m.target != "/" {
		m.target = strings.TrimSuffix(m.target, "/") + pick(w.rand, "", "/", "//")
	}
	if w.doc.find(m.method, m.target) != op {
		m.refuse = "" // "search" is another operation's
	}
	return m
}

func oddSegments() []string {
	return []string{
		"0", "-1", "999999", "9223372036854775807", "9223372036854775808", "99999999999999999999999", "01", "+1", "1.0", "1e3", "0x10", "%31", "1%20", "%00", "1%00",
		"a", "NaN", "null", "%2F", "..%2F..", "%2e%2e", "1;2", "1%3B", "1,2", "*", "%25", "%E0%A4%A8", "%FF", "%F0%9F%8D%95", "'", "1'--", "{id}", "%7Bid%7D", ":id",
		strings.Repeat("1", 300), "1%2F2", "search", "１", "1\u0301",
	}
}

// withQuery adds parameters.
func (w *walker) withQuery(m message, op *fuzzed, wrong bool) message {
	var parts []string
	add := func(name string, value any) {
		parts = append(parts, url.QueryEscape(name)+"="+url.QueryEscape(asParameter(value)))
	}
	for _, p := range op.Parameters {
		if p.In != "query" || !oneIn(w.rand, 4) {
			continue
		}
		value := w.fill(p.Name, p.Schema)
		list, isList := value.([]any)
		if !isList {
			list = []any{value}
		}
		for _, element := range list {
			add(p.Name, element)
		}
	}
	if wrong {
		parts = append(parts, w.oddQuery(&m, op))
	}
	if len(parts) > 0 && !strings.Contains(m.target, "?") {
		w.rand.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
		m.target += "?" + strings.Join(parts, "&")
	}
	return m
}

// oddQuery makes a piece of a query that is wrong, mostly.
func (w *walker) oddQuery(m *message, op *fuzzed) string {
	var known []parameter
	for _, p := range op.Parameters {
		if p.In == "query" {
			known = append(known, p)
		}
	}
	switch choice := w.rand.IntN(9); {
	case choice == 8, choice == 0:
		m.refuse = "a malformed query"
		return pick(w.rand, "%zz=1", "limit=%", "q=%4", "%", "x=%00", "q=%u0041")
	case choice <= 2, len(known) == 0:
		m.refuse = "an unknown parameter"
		return pick(w.rand, "strange=1", "Limit=1", "q[]=a", "strange", "%F0%9F%8D%95=1", strings.Repeat("x", 500)+"=1")
	case choice == 3:
		p := pick(w.rand, known...)
		if !p.Schema.is("array") {
			m.refuse = "a parameter given twice"
		}
		return p.Name + "=1&" + p.Name + "=1"
	default:
		p := pick(w.rand, known...)
		return url.QueryEscape(p.Name) + "=" + url.QueryEscape(asParameter(w.spoil(p.Schema)))
	}
}

// asParameter is a value as a parameter writes it.
func asParameter(value any) string {
	if text, ok := value.(string); ok {
		return text
	}
	text, _ := json.Marshal(value)
	return string(text)
}

// cursor gives one of a list, of another list, or of none.
func (w *walker) cursor() string {
	if len(w.cursors) > 0 && !oneIn(w.rand, 5) {
		return pick(w.rand, w.cursors...)
	}
	return pick(w.rand, "eyJpIjoxfQ", "e30", "bnVsbA", "W10", "!!!", "eyJpIjotMX0", "eyJpIjo5MjIzMzcyMDM2ODU0Nzc1ODA3fQ", strings.Repeat("A", 500))
}
