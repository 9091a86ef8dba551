package main

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/fx"

	"zomato/platform/testkit"
)

// erasing makes customers, has many read what is shown of them, erases them
// meanwhile and gives what is shown after that.
func erasing(t *testing.T, url string, times int, options ...fx.Option) (shown []string) {
	t.Helper()
	app, _ := servingWith(t, moduleTable(), options, "DATABASE_URL="+url)
	furnish(t, app)
	for range times {
		customer, paths := secretive(t, app)
		shownSecrets(t, app, paths) // kept now, if not before
		var stop atomic.Bool
		var readers sync.WaitGroup
		for who := range 3 {
			readers.Go(func() {
				for n := who; !stop.Load(); n++ {
					got := app.Do(t, "GET", paths[n%len(paths)], "")
					assert.Contains(t, []int{200, 404}, got.Status, got.Body)
				}
			})
		}
		app.Do(t, "DELETE", fmt.Sprintf("/customers/%d", customer), "").Expect(t, 200)
		shown = append(shown, shownSecrets(t, app, paths)...)
		stop.Store(true)
		readers.Wait()
		shown = append(shown, shownSecrets(t, app, paths)...)
	}
	return shown
}

func TestGate_erasure_is_not_followed_by_anything_personal(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		require.Empty(t, erasing(t, url, rounds()))
	})
}

// A gate that has never been seen to fail proves nothing: no kind hears of it.
func TestGate_erasure_notices_policies_that_are_not_told_of_it(t *testing.T) {
	t.Parallel()
	for kind, operation := range map[string]string{"reviews.author": "/restaurants/1/reviews", "orders.who_ordered": "/orders/2"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			shown := erasing(t, testkit.SQLite(t), 1, lackOf(lack{kind: kind, event: "customers.erased"}))
			require.True(t, slices.ContainsFunc(shown, func(s string) bool { return strings.HasPrefix(s, operation+" ") }), "%v", shown)
		})
	}
}

// strictStates are the states of answers that must not be kept where others may
// change them.
func strictStates(t *testing.T, app running) map[string]bool {
	t.Helper()
	states := map[string]bool{}
	for _, path := range strictLooks() {
		states[app.Do(t, "GET", path, "").Expect(t, 200).Header.Get("X-Cache")] = true
	}
	return states
}

// followedLooks show the name of the restaurant.
func followedLooks() []string {
	return []string{"/restaurants/1", "/restaurants/", "/restaurants/search?q=paneer"}
}

// followed changes what is public through one instance of a Postgres, and asks
// the other one, which has the options, until it shows it. It gives how long after
// the change was acknowledged the last request was begun that did not show it: no
// time that the machine takes is in that, unless between the two.
func followed(t *testing.T, times int, bound time.Duration, options ...fx.Option) (latest time.Duration) {
	t.Helper()
	url := "DATABASE_URL=" + testkit.Postgres(t)
	one := serving(t, url)
	other, _ := servingWith(t, moduleTable(), options, url)
	furnish(t, one)
	for i := range times {
		name := fmt.Sprintf("Name %d", i)
		for range 2 {
			for _, path := range followedLooks() {
				other.Do(t, "GET", path, "").Expect(t, 200)
			}
			require.Equal(t, map[string]bool{"BYPASS": true}, strictStates(t, other))
			require.Equal(t, map[string]bool{"BYPASS": true}, strictStates(t, one))
		}
		one.Do(t, "PUT", "/customers/1", `{"name":"`+name+`"}`).Expect(t, 200)
		require.Contains(t, other.Do(t, "GET", "/customers/1", "").Body, name, "strict: at once")
		require.Contains(t, other.Do(t, "GET", "/orders/1", "").Body, name, "strict: at once")
		one.Do(t, "PUT", "/restaurants/1", `{"name":"`+name+`"}`).Expect(t, 200)
		told := time.Now()
		for _, path := range followedLooks() {
			for begun := time.Since(told); begun < bound && !strings.Contains(other.Do(t, "GET", path, "").Body, name); begun = time.Since(told) {
				latest = max(latest, begun)
			}
			require.Contains(t, one.Do(t, "GET", path, "").Body, name, "through itself: at once")
		}
	}
	return latest
}

func TestGate_instances_follow_each_other(t *testing.T) {
	t.Parallel()
	latest := followed(t, 3*rounds(), 30*time.Second)
	t.Logf("the last request that the other instance answered as before was begun %v after the change", latest)
	require.LessOrEqual(t, latest, time.Second)
}

// A gate that has never been seen to fail proves nothing.
func TestGate_instances_notices_one_that_does_not_follow(t *testing.T) {
	t.Parallel()
	latest := followed(t, 5, 3*time.Second, lackOf(lack{kind: "restaurants.restaurant", operation: "list-restaurants"}))
	require.Greater(t, latest, time.Second)
}
