package httpserver_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"zomato/platform/access"
	"zomato/platform/httpserver"
)

// repeating answers the values of its parameter.
func repeating(o *httpserver.Options) {
	o.Routes = []httpserver.Routes{{Module: "kitchen", Endpoints: []httpserver.Endpoint{httpserver.Handle(
		httpserver.Operation{ID: "tags", Method: "GET", Path: "/tags", Access: access.Public()},
		func(_ context.Context, in *struct {
			httpserver.PageQuery
			Tag httpserver.Repeated `query:"tag,explode" maxItems:"3" maxLength:"9" doc:"Any of them"`
		},
		) (*httpserver.Whole[[]string], error) {
			return httpserver.WholeOf(append([]string{}, in.Tag.Values()...)), nil
		},
	)}}}
}

func TestA_repeated_parameter_takes_lists_and_repetitions(t *testing.T) {
	t.Parallel()
	url := start(t, repeating)
	for query, want := range map[string]string{
		"":                          `[]`,
		"?tag=":                     `[]`,
		"?tag=a":                    `["a"]`,
		"?tag=a,b":                  `["a","b"]`,
		"?tag=a&tag=b":              `["a","b"]`,
		"?tag=a,b&limit=5&tag=c":    `["a","b","c"]`,
		"?tag=&tag=b":               `["b"]`,
		"?tag=%20a%20,,b%20c,&tag=": `["a","b c"]`,
		"?tag=a%2Cb":                `["a","b"]`,
		"?tag=a,a":                  `["a","a"]`,
	} {
		got := call(t, "GET", url+"/tags"+query, "")
		require.Equal(t, 200, got.Status, got.Body)
		require.JSONEq(t, want, got.Body, query)
	}
	for query, pointer := range map[string]string{"?tag=a&tag=b&tag=c&tag=d": "query/tag", "?tag=a&tag=0123456789": "query/tag/1", "?tags=a": "query/tags"} {
		got := call(t, "GET", url+"/tags"+query, "")
		require.Equal(t, 422, got.Status, got.Body)
		require.Contains(t, got.Body, `"pointer":"`+pointer+`"`)
	}
}

func TestA_repeated_parameter_is_documented_as_a_list(t *testing.T) {
	t.Parallel()
	var doc struct {
		Paths map[string]map[string]struct {
			Parameters []struct {
				Name, In, Description string
				Explode               bool
				Schema                json.RawMessage
			}
		}
	}
	require.NoError(t, json.Unmarshal([]byte(call(t, "GET", start(t, repeating)+"/openapi.json", "").Body), &doc))
	for _, parameter := range doc.Paths["/tags"]["get"].Parameters {
		if parameter.Name == "tag" {
			require.True(t, parameter.Explode)
			require.Equal(t, "query", parameter.In)
			require.Equal(t, "Any of them", parameter.Description)
			require.JSONEq(t, `{"type":"array","items":{"type":"string","maxLength":9},"maxItems":3,"description":"Any of them"}`, string(parameter.Schema))
			return
		}
	}
	require.Fail(t, "the parameter is not in the document")
}
