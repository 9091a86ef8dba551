// Package paging is how a list is asked for and answered, page by page: by
// `skip` for small sets and by an opaque keyset cursor for any depth.
//
// team: platform
package paging

import (
	"encoding/base64"
	"encoding/json"

	"zomato/platform/fault"
)

// Query asks for one page.
type Query struct {
	// Limit is the most items the page may hold, 1 to 100.
	Limit int
	// Skip leaves out that many items before the page.
	Skip int
	// After is the cursor of the page before, or "" for the first page.
	After string
	// Count asks for the number of all items.
	Count bool
}

// Page is one page of a list.
type Page[T any] struct {
	Items []T
	// Next is the cursor of the following page, or "" at the end.
	Next string
	// Total is the number of all items, or nil when it was not asked for.
	Total *int64
}

// Cut makes a page out of up to limit+1 items, the last of which only tells
// that there is more. The position of the last item kept becomes the cursor.
func Cut[T, P any](items []T, limit int, position func(T) P) Page[T] {
	if len(items) <= limit {
		return Page[T]{Items: items}
	}
	items = items[:limit]
	return Page[T]{Items: items, Next: encode(position(items[limit-1]))}
}

// Convert gives the same page with converted items.
func Convert[T, U any](page Page[T], convert func(T) U) Page[U] {
	items := make([]U, len(page.Items))
	for i, item := range page.Items {
		items[i] = convert(item)
	}
	return Page[U]{Items: items, Next: page.Next, Total: page.Total}
}

// Position reads the cursor of a query, as Cut made it. It is the zero value
// for the first page. A cursor that was not made for this kind of list is an
// Invalid fault that points at the parameter.
func Position[P any](q Query) (P, error) {
	var position P
	if q.After == "" {
		return position, nil
	}
	data, err := base64.RawURLEncoding.DecodeString(q.After)
	if err == nil {
		err = json.Unmarshal(data, &position)
	}
	// Written again it is the same, or it was made by another list, or by hand.
	if err != nil || encode(position) != q.After {
		var none P
		return none, Refuse()
	}
	return position, nil
}

// Refuse is the fault for a cursor that does not fit the list it was sent to.
func Refuse() *fault.Error {
	return fault.Fields(fault.Field{
		Pointer: "query/cursor", Code: "invalid",
		Detail: "The cursor was not made by this list: take it from the Link header of the page before.",
	})
}

func encode(position any) string {
	// A position is a struct of numbers and strings of ours: it always encodes.
	data, _ := json.Marshal(position)
	return base64.RawURLEncoding.EncodeToString(data)
}
