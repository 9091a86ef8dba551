package httpserver_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"zomato/platform/access"
	"zomato/platform/fault"
	"zomato/platform/httpserver"
	"zomato/platform/paging"
	"zomato/platform/testkit/httpclient"
)

// jar is a record that may be settled.
type jar struct {
	ID     int64 `json:"id"`
	Loaded int64 `json:"loaded"`
}

// Settled implements httpserver.Settled.
func (j jar) Settled() bool { return j.ID == 2 }

// pantry are routes that count how often their answers are loaded.
type pantry struct {
	loads  atomic.Int64
	fails  atomic.Bool
	loaded func(ctx context.Context) // called by each load; may be nil
}

func (p *pantry) load(ctx context.Context) error {
	p.loads.Add(1)
	if p.loaded != nil {
		p.loaded(ctx)
	}
	if p.fails.Load() {
		return fault.New(fault.Unavailable, "empty", "Come <later> & again.")
	}
	return nil
}

// JarInput is exported since huma does not look into other embedded types.
type JarInput struct {
	ID int64 `path:"jar_id"`
}

func (p *pantry) routes() httpserver.Routes {
	return httpserver.Routes{Module: "pantry", Endpoints: []httpserver.Endpoint{
		httpserver.Handle(httpserver.Operation{ID: "get-jar", Method: "GET", Path: "/jars/{jar_id}", Access: access.Public(), Errors: []int{404}},
			func(ctx context.Context, in *JarInput) (*httpserver.Item[jar], error) {
				if err := p.load(ctx); err != nil {
					return nil, err
				}
				if in.ID == 404 {
					return nil, fault.New(fault.NotFound, "no_jar", "There is no <jar> %d.", in.ID).With("shelf", 7)
				}
				return httpserver.ItemOf(jar{in.ID, p.loads.Load()}, 9), nil
			}),
		httpserver.Handle(httpserver.Operation{ID: "list-jars", Method: "GET", Path: "/jars/", Access: access.Public()},
			func(ctx context.Context, in *struct{ httpserver.PageQuery }) (*httpserver.List[jar], error) {
				total := int64(5)
				return httpserver.ListOf(&in.PageQuery, paging.Page[jar]{Next: "abc", Total: &total}), p.load(ctx)
			}),
		httpserver.Handle(httpserver.Operation{ID: "whoami", Method: "GET", Path: "/whoami/", Access: access.Only(access.Customer)},
			func(ctx context.Context, _ *struct{}) (*httpserver.Whole[string], error) {
				return httpserver.WholeOf(access.From(ctx).Scope()), p.load(ctx)
			}),
		httpserver.Handle(httpserver.Operation{ID: "own", Method: "GET", Path: "/own/{customer_id}", Access: access.Only(access.Customer).Own("customer_id")},
			func(ctx context.Context, _ *struct {
				ID int64 `path:"customer_id"`
			},
			) (*httpserver.Whole[string], error) {
				return httpserver.WholeOf("<own>"), p.load(ctx)
			}),
	}}
}

// stock starts a server with the pantry and a cache.
func stock(t *testing.T, change ...func(*httpserver.Options)) (url string, p *pantry, kept *shelf) {
	t.Helper()
	p, kept = &pantry{}, newShelf()
	change = append([]func(*httpserver.Options){kept.use, func(o *httpserver.Options) { o.Routes = append(o.Routes, p.routes()) }}, change...)
	return start(t, change...), p, kept
}

// byName takes the Authorization header for the id of a customer.
func byName(o *httpserver.Options) {
	o.Principal = func(authorization string) access.Principal {
		switch authorization {
		case "":
			return access.Principal{}
		case "staff":
			return access.Principal{Role: access.Staff}
		}
		return access.Principal{Role: access.Customer, CustomerID: int64(authorization[0] - '0')}
	}
}

// told are the headers that must not depend on whether there is a cache.
func told(a httpclient.Answer) http.Header {
	out := a.Header.Clone()
	for _, name := range []string{"X-Cache", "Age", "Date"} {
		out.Del(name)
	}
	return out
}

func TestAnswers_are_the_same_with_and_without_a_cache(t *testing.T) {
	t.Parallel()
	quick := func(o *httpserver.Options) { o.Deadline = 100 * time.Millisecond }
	kept := newShelf()
	without, with := start(t, quick), start(t, quick, kept.use)
	tag := call(t, "GET", without+"/dishes/1", "").Header.Get("ETag")
	require.NotEmpty(t, tag)
	for _, headers := range [][]string{
		{},
		{"If-None-Match", tag},
		{"If-None-Match", "W/" + tag + `, "x"`},
		{"If-None-Match", "*"},
		{"If-None-Match", `"x"`},
		{"Accept", "text/html"},
		{"Content-Encoding", "gzip"},
		{"Content-Type", "text/plain"},
	} {
		for _, path := range []string{
			"/dishes/1", "/dishes/1/", "/dishes/1//", "/dishes/404", "/dishes/404/", "/dishes/01", "/dishes/x", "/dishes/search", "/dishes", "/dishes/",
			"/dishes//?limit=1", "/dishes?limit=1&skip=3&count=true", "/dishes/?count=true&skip=3&limit=1", "/dishes/?limit=1&limit=2", "/dishes/?limit=1000",
			"/dishes?lim%69t=1", "/dishes?limit=1&cursor=a/b+c%20d", "/dishes?limit=", "/dishes?limit", "/dishes?=", "/dishes?&&", "/dishes?limit=5?", "/dishes/1?other=1",
			"/dishes?limit=%zz", "/dishes?limit=1;skip=2", "/dishes?limit=%00", "/dishes/%31", "/dishes/%zz", "/broken/panic", "/broken/busy", "/broken/text",
			"/broken/slow", "/", "/health/live", "/docs/", "/nowhere",
		} {
			for _, method := range []string{"GET", "HEAD", "GET", "OPTIONS"} {
				sent := append([]string{"X-Request-Id", "same"}, headers...)
				want, got := callRawPath(t, method, without, path, sent...), callRawPath(t, method, with, path, sent...)
				require.Equal(t, want.Status, got.Status, "%s %s %s", method, path, headers)
				require.Equal(t, want.Body, got.Body, "%s %s %s", method, path, headers)
				require.Equal(t, told(want), told(got), "%s %s %s", method, path, headers)
				require.Empty(t, want.Header.Get("X-Cache")+want.Header.Get("Age"))
			}
		}
	}
	require.NotContains(t, strings.Join(kept.keys("break"), " "), "panic")
	require.Contains(t, kept.states(), httpserver.Hit)
}

// callRawPath sends a request whose path no client library would send.
func callRawPath(t *testing.T, method, url, path string, headers ...string) httpclient.Answer {
	t.Helper()
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(url, "http://"))
	require.NoError(t, err)
	defer func() { require.NoError(t, conn.Close()) }()
	text := method + " " + path + " HTTP/1.1\r\nHost: t\r\n"
	for i := 0; i+1 < len(headers); i += 2 {
		text += headers[i] + ": " + headers[i+1] + "\r\n"
	}
	_, err = io.WriteString(conn, text+"\r\n")
	require.NoError(t, err)
	response, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
	require.NoError(t, err)
	defer func() { require.NoError(t, response.Body.Close()) }()
	data, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return httpclient.Answer{Status: response.StatusCode, Header: response.Header, Body: string(data)}
}

func TestAn_answer_is_loaded_once_and_then_kept(t *testing.T) {
	t.Parallel()
	url, p, kept := stock(t)
	first := call(t, "GET", url+"/jars/1", "")
	require.Equal(t, "MISS", first.Header.Get("X-Cache"))
	require.NotContains(t, first.Header, "Age")
	for _, path := range []string{"/jars/1", "/jars/1/", "/jars/1?"} {
		again := call(t, "GET", url+path, "")
		require.Equal(t, first.Body, again.Body)
		require.Equal(t, told(first)["Etag"], told(again)["Etag"])
		require.Equal(t, "HIT", again.Header.Get("X-Cache"))
		require.Equal(t, "61", again.Header.Get("Age"), "whole seconds")
	}
	head := call(t, "HEAD", url+"/jars/1", "")
	require.Equal(t, 200, head.Status)
	require.Equal(t, "HIT", head.Header.Get("X-Cache"))
	require.Equal(t, first.Header.Get("Content-Length"), head.Header.Get("Content-Length"))
	unchanged := call(t, "GET", url+"/jars/1", "", "If-None-Match", first.Header.Get("ETag"))
	require.Equal(t, 304, unchanged.Status)
	require.Empty(t, unchanged.Body)
	require.NotContains(t, unchanged.Header, "Content-Type")
	require.Equal(t, "HIT", unchanged.Header.Get("X-Cache"))
	require.EqualValues(t, 1, p.loads.Load())
	require.Equal(t, []httpserver.CacheState{"MISS", "HIT", "HIT", "HIT", "HIT", "HIT"}, kept.states(), "each answer is counted")
}

func TestA_client_can_ask_for_a_new_answer(t *testing.T) {
	t.Parallel()
	url, p, kept := stock(t)
	for i, headers := range [][]string{
		{"Cache-Control", "no-cache"}, {"Cache-Control", "max-age=0 , No-Cache"}, {"Pragma", "no-cache"},
	} {
		call(t, "GET", url+"/jars/1", "")
		got := call(t, "GET", url+"/jars/1", "", headers...)
		require.Equal(t, "BYPASS", got.Header.Get("X-Cache"), headers)
		require.NotContains(t, got.Header, "Age")
		require.EqualValues(t, i+2, p.loads.Load(), headers)
		require.Equal(t, got.Body, call(t, "GET", url+"/jars/1", "").Body, "it is kept")
	}
	require.Equal(t, "HIT", call(t, "GET", url+"/jars/1", "", "Cache-Control", "max-age=0, no-cache-at-all").Header.Get("X-Cache"))
	require.Contains(t, kept.states(), httpserver.Bypass)
}

func TestAn_old_answer_is_better_than_none(t *testing.T) {
	t.Parallel()
	url, p, kept := stock(t)
	first := call(t, "GET", url+"/jars/1", "")
	kept.mu.Lock()
	kept.old = true
	kept.mu.Unlock()
	p.fails.Store(true)
	got := call(t, "GET", url+"/jars/1", "")
	require.Equal(t, 200, got.Status)
	require.Equal(t, first.Body, got.Body)
	require.Equal(t, "STALE", got.Header.Get("X-Cache"))
	require.Equal(t, "61", got.Header.Get("Age"))
	refused := call(t, "GET", url+"/jars/2", "")
	refused.Problem(t, 503, "empty")
	require.NotContains(t, refused.Header, "X-Cache", "it is no answer of the cache")
	require.Equal(t, "no-store", refused.Header.Get("Cache-Control"))
	require.Equal(t, []httpserver.CacheState{"MISS", "STALE"}, kept.states(), "an error is not counted")
}

func TestThat_a_record_does_not_exist_is_kept(t *testing.T) {
	t.Parallel()
	url, p, kept := stock(t)
	for i, state := range []string{"MISS", "HIT", "HIT"} {
		id := "request-" + itoa(i)
		got := call(t, "GET", url+"/jars/404", "", "X-Request-Id", id, "If-None-Match", "*")
		problem := got.Problem(t, 404, "no_jar")
		require.Equal(t, id, problem["request_id"], "of this request")
		require.EqualValues(t, 7, problem["shelf"])
		require.Equal(t, state, got.Header.Get("X-Cache"))
		require.Equal(t, "no-store", got.Header.Get("Cache-Control"))
		require.NotContains(t, got.Header, "Etag")
	}
	require.EqualValues(t, 1, p.loads.Load())
	require.Equal(t, []httpserver.CacheState{"MISS", "HIT", "HIT"}, kept.states())
}

func TestA_settled_record_says_so(t *testing.T) {
	t.Parallel()
	url, _, kept := stock(t)
	for _, path := range []string{"/jars/1", "/jars/2", "/jars/"} {
		call(t, "GET", url+path, "").Expect(t, 200)
	}
	require.False(t, kept.answer("get-jar  /jars/1?").Settled)
	require.True(t, kept.answer("get-jar  /jars/2?").Settled)
	require.False(t, kept.answer("list-jars  /jars?").Settled)
}

func TestA_cache_that_keeps_nothing_of_an_operation_is_not_seen(t *testing.T) {
	t.Parallel()
	url, p, kept := stock(t, func(o *httpserver.Options) {
		o.Cache.(*shelf).none = []string{"get-jar"}
	})
	for range 2 {
		got := call(t, "GET", url+"/jars/1", "").Expect(t, 200)
		require.NotContains(t, got.Header, "X-Cache")
	}
	require.EqualValues(t, 2, p.loads.Load())
	require.Empty(t, kept.states())
}
