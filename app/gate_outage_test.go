package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/fx"

	"zomato/modules/cache"
	"zomato/platform/testkit"
	"zomato/platform/testkit/httpclient"
)

// The gate of grace (design: cache.md §2): while the database is away, what is
// public is answered as it was, what is personal is not, and what was erased is
// not shown whatever happens. Postgres is a real one that the test stops; of
// SQLite, which cannot be stopped, a product is built that fails to read
// (gate_breaks_test.go).

// outage is a database that goes away and comes back.
type outage interface {
	fail(t *testing.T)
	mend(t *testing.T)
}

type stoppedPostgres struct{ *testkit.OwnServer }

func (s stoppedPostgres) fail(*testing.T)   { s.Halt() }
func (s stoppedPostgres) mend(t *testing.T) { t.Helper(); s.Resume(t) }

// unreadable is the file that makes the reads of a broken product fail.
type unreadable string

func (u unreadable) fail(t *testing.T) {
	t.Helper()
	require.NoError(t, os.WriteFile(string(u), nil, 0o600))
}

func (u unreadable) mend(t *testing.T) {
	t.Helper()
	require.NoError(t, os.Remove(string(u)))
}

// outageTime is how long a database is away.
const outageTime = 5 * time.Second

// shortTTLs let everything run out of time while the database is away.
func shortTTLs() []string {
	var variables []string
	for _, namespace := range []string{"CUSTOMERS", "RESTAURANTS", "MENU", "ORDERS", "ORDERS_SETTLED", "REVIEWS", "SEARCH", "ANALYTICS"} {
		variables = append(variables, "CACHE_TTL_"+namespace+"=1s")
	}
	return variables
}

// What is looked at while the database is away, and what only a customer and
// staff may see.
func publicLooks() []string {
	return []string{
		"/restaurants/", "/restaurants/1", "/restaurants/1/menu", "/restaurants/1/reviews", "/menu-items/1", "/cuisines/",
		"/restaurants/search?q=paneer", "/menu-items/search?q=tikka",
	}
}

func strictLooks() []string {
	return []string{"/customers/", "/customers/1", "/customers/1/orders", "/restaurants/1/orders", "/orders/1", "/orders/1/events"}
}

// The personal data of the customer whom secretive makes.
func secrets() []string {
	return []string{"Zenobia", "zenobia@example.com", "+919812345678", "7 Hidden Lane", "8 Secret Street", "under the mat"}
}

// secretive makes a customer with an order of each kind, and gives the paths that
// show anything of them. The customer's answers are kept when it returns.
func secretive(t *testing.T, app running) (customer int64, paths []string) {
	t.Helper()
	customer = idOf(t, app.Do(t, "POST", "/customers/", `{"name":"Zenobia Quill","email":"zenobia@example.com","phone_number":"+919812345678"}`).Expect(t, 201))
	app.Do(t, "POST", fmt.Sprintf("/customers/%d/addresses/", customer), `{"label":"Home","address":"7 Hidden Lane"}`).Expect(t, 201)
	app.Do(t, "PUT", fmt.Sprintf("/customers/%d/favourites/1", customer), "").Expect(t, 204)
	paths = []string{"/customers/", "/restaurants/1/orders", "/restaurants/1/reviews", "/restaurants/1/analytics"}
	for _, part := range []string{"", "/addresses/", "/favourites", "/analytics", "/orders", "/reviews"} {
		paths = append(paths, fmt.Sprintf("/customers/%d%s", customer, part))
	}
	for i := range 3 { // one is reviewed, one only delivered, one cancelled
		order := idOf(t, app.Do(t, "POST", fmt.Sprintf("/customers/%d/orders/", customer),
			`{"restaurant_id":1,"delivery_address":"8 Secret Street","order_items":[{"menu_item_id":1,"quantity":1,"special_requests":"under the mat"}]}`).Expect(t, 201))
		paths = append(paths, fmt.Sprintf("/orders/%d", order), fmt.Sprintf("/orders/%d/events", order), fmt.Sprintf("/orders/%d/review", order))
		if i == 2 {
			app.Do(t, "PUT", fmt.Sprintf("/orders/%d/status", order), `{"order_status":"cancelled"}`).Expect(t, 200)
			continue
		}
		deliver(t, app, order)
		if i == 0 {
			review := app.Do(t, "POST", fmt.Sprintf("/orders/%d/review", order), `{"rating":4,"comment":"Good."}`).Expect(t, 201)
			paths = append(paths, review.Header.Get("Location"))
		}
	}
	shown := shownSecrets(t, app, paths)
	for _, secret := range []string{"Zenobia", "+919812345678", "8 Secret Street", "7 Hidden Lane", "zenobia@example.com"} {
		require.True(t, slices.ContainsFunc(shown, func(s string) bool { return strings.Contains(s, secret) }), "%s is shown before", secret)
	}
	return customer, paths
}

// shownSecrets gives which paths show what of the customer.
func shownSecrets(t *testing.T, app running, paths []string) (shown []string) {
	t.Helper()
	for _, path := range paths {
		got := app.Do(t, "GET", path, "")
		for _, secret := range secrets() {
			if strings.Contains(got.Body, secret) {
				shown = append(shown, fmt.Sprintf("%s shows %q (%d, %s)", path, secret, got.Status, got.Header.Get("X-Cache")))
			}
		}
	}
	return shown
}

// settled waits until nothing more is made known, so that what is kept from then
// on stays current.
func settled(t *testing.T, app running) {
	t.Helper()
	waitFor(t, "an empty outbox", func() bool {
		return strings.Contains(app.Do(t, "GET", "/health/ready", "").Body, `"outbox":"ok"`)
	})
}

// suffer takes the database away from a furnished application, looks at what it
// answers, and gives it back. It gives what is not as promised.
func suffer(t *testing.T, app running, o outage) (violations []string) {
	t.Helper()
	customer, personal := secretive(t, app)
	app.Do(t, "DELETE", fmt.Sprintf("/customers/%d", customer), "").Expect(t, 200)
	settled(t, app)
	before := map[string]string{}
	for _, path := range slices.Concat(publicLooks(), strictLooks()) {
		before[path] = app.Do(t, "GET", path, "").Expect(t, 200).Body
	}
	o.fail(t)
	states := map[string]int{}
	last := map[string]httpclient.Answer{}
	for end := time.Now().Add(outageTime); time.Now().Before(end); {
		for path, body := range before {
			got := app.Do(t, "GET", path, "")
			state := fmt.Sprint(got.Status, " ", got.Header.Get("X-Cache"))
			states[state]++
			last[path] = got
			isPublic := slices.Contains(publicLooks(), path)
			switch {
			case got.Status == 200 && got.Body != body:
				violations = append(violations, fmt.Sprintf("other: %s: %s", path, got.Body))
			case state == "200 HIT", isPublic && state == "200 STALE", !isPublic && got.Status == 503:
			default:
				violations = append(violations, fmt.Sprintf("state: %s: %s", path, state))
			}
		}
		for _, shown := range shownSecrets(t, app, personal) {
			violations = append(violations, "erased: "+shown)
		}
	}
	for path, got := range last { // what had a time of one second is over by now
		if state := got.Header.Get("X-Cache"); state != "STALE" && slices.Contains(publicLooks(), path) || got.Status == 200 && slices.Contains(strictLooks(), path) {
			violations = append(violations, fmt.Sprintf("last: %s: %d %s", path, got.Status, state))
		}
	}
	t.Logf("answers while the database was away: %v", states)
	o.mend(t)
	waitFor(t, "the database", func() bool { return app.Do(t, "PUT", "/restaurants/1", `{"name":"Phoenix"}`).Status == 200 })
	for path := range before {
		got := app.Do(t, "GET", path, "")
		if state := got.Header.Get("X-Cache"); got.Status != 200 || state == "STALE" {
			violations = append(violations, fmt.Sprintf("after: %s: %d %s", path, got.Status, state))
		}
	}
	if got := app.Do(t, "GET", "/restaurants/1", ""); !strings.Contains(got.Body, "Phoenix") {
		violations = append(violations, "after: "+got.Body)
	}
	return append(violations, shownSecrets(t, app, personal)...)
}

// stoppingPostgres runs the gate on a Postgres that is stopped.
func stoppingPostgres(t *testing.T, options ...fx.Option) []string {
	t.Helper()
	own := testkit.OwnPostgres(t)
	app, _ := servingWith(t, moduleTable(), options, append(shortTTLs(), "DATABASE_URL="+own.URL)...)
	furnish(t, app)
	return suffer(t, app, stoppedPostgres{own})
}

func TestGate_grace_answers_on_while_Postgres_is_stopped(t *testing.T) {
	t.Parallel()
	require.Empty(t, stoppingPostgres(t))
}

func TestGate_grace_answers_on_while_SQLite_cannot_be_read(t *testing.T) {
	t.Parallel()
	file := unreadable(filepath.Join(t.TempDir(), "unreadable"))
	p := start(t, testkit.SQLite(t), []string{brokenProduct(t)}, append(shortTTLs(), "BREAK=reads", "FAULTS="+string(file))...)
	app := running{Client: httpclient.New(p.address)}
	furnish(t, app)
	require.Empty(t, suffer(t, app, file))
	require.Equal(t, 0, p.stop(), p.log())
}

// A gate that has never been seen to fail proves nothing.
func TestGate_grace_notices_policies_without_it_and_such_for_what_is_strict(t *testing.T) {
	t.Parallel()
	violations := stoppingPostgres(t, otherTerms(func(p *cache.Policy) {
		switch p.Namespace {
		case "menu":
			p.Grace = 0
		case "orders":
			p.Grace, p.Strict = time.Hour, false
		}
	}))
	require.Contains(t, violations, "state: /restaurants/1/menu: 503 ")
	require.Contains(t, violations, "state: /orders/1: 200 STALE")
}

// otherTerms changes the policies of the application.
func otherTerms(change func(*cache.Policy)) fx.Option {
	return fx.Decorate(fx.Annotate(func(all []cache.Policy) []cache.Policy {
		all = slices.Clone(all)
		for i := range all {
			change(&all[i])
		}
		return all
	}, fx.ParamTags(`group:"cache.policies"`), fx.ResultTags(`group:"cache.policies"`)))
}
