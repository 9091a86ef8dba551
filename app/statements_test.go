package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"zomato/platform/access"
	"zomato/platform/database"
	"zomato/platform/database/databasetest"
	"zomato/platform/testkit"
)

// hot is a route whose cost stands in docs/statements.md, and a request to it.
type hot struct {
	route, path, body string
	status            int // 0 is 200
	// sorts says why a statement of it may sort, if one may.
	sorts string
	// headers are names and values in turn.
	headers []string
}

// hotRoutes are made one after the other, in a crowd.
func hotRoutes() []hot {
	const place = `{"restaurant_id":7,"delivery_address":"x","order_items":[{"menu_item_id":19,"quantity":1},{"menu_item_id":20,"quantity":2}]}`
	return []hot{
		{route: "GET /restaurants/{restaurant_id}", path: "/restaurants/7"},
		{route: "GET /restaurants/{restaurant_id}/menu", path: "/restaurants/7/menu"},
		{route: "GET /restaurants/search?cuisine=…&rating=…", path: "/restaurants/search?cuisine=cuisine%207&rating=3", sorts: "hits are ranked"},
		{route: "GET /orders/{order_id}", path: "/orders/77"},
		{route: "GET /customers/{customer_id}/orders", path: "/customers/7/orders", sorts: "the lines of one page"},
		{route: "GET /restaurants/{restaurant_id}/orders?status=…", path: "/restaurants/7/orders?status=delivered", sorts: "the lines of one page"},
		{route: "GET /restaurants/{restaurant_id}/reviews", path: "/restaurants/7/reviews"},
		{route: "GET /restaurants/{restaurant_id}/reviews?sort=highest&min_rating=…", path: "/restaurants/7/reviews?sort=highest&min_rating=3"},
		{route: "GET /customers/{customer_id}/reviews", path: "/customers/7/reviews"},
		{route: "GET /restaurants/{restaurant_id}/analytics", path: "/restaurants/7/analytics", sorts: "sums by hour, and five of the dishes"},
		{route: "GET /restaurants/{restaurant_id}/analytics?from=…&to=…", path: "/restaurants/7/analytics?from=1970-01-02&to=1970-01-05", sorts: "sums by hour, and five of the dishes"},
		{route: "GET /customers/{customer_id}/analytics", path: "/customers/7/analytics", sorts: "three of the restaurants and of the dishes"},
		{route: "POST /customers/{customer_id}/orders/, two lines of a menu that is read", path: "/customers/7/orders/", body: place, status: 201},
		{route: "POST /customers/{customer_id}/orders/, two lines", path: "/customers/7/orders/", body: place, status: 201},
		{
			route: "POST /customers/{customer_id}/orders/, two lines, with a key", path: "/customers/7/orders/", body: place, status: 201,
			headers: []string{"Idempotency-Key", "k"},
		},
		{
			route: "POST /customers/{customer_id}/orders/, the same again", path: "/customers/7/orders/", body: place, status: 201,
			headers: []string{"Idempotency-Key", "k"},
		},
		{route: "PUT /orders/{order_id}/status, confirmed", path: "/orders/20001/status", body: `{"order_status":"confirmed"}`},
		{route: "PUT /orders/{order_id}/status, cancelled", path: "/orders/20001/status", body: `{"order_status":"cancelled"}`},
		{route: "POST /orders/{order_id}/review", path: "/orders/1/review", body: `{"rating":5,"comment":"Amazing food and fast delivery!"}`, status: 201},
		{route: "PUT /reviews/{review_id}", path: "/reviews/20001", body: `{"rating":4}`},
	}
}

// asked is a statement of a request, with its arguments.
type asked struct {
	query string
	args  []any
}

// ask makes a request and gives what it asked of the database. What goes on
// beside it has no caller.
func (app running) ask(t *testing.T, h hot) []asked {
	t.Helper()
	var mu sync.Mutex
	var seen []asked
	app.db.Observe(func(ctx context.Context, query string, args []any) {
		if access.From(ctx).Role != 0 {
			mu.Lock()
			defer mu.Unlock()
			seen = append(seen, asked{query, args})
		}
	})
	defer app.db.Observe(nil)
	method, _, _ := strings.Cut(h.route, " ")
	require.NotEqual(t, "[]", app.Do(t, method, h.path, h.body, h.headers...).Expect(t, max(h.status, 200)).Body, "%s: an empty list costs too little", h.route)
	mu.Lock()
	defer mu.Unlock()
	require.NotEmpty(t, seen, h.route)
	return seen
}

// frame tells whether a statement only begins or ends something.
func (a asked) frame() bool {
	switch a.query {
	case "BEGIN", "COMMIT", "SAVEPOINT", "RELEASE":
		return true
	default:
		return false
	}
}

// statementsPage is what docs/statements.md says before its routes.
const statementsPage = `<!-- Written by ` + "`go test ./app -run TestStatements -update`" + `. Do not edit. -->

# What a request costs

The statements that each hot route sends to the database, in their order, with SQLite's plan. On Postgres they are the same but where an order, an event or a customer is new and the id or the number of orders comes with RETURNING (docs/adr/0022), and each is a trip over the network, as are the beginning and the end of a transaction (a savepoint is that of a part which can fail by itself).
A GET whose answer is kept sends none; here the cache is off. With it, an order that is not kept costs one statement more, which finds its customer and its items (docs/adr/0021).
An order reads its menu first only where this process has not read it before, or something seems wrong (docs/adr/0024). What it inserts is stored at the end; on SQLite once for all that share the commit.
Nothing here grows with the number of orders or reviews (but a list of reviews by ` + "`min_rating`" + `, newest first, passes over those below it): a test holds that no statement reads a whole table, on both databases, and that none sorts but where a reason is given.

`

// TestStatements holds docs/statements.md, and so the number of statements of
// each hot route, against what really happens. With -update it rewrites it.
func TestStatements(t *testing.T) {
	t.Parallel()
	app := serving(t, "DATABASE_URL="+testkit.SQLite(t), "DISABLED_MODULES=cache")
	crowd(t, app)
	var page strings.Builder
	page.WriteString(statementsPage)
	for _, h := range hotRoutes() {
		seen := app.ask(t, h)
		fmt.Fprintf(&page, "## %s\n\n", h.route)
		fmt.Fprintf(&page, "Statements: %d", count(seen))
		if h.sorts != "" {
			fmt.Fprintf(&page, "; sorts: %s", h.sorts)
		}
		page.WriteString(".\n\n| statement | plan |\n|---|---|\n")
		for _, a := range seen {
			plan := ""
			if !a.frame() {
				plan = databasetest.Plan(t, app.db, a.query, a.args...)
			}
			fmt.Fprintf(&page, "| `%s` | %s |\n", short(a.query), strings.ReplaceAll(plan, "\n", "<br>"))
		}
		page.WriteString("\n")
	}
	const path = "../docs/statements.md"
	want := strings.TrimRight(page.String(), "\n") + "\n"
	if flag.Lookup("update").Value.String() == "true" { // declared in arch_test.go
		require.NoError(t, os.WriteFile(path, []byte(want), 0o600))
		return
	}
	got, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, want, string(got), "the page is stale: run go test ./app -run TestStatements -update, and look at what became dearer")
}

func count(all []asked) int {
	n := 0
	for _, a := range all {
		if !a.frame() {
			n++
		}
	}
	return n
}

// short leaves out of a statement what says nothing about its cost: the names
// of columns and values.
func short(query string) string {
	query = strings.Join(strings.Fields(query), " ")
	for _, c := range []struct{ pattern, instead string }{
		{`^SELECT .*? FROM`, "SELECT … FROM"},
		{`(INSERT INTO \w+)( AS f)? \([^)]*\) VALUES .*?(ON CONFLICT \([^)]*\)|RETURNING|$)`, "$1 … $3"},
		{`DO UPDATE SET .*?(RETURNING .*)?$`, "DO UPDATE"},
		{`^(UPDATE \w+ SET) .*? WHERE`, "$1 … WHERE"},
		{`RETURNING .*$`, "RETURNING …"},
		{` +$`, ""},
	} {
		query = regexp.MustCompile(c.pattern).ReplaceAllString(query, c.instead)
	}
	return strings.ReplaceAll(query, "|", `\|`)
}

func TestNo_hot_route_reads_a_whole_table(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		app := serving(t, "DATABASE_URL="+url, "DISABLED_MODULES=cache")
		crowd(t, app)
		for _, h := range hotRoutes() {
			if app.db.Dialect() == database.Postgres { // its ids go on at 100,001
				h.path = strings.Replace(h.path, "/20001", "/100001", 1)
			}
			for _, a := range app.ask(t, h) {
				if a.frame() {
					continue
				}
				plan := databasetest.Plan(t, app.db, a.query, a.args...)
				for line := range strings.SplitSeq(plan, "\n") {
					assert.NotRegexp(t, `^SCAN ([a-z][a-z_]+|[a-oq-z]\b)|Seq Scan on (customers|restaurants_(restaurants|menu|words)|orders|reviews)`, line, "%s: %s", h.route, a.query)
				}
				if h.sorts == "" { // Postgres sorts ten rows rather than follow an index: the stores' own tests look
					assert.NotContains(t, plan, "TEMP B-TREE", "%s: %s", h.route, a.query)
				}
			}
		}
	})
}
