package main

import (
	"fmt"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"zomato/platform/testkit"
	"zomato/platform/testkit/httpclient"
)

// What holds when many do the same at once (design: reliability.md §7), over the
// whole application, on both databases. `go test` tries a few times; ZOMATO_GATES=full,
// which `make gates` sets, tries until chance has had its turn.

// gatesAreFull tells whether gates run in their long form.
func gatesAreFull() bool { return os.Getenv("ZOMATO_GATES") == "full" }

// rounds is how often a race is run.
func rounds() int {
	if gatesAreFull() {
		return 50
	}
	return 3
}

// atOnce runs a function so many times at once: they wait for each other to
// begin.
func atOnce(times int, run func(i int)) {
	begin := make(chan struct{})
	var all sync.WaitGroup
	for i := range times {
		all.Go(func() {
			<-begin
			run(i)
		})
	}
	close(begin)
	all.Wait()
}

// place places an order of the first dish and gives its id.
func place(t *testing.T, app running, customer int64) int64 {
	t.Helper()
	return idOf(t, app.Do(t, "POST", fmt.Sprintf("/customers/%d/orders/", customer), oneTikka).Expect(t, 201))
}

func idOf(t *testing.T, a httpclient.Answer) int64 {
	t.Helper()
	var record struct{ ID int64 }
	a.JSON(t, &record)
	return record.ID
}

func TestGate_race_the_last_pieces_are_sold_once(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		app := serving(t, "DATABASE_URL="+url)
		furnish(t, app)
		for round := range rounds() {
			app.Do(t, "PUT", "/menu-items/1", `{"stock":10}`).Expect(t, 200)
			answers := make([]httpclient.Answer, 64)
			atOnce(len(answers), func(i int) { answers[i] = app.Do(t, "POST", "/customers/1/orders/", oneTikka) })
			sold := int64(0)
			for _, a := range answers {
				if a.Status == 201 {
					sold = idOf(t, a)
					continue
				}
				require.InDelta(t, 0, a.Problem(t, 409, "out_of_stock")["available"], 0)
			}
			require.Contains(t, app.Do(t, "GET", "/menu-items/1", "").Body, `"stock":0`)
			list := app.Do(t, "GET", "/restaurants/1/orders?count=true&status=placed", "").Expect(t, 200)
			require.Equal(t, fmt.Sprint(1+round*9+10), list.Header.Get("X-Total-Count"), "with the one of before; each round one is cancelled")

			app.Do(t, "PUT", fmt.Sprintf("/orders/%d/status", sold), `{"order_status":"cancelled"}`).Expect(t, 200)
			require.Contains(t, app.Do(t, "GET", "/menu-items/1", "").Body, `"stock":1`)
			requireFiguresRight(t, app)
		}
	})
}

func TestGate_race_of_two_who_move_an_order_at_once_one_wins(t *testing.T) {
	t.Parallel()
	for _, race := range []struct {
		name    string
		before  []string
		moves   []string
		unseen  bool // each moves whatever they find, not only what they have seen
		stocked bool // cancelling gives the pieces back
	}{
		{"delivering and cancelling", []string{"confirmed", "preparing", "out_for_delivery"}, []string{"delivered", "cancelled"}, true, false},
		{"confirming and cancelling what both have seen", nil, []string{"confirmed", "cancelled"}, false, true},
		{"confirming, and cancelling all the same", nil, []string{"confirmed", "cancelled"}, true, true},
	} {
		t.Run(race.name, func(t *testing.T) {
			t.Parallel()
			testkit.EachDatabase(t, func(t *testing.T, url string) {
				app := serving(t, "DATABASE_URL="+url)
				furnish(t, app)
				stock := 1000
				app.Do(t, "PUT", "/menu-items/1", fmt.Sprintf(`{"stock":%d}`, stock)).Expect(t, 200)
				for range rounds() {
					order := place(t, app, 1)
					stock--
					for _, status := range race.before {
						app.Do(t, "PUT", fmt.Sprintf("/orders/%d/status", order), `{"order_status":"`+status+`"}`).Expect(t, 200)
					}
					won := app.move(t, order, race.moves, race.unseen)
					if race.before != nil || !race.unseen {
						require.Len(t, won, 1, "one wins")
					}
					if race.stocked && slices.Contains(won, "cancelled") {
						stock++
					}
					app.checkMoved(t, order, append(append([]string{"placed"}, race.before...), won...))
					require.Contains(t, app.Do(t, "GET", "/menu-items/1", "").Body, fmt.Sprintf(`"stock":%d}`, stock))
					requireFiguresRight(t, app)
				}
			})
		})
	}
}

// move makes several moves of one order at once, and gives those that succeeded.
func (app running) move(t *testing.T, order int64, moves []string, unseen bool) (won []string) {
	t.Helper()
	seen := app.Do(t, "GET", fmt.Sprintf("/orders/%d", order), "").Header.Get("ETag")
	answers := make([]httpclient.Answer, len(moves))
	atOnce(len(moves), func(i int) {
		var headers []string
		if !unseen {
			headers = []string{"If-Match", seen}
		}
		answers[i] = app.Do(t, "PUT", fmt.Sprintf("/orders/%d/status", order), `{"order_status":"`+moves[i]+`"}`, headers...)
	})
	for i, a := range answers {
		if a.Status == 200 {
			won = append(won, moves[i])
		} else {
			require.Contains(t, []int{409, 412}, a.Status, a.Body)
		}
	}
	return won
}

// checkMoved holds an order against the statuses that it has had: the timeline
// has one entry for each, the last is that of the order.
func (app running) checkMoved(t *testing.T, order int64, statuses []string) {
	t.Helper()
	var shown struct {
		OrderStatus string `json:"order_status"`
		Version     int
		Timeline    []struct{ Event string }
	}
	app.Do(t, "GET", fmt.Sprintf("/orders/%d", order), "").Expect(t, 200).JSON(t, &shown)
	var events []string
	for _, entry := range shown.Timeline {
		events = append(events, entry.Event)
	}
	require.Equal(t, statuses, events, "the timeline")
	require.Equal(t, statuses[len(statuses)-1], shown.OrderStatus)
	require.Equal(t, len(statuses), shown.Version)
}

func TestGate_race_of_many_who_review_an_order_at_once_one_wins(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		app := serving(t, "DATABASE_URL="+url)
		furnish(t, app)
		for round := range rounds() {
			order := place(t, app, 1)
			deliver(t, app, order)
			answers := make([]httpclient.Answer, 16)
			atOnce(len(answers), func(i int) {
				answers[i] = app.Do(t, "POST", fmt.Sprintf("/orders/%d/review", order), fmt.Sprintf(`{"rating":%d}`, 1+i%5))
			})
			written := 0
			for _, a := range answers {
				if a.Status == 201 {
					written++
				} else {
					a.Problem(t, 409, "review_exists")
				}
			}
			require.Equal(t, 1, written)
			require.InDelta(t, 1+round, app.Do(t, "GET", "/restaurants/1", "").Object(t)["rating_count"], 0)
			requireFiguresRight(t, app)
		}
	})
}

func TestGate_race_a_review_and_the_erasure_of_its_author_leave_nothing_half_done(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		app := serving(t, "DATABASE_URL="+url)
		furnish(t, app)
		written := 0
		for round := range rounds() {
			customer := idOf(t, app.Do(t, "POST", "/customers/", fmt.Sprintf(`{"name":"Noor Khan","email":"noor%d@example.com"}`, round)).Expect(t, 201))
			order := place(t, app, customer)
			deliver(t, app, order)
			var review, erasure httpclient.Answer
			atOnce(2, func(i int) {
				if i == 0 {
					review = app.Do(t, "POST", fmt.Sprintf("/orders/%d/review", order), `{"rating":4}`)
				} else {
					erasure = app.Do(t, "DELETE", fmt.Sprintf("/customers/%d", customer), "")
				}
			})
			assert.Equal(t, 200, erasure.Status, erasure.Body)
			if review.Status == 201 {
				written++
				left := app.Do(t, "GET", fmt.Sprintf("/reviews/%d", idOf(t, review)), "").Expect(t, 200).Object(t)
				require.Nil(t, left["author"])
			} else {
				review.Problem(t, 404, "customer_not_found")
				app.Do(t, "GET", fmt.Sprintf("/orders/%d/review", order), "").Problem(t, 404, "review_not_found")
			}
			require.InDelta(t, written, app.Do(t, "GET", "/restaurants/1", "").Object(t)["rating_count"], 0)
			requireFiguresRight(t, app)
		}
		t.Logf("%d of %d reviews came before the erasure", written, rounds())
	})
}

func TestGate_race_who_reviews_a_busy_restaurant_is_not_kept_waiting(t *testing.T) {
	t.Parallel()
	url := "DATABASE_URL=" + testkit.Postgres(t)
	instances := []running{serving(t, url), serving(t, url), serving(t, url)}
	first := instances[0]
	furnish(t, first)
	placers := 12 // enough for locks that overlap; as few as a slow machine serves in the time of a request
	for i := range placers {
		first.Do(t, "POST", "/customers/", fmt.Sprintf(`{"name":"X","email":"busy%d@example.com"}`, i)).Expect(t, 201)
	}
	var done atomic.Bool
	var busy sync.WaitGroup
	for i := range placers {
		busy.Go(func() {
			for !done.Load() {
				got := instances[i%3].Do(t, "POST", fmt.Sprintf("/customers/%d/orders/", 2+i), oneTikka)
				assert.Equal(t, 201, got.Status, got.Body)
			}
		})
	}
	for range rounds() {
		order := place(t, first, 1)
		deliver(t, first, order)
		made := first.Do(t, "POST", fmt.Sprintf("/orders/%d/review", order), `{"rating":5}`)
		if !assert.Equal(t, 201, made.Status, made.Body) {
			break
		}
		edited := first.Do(t, "PUT", made.Header.Get("Location"), `{"rating":4}`)
		assert.Equal(t, 200, edited.Status, edited.Body)
	}
	renamed := first.Do(t, "PUT", "/restaurants/1", `{"name":"Wok"}`)
	assert.Equal(t, 200, renamed.Status, renamed.Body)
	done.Store(true)
	busy.Wait()
	requireFiguresRight(t, first)
}
