package httpserver_test

import (
	"testing"

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

func BenchmarkAnswer(b *testing.B) {
	handler := quiet(b).Handler()
	b.Run("bare", func(b *testing.B) { measure(b, direct(b, bare(answerOf(handler, "/dishes/1")), 200, "/dishes/1")) })
	b.Run("uncached", func(b *testing.B) { measure(b, direct(b, handler, 200, "/dishes/1")) })
	b.Run("uncached_list", func(b *testing.B) { measure(b, direct(b, handler, 200, "/dishes/?limit=5&skip=3")) })
	b.Run("live", func(b *testing.B) { measure(b, direct(b, handler, 200, "/health/live")) })
}
