package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// How an instance wakes that was asleep while another one wrote: what it is asked
// first was asked while it slept, so that it answers before it does anything else.

// nap is how long it sleeps after the last change, and what happens meanwhile.
type nap struct {
	name      string
	after     time.Duration
	meanwhile func(t *testing.T, g *shared)
}

func naps() []nap {
	nothing := func(*testing.T, *shared) {}
	restored := func(t *testing.T, g *shared) { g.redis.Restore(t, g.snapshot) }
	all := []nap{
		{"while Redis is restored from an old snapshot", 1200 * time.Millisecond, restored},
	}
	if gatesAreFull() {
		all = append(all,
			nap{"for a moment", 0, nothing},
			nap{"longer than others may lag", 1200 * time.Millisecond, nothing},
			nap{"longer than a change is announced", 6 * time.Second, nothing},
			nap{"longer than its row holds", 20 * time.Second, nothing},
			nap{"longer than its row holds, while Redis is restored from an old snapshot", 20 * time.Second, restored},
		)
	}
	return all
}

// sleepThrough has the second instance sleep through a change of each kind.
func (p *pond) sleepThrough(t *testing.T, g *shared, first int, n nap) {
	t.Helper()
	g.snapshot = g.redis.Save(t)
	ripples := make([]ripple, rippleKinds)
	for i := range ripples {
		ripples[i] = p.ripple(t, first+i)
	}
	for range 2 { // the second time they are hits
		for _, r := range ripples {
			p.warm(t, r)
		}
	}
	sleeper := g.instances[1]
	sleeper.signal(syscall.SIGSTOP)
	for _, r := range ripples {
		p.do(t, 0, r.method, r.path, r.body)
	}
	n.meanwhile(t, g)
	<-time.After(n.after)
	var looks []glimpse
	for _, r := range ripples {
		for _, look := range r.looks {
			if look.strict || n.after > time.Second {
				looks = append(looks, look, look)
			}
		}
	}
	states := map[string]int{}
	for i, got := range askedAsleep(t, sleeper, looks) {
		states[got.state]++
		switch {
		case got.status != 200:
			p.violate("status: %s: %s answered %+v", n.name, looks[i].path, got)
		case !strings.Contains(got.body, looks[i].shows):
			p.violate("stale: %s: %s does not show %s: %+v", n.name, looks[i].path, looks[i].shows, got)
		}
	}
	t.Logf("asleep %s: the first answers were %v", n.name, states)
}

// askedAsleep asks an instance that is asleep, wakes it and gives its answers.
func askedAsleep(t *testing.T, sleeper *instance, looks []glimpse) []seen {
	t.Helper()
	host := strings.TrimPrefix(sleeper.address, "http://")
	connections := make([]net.Conn, len(looks))
	for i, look := range looks {
		var err error
		connections[i], err = (&net.Dialer{}).DialContext(t.Context(), "tcp", host)
		require.NoError(t, err)
		defer connections[i].Close() //nolint:revive,errcheck // defer in a loop: all are open at once; they were only read
		_, err = io.WriteString(connections[i], fmt.Sprintf("GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", look.path, host))
		require.NoError(t, err)
	}
	sleeper.signal(syscall.SIGCONT)
	answers := make([]seen, len(looks))
	atOnce(len(looks), func(i int) {
		response, err := http.ReadResponse(bufio.NewReader(connections[i]), nil)
		if !assert.NoError(t, err) {
			return
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		assert.NoError(t, err)
		answers[i] = seen{via: 1, status: response.StatusCode, body: string(body), state: response.Header.Get("X-Cache")}
	})
	return answers
}

func TestGate_two_instances_one_that_slept_shows_nothing_old(t *testing.T) {
	t.Parallel()
	g := serveTogether(t, product(t))
	p := newPond(t, g)
	times := 1
	if gatesAreFull() {
		times = 5
	}
	for i := range times {
		for j, n := range naps() {
			p.sleepThrough(t, g, 6*(1+i*len(naps())+j), n)
			for via := range g.instances {
				waitFor(t, "a hit again", func() bool { return p.send(via, "GET", "/customers/1", "").state == "HIT" })
			}
		}
	}
	require.Empty(t, p.violations)
}
