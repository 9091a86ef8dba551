package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"zomato/platform/testkit"
)

const (
	loadClients = 64
	loadDishes  = 16 // on four menus
)

func TestGate_load_what_was_acknowledged_is_there_once_and_nothing_else(t *testing.T) {
	t.Parallel()
	app, address := servingTable(t, moduleTable(), "DATABASE_URL="+testkit.SQLite(t))
	for i := range loadClients {
		app.Do(t, "POST", "/customers/", fmt.Sprintf(`{"name":"Client","email":"client%d@example.com"}`, i)).Expect(t, 201)
	}
	for i := range loadDishes {
		if i%4 == 0 {
			app.Do(t, "POST", "/restaurants/", `{"name":"Spice Route","cuisine":"Thai"}`).Expect(t, 201)
		}
		app.Do(t, "POST", fmt.Sprintf("/restaurants/%d/menu-items/", 1+i/4), `{"name":"Dish","category":"Main","price":9.99,"stock":1000000}`).Expect(t, 201)
	}
	c := &clients{t: t, address: address, client: http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: loadClients}}}
	defer c.client.CloseIdleConnections()
	kept := make([][]acknowledged, loadClients)
	begin := time.Now()
	atOnce(loadClients, func(i int) { kept[i] = c.orderAndReview(i, begin) })
	took := time.Since(begin)

	all := slices.Concat(kept...)
	c.check(app, all)
	requireFiguresRight(t, app)
	checkSQLite(t, app)
	t.Logf("%d orders with %d requests in %v: %.0f requests a second", len(all), c.requests.Load(), took.Round(time.Millisecond), float64(c.requests.Load())/took.Seconds())
}

// clients are many that call at once. Each has a customer of its own.
type clients struct {
	t        *testing.T
	address  string
	client   http.Client
	requests atomic.Int64
}

// acknowledged is what a client was told of one of its orders.
type acknowledged struct {
	ID      int64  `db:"id"`
	Status  string `db:"order_status"`
	Address string `db:"delivery_address"` // names client and order
	Version int    `db:"version"`
	Entries int    `db:"entries"` // of the timeline
	Review  int64  `db:"review"`  // 0 is none
}

// orderAndReview places orders, moves some along and reviews some, until the
// time is over: ten seconds for a gate, else three orders.
func (c *clients) orderAndReview(client int, begin time.Time) (kept []acknowledged) {
	luck := rand.New(rand.NewPCG(1, uint64(client)))
	for n := 0; gatesAreFull() && time.Since(begin) < 10*time.Second || !gatesAreFull() && n < 3; n++ {
		restaurant := luck.IntN(loadDishes / 4)
		order := acknowledged{Status: "placed", Version: 1, Entries: 1, Address: fmt.Sprintf("client %d, order %d", client, n)}
		order.ID = c.must(201, "POST", fmt.Sprintf("/customers/%d/orders/", client+1), fmt.Sprintf(
			`{"restaurant_id":%d,"delivery_address":%q,"order_items":[{"menu_item_id":%d,"quantity":1},{"menu_item_id":%d,"quantity":2}]}`,
			restaurant+1, order.Address, restaurant*4+1+luck.IntN(4), restaurant*4+1+luck.IntN(4)))
		for _, status := range []string{"confirmed", "preparing", "out_for_delivery", "delivered"}[:luck.IntN(5)] {
			if luck.IntN(10) == 0 {
				status = "cancelled"
			}
			c.must(200, "PUT", fmt.Sprintf("/orders/%d/status", order.ID), `{"order_status":"`+status+`"}`)
			order.Status, order.Version, order.Entries = status, order.Version+1, order.Entries+1
			if status == "cancelled" {
				break
			}
		}
		if order.Status == "delivered" && luck.IntN(2) == 0 {
			order.Review = c.must(201, "POST", fmt.Sprintf("/orders/%d/review", order.ID), fmt.Sprintf(`{"rating":%d,"comment":"Good"}`, 1+luck.IntN(5)))
		}
		kept = append(kept, order)
	}
	return kept
}

// must sends a request that has to succeed, and gives the id in the answer.
func (c *clients) must(status int, method, path, body string) int64 {
	c.requests.Add(1)
	var record struct{ ID int64 }
	request, err := http.NewRequestWithContext(context.Background(), method, c.address+path, strings.NewReader(body))
	assert.NoError(c.t, err)
	request.Header.Set("Content-Type", "application/json")
	response, err := c.client.Do(request)
	if !assert.NoError(c.t, err) {
		return 0
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	assert.NoError(c.t, err)
	if assert.Equal(c.t, status, response.StatusCode, "%s %s: %s", method, path, answer) {
		assert.NoError(c.t, json.Unmarshal(answer, &record))
	}
	return record.ID
}

// check holds the tables against what the clients were told.
func (c *clients) check(app running, told []acknowledged) {
	c.t.Helper()
	stored := selectAll[acknowledged](c.t, app, `SELECT o.id, o.order_status, o.delivery_address, o.version,
		(SELECT COUNT(*) FROM orders_events e WHERE e.order_id = o.id) AS entries,
		COALESCE((SELECT r.id FROM reviews_reviews r WHERE r.order_id = o.id), 0) AS review FROM orders_orders o ORDER BY o.id`)
	slices.SortFunc(told, func(a, b acknowledged) int { return int(a.ID - b.ID) })
	require.Equal(c.t, told, stored)
	reviews := selectAll[int64](c.t, app, `SELECT COUNT(*) FROM reviews_reviews`)[0]
	for _, order := range told {
		if order.Review != 0 {
			reviews--
		}
	}
	require.Zero(c.t, reviews, "reviews that nobody was told of")
}

// checkSQLite has SQLite look for damage.
func checkSQLite(t *testing.T, app running) {
	t.Helper()
	require.Equal(t, []string{"ok"}, selectAll[string](t, app, `PRAGMA integrity_check`))
	require.Empty(t, selectAll[struct {
		Table  string `db:"table"`
		Row    *int64 `db:"rowid"`
		Parent string `db:"parent"`
		Key    int64  `db:"fkid"`
	}](t, app, `PRAGMA foreign_key_check`))
}
