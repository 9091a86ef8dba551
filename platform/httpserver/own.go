package httpserver

import (
	"context"
	"fmt"
	"io/fs"
	"net/http"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/adaptor"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	swagger "github.com/swaggo/files/v2"

	"zomato/platform/access"
	"zomato/platform/fault"
)

// welcome is the body of GET /.
type welcome struct {
	Message string         `json:"message"`
	Docs    string         `json:"docs"`
	Modules []ModuleStatus `json:"modules"`
}

// health is the body of the health routes.
type health struct {
	Status string            `json:"status"`
	Checks map[string]string `json:"checks,omitempty"`
}

func (s *Server) ownRoutes() Routes {
	return Routes{Module: "platform", Endpoints: []Endpoint{
		Handle(Operation{
			ID: "welcome", Method: http.MethodGet, Path: "/", Access: access.Public(),
			Summary: "What this is and which modules run", Uncached: "it is the same always",
		}, func(context.Context, *struct{}) (*Whole[welcome], error) {
			return WholeOf(welcome{Message: "Welcome to zomato.", Docs: "/docs", Modules: s.options.Modules}), nil
		}),
		Handle(Operation{
			ID: "live", Method: http.MethodGet, Path: "/health/live", Access: access.Public(),
			Summary: "Whether the process answers at all", Uncached: "it tells about this moment",
		}, func(context.Context, *struct{}) (*Whole[health], error) {
			return WholeOf(health{Status: "live"}), nil
		}),
		Handle(Operation{
			ID: "ready", Method: http.MethodGet, Path: "/health/ready", Access: access.Only(access.Staff),
			Summary: "Whether this instance should get requests", Uncached: "it tells about this moment",
		}, s.ready),
	}}
}

func (s *Server) ready(ctx context.Context, _ *struct{}) (*Whole[health], error) {
	checks := map[string]string{}
	failed := ""
	for _, check := range s.options.Checks {
		state, err := check.Check(ctx)
		if err != nil {
			state, failed = "failed", check.Name
			requestOf(ctx).cause = fmt.Errorf("check %s: %w", check.Name, err)
		}
		checks[check.Name] = state
	}
	switch {
	case failed != "":
		return nil, fault.New(fault.Unavailable, "not_ready", "The check of %s failed.", failed).
			With("checks", checks).Because(requestOf(ctx).cause)
	default:
		return WholeOf(health{Status: "ready", Checks: checks}), nil
	}
}

// docsPolicy lets the page load its own files and call this service, nothing
// else. Swagger UI writes style attributes, hence unsafe-inline for styles.
const docsPolicy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
	"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

const docsPage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>zomato API</title>
<link rel="icon" type="image/png" href="/docs/favicon-32x32.png">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`

const docsStart = `window.ui = SwaggerUIBundle({
  url: "/openapi.json", dom_id: "#swagger-ui", deepLinking: true, validatorUrl: null,
  displayRequestDuration: true, tryItOutEnabled: true, filter: true, docExpansion: "list",
  defaultModelsExpandDepth: 0,
  operationsSorter: (a, b) => {
    const key = (o) => o.get("path") + " " + ["get", "post", "put", "delete"].indexOf(o.get("method"));
    return key(a) < key(b) ? -1 : 1;
  },
});
`

// serveDocument serves what describes the service: the document, its page and
// the metrics. The document is complete by now and rendered once.
func (s *Server) serveDocument() error {
	document, err := s.Document()
	if err != nil {
		return err
	}
	s.app.Get("/openapi.json", static(document, fiber.MIMEApplicationJSON))
	s.app.Get("/docs", static([]byte(docsPage), fiber.MIMETextHTMLCharsetUTF8))
	s.app.Get("/docs/start.js", static([]byte(docsStart), fiber.MIMETextJavaScriptCharsetUTF8))
	for name, mime := range map[string]string{
		"swagger-ui.css": "text/css; charset=utf-8", "swagger-ui-bundle.js": fiber.MIMETextJavaScriptCharsetUTF8,
		"favicon-32x32.png": "image/png",
	} {
		data, err := fs.ReadFile(swagger.FS, name)
		if err != nil {
			return fmt.Errorf("read the embedded %s: %w", name, err)
		}
		s.app.Get("/docs/"+name, static(data, mime))
	}
	handler := promhttp.HandlerFor(s.options.Metrics, promhttp.HandlerOpts{})
	s.app.Get("/metrics", s.only(access.Only(access.Staff)), adaptor.HTTPHandler(handler))
	return nil
}

// only guards a route that huma does not know.
func (s *Server) only(rule access.Rule) fiber.Handler {
	return func(c *fiber.Ctx) error {
		if refusal := decide(rule, s.caller(c, requestIn(c)), func(name string) string { return c.Params(name) }); refusal != nil {
			return refusal
		}
		return c.Next()
	}
}

// static serves bytes that do not change while the process runs.
func static(body []byte, mime string) fiber.Handler {
	tag := entityTag("", body) // once: the page's script is large
	return func(c *fiber.Ctx) error {
		c.Set(fiber.HeaderContentSecurityPolicy, docsPolicy)
		c.Response().SetBodyRaw(body)
		c.Set(fiber.HeaderContentType, mime)
		c.Set(fiber.HeaderETag, tag)
		offer(c, access.Public(), tag)
		return nil
	}
}
