package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/stretchr/testify/require"

	"zomato/platform/testkit/httpclient"
)

// Reading what there is, and holding it against the model.

type answer = httpclient.Answer

// told is a finding in a problem document.
type told struct {
	Pointer string `json:"pointer"`
	Code    string `json:"code"`
}

// tells holds the findings of a problem document against those expected.
func (w *world) tells(a answer, want []told) {
	w.Helper()
	var problem struct{ Errors []told }
	require.NoError(w.T, json.Unmarshal([]byte(a.Body), &problem), a.Body)
	require.ElementsMatch(w.T, want, problem.Errors)
}

// gone holds an answer without a body.
func (w *world) gone(a answer) {
	w.Helper()
	require.Equal(w.T, 204, a.Status, a.Body)
}

// lookAround looks at something in the middle of a history.
func (w *world) lookAround() {
	limit := w.number(1, 4)
	switch w.number(0, 3) {
	case 0:
		w.lookAtCustomer(w.someCustomer(), limit)
	case 1:
		w.lookAtRestaurant(w.someRestaurant(), limit, []period{{}, {one(w, w.days()), one(w, w.days())}})
	case 2:
		for _, o := range w.orders[:min(1, len(w.orders))] {
			w.lookAtOrder(o)
		}
	default:
		w.refused(w.get("/orders/%d", nobody), 404, "order_not_found")
		w.refused(w.ask("PUT", fmt.Sprintf("/orders/%d/status", nobody), map[string]any{"order_status": "confirmed"}), 404, "order_not_found")
		w.refused(w.ask("POST", fmt.Sprintf("/orders/%d/review", nobody), map[string]any{"rating": 5}), 404, "order_not_found")
	}
}

// lookAtEverything holds all that is kept against the model.
func (w *world) lookAtEverything() {
	for _, o := range w.orders {
		w.lookAtOrder(o)
	}
	for _, r := range w.reviews {
		w.lookAtReview(r)
	}
	for _, c := range w.customers {
		w.lookAtCustomer(c, 100)
	}
	days := w.days()
	first, middle, last := days[1], days[(len(days)+1)/2], days[len(days)-1]
	for _, r := range w.restaurants {
		w.lookAtRestaurant(r, 100, []period{{}, {from: middle}, {to: middle}, {first, last}, {middle, last}, {first, middle}, {last, first}})
	}
}

// days are those on which something happened anywhere, and a day before and
// behind them, in order; in front stands "", which is no bound.
func (w *world) days() []string {
	out := []string{w.now.at("UTC").Format(time.DateOnly)}
	for _, o := range w.orders {
		out = append(out, o.day)
	}
	for _, r := range w.reviews {
		out = append(out, r.day)
	}
	slices.Sort(out)
	out = slices.Compact(out)
	neighbour := func(day string, n int) string {
		at, err := time.Parse(time.DateOnly, day)
		require.NoError(w.T, err)
		return at.AddDate(0, 0, n).Format(time.DateOnly)
	}
	return append(append([]string{"", neighbour(out[0], -1)}, out...), neighbour(out[len(out)-1], 1))
}

// newestOrders lists orders as lists show them.
func (w *world) newestOrders(in func(*modelOrder) bool) []shownOrder {
	out := []shownOrder{}
	for _, o := range w.orders {
		if in(o) {
			out = append(out, o.shownOrder)
		}
	}
	slices.SortFunc(out, func(a, b shownOrder) int {
		return -cmp.Or(cmp.Compare(a.OrderDate, b.OrderDate), cmp.Compare(a.ID, b.ID))
	})
	return out
}

// lookAtOrdersOf reads the lists of a restaurant. Their days are those in the
// restaurant's present zone.
func (w *world) lookAtOrdersOf(r *modelRestaurant, limit int, periods []period) {
	path := fmt.Sprintf("/restaurants/%d/orders", r.ID)
	ours := func(o *modelOrder) bool { return o.restaurant == r }
	pages(w, path, "", limit, w.newestOrders(ours))
	pages(w, path, "&status=delivered", limit, w.newestOrders(func(o *modelOrder) bool { return ours(o) && o.OrderStatus == "delivered" }))
	for _, p := range periods {
		if p.backward() {
			w.refused(w.get("%s?%s", path, p.query()), 422, "out_of_range")
			continue
		}
		pages(w, path, "&"+p.query(), limit, w.newestOrders(func(o *modelOrder) bool {
			return ours(o) && p.has(o.OrderDate.at(r.Timezone).Format(time.DateOnly))
		}))
	}
}

// lookAtOrder reads an order with all that belongs to it, and its timeline.
func (w *world) lookAtOrder(o *modelOrder) {
	want := shownDetails{shownOrder: o.shownOrder, Timeline: o.timeline}
	want.shownOrder.OrderItems = nil
	for n, line := range o.OrderItems {
		detailed := detailedLine{shownLine: line}
		if i := o.items[n]; i.there() {
			detailed.MenuItem = new(i.shownItem)
		}
		want.OrderItems = append(want.OrderItems, detailed)
	}
	if c := o.customer; !c.erased {
		want.Customer = &whoOrdered{c.ID, c.Name, c.PhoneNumber}
	}
	want.Restaurant = whoCooks{o.RestaurantID, o.restaurantName}
	if o.review != nil && !o.review.deleted {
		want.Review = new(o.review.shown())
	}
	shows(w, w.get("/orders/%d", o.ID), 200, want, "order %d", o.ID)
	shows(w, w.get("/orders/%d/events", o.ID), 200, o.timeline, "timeline of order %d", o.ID)
}
