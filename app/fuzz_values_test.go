package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
)

// The values of the fuzz gate's requests: by the schemas of the document, and
// where a schema cannot say what is meant (an e-mail address), by the name.

// pick gives one of several.
func pick[T any](r *rand.Rand, from ...T) T { return from[r.IntN(len(from))] }

// oneIn tells true in one of n cases.
func oneIn(r *rand.Rand, n int) bool { return r.IntN(n) == 0 }

// fill makes a value that the schema accepts.
func (w *walker) fill(name string, s *shape) any {
	s = w.doc.resolve(s)
	switch {
	case s.is("null") && oneIn(w.rand, 5):
		return nil
	case len(s.Enum) > 0:
		return pick(w.rand, s.Enum...)
	case s.is("object"):
		return w.fillObject(s)
	case s.is("array"):
		list := make([]any, 0, 3)
		least, most := bounds(s.MinItems, s.MaxItems, 3)
		for range least + w.rand.IntN(most-least+1) {
			list = append(list, w.fill(strings.TrimSuffix(name, "s"), s.Items))
		}
		return list
	case s.is("boolean"):
		return oneIn(w.rand, 2)
	case s.is("integer"):
		return w.fillInteger(name, s)
	case s.is("number"):
		return w.fillNumber(s)
	default:
		return w.fillText(name, s)
	}
}

func bounds(least, most *int, standard int) (from, to int) {
	if least != nil {
		from = *least
	}
	to = max(from, standard)
	if most != nil {
		to = min(to, *most)
	}
	return from, to
}

func (w *walker) fillObject(s *shape) map[string]any {
	out := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) { // a map's order is no seed's
		if slices.Contains(s.Required, name) || oneIn(w.rand, 3) {
			out[name] = w.fill(name, s.Properties[name])
		}
	}
	w.agree(s, out)
	return out
}

// agree makes fields fit together where no schema says that they must.
func (w *walker) agree(s *shape, object map[string]any) {
	if lines, ok := object["order_items"].([]any); ok && len(w.dishes) > 0 {
		dish := pick(w.rand, w.dishes...)
		object["restaurant_id"] = dish[0]
		for _, line := range lines {
			if line, ok := line.(map[string]any); ok {
				line["menu_item_id"] = dish[1]
			}
		}
		delete(object, "delivery_slot")
	}
	if s.Properties["cuisine"] != nil && object["cuisine"] == nil && object["cuisines"] == nil {
		object["cuisine"] = "Thai, North Indian"
	}
	if object["cuisine"] != nil && object["cuisines"] != nil {
		delete(object, "cuisine")
	}
}

func (w *walker) fillInteger(name string, s *shape) any {
	if ids := w.ids[name]; len(ids) > 0 && !oneIn(w.rand, 20) {
		return pick(w.rand, ids...)
	}
	from, to := 0, 50
	if s.Minimum != nil {
		from = int(*s.Minimum)
		to = max(to, from)
	}
	if s.Maximum != nil {
		to = min(to, int(*s.Maximum))
	}
	return pick(w.rand, from, to, from+w.rand.IntN(to-from+1))
}

func (w *walker) fillNumber(s *shape) any {
	from, to := 0.0, 500.0
	if s.Minimum != nil {
		from = *s.Minimum
	}
	if s.Maximum != nil {
		to = *s.Maximum
	}
	if s.ExclusiveMinimum != nil {
		from = *s.ExclusiveMinimum + 0.01
	}
	text := pick(w.rand, fmt.Sprintf("%.2f", from), fmt.Sprint(to), fmt.Sprintf("%.2f", from+w.rand.Float64()*(to-from)))
	return json.Number(text)
}

// prose are texts that have gone wrong somewhere, for somebody.
func prose() []string {
	return []string{
		"Spice Route", "a", " x ", "naïve café", "Zoë", "पनीर टिक्का", "北京烤鸭", "שלום עולם", "\u200fمرحبا\u200e", "🍕\U0001F468\u200d\U0001F469\u200d\U0001F467 🇮🇳",
		"e\u0301\u0301\u0301 Z\u0338\u0351a\u0337l", "\u202etxet\u202c",
		"O'Brien; DROP TABLE x--", `"quoted" \ slashed`, "%s %d {0} ${x}", "<script>alert(1)</script>", "line\nline\ttab", "\u200b", "ﬁne ﷺ", "İstanbul ẞ", "NEAR(a AND b)*",
		"\ufeffbom", "\u2028\u2029", "\U0010FFFF", "\ud7ff\ue000", "great food, not bad :) but sooooo late!!!", "a,b,,c", ".", "null", "0",
	}
}

func (w *walker) fillText(name string, s *shape) string {
	switch name {
	case "email":
		w.number++
		return pick(w.rand, "asha@example.com", fmt.Sprintf("f%d.%d@example.com", w.client, w.number), fmt.Sprintf("F%d.%d+x@EXAMPLE.co.in", w.client, w.number))
	case "phone_number":
		return pick(w.rand, "+919876543210", fmt.Sprintf("%010d", w.rand.IntN(1e9)))
	case "path":
		return pick(w.rand, "/restaurants/1/menu", "/orders/1", "/customers/1/", "/restaurants/search?q=a&limit=1", "/nowhere", "//", "x")
	case "currency":
		return pick(w.rand, "INR", "USD", "XXX", "JPY")
	case "timezone":
		return pick(w.rand, "Asia/Kolkata", "UTC", "America/New_York", "Mars/Phobos", "../etc/passwd")
	case "cuisine":
		return pick(w.rand, "Thai", "North Indian, Thai", "Thai,,Chinese", "thaï")
	case "cursor":
		return w.cursor()
	}
	switch s.Format {
	case "date":
		return pick(w.rand, "2026-11-01", "2026-11-24", "2024-02-29", "0001-01-01", "9999-12-31", "1970-01-01")
	case "date-time":
		return pick(w.rand, "2026-11-24T12:00:00Z", "2026-11-24T17:30:00.123+05:30", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z")
	}
	text := pick(w.rand, prose()...)
	if least, most := bounds(s.MinLength, s.MaxLength, 200); oneIn(w.rand, 6) {
		text = strings.Repeat(pick(w.rand, "x", "é", "🍕", "ﷺ"), pick(w.rand, least, most))
		if s.MaxLength != nil && oneIn(w.rand, 2) {
			text = strings.Repeat("x", *s.MaxLength)
		}
	}
	if runes := []rune(text); s.MaxLength != nil && len(runes) > *s.MaxLength {
		return string(runes[:*s.MaxLength])
	}
	return text
}

// spoil makes a value that is not, or hardly, what the schema asks for.
func (w *walker) spoil(s *shape) any {
	s = w.doc.resolve(s)
	number := func(text string) any { return json.Number(text) }
	odd := []any{
		nil, true, "", "text", "\u0000", number("0"), number("-1"), number("1.5"), number("0.001"), number("1e2"), number("1e400"), number("-0"),
		number("9223372036854775807"), number("9223372036854775808"), number("99999999999999999999999999999999999999"),
		number("9999999999.99"), number("10000000000.00"),
		[]any{},
		[]any{nil},
		map[string]any{},
		map[string]any{"a": 1},
		"9999-99-99", "2026-11-24", "+91 98765", strings.Repeat("9", 400), "a@b", "@", "a@b.c\r\nBcc: d@e.f", " ",
	}
	if s.MaxLength != nil {
		odd = append(odd, strings.Repeat("x", *s.MaxLength+1), strings.Repeat("é", *s.MaxLength), strings.Repeat("\U0001F355", *s.MaxLength+1))
	}
	if s.Minimum != nil {
		odd = append(odd, *s.Minimum-1, *s.Minimum)
	}
	if s.Maximum != nil {
		odd = append(odd, *s.Maximum+1, *s.Maximum, *s.Maximum+0.5)
	}
	if s.MaxItems != nil {
		odd = append(odd, slices.Repeat([]any{w.fill("", s.Items)}, *s.MaxItems+1))
	}
	return pick(w.rand, odd...)
}
