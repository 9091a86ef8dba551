package main

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"zomato/platform/testkit"
)

// gateKills is how often a product is killed, and under how many clients.
func gateKills() (kills, clients int) {
	if gatesAreFull() {
		return 100, 32
	}
	return 3, 8
}

// killing kills a product under load at random moments and starts it again.
type killing struct {
	argv      []string
	variables []string
	clients   int
	kills     int
	keyless   bool
}

// violations gives what the clients and the database tell afterwards.
func (k killing) violations(t *testing.T, url string) []string {
	t.Helper()
	o := newOrderers(t)
	o.keyless = k.keyless
	p := start(t, url, k.argv, k.variables...)
	o.address.set(p.address)
	o.furnish(t, k.clients)
	o.begin(k.clients)
	var waits []time.Duration
	for range k.kills {
		before := o.acknowledgements()
		waitFor(t, "orders", func() bool { return o.acknowledgements() >= before+k.clients || o.failed() })
		<-time.After(rand.N(150 * time.Millisecond)) // the moment is the matter
		p.kill()
		if rand.IntN(5) == 0 { // also while it starts
			half := spawn(t, url, k.argv, k.variables...)
			<-time.After(rand.N(60 * time.Millisecond))
			half.kill()
		}
		begin := time.Now()
		p = start(t, url, k.argv, k.variables...)
		waits = append(waits, time.Since(begin))
		o.address.set(p.address)
	}
	o.end()
	require.Equal(t, 0, p.stop(), p.log())
	slices.Sort(waits)
	t.Logf("%d kills: %d orders acknowledged, %d requests without an answer, %d replays; serving again after %v (median), %v (99th of 100), %v (longest)",
		k.kills, len(o.told), o.unanswered.Load(), o.replayed.Load(), waits[len(waits)/2], waits[len(waits)*99/100], waits[len(waits)-1])
	return append(o.violations, gateViolations(t, url, o.told)...)
}

func TestGate_kill_loses_no_acknowledged_order_and_makes_none_twice(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		kills, clients := gateKills()
		k := killing{argv: []string{product(t)}, clients: clients, kills: kills}
		require.Empty(t, k.violations(t, url))
	})
}

// A gate that has never been seen to fail proves nothing.
func TestGate_kill_notices_an_answer_before_the_commit(t *testing.T) {
	t.Parallel()
	k := killing{argv: []string{brokenProduct(t)}, variables: []string{"BREAK=early"}, clients: 8, kills: 3}
	require.Contains(t, kindsOf(k.violations(t, testkit.SQLite(t))), "lost")
}

func TestGate_kill_notices_clients_without_keys(t *testing.T) {
	t.Parallel()
	k := killing{argv: []string{product(t)}, clients: 4, kills: 1, keyless: true}
	require.Contains(t, kindsOf(k.violations(t, testkit.SQLite(t))), "twice")
}
