package httpserver

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"
)

// refuseMedia refuses a body that says it is no JSON. Huma takes "x+json", "/"
// and what it cannot read for JSON.
func refuseMedia(c *fiber.Ctx) *problem {
	given := string(c.Request().Header.ContentType())
	if mediaType, _, _ := strings.Cut(given, ";"); given == "" || strings.TrimSpace(mediaType) == fiber.MIMEApplicationJSON {
		return nil
	}
	return newProblem(http.StatusUnsupportedMediaType, "unsupported_media_type", "The body must be application/json.")
}

// refuseNulls refuses null where the document denies it: huma lets it pass for
// every optional field, and takes it for an absent one. A body that is no JSON
// is left to huma.
func refuseNulls(registry huma.Registry, op *huma.Operation, body []byte) *problem {
	if op.RequestBody == nil || !bytes.Contains(body, []byte("null")) {
		return nil
	}
	var value any
	_ = json.Unmarshal(body, &value) // then there is no value, and huma says why
	found := nulls(nil, registry, op.RequestBody.Content[fiber.MIMEApplicationJSON].Schema, value, "#")
	switch len(found) {
	case 0:
		return nil
	case 1:
		return newInvalid(found[0], isNull)
	}
	p := newProblem(http.StatusUnprocessableEntity, codeInvalid, "Some fields are not as they must be.")
	for _, at := range found[:min(len(found), maxFindings)] {
		p.Errors = append(p.Errors, problemField{Pointer: at, Code: codeInvalid, Detail: isNull})
	}
	return p
}

const isNull = "This field cannot be null: leave it out instead."

// nulls adds where optional fields are null that must not be. What is required,
// and what is of another type, huma finds.
func nulls(found []string, registry huma.Registry, s *huma.Schema, value any, at string) []string {
	resolve := func(s *huma.Schema) *huma.Schema {
		if s != nil && s.Ref != "" {
			return registry.SchemaFromRef(s.Ref)
		}
		return s
	}
	s = resolve(s)
	switch value := value.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(value)) {
			field := resolve(s.Properties[name])
			switch {
			case field == nil: // unknown
			case value[name] != nil:
				found = nulls(found, registry, field, value[name], at+"/"+name)
			case !field.Nullable && !slices.Contains(s.Required, name):
				found = append(found, at+"/"+name)
			}
		}
	case []any:
		for i, element := range value {
			if s.Items != nil {
				found = nulls(found, registry, s.Items, element, at+"/"+strconv.Itoa(i))
			}
		}
	}
	return found
}
