package main

import (
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"
)

// The OpenAPI document, as the fuzz gate reads it: what requests are made of, and
// what answers are held against.

// described is what is read of the document.
type described struct {
	Paths      map[string]map[string]*fuzzed
	Components struct{ Schemas map[string]*shape }

	problem    *jsonschema.Schema
	operations []*fuzzed // in the order of their names
}

// fuzzed is one operation of the document.
type fuzzed struct {
	OperationID string
	Parameters  []parameter
	RequestBody *struct {
		Content map[string]struct{ Schema *shape }
	}
	Responses map[string]struct {
		Headers map[string]any
		Content map[string]any
	}

	method, path string
	body         *jsonschema.Schema            // of the request; nil without one
	answers      map[string]*jsonschema.Schema // by status; absent where there is no body
}

// parameter is one of an operation.
type parameter struct {
	Name, In string
	Required bool
	Schema   *shape
}

// shape is a schema, as far as values are made by it.
type shape struct {
	Ref                                string `json:"$ref"`
	Type                               kinds
	Properties                         map[string]*shape
	Required                           []string
	Items                              *shape
	Enum                               []string
	Minimum, Maximum, ExclusiveMinimum *float64
	MinLength, MaxLength               *int
	MinItems, MaxItems                 *int
	Pattern, Format                    string
}

// kinds are the types of a schema: one, or one and null.
type kinds []string

// UnmarshalJSON implements json.Unmarshaler.
func (k *kinds) UnmarshalJSON(data []byte) error {
	if data[0] == '"' {
		*k = kinds{""}
		return json.Unmarshal(data, &(*k)[0])
	}
	return json.Unmarshal(data, (*[]string)(k))
}

// is tells whether a value may have that type.
func (s *shape) is(kind string) bool { return slices.Contains(s.Type, kind) }

// resolve follows a reference.
func (d *described) resolve(s *shape) *shape {
	if name, ok := strings.CutPrefix(s.Ref, "#/components/schemas/"); ok {
		return d.resolve(d.Components.Schemas[name])
	}
	return s
}

const documentURL = "http://document/openapi.json"

// compiler gives what compiles the document's schemas. Times in an answer are in
// UTC (design: api.md §3); those in a request may have an offset.
func compiler(t *testing.T, document any, utc bool) *jsonschema.Compiler {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.AssertFormat()
	if utc {
		c.RegisterFormat(&jsonschema.Format{Name: "date-time", Validate: isUTC})
	}
	require.NoError(t, c.AddResource(documentURL, document))
	return c
}

func isUTC(value any) error {
	text, ok := value.(string)
	if !ok {
		return nil
	}
	if _, err := time.Parse(time.RFC3339, text); err != nil {
		return err
	}
	if !strings.HasSuffix(text, "Z") {
		return errors.New("it is not in UTC")
	}
	return nil
}

// describe reads the document of an application.
func describe(t *testing.T, app running) *described {
	t.Helper()
	text := app.Do(t, "GET", "/openapi.json", "").Expect(t, 200).Body
	d := new(described)
	require.NoError(t, json.Unmarshal([]byte(text), d))
	whole, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	require.NoError(t, err)
	answers, requests := compiler(t, whole, true), compiler(t, whole, false)
	compile := func(c *jsonschema.Compiler, path ...string) *jsonschema.Schema {
		for i, part := range path {
			path[i] = strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D").Replace(part)
		}
		schema, err := c.Compile(documentURL + "#/" + strings.Join(path, "/"))
		require.NoError(t, err)
		return schema
	}
	d.problem = compile(answers, "components", "schemas", "Problem")
	for _, path := range slices.Sorted(maps.Keys(d.Paths)) {
		for _, method := range slices.Sorted(maps.Keys(d.Paths[path])) {
			op := d.Paths[path][method]
			op.path, op.method, op.answers = path, strings.ToUpper(method), map[string]*jsonschema.Schema{}
			if op.RequestBody != nil {
				op.body = compile(requests, "paths", path, method, "requestBody", "content", "application/json", "schema")
			}
			for status, answer := range op.Responses {
				require.Regexp(t, "^[1-5][0-9][0-9]$", status, "%s: no default and no wildcard", op.OperationID)
				require.LessOrEqual(t, len(answer.Content), 1)
				for mime := range answer.Content {
					op.answers[status] = compile(answers, "paths", path, method, "responses", status, "content", mime, "schema")
				}
			}
			d.operations = append(d.operations, op)
		}
	}
	return d
}

// find gives the operation that a request belongs to; nil for none.
func (d *described) find(method, target string) *fuzzed {
	if method == http.MethodHead {
		method = http.MethodGet
	}
	path, _, _ := strings.Cut(target, "?")
	var found *fuzzed
	for _, op := range d.operations {
		// Where two fit, the one without a parameter at that place is meant.
		if op.method == method && fits(op.path, path) && (found == nil || strings.Count(op.path, "{") < strings.Count(found.path, "{")) {
			found = op
		}
	}
	return found
}

// fits tells whether a path belongs to a template; slashes at its end do not
// matter.
func fits(template, path string) bool {
	want := strings.Split(strings.TrimRight(template, "/"), "/")
	got := strings.Split(strings.TrimRight(path, "/"), "/")
	if len(want) != len(got) || path == "" {
		return false
	}
	for i := range want {
		if strings.HasPrefix(want[i], "{") && got[i] != "" {
			continue
		}
		if want[i] != got[i] {
			return false
		}
	}
	return true
}
