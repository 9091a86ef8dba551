package httpserver_test

import (
	"context"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"zomato/platform/access"
	"zomato/platform/httpserver"
	"zomato/platform/testkit/httpclient"
)

func TestBoth_slash_forms_are_served_directly(t *testing.T) {
	t.Parallel()
	url := start(t)
	for _, path := range []string{"/dishes", "/dishes/", "/dishes/1", "/dishes/1/", "/docs", "/docs/", "/health/live/"} {
		require.Equal(t, 200, call(t, "GET", url+path, "").Status, path)
	}
	require.Equal(t, 201, call(t, "POST", url+"/dishes", `{"name":"x","price":1}`).Status)
}

func TestStatic_paths_win_over_parameters(t *testing.T) {
	t.Parallel()
	got := call(t, "GET", start(t)+"/dishes/search", "")
	require.Equal(t, 200, got.Status, got.Body)
	require.JSONEq(t, `[]`, got.Body)
}

func TestHEAD_answers_as_GET_without_a_body(t *testing.T) {
	t.Parallel()
	url := start(t)
	get, head := call(t, "GET", url+"/dishes/1", ""), call(t, "HEAD", url+"/dishes/1", "")
	require.Equal(t, 200, head.Status)
	require.Empty(t, head.Body)
	for _, name := range []string{"ETag", "Cache-Control", "Content-Type", "Content-Length"} {
		require.Equal(t, get.Header.Get(name), head.Header.Get(name), name)
	}
	require.Equal(t, 304, call(t, "HEAD", url+"/dishes/1", "", "If-None-Match", get.Header.Get("ETag")).Status)
}

func TestAllow_lists_the_methods(t *testing.T) {
	t.Parallel()
	url := start(t)
	options := call(t, "OPTIONS", url+"/dishes/", "")
	require.Equal(t, 204, options.Status)
	refused := call(t, "PUT", url+"/dishes/", "")
	require.Equal(t, 405, refused.Status)
	for _, got := range []httpclient.Answer{options, refused} {
		allow := strings.Join(got.Header.Values("Allow"), ", ")
		for _, method := range []string{"GET", "HEAD", "POST"} {
			require.Contains(t, allow, method)
		}
		require.NotContains(t, allow, "DELETE")
	}
	require.Equal(t, 404, call(t, "OPTIONS", url+"/nowhere", "").Status)
}

func TestETag_is_strong_and_conditional(t *testing.T) {
	t.Parallel()
	url := start(t)
	one := call(t, "GET", url+"/dishes/1", "")
	require.Regexp(t, `^"3\.[\w-]{16}"$`, one.Header.Get("ETag"))
	require.Regexp(t, `^"[\w-]{16}"$`, call(t, "GET", url+"/dishes/", "").Header.Get("ETag"))
	for match, status := range map[string]int{
		one.Header.Get("ETag"): 304, "W/" + one.Header.Get("ETag"): 304, `"x", ` + one.Header.Get("ETag"): 304, "*": 304,
		`"3.other"`: 200, "nonsense": 200,
	} {
		got := call(t, "GET", url+"/dishes/1", "", "If-None-Match", match)
		require.Equal(t, status, got.Status, match)
		require.Equal(t, one.Header.Get("ETag"), got.Header.Get("ETag"), "a 304 names the version too")
		require.Equal(t, status == 304, got.Body == "")
	}
	require.Equal(t, 404, call(t, "GET", url+"/dishes/404", "", "If-None-Match", "*").Status)
}

func TestIf_Match_compares_the_version(t *testing.T) {
	t.Parallel()
	url := start(t)
	for match, status := range map[string]int{`"3.abc"`: 200, `"1.x", "3.y"`: 200, "*": 200, `"2.abc"`: 412, `W/"3.abc"`: 412, `"abc"`: 412} {
		got := call(t, "PUT", url+"/dishes/1", `{"name":"New"}`, "If-Match", match)
		require.Equal(t, status, got.Status, "%s: %s", match, got.Body)
		if status == 200 {
			require.Regexp(t, `^"4\.`, got.Header.Get("ETag"))
		}
	}
}

func TestCache_Control_follows_the_access_rule(t *testing.T) {
	t.Parallel()
	url := start(t)
	require.Equal(t, "public, no-cache", call(t, "GET", url+"/dishes/1", "").Header.Get("Cache-Control"))
	require.Equal(t, "private, no-cache", call(t, "GET", url+"/dishes/", "").Header.Get("Cache-Control"))
}

func TestLists_are_paged_by_link_and_counted_on_request(t *testing.T) {
	t.Parallel()
	got := call(t, "GET", start(t)+"/dishes/?limit=1&skip=3&count=true", "")
	require.JSONEq(t, `[]`, got.Body, "never null")
	require.Equal(t, `</dishes/?cursor=abc&limit=1>; rel="next"`, got.Header.Get("Link"))
	require.Equal(t, "2", got.Header.Get("X-Total-Count"))
}

func TestMoney_goes_through_exactly(t *testing.T) {
	t.Parallel()
	url := start(t)
	for sent, shown := range map[string]string{"249.5": "249.50", "9999999999.99": "9999999999.99", "0.07": "0.07"} {
		got := call(t, "POST", url+"/dishes/", `{"name":"x","price":`+sent+`}`)
		require.Equal(t, 201, got.Status, got.Body)
		require.Contains(t, got.Body, `"price":`+shown+",")
		require.Equal(t, "/dishes/5", got.Header.Get("Location"))
	}
	require.Contains(t, call(t, "PUT", url+"/dishes/1", `{"price":0.29}`).Body, `"price":0.29,`)
}

func TestA_kept_alive_connection_stays_in_step(t *testing.T) {
	t.Parallel()
	body := func(head, text string) string {
		return head + " HTTP/1.1\r\nHost: t\r\nContent-Type: application/json\r\nContent-Length: " + itoa(len(text)) + "\r\n\r\n" + text
	}
	got := raw(t, start(t), body("POST /dishes/", `{"name": `)+body("DELETE /dishes/1", `{"a":1}`)+body("POST /nowhere", `{}`)+
		body("OPTIONS /dishes/", "")+"GET /health/live HTTP/1.1\r\nHost: t\r\n\r\n", 5)
	var seen []int
	for _, a := range got {
		seen = append(seen, a.Status)
	}
	require.Equal(t, []int{400, 204, 404, 204, 200}, seen)
}

func TestRequest_id_is_taken_when_sane_else_made(t *testing.T) {
	t.Parallel()
	url := start(t)
	require.Equal(t, "abc-1", call(t, "GET", url+"/", "", "X-Request-Id", "abc-1").Header.Get("X-Request-Id"))
	for _, insane := range []string{"", "a b", "a<script>", strings.Repeat("x", 129)} {
		made := call(t, "GET", url+"/", "", "X-Request-Id", insane).Header.Get("X-Request-Id")
		require.Len(t, made, 36, insane)
	}
}

func TestThe_log_has_one_line_a_request_with_the_route_template(t *testing.T) {
	t.Parallel()
	core, logs := observer.New(zap.InfoLevel)
	server, err := httpserver.New(httpserver.Options{
		Listen: "127.0.0.1:0", Routes: []httpserver.Routes{kitchen()}, Metrics: prometheus.NewRegistry(),
	}, zap.New(core))
	require.NoError(t, err)
	require.NoError(t, server.Start(context.Background()))
	url := "http://" + server.Address()
	call(t, "GET", url+"/dishes/77?", "")
	call(t, "GET", url+"/broken/text", "")
	call(t, "GET", url+"/nowhere/77", "")
	call(t, "BREW", url+"/dishes/", "", "X-Request-Id", "tea")
	callRaw(t, url, "POST", "/dishes/", tooLarge)
	scraped := call(t, "GET", url+"/metrics", "")
	require.NoError(t, server.Stop(context.Background()))

	entries := logs.All()
	require.Len(t, entries, 6)
	require.Equal(t, "/dishes/:dish_id", entries[0].ContextMap()["route"])
	require.Equal(t, "secret text", entries[1].ContextMap()["error"], "the cause is in the log")
	require.Equal(t, "unmatched", entries[2].ContextMap()["route"])
	require.Equal(t, "tea", entries[3].ContextMap()["request_id"], "what is refused before it is routed is logged too")
	require.EqualValues(t, 413, entries[4].ContextMap()["status"])
	require.Contains(t, scraped.Body, `zomato_http_requests_total{method="POST",route="unmatched",status="413"} 1`)
	require.Contains(t, scraped.Body, `zomato_http_requests_total{method="GET",route="/dishes/:dish_id",status="200"} 1`)
	require.NotContains(t, scraped.Body, "/77")
}

func TestThe_document_is_complete(t *testing.T) {
	t.Parallel()
	var doc struct {
		OpenAPI string `json:"openapi"`
		Paths   map[string]map[string]struct {
			Tags      []string                   `json:"tags"`
			Access    []string                   `json:"x-access"`
			Responses map[string]json.RawMessage `json:"responses"`
		} `json:"paths"`
		Components struct {
			Schemas map[string]json.RawMessage `json:"schemas"`
		} `json:"components"`
	}
	got := call(t, "GET", start(t)+"/openapi.json", "")
	require.NoError(t, json.Unmarshal([]byte(got.Body), &doc))
	require.True(t, strings.HasPrefix(doc.OpenAPI, "3.1"))
	get := doc.Paths["/dishes/{dish_id}"]["get"]
	require.Equal(t, []string{"kitchen"}, get.Tags)
	require.Contains(t, get.Access, "nobody")
	for _, status := range []string{"200", "400", "404", "422", "500", "503"} {
		require.Contains(t, get.Responses, status)
	}
	for path, operations := range doc.Paths {
		for method, operation := range operations {
			require.NotContains(t, operation.Responses, "default", "%s %s", method, path)
		}
	}
	require.Contains(t, doc.Components.Schemas, "Problem")
	require.NotContains(t, got.Body, "$schema")
}

func TestThe_page_loads_nothing_from_elsewhere(t *testing.T) {
	t.Parallel()
	url := start(t)
	page := call(t, "GET", url+"/docs", "")
	require.Contains(t, page.Header.Get("Content-Security-Policy"), "default-src 'none'")
	assets := regexp.MustCompile(`(?:src|href)="([^"]+)"`).FindAllStringSubmatch(page.Body, -1)
	require.NotEmpty(t, assets)
	for _, asset := range assets {
		require.True(t, strings.HasPrefix(asset[1], "/docs/"), asset[1])
		require.Equal(t, 200, call(t, "GET", url+asset[1], "").Status, asset[1])
	}
}

func TestNew_refuses_what_would_go_wrong_later(t *testing.T) {
	t.Parallel()
	endpoint := func(method, path string, rule access.Rule) httpserver.Routes {
		return httpserver.Routes{Module: "m" + path[len(path)-2:], Endpoints: []httpserver.Endpoint{httpserver.Handle(
			httpserver.Operation{ID: path, Method: method, Path: path, Access: rule},
			func(context.Context, *struct{}) (*httpserver.Empty, error) { return &httpserver.Empty{}, nil },
		)}}
	}
	for _, c := range []struct {
		name, want string
		routes     []httpserver.Routes
	}{
		{"an operation without access", "declares no access", []httpserver.Routes{endpoint("DELETE", "/x/{a}", access.Rule{})}},
		{"a POST that takes no key", "takes no Idempotency-Key", []httpserver.Routes{endpoint("POST", "/x/{a}", access.Public())}},
		{"one route twice", "is registered by module", []httpserver.Routes{endpoint("DELETE", "/x/{a}", access.Public()), endpoint("DELETE", "/x/{b}/", access.Public())}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := httpserver.New(httpserver.Options{Routes: c.routes, Metrics: prometheus.NewRegistry()}, zap.NewNop())
			require.ErrorContains(t, err, c.want)
		})
	}
}

func TestReadiness_follows_the_checks(t *testing.T) {
	t.Parallel()
	broken := errOf("down")
	url := start(t, func(o *httpserver.Options) {
		o.Checks = []httpserver.HealthCheck{
			{Name: "database", Check: func(context.Context) (string, error) { return "ok", nil }},
			{Name: "outbox", Check: func(context.Context) (string, error) { return "", broken }},
		}
	})
	got := call(t, "GET", url+"/health/ready", "")
	require.Equal(t, map[string]any{"database": "ok", "outbox": "failed"}, got.Problem(t, http.StatusServiceUnavailable, "not_ready")["checks"])
	require.Equal(t, 200, call(t, "GET", url+"/health/live", "").Status)
}

func TestStart_refuses_an_address_that_is_taken(t *testing.T) {
	t.Parallel()
	url := start(t)
	second, err := httpserver.New(httpserver.Options{Listen: strings.TrimPrefix(url, "http://"), Metrics: prometheus.NewRegistry()}, zap.NewNop())
	require.NoError(t, err)
	require.ErrorContains(t, second.Start(context.Background()), "listen on")
}

func TestStop_answers_what_is_in_flight(t *testing.T) {
	t.Parallel()
	entered, leave := make(chan struct{}), make(chan struct{})
	server, err := httpserver.New(httpserver.Options{
		Listen: "127.0.0.1:0", Metrics: prometheus.NewRegistry(),
		Routes: []httpserver.Routes{{Module: "slow", Endpoints: []httpserver.Endpoint{httpserver.Handle(
			httpserver.Operation{ID: "slow", Method: "GET", Path: "/slow", Access: access.Public()},
			func(context.Context, *struct{}) (*httpserver.Whole[string], error) {
				close(entered)
				<-leave
				return httpserver.WholeOf("done"), nil
			},
		)}}},
	}, zap.NewNop())
	require.NoError(t, err)
	require.NoError(t, server.Start(context.Background()))
	url := "http://" + server.Address()
	answered, stopped := make(chan httpclient.Answer, 1), make(chan error, 1)
	go func() { answered <- raw(t, url, "GET /slow HTTP/1.1\r\nHost: t\r\n\r\n", 1)[0] }() //nolint:testifylint // its failure fails the test too
	<-entered
	go func() { stopped <- server.Stop(context.Background()) }()
	select {
	case err := <-stopped:
		t.Fatalf("stopped with a request in flight: %v", err)
	case <-time.After(10 * time.Millisecond): // only gives a wrong Stop the chance to be seen
	}
	close(leave)
	last := <-answered
	require.Equal(t, 200, last.Status)
	require.Equal(t, "close", last.Header.Get("Connection"), "or the client's next request would be lost")
	require.NoError(t, <-stopped)
}

func TestStop_right_after_Start_ends(t *testing.T) {
	t.Parallel()
	for range 200 {
		server, err := httpserver.New(httpserver.Options{Listen: "127.0.0.1:0", Metrics: prometheus.NewRegistry()}, zap.NewNop())
		require.NoError(t, err)
		require.NoError(t, server.Start(context.Background()))
		require.NoError(t, server.Stop(context.Background()))
	}
}

func TestTexts_of_a_request_survive_the_next_one(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var kept []string
	url := start(t, func(o *httpserver.Options) {
		o.Routes = append(o.Routes, httpserver.Routes{Module: "keeper", Endpoints: []httpserver.Endpoint{httpserver.Handle(
			httpserver.Operation{ID: "keep", Method: "GET", Path: "/keep/{one}", Access: access.Public()},
			func(_ context.Context, in *struct {
				One string `path:"one"`
				Two string `query:"two"`
			},
			) (*httpserver.Whole[string], error) {
				mu.Lock()
				defer mu.Unlock()
				kept = append(kept, in.One, in.Two) // as they are: what is put together is a copy
				return httpserver.WholeOf("kept"), nil
			},
		)}})
	})
	requests := ""
	for range 50 {
		for _, digit := range []string{"1", "2", "3"} {
			requests += "GET /keep/" + strings.Repeat(digit, 5) + "?two=" + strings.Repeat(digit, 7) + " HTTP/1.1\r\nHost: t\r\n\r\n"
		}
	}
	raw(t, url, requests, 150)
	mu.Lock()
	defer mu.Unlock()
	require.Len(t, kept, 300)
	for i, text := range kept {
		digit := []string{"1", "2", "3"}[i/2%3]
		require.Equal(t, strings.Repeat(digit, []int{5, 7}[i%2]), text)
	}
}

func TestEvery_answer_says_nosniff_and_not_who_serves(t *testing.T) {
	t.Parallel()
	url := start(t)
	for _, path := range []string{"/", "/dishes/1", "/nowhere", "/docs", "/broken/panic"} {
		got := call(t, "GET", url+path, "")
		require.Equal(t, "nosniff", got.Header.Get("X-Content-Type-Options"), path)
		require.Empty(t, got.Header.Get("Server"), path)
	}
}
