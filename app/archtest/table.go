package archtest

import (
	"go/ast"
	"slices"
)

// tableFile is where the module table stands. Tables in tests are planted
// examples and are not read.
const tableFile = "app/modules.go"

// row is one row of the module table.
type row struct {
	name  string
	needs []string
	uses  []string
	pos   ast.Node
}

// calls are the modules that this one may call, as declared.
func (r row) calls() []string { return slices.Concat(r.needs, r.uses) }

// table reads the module table from the syntax: nothing is executed, so it must
// be written out in literals. The findings say where it is not.
func (t *Tree) table() (*file, []row, []Finding) {
	at := slices.IndexFunc(t.files, func(f *file) bool { return f.name == tableFile })
	if at < 0 {
		return nil, nil, []Finding{{File: tableFile, Text: "the module table is missing: write one module.Module literal per folder of modules/ in this file"}}
	}
	f := t.files[at]
	var rows []row
	var found []Finding
	for _, lit := range f.literals(t.own("platform", "module"), "Module") {
		r, mistakes := t.row(f, lit)
		found = append(found, mistakes...)
		if r.name != "" {
			rows = append(rows, r)
		}
	}
	if len(rows) == 0 && len(found) == 0 {
		found = append(found, Finding{File: tableFile, Text: "the module table is empty: write one module.Module literal per folder of modules/ in this file"})
	}
	return f, rows, found
}

func (t *Tree) row(f *file, lit *ast.CompositeLit) (row, []Finding) {
	values := fields(lit)
	name, ok := text(values["Name"])
	if !ok {
		return row{}, []Finding{f.finding(lit.Pos(), `a row of the module table has no readable name: write Name: "customers" as a string literal`)}
	}
	r := row{name: name, pos: lit}
	var found []Finding
	for key, into := range map[string]*[]string{"Needs": &r.needs, "Uses": &r.uses} {
		names, ok := texts(values[key])
		if !ok {
			found = append(found, f.finding(lit.Pos(), "%s of %s cannot be read from the source: write %s: []string{…} with string literals", key, name, key))
		}
		*into = names
	}
	for key, function := range map[string]string{"On": "Module", "Off": "Disabled"} {
		if !t.calledFromWiring(f, values[key], name, function) {
			found = append(found, f.finding(lit.Pos(), "%s of %s is not its own wiring: write %s: %sfx.%s()", key, name, key, name, function))
		}
	}
	return r, found
}

// texts are the strings of a []string literal. A field that is left out, and
// nil, are an empty list; false when something else than literals stands there.
func texts(expr ast.Expr) ([]string, bool) {
	if expr == nil || named(expr, "nil") {
		return nil, true
	}
	lit, ok := expr.(*ast.CompositeLit)
	if !ok {
		return nil, false
	}
	var all []string
	for _, element := range lit.Elts {
		value, ok := text(element)
		if !ok {
			return nil, false
		}
		all = append(all, value)
	}
	return all, true
}

func (t *Tree) calledFromWiring(f *file, expr ast.Expr, module, function string) bool {
	call, ok := expr.(*ast.CallExpr)
	return ok && f.refers(call.Fun, t.own("modules", module, module+"fx"), function)
}
