package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/fx"

	"zomato/platform/access"
	"zomato/platform/fault"
	"zomato/platform/httpserver"
	"zomato/platform/module"
	"zomato/platform/testkit"
)

// lying is an answer that says something else than its type, which is what the
// document describes.
type lying struct {
	Name  string    `json:"name"`
	Count int       `json:"count"`
	At    time.Time `json:"at"`

	says string
}

// MarshalJSON implements json.Marshaler.
func (p lying) MarshalJSON() ([]byte, error) { return []byte(p.says), nil }

// lies are answers of planted operations, each with a piece of what has to be
// found; "" where nothing is wrong.
func lies() map[string][2]string {
	return map[string][2]string{
		"truth":    {`{"name":"x","count":1,"at":"2026-11-24T12:00:00.000Z"}`, ""},
		"null":     {`{"name":null,"count":1,"at":"2026-11-24T12:00:00.000Z"}`, "got null, want string"},
		"type":     {`{"name":"x","count":1.5,"at":"2026-11-24T12:00:00.000Z"}`, "want integer"},
		"missing":  {`{"name":"x","at":"2026-11-24T12:00:00.000Z"}`, "missing property 'count'"},
		"unknown":  {`{"name":"x","count":1,"at":"2026-11-24T12:00:00.000Z","more":1}`, "additional properties 'more'"},
		"local":    {`{"name":"x","count":1,"at":"2026-11-24T17:30:00.000+05:30"}`, "it is not in UTC"},
		"list":     {`[]`, "want object"},
		"status":   {"", "does not declare 404"},
		"panic":    {"", "a failure of the server"},
		"inside":   {"", "it shows the inside: SQL"},
		"untagged": {`{"name":"x","count":1,"at":"2026-11-24T12:00:00.000Z"}`, "the header ETag has no version"},
	}
}

// plantedModule serves them, at /planted/<name>.
func plantedModule() module.Module {
	routes := httpserver.Routes{Module: "planted"}
	for name, lie := range lies() {
		op := httpserver.Operation{ID: "planted-" + name, Method: "GET", Path: "/planted/" + name, Access: access.Public(), Uncached: "it lies"}
		if name == "inside" {
			op.Errors = []int{409}
		}
		routes.Endpoints = append(routes.Endpoints, httpserver.Handle(op, func(context.Context, *struct{}) (*httpserver.Item[lying], error) {
			switch name {
			case "status":
				return nil, fault.New(fault.NotFound, "planted_not_found", "There is no such thing.")
			case "panic":
				panic("planted")
			case "inside":
				return nil, fault.New(fault.Conflict, "planted", "SQL logic error near x.")
			case "untagged":
				return &httpserver.Item[lying]{ETag: "", Body: lying{says: lie[0]}}, nil
			}
			return httpserver.ItemOf(lying{says: lie[0]}, 1), nil
		}))
	}
	return module.Module{
		Name: "planted", Off: fx.Options(),
		On: fx.Provide(fx.Annotate(func() httpserver.Routes { return routes }, fx.ResultTags(`group:"routes"`))),
	}
}

// A gate that was never seen to fail proves nothing: this one has to find what is
// planted, in every operation, and nothing where nothing is.
func TestFuzz_finds_an_answer_that_the_document_does_not_have(t *testing.T) {
	t.Parallel()
	app, address := servingTable(t, append(moduleTable(), plantedModule()), "DATABASE_URL="+testkit.SQLite(t))
	d := describe(t, app)
	f := fuzzing{seed: 1, clients: 2, requests: 800}
	for name := range lies() {
		f.only = append(f.only, "planted-"+name)
	}
	found := f.run(d, address)
	for name, lie := range lies() {
		var about []string
		for kind, examples := range found.wrong {
			if strings.HasPrefix(kind, "planted-"+name+" ") {
				about = append(about, examples...)
			}
		}
		if lie[1] == "" {
			assert.Empty(t, about, name)
		} else {
			assert.Contains(t, strings.Join(about, "\n"), lie[1], name)
		}
	}
}

func TestFuzz_finds_a_body_that_is_taken_although_the_document_refuses_it(t *testing.T) {
	t.Parallel()
	app, address := servingTable(t, moduleTable(), "DATABASE_URL="+testkit.SQLite(t))
	d := describe(t, app)
	c := jsonschema.NewCompiler()
	require.NoError(t, c.AddResource("http://document/strict", map[string]any{"required": []any{"shoe_size"}}))
	for _, op := range d.operations {
		if op.OperationID == "create-customer" {
			op.body = c.MustCompile("http://document/strict")
		}
	}
	found := fuzzing{seed: 1, clients: 1, requests: 50, only: []string{"create-customer"}}.run(d, address)
	for kind := range found.wrong {
		require.Contains(t, kind, "create-customer 201 it must be refused", kind)
	}
	require.NotEmpty(t, found.wrong)
}
