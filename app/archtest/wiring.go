package archtest

import (
	"go/ast"
	"go/token"
	"reflect"
	"strconv"
)

const fxPath = "go.uber.org/fx"

// checkWiring is rule 8. Tests are no exception: a test that decorates the
// graph proves something about a graph that never runs; fx.Replace at the top
// of the test's own application does the same openly.
func checkWiring(t *Tree) []Finding {
	var found []Finding
	for _, f := range t.files {
		if _, ok := f.importing(fxPath); !ok {
			continue // other libraries have an "optional" tag of their own
		}
		found = append(found, f.optionalTags()...)
		if f.module == "" {
			continue
		}
		for _, u := range f.uses(fxPath) {
			if u.name == "Decorate" {
				found = append(found, f.finding(u.pos, "fx.Decorate in a module is not seen outside it: wrap the value in the constructor that provides it"))
			}
		}
	}
	return found
}

// optionalTags finds `optional:"true"`, in a struct and in fx.ParamTags.
func (f *file) optionalTags() []Finding {
	var found []Finding
	ast.Inspect(f.syntax, func(n ast.Node) bool {
		lit, ok := n.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return true
		}
		value, ok := text(lit)
		if !ok {
			return true
		}
		optional, err := strconv.ParseBool(reflect.StructTag(value).Get("optional"))
		if err == nil && optional {
			found = append(found, f.finding(lit.Pos(), "an optional dependency hides a missing one: require it, and let Disabled() of the module that provides it supply a stub"))
		}
		return true
	})
	return found
}
