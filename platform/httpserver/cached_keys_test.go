package httpserver_test

import (
	"context"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"zomato/platform/access"
	"zomato/platform/fault"
	"zomato/platform/httpserver"
	"zomato/platform/testkit/httpclient"
)

func TestRequests_that_mean_the_same_have_one_key(t *testing.T) {
	t.Parallel()
	address, p, kept := stock(t)
	for _, path := range []string{
		"/jars?limit=2&skip=1", "/jars/?skip=1&limit=2", "/jars//?skip=%31&l%69mit=2", "/jars?&limit=2&&skip=1",
	} {
		got := call(t, "GET", address+path, "").Expect(t, 200)
		parsed, err := url.Parse(path)
		require.NoError(t, err)
		require.Equal(t, `<`+strings.Replace(parsed.Path, "//", "/", 1)+`?cursor=abc&limit=2>; rel="next"`, got.Header.Get("Link"), "as it would be without a cache")
		require.Equal(t, "5", got.Header.Get("X-Total-Count"))
	}
	require.EqualValues(t, 1, p.loads.Load())
	require.Equal(t, []string{" /jars?limit=2&skip=1"}, kept.keys("list-jars"))
	require.Equal(t, " /jars?limit=2&skip=1", httpserver.CacheKey("", "/jars/", url.Values{"skip": {"1"}, "limit": {"2"}}))
}

func TestRequests_that_differ_have_keys_that_differ(t *testing.T) {
	t.Parallel()
	address, _, kept := stock(t)
	for _, path := range []string{"/jars", "/jars?limit=2", "/jars?limit=", "/jars?cursor=a%26limit%3D2", "/jars?cursor=a/b", "/jars?cursor=a+b", "/jars?cursor=a%2Bb"} {
		require.Equal(t, "MISS", call(t, "GET", address+path, "").Header.Get("X-Cache"), path)
	}
	require.Len(t, kept.keys("list-jars"), 7)
}

// What stands behind # no handler sees. An address that has it must not be
// taken for one in which it is part of the query.
func TestA_fragment_is_in_no_key(t *testing.T) {
	t.Parallel()
	address, _, kept := stock(t)
	for _, path := range []string{"/jars#?limit=2", "/jars?limit=3#&skip=4", "/jars?cursor=#%20"} {
		require.Equal(t, 200, callRawPath(t, "GET", address, path).Status, path)
	}
	require.Equal(t, []string{" /jars?", " /jars?cursor=", " /jars?limit=3"}, kept.keys("list-jars"))
}

func TestThe_caller_is_in_the_key_unless_all_get_the_same(t *testing.T) {
	t.Parallel()
	address, p, kept := stock(t, byName)
	for _, state := range []string{"MISS", "HIT"} {
		for _, who := range []string{"1", "2"} {
			got := call(t, "GET", address+"/whoami", "", "Authorization", who)
			require.Equal(t, `"customer:`+who+"\"\n", got.Body)
			require.Equal(t, state, got.Header.Get("X-Cache"))
			require.Equal(t, "private, no-cache", got.Header.Get("Cache-Control"))
		}
	}
	require.EqualValues(t, 2, p.loads.Load())
	require.Equal(t, []string{"customer:1 /whoami?", "customer:2 /whoami?"}, kept.keys("whoami"))
	for _, who := range []string{"1", "2", ""} {
		require.Equal(t, "public, no-cache", call(t, "GET", address+"/jars/1", "", "Authorization", who).Header.Get("Cache-Control"))
	}
	require.EqualValues(t, 3, p.loads.Load())
}

func TestAccess_is_decided_before_anything_kept_is_served(t *testing.T) {
	t.Parallel()
	address, _, kept := stock(t, byName)
	call(t, "GET", address+"/own/1", "", "Authorization", "1").Expect(t, 200)
	call(t, "GET", address+"/own/1", "", "Authorization", "2").Problem(t, 404, "not_found")
	call(t, "GET", address+"/own/1", "").Problem(t, 401, "unauthenticated")
	call(t, "GET", address+"/own/1", "", "Cache-Control", "no-cache").Problem(t, 401, "unauthenticated")
	require.Equal(t, []string{"customer:1 /own/1?"}, kept.keys("own"))
	require.Equal(t, []httpserver.CacheState{"MISS"}, kept.states())
}

type markKey struct{}

func TestA_load_has_a_context_of_its_own(t *testing.T) {
	t.Parallel()
	address, p, _ := stock(t, byName, func(o *httpserver.Options) {
		o.Context = func(ctx context.Context) context.Context { return context.WithValue(ctx, markKey{}, "marked") }
	})
	seen := make(chan context.Context, 1)
	p.loaded = func(ctx context.Context) { seen <- ctx }
	call(t, "GET", address+"/whoami/", "", "Authorization", "3").Expect(t, 200)
	ctx := <-seen
	require.Equal(t, access.Principal{Role: access.Customer, CustomerID: 3}, access.From(ctx))
	require.Equal(t, "marked", ctx.Value(markKey{}))
	require.Nil(t, ctx.Value("__local_user_context__"), "the key of Fiber")
	deadline, ok := ctx.Deadline()
	require.True(t, ok)
	require.Less(t, time.Until(deadline), 2*time.Second, "of the cache, not of the request")
}

func TestA_load_may_take_longer_than_its_request(t *testing.T) {
	t.Parallel()
	address, p, kept := stock(t, func(o *httpserver.Options) { o.Deadline = 50 * time.Millisecond })
	leave, left := make(chan struct{}), make(chan error, 1)
	p.loaded = func(ctx context.Context) { <-leave; left <- ctx.Err() }
	call(t, "GET", address+"/jars/1", "").Problem(t, 503, "timeout")
	close(leave)
	require.NoError(t, <-left)
	require.Eventually(t, func() bool { return len(kept.keys("get-jar")) == 1 }, time.Second, time.Millisecond)
	require.Equal(t, "HIT", call(t, "GET", address+"/jars/1", "").Header.Get("X-Cache"))
}

func TestRequests_that_wait_for_one_load_have_problems_of_their_own(t *testing.T) {
	t.Parallel()
	address, p, kept := stock(t)
	leave := make(chan struct{})
	p.fails.Store(true)
	p.loaded = func(context.Context) { <-leave }
	const many = 8
	answers := make([]httpclient.Answer, many)
	var all sync.WaitGroup
	for i := range many {
		all.Go(func() {
			answers[i] = call(t, "GET", address+"/jars/1", "", "X-Request-Id", "waiter-"+itoa(i))
		})
	}
	for range many {
		<-kept.joined
	}
	close(leave)
	all.Wait()
	require.EqualValues(t, 1, p.loads.Load())
	for i, got := range answers {
		require.Equal(t, "waiter-"+itoa(i), got.Problem(t, 503, "empty")["request_id"])
		require.Equal(t, "1", got.Header.Get("Retry-After"))
	}
}

func TestA_panic_of_a_load_is_a_problem_and_nothing_is_kept(t *testing.T) {
	t.Parallel()
	core, logs := observer.New(zap.InfoLevel)
	server, address := observed(t, core)
	p, kept := server.pantry, server.shelf
	p.loaded = func(context.Context) { panic("secret text") }
	got := call(t, "GET", address+"/jars/1", "")
	got.Problem(t, 500, "internal")
	require.NotContains(t, got.Body, "secret")
	require.Empty(t, kept.keys("get-jar"))
	require.Empty(t, kept.states())
	p.loaded = nil
	call(t, "GET", address+"/jars/1", "").Expect(t, 200)
	call(t, "GET", address+"/jars/1", "").Expect(t, 200)
	lines := logs.All()
	require.Len(t, lines, 3)
	require.Contains(t, lines[0].ContextMap()["error"], "secret text")
	require.Contains(t, lines[0].ContextMap()["error"], "cached_keys_test.go", "where it was")
	require.NotContains(t, lines[0].ContextMap(), "cache")
	require.Equal(t, "MISS", lines[1].ContextMap()["cache"])
	require.Equal(t, "HIT", lines[2].ContextMap()["cache"])
	require.Equal(t, "/jars/:jar_id", lines[2].ContextMap()["route"])
}

// larder is a server with a cache whose log can be read.
type larder struct {
	*httpserver.Server

	pantry *pantry
	shelf  *shelf
}

// observed starts a server with the pantry, a cache and that log.
func observed(t *testing.T, log zapcore.Core, change ...func(*httpserver.Options)) (larder, string) {
	t.Helper()
	p, kept := &pantry{}, newShelf()
	options := httpserver.Options{Listen: "127.0.0.1:0", Routes: []httpserver.Routes{p.routes(), kitchen()}, Cache: kept, Metrics: prometheus.NewRegistry()}
	for _, c := range change {
		c(&options)
	}
	server, err := httpserver.New(options, zap.New(log))
	require.NoError(t, err)
	require.NoError(t, server.Start(context.Background()))
	t.Cleanup(func() { require.NoError(t, server.Stop(context.Background())) })
	return larder{server, p, kept}, "http://" + server.Address()
}

func TestAsk_answers_from_inside_without_being_counted(t *testing.T) {
	t.Parallel()
	core, logs := observer.New(zap.InfoLevel)
	server, address := observed(t, core, byName)
	p := server.pantry
	for path, want := range map[string]int{"/jars/1": 200, "/jars/?limit=2": 200, "/jars/404": 404, "/nowhere": 404, "/whoami/": 401} {
		status, err := server.Ask(t.Context(), path)
		require.NoError(t, err)
		require.Equal(t, want, status, path)
	}
	require.Empty(t, logs.All())
	require.Empty(t, server.shelf.states(), "no client has got anything")
	require.Equal(t, "HIT", call(t, "GET", address+"/jars/1", "").Header.Get("X-Cache"))
	counted := call(t, "GET", address+"/metrics", "", "Authorization", "staff").Expect(t, 200).Body
	require.Contains(t, counted, `zomato_http_requests_total{method="GET",route="/jars/:jar_id",status="200"} 1`)
	require.NotContains(t, counted, `status="40`)

	p.loaded = func(context.Context) { panic("secret text") }
	status, err := server.Ask(t.Context(), "/jars/3")
	require.NoError(t, err)
	require.Equal(t, 500, status)
	require.Contains(t, logs.FilterMessage("request failed").All()[0].ContextMap()["error"], "secret text")

	leave := make(chan struct{})
	defer close(leave)
	p.loaded = func(context.Context) { <-leave }
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	for range 2 { // the second time before it is sent
		_, err = server.Ask(ctx, "/jars/4")
		require.ErrorIs(t, err, context.DeadlineExceeded)
	}
	_, err = server.Ask(t.Context(), "jars")
	require.ErrorContains(t, err, "no path")
}

func TestNew_wants_a_decision_about_each_GET(t *testing.T) {
	t.Parallel()
	endpoint := func(id, uncached string) httpserver.Routes {
		return httpserver.Routes{Module: "m", Endpoints: []httpserver.Endpoint{httpserver.Handle(
			httpserver.Operation{ID: id, Method: "GET", Path: "/x", Access: access.Public(), Uncached: uncached},
			func(context.Context, *struct{}) (*httpserver.Whole[string], error) {
				return httpserver.WholeOf("x"), nil
			},
		)}}
	}
	shapeless := httpserver.Routes{Module: "m", Endpoints: []httpserver.Endpoint{httpserver.Handle(
		httpserver.Operation{ID: "known", Method: "GET", Path: "/x", Access: access.Public()},
		func(context.Context, *struct{}) (*httpserver.Empty, error) {
			return nil, fault.New(fault.Conflict, "x", "x")
		},
	)}}
	curious := httpserver.Routes{Module: "m", Endpoints: []httpserver.Endpoint{httpserver.Handle(
		httpserver.Operation{ID: "known", Method: "GET", Path: "/x", Access: access.Public()},
		func(context.Context, *struct {
			Language string `header:"Accept-Language"`
		},
		) (*httpserver.Whole[string], error) {
			return httpserver.WholeOf("x"), nil
		},
	)}}
	for _, c := range []struct {
		name, want string
		routes     httpserver.Routes
		kept       int
	}{
		{"no policy", "GET /x of module m has no cache policy: contribute one to cache.policies, or say Uncached", endpoint("unknown", ""), 0},
		{"both", "GET /x of module m says Uncached and has a cache policy", endpoint("known", "it counts"), 0},
		{"an answer of another shape", "GET /x of module m has a cache policy, but its answers cannot be kept", shapeless, 0},
		{"an answer by a header", "GET /x of module m has a cache policy, but reads the header Accept-Language", curious, 0},
		{"a policy", "", endpoint("known", ""), 1},
		{"a reason", "", endpoint("unknown", "it counts"), 0},
		{"a policy that keeps nothing", "", endpoint("none", ""), 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			kept := newShelf()
			kept.unknown, kept.none = append(kept.unknown, "unknown"), []string{"none"}
			server, err := httpserver.New(httpserver.Options{Routes: []httpserver.Routes{c.routes}, Cache: kept, Metrics: prometheus.NewRegistry()}, zap.NewNop())
			if c.want != "" {
				require.ErrorContains(t, err, c.want)
				return
			}
			require.NoError(t, err)
			status, err := server.Ask(t.Context(), "/x")
			require.NoError(t, err)
			require.Equal(t, 200, status, "it answers all the same")
			require.Len(t, kept.kept, c.kept)
		})
	}
}
