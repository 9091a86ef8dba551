package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"zomato/modules/restaurants"
	"zomato/platform/clock"
	"zomato/platform/database"
	"zomato/platform/eventbus"
	"zomato/platform/testkit"
)

// forgetting deletes restaurants that somebody likes while the product is
// killed, also between the commit and the delivery of the event. Customers
// forget such a restaurant by the event alone. It gives what is left over.
func forgetting(t *testing.T, url, binary string, liked, kills int, variables ...string) []string {
	t.Helper()
	o := newOrderers(t)
	p := start(t, url, []string{binary}, variables...)
	o.address.set(p.address)
	o.furnish(t, 1)
	for i := range liked {
		answer, err := o.send("POST", "/restaurants/", `{"name":"Wok","cuisine":"Thai"}`, "")
		require.NoError(t, err)
		require.Equal(t, http.StatusCreated, answer.status, answer.body)
		answer, err = o.send("PUT", fmt.Sprintf("/customers/1/favourites/%d", i+2), "", "")
		require.NoError(t, err)
		require.Equal(t, http.StatusNoContent, answer.status, answer.body)
	}
	deleted := make(chan int, liked)
	o.group.Go(func() {
		defer close(deleted)
		for i := range liked {
			answer, tries, _ := o.insist("DELETE", fmt.Sprintf("/restaurants/%d", i+2), "", "", false)
			if answer.status != http.StatusNoContent && (answer.status != http.StatusNotFound || tries == 1) {
				o.violate("other: deleting a restaurant was answered %d %s", answer.status, answer.body)
			}
			deleted <- i
		}
	})
	step := max(1, liked/(kills+1))
	for i := range deleted {
		if i%step == step-1 && i/step < kills {
			<-time.After(rand.N(3 * time.Millisecond)) // the moment is the matter
			p.kill()
			p = start(t, url, []string{binary}, variables...)
			o.address.set(p.address)
		}
	}
	o.group.Wait()
	awaitOutbox(t, p.address)
	require.Equal(t, 0, p.stop(), p.log())
	return append(o.violations, leftOver(t, url, liked)...)
}

// leftOver tells which events have not had their effect.
func leftOver(t *testing.T, url string, liked int) (found []string) {
	t.Helper()
	app := openLeft(t, url)
	defer func() { require.NoError(t, app.db.Close()) }()
	for _, count := range []struct {
		of, query string
		should    int64
	}{
		{"favourites of nothing", `SELECT COUNT(*) FROM customers_favourites`, 0},
		{"events given up", `SELECT COUNT(*) FROM platform_outbox_parked`, 0},
		{"events", `SELECT COUNT(*) FROM platform_outbox WHERE name = '` + restaurants.Deleted{}.EventName() + `'`, int64(liked)},
	} {
		if is := selectAll[int64](t, app, count.query)[0]; is != count.should {
			found = append(found, fmt.Sprintf("undelivered: %d %s instead of %d", is, count.of, count.should))
		}
	}
	return found
}

func TestGate_outbox_delivers_what_was_committed_before_a_kill(t *testing.T) {
	t.Parallel()
	if !gatesAreFull() { // on Postgres the lease of the instance that was killed runs out first: 15 s
		require.Empty(t, forgetting(t, testkit.SQLite(t), product(t), 12, 2))
		return
	}
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		require.Empty(t, forgetting(t, url, product(t), 160, 40))
	})
}

// A gate that has never been seen to fail proves nothing.
func TestGate_outbox_notices_events_that_are_not_kept(t *testing.T) {
	t.Parallel()
	violations := forgetting(t, testkit.SQLite(t), brokenProduct(t), 3, 1, "BREAK=outbox")
	require.Contains(t, kindsOf(violations), "undelivered")
}

func TestReadiness_tells_of_events_that_wait_and_stays_ready(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		app := openLeft(t, url)
		defer func() { require.NoError(t, app.db.Close()) }()
		_, err := app.db.Migrate(t.Context(), []database.Migrations{eventbus.Migrations()})
		require.NoError(t, err)
		publisher := eventbus.NewPublisher(app.db, clock.System{})
		bus, err := eventbus.New(eventbus.Dependencies{
			DB: app.db, Clock: clock.System{}, Log: zap.NewNop(), Metrics: prometheus.NewRegistry(), Publisher: publisher,
			Subscriptions: []eventbus.Subscription{eventbus.After("waits", func(context.Context, restaurants.Deleted) error { return nil })},
		})
		require.NoError(t, err)
		says := func() string {
			said, err := outboxCheck(bus)(t.Context())
			require.NoError(t, err, "an error would make the instance unready")
			return said
		}
		require.Equal(t, "ok", says())
		require.NoError(t, app.db.Write(t.Context(), func(ctx context.Context) error {
			return publisher.Publish(ctx, restaurants.Deleted{})
		}))
		require.Equal(t, "outbox_pending: 1", says())
		require.NoError(t, bus.Start(t.Context()))
		require.Eventually(t, func() bool { return says() == "ok" }, time.Minute, 5*time.Millisecond)
		require.NoError(t, bus.Stop(context.WithoutCancel(t.Context())))
	})
}
