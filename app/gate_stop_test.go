package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"zomato/platform/testkit"
	"zomato/platform/testkit/httpclient"
)

// gateStops is how often a product is stopped.
func gateStops() int {
	if gatesAreFull() {
		return 30
	}
	return 2
}

// stopping stops a product under load at random moments and starts it again. A
// client that gets no answer is done: what it sent must then have had no effect.
// The product answers with status 0 only when it has stopped within ten seconds
// (stopTimeout).
func stopping(t *testing.T, url, binary string, stops int, variables ...string) []string {
	t.Helper()
	const clients = 16
	furniture := newOrderers(t)
	p := start(t, url, []string{binary}, variables...)
	furniture.address.set(p.address)
	furniture.furnish(t, clients)
	var told []acknowledged
	var violations []string
	unanswered := int64(0)
	for round := range stops {
		o := newOrderers(t)
		o.once, o.firstOrder = true, round*100_000 // each order has an address of its own
		o.address.set(p.address)
		o.begin(clients)
		waitFor(t, "orders", func() bool { return o.acknowledgements() > clients || o.failed() })
		<-time.After(rand.N(50 * time.Millisecond)) // the moment is the matter
		if status := p.stop(); status != 0 {
			violations = append(violations, fmt.Sprintf("status: %d, %s", status, p.log()))
		}
		o.end()
		told = append(told, o.told...)
		violations = append(violations, o.violations...)
		unanswered += o.unanswered.Load()
		violations = append(violations, gateViolations(t, url, told)...)
		if len(violations) > 0 {
			break
		}
		p = start(t, url, []string{binary}, variables...)
		awaitOutbox(t, p.address)
	}
	t.Logf("%d stops: %d orders acknowledged, %d requests that were too late", stops, len(told), unanswered)
	return violations
}

// awaitOutbox waits until what a stop has left in the outbox is delivered.
func awaitOutbox(t *testing.T, address string) {
	t.Helper()
	client := httpclient.New(address)
	waitFor(t, "an empty outbox", func() bool {
		return strings.Contains(client.Do(t, "GET", "/health/ready", "").Body, `"outbox":"ok"`)
	})
}

func TestGate_stop_answers_whatever_has_an_effect(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		require.Empty(t, stopping(t, url, product(t), gateStops()))
	})
}

func TestGate_stop_at_the_start_ends_with_status_0(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		for range 2 * gateStops() {
			require.Equal(t, 0, start(t, url, []string{product(t)}).stop(), "as soon as it serves")
		}
	})
}

// A gate that has never been seen to fail proves nothing.
func TestGate_stop_notices_requests_that_are_cut_off(t *testing.T) {
	t.Parallel()
	violations := stopping(t, testkit.SQLite(t), brokenProduct(t), 20, "BREAK=stop")
	require.Contains(t, kindsOf(violations), "unanswered")
}
