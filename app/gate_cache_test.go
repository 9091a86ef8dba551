package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/fx"

	"zomato/modules/cache"
	"zomato/platform/access"
	"zomato/platform/fault"
	"zomato/platform/httpserver"
	"zomato/platform/module"
	"zomato/platform/testkit"
	"zomato/platform/testkit/httpclient"
)

// The gates of the cache (design: cache.md §7) over HTTP, in the real application
// with one more module whose answers a test controls.

// puppet is that module: it serves GET /puppets/{puppet_id}.
type puppet struct {
	loads atomic.Int64
	// play makes an answer. It is set before the requests that use it.
	play atomic.Pointer[func(ctx context.Context) (string, error)]
}

type (
	puppetIn struct {
		ID int64 `path:"puppet_id"`
	}
	puppetOut struct {
		Says string `json:"says"`
	}
)

// plays says what happens from now on when an answer is loaded.
func (p *puppet) plays(play func(ctx context.Context) (string, error)) { p.play.Store(&play) }

func (p *puppet) get(ctx context.Context, _ *puppetIn) (*httpserver.Item[puppetOut], error) {
	p.loads.Add(1)
	says, err := (*p.play.Load())(ctx)
	if err != nil {
		return nil, err
	}
	return httpserver.ItemOf(puppetOut{says}, 1), nil
}

// module wires it, with a policy. Nothing ever changes it.
func (p *puppet) module() module.Module {
	op := httpserver.Operation{ID: "get-puppet", Method: "GET", Path: "/puppets/{puppet_id}", Access: access.Public()}
	routes := httpserver.Routes{Module: "puppets", Endpoints: []httpserver.Endpoint{httpserver.Handle(op, p.get)}}
	policy := cache.Policy{
		Operation: op.ID, Namespace: "puppets", Terms: cache.Terms{Class: cache.Static, TTL: time.Hour},
		Tags: []cache.Tag{cache.NewKind("puppets.puppet").Of("puppet_id")},
	}
	return module.Module{
		Name: "puppets", Off: fx.Options(),
		On: fx.Provide(
			fx.Annotate(func() httpserver.Routes { return routes }, fx.ResultTags(`group:"routes"`)),
			fx.Annotate(func() cache.Policy { return policy }, fx.ResultTags(`group:"cache.policies"`)),
		),
	}
}

// newPuppet serves the application with one.
func newPuppet(t *testing.T, variables ...string) (*puppet, running, string) {
	t.Helper()
	p := &puppet{}
	app, address := servingTable(t, append(moduleTable(), p.module()), append(variables, "DATABASE_URL="+testkit.SQLite(t))...)
	return p, app, address
}

// namespaceNumbers are those that a gate looks at.
type namespaceNumbers struct {
	Namespace, Class                       string
	Loads, Coalesced, Hits, Misses, Errors int64
}

// numbersOf gives those of a namespace.
func numbersOf(t *testing.T, app running, namespace string) namespaceNumbers {
	t.Helper()
	var stats struct{ Namespaces []namespaceNumbers }
	app.Do(t, "GET", "/cache/stats/namespaces", "").Expect(t, 200).JSON(t, &stats)
	for _, n := range stats.Namespaces {
		if n.Namespace == namespace {
			return n
		}
	}
	require.Fail(t, "there is no such namespace", namespace)
	return namespaceNumbers{}
}

// stampede makes as many connections as there are requests, sends all requests at
// once, calls sent, and gives the answers.
func stampede(t *testing.T, address, path string, many int, sent func()) []httpclient.Answer {
	t.Helper()
	host := strings.TrimPrefix(address, "http://")
	connections := make([]net.Conn, many)
	for i := range connections {
		var err error
		connections[i], err = (&net.Dialer{}).DialContext(t.Context(), "tcp", host)
		require.NoError(t, err)
		defer connections[i].Close() //nolint:revive,errcheck // defer in a loop: all are open at once; they were only read
	}
	request := "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n"
	atOnce(many, func(i int) {
		_, err := io.WriteString(connections[i], request)
		assert.NoError(t, err)
	})
	sent()
	answers := make([]httpclient.Answer, many)
	atOnce(many, func(i int) {
		response, err := http.ReadResponse(bufio.NewReader(connections[i]), nil)
		if !assert.NoError(t, err) {
			return
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		assert.NoError(t, err)
		answers[i] = httpclient.Answer{Status: response.StatusCode, Header: response.Header, Body: string(body)}
	})
	return answers
}

// stampeders is how many come at once.
const stampeders = 1_000

// A thousand connections at once need the machine: others would keep their
// requests from arriving in time. It runs before those that are parallel.
//
//nolint:paralleltest // see above
func TestGate_stampede_a_cold_answer_is_loaded_once_for_a_thousand_connections(t *testing.T) {
	// What compares hits with their source loads as well.
	app, address := servingTable(t, moduleTable(), "DATABASE_URL="+testkit.SQLite(t), "CACHE_CHECK_EVERY=0")
	furnish(t, app)
	for _, path := range []string{"/restaurants/1/menu", "/menu-items/1"} {
		app.Do(t, "DELETE", "/cache/clear/menu", "").Expect(t, 200)
		before := numbersOf(t, app, "menu")
		answers := stampede(t, address, path, stampeders, func() {})
		for _, got := range answers {
			require.Equal(t, 200, got.Status, got.Body)
			require.Equal(t, answers[0].Body, got.Body)
			require.Equal(t, answers[0].Header.Get("ETag"), got.Header.Get("ETag"))
		}
		after := numbersOf(t, app, "menu")
		require.Equal(t, before.Loads+1, after.Loads)
		t.Logf("%s: %d requests waited for the load of another one", path, after.Coalesced-before.Coalesced)
	}
}

// stampedeOn has a thousand come while the first load goes on, and gives how many
// loads that took.
func stampedeOn(t *testing.T, p *puppet, address string) int64 {
	t.Helper()
	goOn := make(chan struct{})
	p.plays(func(context.Context) (string, error) {
		<-goOn
		return "hello", nil
	})
	answers := stampede(t, address, "/puppets/1", stampeders, func() {
		waitFor(t, "the load", func() bool { return p.loads.Load() > 0 })
		close(goOn)
	})
	for _, got := range answers {
		require.Equal(t, 200, got.Status, got.Body)
		require.JSONEq(t, `{"says":"hello"}`, got.Body)
	}
	return p.loads.Load()
}

func TestGate_stampede_who_comes_while_an_answer_is_loaded_waits_for_it(t *testing.T) {
	t.Parallel()
	p, app, address := newPuppet(t)
	require.EqualValues(t, 1, stampedeOn(t, p, address))
	require.EqualValues(t, 1, numbersOf(t, app, "puppets").Loads)
}

// A gate that has never been seen to fail proves nothing.
func TestGate_stampede_notices_that_nothing_is_shared(t *testing.T) {
	t.Parallel()
	p, _, address := newPuppet(t, "DISABLED_MODULES=cache")
	require.EqualValues(t, stampeders, stampedeOn(t, p, address))
}

func TestGate_loader_that_panics_or_fails_is_told_to_all_and_not_kept(t *testing.T) {
	t.Parallel()
	p, _, address := newPuppet(t)
	app := httpclient.New(address)
	for path, want := range map[string]struct {
		status int
		code   string
		fails  func() (string, error)
	}{
		"/puppets/1": {500, "internal", func() (string, error) { panic("planted") }},
		"/puppets/2": {503, "puppet_unavailable", func() (string, error) {
			return "", fault.New(fault.Unavailable, "puppet_unavailable", "Not now.")
		}},
		"/puppets/3": {500, "internal", func() (string, error) { return "", io.ErrUnexpectedEOF }},
		"/puppets/4": {403, "forbidden", func() (string, error) { return "", fault.New(fault.Forbidden, "forbidden", "No.") }},
	} {
		goOn, before := make(chan struct{}), p.loads.Load()
		p.plays(func(context.Context) (string, error) {
			<-goOn
			return want.fails()
		})
		for _, got := range stampede(t, address, path, 100, func() {
			waitFor(t, "the load", func() bool { return p.loads.Load() > before })
			close(goOn)
		}) {
			got.Problem(t, want.status, want.code)
			require.NotContains(t, got.Body, "planted")
			require.NotEqual(t, "HIT", got.Header.Get("X-Cache"))
		}
		p.plays(func(context.Context) (string, error) { return "well", nil })
		require.Equal(t, "MISS", app.Do(t, "GET", path, "").Expect(t, 200).Header.Get("X-Cache"), "%s: nothing of it was kept", path)
		require.Equal(t, "HIT", app.Do(t, "GET", path, "").Expect(t, 200).Header.Get("X-Cache"))
	}
}

func TestGate_loader_that_hangs_is_given_up_and_blocks_nobody_afterwards(t *testing.T) {
	t.Parallel()
	p, app, address := newPuppet(t)
	hangs := make(chan struct{})
	t.Cleanup(func() { close(hangs) }) // before the application stops, which would wait
	p.plays(func(context.Context) (string, error) {
		<-hangs // whatever the context says
		return "late", nil
	})
	for _, got := range stampede(t, address, "/puppets/1", 50, func() {}) {
		got.Problem(t, 503, "timeout")
	}
	app.Do(t, "GET", "/restaurants/", "").Expect(t, 200)
	p.plays(func(context.Context) (string, error) { return "well", nil })
	waitFor(t, "an answer while the first load still hangs", func() bool {
		return strings.Contains(app.Do(t, "GET", "/puppets/1", "").Body, "well")
	})
	require.Equal(t, "HIT", app.Do(t, "GET", "/puppets/1", "").Header.Get("X-Cache"))
}

func TestGate_bounded_many_different_questions_do_not_fill_the_memory(t *testing.T) {
	t.Parallel()
	app := serving(t, "DATABASE_URL="+testkit.SQLite(t), "CACHE_MEMORY_MB=1")
	furnish(t, app)
	questions := 3_000
	if gatesAreFull() {
		questions = 30_000
	}
	atOnce(8, func(who int) {
		for i := who; i < questions; i += 8 {
			got := app.Do(t, "GET", fmt.Sprintf("/restaurants/search?q=paneer%d", i), "")
			assert.Equal(t, 200, got.Status, got.Body)
		}
	})
	var use struct {
		Memory struct {
			Bytes      int64 `json:"bytes"`
			LimitBytes int64 `json:"limit_bytes"`
			Entries    int64 `json:"entries"`
		} `json:"memory"`
	}
	waitFor(t, "what is too much to be removed", func() bool {
		app.Do(t, "GET", "/cache/memory-usage", "").Expect(t, 200).JSON(t, &use)
		return use.Memory.Bytes <= use.Memory.LimitBytes
	})
	require.EqualValues(t, 1<<20, use.Memory.LimitBytes)
	require.Positive(t, use.Memory.Entries)
	require.Less(t, use.Memory.Entries, int64(questions))
	t.Logf("%d questions: %+v", questions, use.Memory)
}
