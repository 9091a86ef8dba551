package main

import (
	"cmp"
	"flag"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/fx"
	"pgregory.net/rapid"

	"zomato/platform/clock"
	"zomato/platform/module"
	"zomato/platform/testkit"
)

// The whole application against a model (design: reliability.md §7): random
// histories of requests, each answer of which the model predicts. The model is
// written from the contract, in the files model_…_test.go, and shares no code
// with the product.
//
// `go test` plays a few short histories on each database. The gate is
//
//	go test ./app -run TestGate_model -rapid.checks=1000 -rapid.steps=50 -timeout=1h
//
// for 1,000 histories of 50 steps on average. A history that fails is made
// shorter by rapid and printed: its requests with their answers, one after the
// other.

const (
	// shortRun is the number of histories on each database without -rapid.checks.
	shortRun = 15
	// longRun is from how many on everything has to happen.
	longRun = 1000
)

func TestGate_model_the_application_behaves_as_its_model(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		s := newStage(t, url)
		wanted, played, failing := histories(t), 0, false
		begin := time.Now()
		rapid.Check(t, func(rt *rapid.T) {
			if played == wanted && !failing {
				return // the rest of the checks that rapid does by itself
			}
			ended := false
			defer func() { failing = failing || !ended }() // from now on rapid makes it shorter
			s.play(rt)
			ended = true
			played++
		})
		require.Equal(t, wanted, played, "histories; rapid stops early when the time runs out: raise -timeout")
		requireFiguresRight(t, s.app)
		t.Logf("%d histories, %d steps and %d requests in %v", played, s.steps, s.requests, time.Since(begin).Round(time.Second))
		if testing.Verbose() {
			for _, outcome := range slices.Sorted(maps.Keys(s.outcomes)) {
				t.Logf("%6d × %s", s.outcomes[outcome], outcome)
			}
		}
		if played >= longRun {
			require.Empty(t, s.unseen(), "what never happened was not tested")
		}
	})
}

// histories is how many are to be played: what -rapid.checks says, else few.
func histories(t *testing.T) int {
	t.Helper()
	wanted := shortRun
	flag.Visit(func(f *flag.Flag) {
		if f.Name == "rapid.checks" {
			var err error
			wanted, err = strconv.Atoi(f.Value.String())
			require.NoError(t, err)
		}
	})
	return wanted
}

// unseen gives what should have happened in a long run, and has not.
func (s *stage) unseen() (missing []string) {
	for _, expected := range [][2]string{
		{"POST /customers/", "201, 409 email_taken"},
		{"PUT /customers/{id}", "200, 404 customer_not_found"},
		{"DELETE /customers/{id}", "200, 404 customer_not_found, 409 customer_has_active_orders"},
		{"POST /restaurants/", "201"},
		{"PUT /restaurants/{id}", "200, 404 restaurant_not_found"},
		{"DELETE /restaurants/{id}", "204, 404 restaurant_not_found"},
		{"POST /restaurants/{id}/menu-items/", "201, 404 restaurant_not_found"},
		{"PUT /menu-items/{id}", "200, 404 item_not_found"},
		{"DELETE /menu-items/{id}", "204, 404 item_not_found"},
		{"POST /customers/{id}/orders/", "201, 404 customer_not_found, 404 restaurant_not_found, 409 customer_inactive, 409 restaurant_inactive"},
		{"POST /customers/{id}/orders/", "409 item_unavailable, 409 out_of_stock, 422 item_not_found, 422 item_of_other_restaurant"},
		{"POST /customers/{id}/orders/", "409 price_changed, 422 below_minimum, 422 out_of_range"},
		{"PUT /orders/{id}/status", "200, 404 order_not_found, 409 invalid_transition"},
		{"POST /orders/{id}/review", "201, 404 customer_not_found, 404 order_not_found, 404 restaurant_not_found, 422 out_of_range"},
		{"POST /orders/{id}/review", "409 order_not_delivered, 409 review_exists, 409 review_window_closed"},
		{"PUT /reviews/{id}", "200, 404 review_not_found, 409 edit_window_closed"},
		{"DELETE /reviews/{id}", "204, 404 review_not_found"},
		{"PUT /reviews/{id}/reply", "200, 404 review_not_found"},
	} {
		for answer := range strings.SplitSeq(expected[1], ", ") {
			if outcome := expected[0] + " " + answer; s.outcomes[outcome] == 0 {
				missing = append(missing, outcome)
			}
		}
	}
	return missing
}

// stage is where all histories of one database are played: one application,
// whose modules have a clock that the histories set.
type stage struct {
	t        *testing.T
	app      running
	clock    *atomic.Int64 // milliseconds
	deck     []step
	serial   int             // makes e-mail addresses and phone numbers that nobody has
	moods    map[string]mood // of comments, as they were first judged
	steps    int             // taken in all histories
	requests int             // made in them
	outcomes map[string]int  // how often a kind of request was answered how
}

func newStage(t *testing.T, url string) *stage {
	t.Helper()
	s := &stage{t: t, clock: new(atomic.Int64), deck: deck(), moods: map[string]mood{}, outcomes: map[string]int{}}
	s.clock.Store(int64(beginnings()[0]))
	table := moduleTable()
	for i := range table {
		table[i].On = timed(table[i], s.clock)
	}
	s.app, _ = servingTable(t, table, "DATABASE_URL="+url)
	return s
}

// timed gives a module a clock of its own. The platform keeps the real one: its
// leases and retries are about processes.
func timed(m module.Module, hands *atomic.Int64) fx.Option {
	return fx.Module(m.Name+" by another clock", m.On, fx.Decorate(func(clock.Clock) clock.Clock {
		return clock.Func(func() time.Time { return time.UnixMilli(hands.Load()).UTC() })
	}))
}

// play plays one history, with records of its own.
func (s *stage) play(rt *rapid.T) {
	w := &world{T: rt, stage: s, now: rapid.SampledFrom(beginnings()).Draw(rt, "begin")}
	w.tell("it is %s", w.now)
	s.clock.Store(int64(w.now))
	defer w.tellIfFailed()
	before := newest(rt, s.app)
	w.furnish()
	steps := map[string]func(*rapid.T){}
	for i, next := range s.deck {
		// The number keeps rapid, which sorts the names, in the order of the deck.
		steps[fmt.Sprintf("%02d %s", i, next.name)] = func(*rapid.T) {
			w.luck = nil
			next.take(w)
			s.steps++
		}
	}
	rt.Repeat(steps)
	w.lookAtEverything()
	require.Empty(rt, figureDifferences(rt, s.app, before), "kept figures that are not what recomputing gives")
}

// tellIfFailed prints the history without all that was drawn for it.
func (w *world) tellIfFailed() {
	if w.Failed() {
		w.Logf("the history:\n%s", strings.Join(w.history, "\n"))
	}
}

// beginnings are when a history begins: on a usual day, before midnight in
// India, and before the clocks change in New York and in Cairo, where a day
// then begins at 01:00.
func beginnings() []moment {
	return []moment{
		momentOf(time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)),
		momentOf(time.Date(2026, 12, 31, 18, 20, 0, 0, time.UTC)),
		momentOf(time.Date(2026, 3, 8, 6, 30, 0, 0, time.UTC)),
		momentOf(time.Date(2026, 11, 1, 5, 10, 0, 0, time.UTC)),
		momentOf(time.Date(2026, 4, 23, 21, 30, 0, 999e6, time.UTC)),
	}
}

// step is what happens next in a history.
type step struct {
	name string
	take func(*world)
}

// deck holds each step as often as it is taken in about a hundred, evenly
// dealt: rapid takes those in front a little more often.
func deck() []step {
	type card struct {
		step
		place float64
	}
	var cards []card
	for _, s := range []struct {
		name  string
		times int
		take  func(*world)
	}{
		{"place an order", 22, (*world).placeOrder},
		{"move an order", 20, (*world).moveOrder},
		{"deliver an order", 6, (*world).deliverOrder},
		{"let time pass", 8, (*world).letTimePass},
		{"write a review", 8, (*world).writeReview},
		{"edit a review", 3, (*world).editReview},
		{"delete a review", 2, (*world).deleteReview},
		{"reply to a review", 2, (*world).replyToReview},
		{"change an item", 6, (*world).changeItem},
		{"add an item", 3, (*world).addItem},
		{"delete an item", 2, (*world).deleteItem},
		{"change a restaurant", 5, (*world).changeRestaurant},
		{"create a restaurant", 1, (*world).createRestaurant},
		{"delete a restaurant", 1, (*world).deleteRestaurant},
		{"create a customer", 2, (*world).createCustomer},
		{"change a customer", 2, (*world).changeCustomer},
		{"erase a customer", 2, (*world).eraseCustomer},
		{"look around", 5, (*world).lookAround},
	} {
		for i := range s.times {
			cards = append(cards, card{step{s.name, s.take}, (float64(i) + 0.5) / float64(s.times)})
		}
	}
	slices.SortStableFunc(cards, func(a, b card) int { return cmp.Compare(a.place, b.place) })
	out := make([]step, len(cards))
	for i, c := range cards {
		out[i] = c.step
	}
	return out
}
