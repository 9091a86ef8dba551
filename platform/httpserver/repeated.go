package httpserver

import (
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// Repeated is a query parameter that takes several values: given several times,
// as a list with commas, or both. Its tag ends in ",explode":
//
//	Cuisine httpserver.Repeated `query:"cuisine,explode" doc:"Any of them"`
//
// The limits of a schema (maxItems, maxLength) count what stands between the
// ampersands, not the parts between the commas.
type Repeated struct{ values []string }

// Values gives the values without the space around them; empty ones are left
// out. Call it only after the input was resolved.
func (r Repeated) Values() []string { return r.values }

// Schema implements huma.SchemaProvider: in the document it is a list of texts.
func (Repeated) Schema(r huma.Registry) *huma.Schema { return schemaOf[[]string](r) }

// Receiver implements huma.ParamWrapper: it takes what huma reads, which is
// then read again.
func (*Repeated) Receiver() reflect.Value { return reflect.ValueOf(new([]string)).Elem() }

// Resolve implements huma.ResolverWithPath. It reads the query itself, since
// huma takes the parameter for absent when the first of its values is empty.
func (r *Repeated) Resolve(ctx huma.Context, at *huma.PathBuffer) []error {
	name, _, _ := strings.Cut(strings.TrimPrefix(at.String(), "query."), ",")
	for _, given := range requestOf(ctx.Context()).query.values()[name] {
		for part := range strings.SplitSeq(given, ",") {
			if part = strings.TrimSpace(part); part != "" {
				r.values = append(r.values, part)
			}
		}
	}
	return nil
}

// refuseRepeated refuses a parameter that is given several times and takes one
// value: which of them was meant, nobody knows.
func refuseRepeated(ctx huma.Context) *problem {
	given := requestOf(ctx.Context()).query.values()
	if len(given) == 0 {
		return nil
	}
	for _, parameter := range ctx.Operation().Parameters {
		if parameter.In == "query" && parameter.Schema.Type != huma.TypeArray && len(given[parameter.Name]) > 1 {
			return newInvalid("query/"+parameter.Name, "This parameter takes one value.")
		}
	}
	return nil
}
