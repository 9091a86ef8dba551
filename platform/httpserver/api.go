package httpserver

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humafiber"
	"github.com/gofiber/fiber/v2"

	"zomato/platform/money"
)

// newAPI makes huma's API: strict, in JSON only, without links to schemas and
// without huma's own documentation routes.
func newAPI(app *fiber.App, routes *router, version string) huma.API {
	registry := huma.NewMapRegistry("#/components/schemas/", schemaName)
	registry.RegisterTypeAlias(reflect.TypeFor[money.Amount](), reflect.TypeFor[amountSchema]())
	format := huma.Format{Marshal: marshal, Unmarshal: unmarshal}
	return humafiber.NewWithGroup(app, routes, huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI:    "3.1.0",
			Info:       &huma.Info{Title: "zomato", Version: version, Description: description},
			Components: &huma.Components{Schemas: registry},
		},
		Formats:                      map[string]huma.Format{"application/json": format, "json": format},
		DefaultFormat:                "application/json",
		RejectUnknownQueryParameters: true,
	})
}

const description = "The backend of a food-delivery company: customers, restaurants, menus, orders, reviews and figures.\n\n" +
	"Money is a number with two decimals. Times are RFC 3339 in UTC. Lists are arrays, paged by `limit` and the `Link` header. " +
	"Unknown fields and parameters are refused. PUT is partial: what is absent stays. " +
	"Every error is a problem document (RFC 9457) with a stable `code`."

// marshal encodes JSON, but for what is encoded already.
func marshal(w io.Writer, value any) error {
	if body, ok := value.(interface{ writeTo(w io.Writer) error }); ok {
		return body.writeTo(w)
	}
	return huma.DefaultJSONFormat.Marshal(w, value)
}

var (
	errZeroCharacter = errors.New("it contains the character U+0000")
	errNoUTF8        = errors.New("it is not UTF-8")
)

// unmarshal decodes JSON. It refuses the character zero, which Postgres cannot
// store in a text, and bytes that are not UTF-8, which the decoder would replace.
func unmarshal(data []byte, into any) error {
	if _, raw := into.(*any); raw { // huma decodes twice
		switch {
		case containsZero(data):
			return errZeroCharacter
		case !utf8.Valid(data):
			return errNoUTF8
		}
	}
	return json.Unmarshal(data, into)
}

// containsZero finds the escape of the character zero that is not itself
// escaped.
func containsZero(data []byte) bool {
	for rest := data; ; {
		at := bytes.Index(rest, []byte(`\u0000`))
		if at < 0 {
			return false
		}
		before := rest[:at]
		if backslashes := len(before) - len(bytes.TrimRight(before, `\`)); backslashes%2 == 0 {
			return true
		}
		rest = rest[at+1:]
	}
}

// schemaName qualifies a type of a module by its module, since two modules may
// have types of the same name: customers.Address.
func schemaName(t reflect.Type, hint string) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	name := huma.DefaultSchemaNamer(t, hint)
	if _, below, ok := strings.Cut(t.PkgPath(), "zomato/modules/"); ok {
		module, _, _ := strings.Cut(below, "/")
		return module + "." + name
	}
	return name
}
