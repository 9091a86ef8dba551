package httpserver

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"zomato/platform/calendar"
	"zomato/platform/money"
	"zomato/platform/paging"
	"zomato/platform/patch"
)

// Item is the answer with one record.
type Item[T any] struct {
	ETag string `header:"ETag" doc:"Names this version of the record"`
	Body T
}

// ItemOf answers with a record and its version.
func ItemOf[T any](body T, version int64) *Item[T] { return &Item[T]{ETag: tag(version), Body: body} }

// Whole is the answer with a list that is never paged, or with a body that has
// no version.
type Whole[T any] struct{ Body T }

// WholeOf answers with a body as it is.
func WholeOf[T any](body T) *Whole[T] { return &Whole[T]{Body: body} }

// shape is what the cache can keep: it makes the finished answer.
type shape interface{ finished() (*Answer, error) }

func (i *Item[T]) finished() (*Answer, error) {
	answer, err := encoded(i.ETag, i.Body)
	if record, ok := any(i.Body).(Settled); ok && err == nil {
		answer.Settled = record.Settled()
	}
	return answer, err
}

func (w *Whole[T]) finished() (*Answer, error) { return encoded("", w.Body) }

func (l *List[T]) finished() (*Answer, error) {
	answer, err := encoded("", l.Body)
	if err != nil {
		return nil, err
	}
	answer.TotalCount = l.TotalCount
	if path, query, ok := strings.Cut(l.Link, "?"); ok {
		answer.Link = strings.TrimRight(path, "/") + "?" + query
	}
	return answer, nil
}

// encoded makes an answer of a body as huma would write it, with its ETag.
func encoded(version string, body any) (*Answer, error) {
	var out bytes.Buffer
	if err := marshal(&out, body); err != nil {
		return nil, fmt.Errorf("encode the answer: %w", err)
	}
	whole := bytes.Clone(out.Bytes()) // without the room that the buffer has left
	return &Answer{ETag: entityTag(version, whole), Body: whole}, nil
}

// Empty is the answer without a body (204).
type Empty struct{}

// List is the answer with one page of a list.
type List[T any] struct {
	Link       string `header:"Link" doc:"The next page, while there is more (RFC 8288)"`
	TotalCount string `header:"X-Total-Count" doc:"The number of all items, with count=true"`
	Body       []T
}

// ListOf answers with a page of the list that was asked for.
func ListOf[T any](asked *PageQuery, page paging.Page[T]) *List[T] {
	out := &List[T]{Body: page.Items, Link: asked.next(page.Next)}
	if out.Body == nil {
		out.Body = []T{}
	}
	if page.Total != nil {
		out.TotalCount = strconv.FormatInt(*page.Total, 10)
	}
	return out
}

// PageQuery is embedded in the input of a paged list.
type PageQuery struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"20" doc:"The most items in the answer"`
	Skip   int    `query:"skip" minimum:"0" maximum:"10000" doc:"Leave out that many items; for deep lists follow the Link header"`
	Cursor string `query:"cursor" maxLength:"500" doc:"Where the page before ended, from its Link header"`
	Count  bool   `query:"count" doc:"Answer the number of all items in X-Total-Count"`

	url url.URL
}

// Resolve implements huma.Resolver: it keeps the address for the Link header.
func (q *PageQuery) Resolve(ctx huma.Context) []error {
	q.url = ctx.URL()
	if q.Skip > 0 && q.Cursor != "" {
		return []error{&finding{
			location: "query.skip", code: codeInvalid, status: http.StatusUnprocessableEntity,
			detail: "skip and cursor exclude each other.",
		}}
	}
	return nil
}

// Query gives what was asked for, in the terms of package paging.
func (q *PageQuery) Query() paging.Query {
	return paging.Query{Limit: q.Limit, Skip: q.Skip, After: q.Cursor, Count: q.Count}
}

func (q *PageQuery) next(cursor string) string {
	if cursor == "" {
		return ""
	}
	values := q.url.Query()
	values.Del("skip")
	values.Del("count")
	values.Set("cursor", cursor)
	return "<" + (&url.URL{Path: q.url.Path, RawQuery: values.Encode()}).String() + `>; rel="next"`
}

// DaysQuery is embedded in the input of what can be bounded by days of a
// restaurant's calendar.
type DaysQuery struct {
	From string `query:"from" format:"date" doc:"The first day, in the restaurant's time zone" example:"2026-11-22"`
	To   string `query:"to" format:"date" doc:"The day after the last, in the restaurant's time zone" example:"2026-11-23"`
}

// Days gives the days that were asked for. Faults: findings about the
// parameters.
func (q *DaysQuery) Days() (calendar.Days, error) { return calendar.ParseDays(q.From, q.To) }

// Field is a field of a partial update that cannot be emptied: absent stays,
// null is refused (refuseNulls), since the document has a plain T.
type Field[T any] struct{ patch.Field[T] }

// Schema implements huma.SchemaProvider: in the document it is a plain T.
func (Field[T]) Schema(r huma.Registry) *huma.Schema { return schemaOf[T](r) }

// Resolve implements huma.ResolverWithPath.
func (f *Field[T]) Resolve(ctx huma.Context, at *huma.PathBuffer) []error {
	return resolve(&f.Value, ctx, at)
}

// Nullable is a field of a partial update that an explicit null empties.
type Nullable[T any] struct{ patch.Field[T] }

// Schema implements huma.SchemaProvider: in the document it is a T or null.
func (Nullable[T]) Schema(r huma.Registry) *huma.Schema {
	s := schemaOf[T](r)
	s.Nullable = true
	return s
}

// Resolve implements huma.ResolverWithPath.
func (f *Nullable[T]) Resolve(ctx huma.Context, at *huma.PathBuffer) []error {
	return resolve(&f.Value, ctx, at)
}

// resolve runs the resolver of the value inside: huma stops at the outer one.
func resolve(value any, ctx huma.Context, at *huma.PathBuffer) []error {
	if inner, ok := value.(huma.ResolverWithPath); ok {
		return inner.Resolve(ctx, at)
	}
	return nil
}

func schemaOf[T any](r huma.Registry) *huma.Schema {
	s := *r.Schema(reflect.TypeFor[T](), true, "")
	return &s
}

// Money is an amount in a request. It keeps the text of the number until it is
// resolved, so that it never becomes a float and a refusal points at its field.
type Money struct{ text string }

// Amount gives the amount; call it only after the input was resolved.
func (m Money) Amount() money.Amount {
	amount, _ := money.Parse(m.text)
	return amount
}

// UnmarshalJSON implements json.Unmarshaler: it keeps the text. The schema has
// refused what is no number.
func (m *Money) UnmarshalJSON(data []byte) error {
	var number json.Number
	err := json.Unmarshal(data, &number)
	m.text = number.String()
	return err
}

// Schema implements huma.SchemaProvider.
func (Money) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeNumber, Description: "An amount of money with at most two decimals", Examples: []any{json.Number("249.50")}}
}

// Resolve implements huma.ResolverWithPath.
func (m *Money) Resolve(_ huma.Context, at *huma.PathBuffer) []error {
	if m.text == "" { // absent
		return nil
	}
	if _, err := money.Parse(m.text); err != nil {
		return []error{&finding{
			location: at.String(), code: codeInvalid, status: http.StatusUnprocessableEntity,
			detail: "The amount " + err.Error() + ".",
		}}
	}
	return nil
}

// amountSchema describes a money.Amount in an answer.
type amountSchema struct{}

// Schema implements huma.SchemaProvider.
func (amountSchema) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeNumber, Description: "An amount of money with two decimals", Examples: []any{json.Number("249.50")}}
}
