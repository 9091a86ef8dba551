package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// world is one history: what the model knows, and how to ask the product.
type world struct {
	*rapid.T
	*stage

	luck        *rand.Rand // of this step; nil until something is drawn
	now         moment
	history     []string
	customers   []*modelCustomer
	restaurants []*modelRestaurant
	items       []*modelItem
	orders      []*modelOrder
	reviews     []*modelReview
}

// nobody is an id that is never given.
const nobody = 1 << 40

// furnish makes what the steps need: customers and restaurants with a menu.
func (w *world) furnish() {
	for range 2 {
		w.createCustomer()
		w.createRestaurant()
		w.addItemTo(w.restaurants[len(w.restaurants)-1])
		w.addItemTo(w.restaurants[len(w.restaurants)-1])
	}
}

// letTimePass moves the clock on: by a while, or to an end of the time in which
// an order can be reviewed or a review edited, or just beyond.
func (w *world) letTimePass() {
	var ends []moment
	for _, o := range w.orders {
		if o.DeliveryTime != nil {
			ends = append(ends, *o.DeliveryTime+30*day)
		}
	}
	for _, r := range w.reviews {
		ends = append(ends, r.CreatedAt+7*day)
	}
	ends = slices.DeleteFunc(ends, func(end moment) bool { return end < w.now })
	if len(ends) > 0 && w.rarely() {
		w.now = one(w, ends) + one(w, []moment{0, 1})
	} else {
		w.now += one(w, []moment{1, 20 * minute, 50 * minute, 7 * 60 * minute, day, 3 * day, 8 * day})
	}
	w.clock.Store(int64(w.now))
	w.tell("it is %s", w.now)
}

const (
	minute moment = 60_000
	day           = 24 * 60 * minute
)

// number draws a whole number. All that a step draws comes from one draw of
// rapid's, so that rapid makes a history shorter by steps.
func (w *world) number(least, most int) int {
	if w.luck == nil {
		w.luck = rand.New(rand.NewPCG(uint64(rapid.Uint32().Draw(w.T, "luck")), 0))
	}
	return least + w.luck.IntN(most-least+1)
}

// rarely draws true once in ten times.
func (w *world) rarely() bool { return w.onceIn(10) }

func (w *world) onceIn(times int) bool { return w.number(1, times) == times }

// one draws one of several.
func one[E any](w *world, from []E) E { return from[w.number(0, len(from)-1)] }

// some draws one of several, most often one of the latest: it is the same when
// rapid has left out something from before.
func some[E any](w *world, all []E) E {
	for _, each := range slices.Backward(all) {
		if w.number(0, 3) == 0 {
			return each
		}
	}
	return one(w, all)
}

// drawn draws one of those that there are, rarely one of those that are gone,
// or the one that never was.
func drawn[E any](w *world, all []*E, gone func(*E) bool, never *E) *E {
	there := slices.DeleteFunc(slices.Clone(all), gone)
	if len(there) > 0 && !w.rarely() {
		return some(w, there)
	}
	return some(w, append([]*E{never}, all...))
}

func (w *world) someCustomer() *modelCustomer {
	never := &modelCustomer{shownCustomer: shownCustomer{ID: nobody}, erased: true}
	return drawn(w, w.customers, func(c *modelCustomer) bool { return c.erased }, never)
}

func (w *world) someRestaurant() *modelRestaurant {
	return drawn(w, w.restaurants, func(r *modelRestaurant) bool { return r.deleted }, w.noRestaurant())
}

func (w *world) noRestaurant() *modelRestaurant {
	return &modelRestaurant{shownRestaurant: shownRestaurant{ID: nobody}, deleted: true}
}

// someItem draws an item, rarely one that is gone.
func (w *world) someItem() *modelItem {
	return drawn(w, w.items, func(i *modelItem) bool { return !i.there() }, w.noItem())
}

func (w *world) noItem() *modelItem {
	return &modelItem{shownItem: shownItem{ID: nobody}, restaurant: w.noRestaurant(), deleted: true}
}

// ask sends a request, and keeps what changes something for the history that is
// told when it fails.
func (w *world) ask(method, path string, body map[string]any) answer {
	w.Helper()
	text := ""
	if body != nil {
		data, err := json.Marshal(body)
		require.NoError(w.T, err)
		text = string(data)
	}
	a := w.app.Do(w.t, method, path, text)
	w.requests++
	if method != "GET" {
		var said struct {
			ID   int64
			Code string
		}
		_ = json.Unmarshal([]byte(a.Body), &said) // an answer without a body says neither
		outcome := strings.TrimSpace(fmt.Sprintf("%d %s", a.Status, said.Code))
		w.outcomes[method+" "+regexp.MustCompile(`\d+`).ReplaceAllString(path, "{id}")+" "+outcome]++
		if said.ID != 0 {
			outcome += fmt.Sprintf(" with id %d", said.ID)
		}
		w.tell("%s", strings.TrimSpace(fmt.Sprintf("%s %s %s", method, path, text))+" → "+outcome)
	}
	return a
}

// tell adds to the history.
func (w *world) tell(format string, args ...any) {
	w.history = append(w.history, fmt.Sprintf(format, args...))
}

func (w *world) get(path string, args ...any) answer {
	return w.ask("GET", fmt.Sprintf(path, args...), nil)
}

// shows holds a record in an answer against what the model expects; about is a
// format and its arguments.
func shows[R any](w *world, a answer, status int, want R, about ...any) {
	w.Helper()
	require.Equal(w.T, status, a.Status, a.Body)
	var got R
	require.NoError(w.T, json.Unmarshal([]byte(a.Body), &got), a.Body)
	require.Equal(w.T, want, got, about...)
}

// made reads the id of a new record, where its Location says it is.
func (w *world) made(a answer, place string) int64 {
	w.Helper()
	require.Equal(w.T, 201, a.Status, a.Body)
	var record struct{ ID int64 }
	require.NoError(w.T, json.Unmarshal([]byte(a.Body), &record))
	require.Equal(w.T, fmt.Sprintf("%s%d", place, record.ID), a.Header.Get("Location"))
	return record.ID
}

// refused holds an answer against a refusal with one of these codes, and gives
// the problem document.
func (w *world) refused(a answer, status int, codes ...string) (problem map[string]any) {
	w.Helper()
	require.Equal(w.T, status, a.Status, "%s; expected %s", a.Body, strings.Join(codes, " or "))
	require.NoError(w.T, json.Unmarshal([]byte(a.Body), &problem), a.Body)
	require.Equal(w.T, "application/problem+json", a.Header.Get("Content-Type"))
	require.Contains(w.T, codes, problem["code"], a.Body)
	return problem
}

// pages reads a list to its end, page by page, and holds it against what the
// model expects. The query may be empty.
func pages[R any](w *world, path, query string, limit int, want []R) {
	w.Helper()
	got, next := []R{}, fmt.Sprintf("%s?limit=%d&count=true%s", path, limit, query)
	for page := 0; next != ""; page++ {
		a := w.get("%s", next)
		require.Equal(w.T, 200, a.Status, "%s: %s", next, a.Body)
		if page == 0 {
			require.Equal(w.T, fmt.Sprint(len(want)), a.Header.Get("X-Total-Count"), next)
		}
		var items []R
		require.NoError(w.T, json.Unmarshal([]byte(a.Body), &items), a.Body)
		require.LessOrEqual(w.T, len(items), limit, next)
		got = append(got, items...)
		require.LessOrEqual(w.T, len(got), len(want), "%s: more than there are", next)
		next = a.Next(w.t)
	}
	require.Equal(w.T, want, got, "%s%s", path, query)
}
