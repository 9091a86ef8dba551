package httpserver_test

import (
	"context"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"github.com/valyala/fasthttp"
	"go.uber.org/zap"

	"zomato/platform/httpserver"
)

// direct makes a function that has a handler answer one request, without a
// connection, over and over.
func direct(t testing.TB, handler fasthttp.RequestHandler, status int, path string, headers ...string) func() {
	t.Helper()
	var request fasthttp.Request
	request.SetRequestURI(path)
	request.Header.SetHost("localhost")
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	var raw fasthttp.RequestCtx
	raw.Init(&request, nil, nil)
	run := func() {
		raw.Response.Reset()
		raw.ResetUserValues()
		handler(&raw)
	}
	run()
	require.Equal(t, status, raw.Response.StatusCode())
	return run
}

// bare answers as Fiber alone does, with the headers and the bytes that the
// server answered.
func bare(like *fasthttp.Response) fasthttp.RequestHandler {
	app := fiber.New(fiber.Config{DisableStartupMessage: true, Immutable: true})
	body, mime := append([]byte{}, like.Body()...), string(like.Header.ContentType())
	type header struct{ name, value string }
	var headers []header
	for name, value := range like.Header.All() {
		if text := string(name); text != fiber.HeaderContentType && text != fiber.HeaderContentLength {
			headers = append(headers, header{text, string(value)})
		}
	}
	app.Get("/dishes/:dish_id", func(c *fiber.Ctx) error {
		for _, h := range headers {
			c.Set(h.name, h.value)
		}
		c.Response().Header.SetContentType(mime)
		c.Response().SetBodyRaw(body)
		return nil
	})
	return app.Handler()
}

// answerOf gives what a handler answers.
func answerOf(handler fasthttp.RequestHandler, path string) *fasthttp.Response {
	var request fasthttp.Request
	request.SetRequestURI(path)
	var raw fasthttp.RequestCtx
	raw.Init(&request, nil, nil)
	handler(&raw)
	return &raw.Response
}

func quiet(t testing.TB, change ...func(*httpserver.Options)) *httpserver.Server {
	t.Helper()
	options := httpserver.Options{Routes: []httpserver.Routes{kitchen()}, Metrics: prometheus.NewRegistry()}
	for _, c := range change {
		c(&options)
	}
	server, err := httpserver.New(options, zap.NewNop())
	require.NoError(t, err)
	return server
}

func measure(b *testing.B, run func()) {
	b.Helper()
	b.ReportAllocs()
	for b.Loop() {
		run()
	}
}

// unlocked is a cache that has one answer and takes no lock, so that what is
// measured is the server.
type unlocked struct{ answer *httpserver.Answer }

// Route implements httpserver.ResponseCache.
func (u unlocked) Route(operation string) (httpserver.CachedRoute, bool) {
	return u, operation != "welcome" && operation != "live" && operation != "ready"
}

// Hit implements httpserver.CachedRoute.
func (u unlocked) Hit(string) (*httpserver.Answer, time.Duration, bool) {
	return u.answer, time.Second, u.answer != nil
}

// Answer implements httpserver.CachedRoute.
func (unlocked) Answer(ctx context.Context, _ httpserver.CacheRequest, load httpserver.Loader) (httpserver.Kept, error) {
	answer, err := load(ctx)
	return httpserver.Kept{Answer: answer, State: httpserver.Miss}, err
}

// Served implements httpserver.CachedRoute.
func (unlocked) Served(httpserver.CacheState, time.Duration) {}

// warm gives the handlers of a server that has the answer to everything, of one
// that loads each time, and of Fiber alone that answers like the first.
func warm(t testing.TB) (hit, miss, alone fasthttp.RequestHandler) {
	t.Helper()
	answer := &httpserver.Answer{ETag: `"3.0123456789abcdef"`, Body: []byte(`{"id":1,"name":"Naan","price":60.00,"stock":null}` + "\n")}
	handler := func(cache unlocked) fasthttp.RequestHandler {
		return quiet(t, func(o *httpserver.Options) { o.Cache = cache }).Handler()
	}
	hit, miss = handler(unlocked{answer}), handler(unlocked{})
	return hit, miss, bare(answerOf(hit, "/dishes/1"))
}

// TestA_hit_costs_few_allocations runs alone, since it counts those of the whole
// process.
func TestA_hit_costs_few_allocations(t *testing.T) { //nolint:paralleltest // see above
	hit, _, alone := warm(t)
	least := testing.AllocsPerRun(1000, direct(t, alone, 200, "/dishes/1"))
	for _, c := range []struct {
		name, path string
		status     int
		headers    []string
	}{
		{"plain", "/dishes/1", 200, nil},
		{"with a slash", "/dishes/1/", 200, nil},
		{"with a query", "/dishes/1?limit=5&skip=3", 200, nil},
		{"as a browser sends it", "/dishes/1", 200, []string{"Accept", "*/*", "User-Agent", "browser", "X-Request-Id", "some-id"}},
		{"unchanged", "/dishes/1", 304, []string{"If-None-Match", `"3.0123456789abcdef"`}},
	} {
		got := testing.AllocsPerRun(1000, direct(t, hit, c.status, c.path, c.headers...))
		t.Logf("%s: %.0f allocations, %.0f more than Fiber alone", c.name, got, got-least)
		require.LessOrEqual(t, got-least, 10.0, c.name)
	}
}

func BenchmarkAnswer(b *testing.B) {
	hit, miss, alone := warm(b)
	none := quiet(b).Handler()
	for _, c := range []struct {
		name    string
		handler fasthttp.RequestHandler
		path    string
		status  int
		headers []string
	}{
		{"bare", alone, "/dishes/1", 200, nil},
		{"hit", hit, "/dishes/1", 200, nil},
		{"hit_with_query", hit, "/dishes/?limit=5&skip=3", 200, nil},
		{"unchanged", hit, "/dishes/1", 304, []string{"If-None-Match", `"3.0123456789abcdef"`}},
		{"miss", miss, "/dishes/1", 200, nil},
		{"uncached", none, "/dishes/1", 200, nil},
		{"uncached_list", none, "/dishes/?limit=5&skip=3", 200, nil},
		{"live", none, "/health/live", 200, nil},
	} {
		b.Run(c.name, func(b *testing.B) { measure(b, direct(b, c.handler, c.status, c.path, c.headers...)) })
	}
}
