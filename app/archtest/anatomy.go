package archtest

import (
	"go/ast"
	"go/token"
	"path"
	"regexp"
	"slices"
	"strings"
)

// checkAnatomy is rule 9: after one module a reader finds anything in all.
func checkAnatomy(t *Tree) []Finding {
	var found []Finding
	for _, module := range t.modules {
		found = append(found, t.checkContractFiles(module)...)
		found = append(found, t.checkWiringFunctions(module)...)
		found = append(found, t.checkPublished(module)...)
		if !slices.ContainsFunc(t.inModule(module), func(f *file) bool { return f.fake() && !f.test }) {
			found = append(found, Finding{
				File: path.Join("modules", module, module+"test"),
				Text: "other teams have nothing to test against: write a fake and the contract suite that fake and real both pass into this package",
			})
		}
	}
	for _, f := range t.files {
		if f.area == "modules" && f.module == "" {
			found = append(found, Finding{File: f.name, Text: "this file belongs to no module: move it into one, or to platform"})
		}
	}
	return found
}

func (t *Tree) checkContractFiles(module string) []Finding {
	var found []Finding
	doc := path.Join("modules", module, "doc.go")
	switch team := t.team(module); {
	case !t.paths[doc]:
		found = append(found, Finding{File: doc, Text: `is missing: say there what the module owns and promises, and end its package comment with "// team: NAME"`})
	case team == "":
		found = append(found, Finding{File: doc, Text: `names no owner: end its package comment with a line "// team: NAME", in small letters`})
	}
	for _, f := range t.inModule(module) {
		if name := f.syntax.Name; f.contract() && !f.test && name.Name != module {
			found = append(found, f.finding(name.Pos(), "the contract of %s is called package %s: call it package %s, like its folder", module, name.Name, module))
		}
	}
	return found
}

// team is the owner that the package comment of a module's doc.go names.
func (t *Tree) team(module string) string {
	for _, f := range t.inModule(module) {
		if f.name == path.Join("modules", module, "doc.go") {
			return f.team()
		}
	}
	return ""
}

// team is the name behind "team:" on a line of its own in the package comment.
func (f *file) team() string {
	match := regexp.MustCompile(`(?m)^team: ([a-z][a-z0-9-]*)$`).FindStringSubmatch(f.syntax.Doc.Text())
	if match == nil {
		return ""
	}
	return match[1]
}

func (t *Tree) checkWiringFunctions(module string) []Finding {
	functions := map[string]bool{}
	for _, f := range t.inModule(module) {
		if f.wiring() && !f.test {
			for name, kind := range f.declared() {
				functions[name] = functions[name] || kind == token.FUNC
			}
		}
	}
	var found []Finding
	for _, want := range []struct{ name, advice string }{
		{"Module", "it wires the module and gives the application its contract, routes, migrations, subscriptions and health checks"},
		{"Disabled", "it supplies stubs that answer fault.Unavailable, a port (zero, false), so that nobody ever holds a nil"},
	} {
		if !functions[want.name] {
			found = append(found, Finding{
				File: path.Join("modules", module, module+"fx"),
				Text: "has no function " + want.name + ": write func " + want.name + "() fx.Option; " + want.advice,
			})
		}
	}
	return found
}

// checkPublished holds what a module publishes against its events.go, which is
// where other teams and the index look for it.
func (t *Tree) checkPublished(module string) []Finding {
	events := t.eventNames(module)
	var found []Finding
	for _, f := range t.inModule(module) {
		if f.test {
			continue // tests publish what they need to provoke
		}
		if !f.contract() || !f.inFile("events.go") {
			for _, event := range f.events() {
				found = append(found, f.finding(event.pos, "%s is an event, but nobody looks for it here: declare it in modules/%s/events.go", event.name, module))
			}
		}
		for _, call := range f.publications() {
			if len(events) == 0 {
				found = append(found, f.finding(call.Pos(), "%s publishes, but has no modules/%s/events.go: declare its events there", module, module))
				continue
			}
			for _, event := range f.typesOf(call.Args, t.own("modules", module)) {
				if !events[event] {
					found = append(found, f.finding(call.Pos(), "%s publishes %s, which is not in modules/%s/events.go: declare it there", module, event, module))
				}
			}
		}
	}
	return found
}

// events are the types of a file that have the method that makes an event.
func (f *file) events() []use {
	var all []use
	for _, decl := range f.syntax.Decls {
		method, ok := decl.(*ast.FuncDecl)
		if !ok || method.Recv == nil || method.Name.Name != "EventName" {
			continue
		}
		receiver := method.Recv.List[0].Type
		if pointer, ok := receiver.(*ast.StarExpr); ok {
			receiver = pointer.X
		}
		if name, ok := receiver.(*ast.Ident); ok {
			all = append(all, use{name: name.Name, pos: method.Pos()})
		}
	}
	return all
}

// publications are the calls of something's method or function Publish. The
// bus may stand behind an interface of core, so its package is not asked for.
func (f *file) publications() []*ast.CallExpr {
	var all []*ast.CallExpr
	ast.Inspect(f.syntax, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		if sel, ok := call.Fun.(*ast.SelectorExpr); ok && sel.Sel.Name == "Publish" {
			all = append(all, call)
		}
		return true
	})
	return all
}

// typesOf are the types of the given package that composite literals among the
// expressions have.
func (f *file) typesOf(exprs []ast.Expr, importPath string) []string {
	var all []string
	for _, expr := range exprs {
		if address, ok := expr.(*ast.UnaryExpr); ok {
			expr = address.X
		}
		lit, ok := expr.(*ast.CompositeLit)
		if !ok {
			continue
		}
		if sel, ok := lit.Type.(*ast.SelectorExpr); ok && f.refers(sel, importPath, sel.Sel.Name) {
			all = append(all, sel.Sel.Name)
		}
	}
	return all
}

// inFile tells whether the file has that name, in whatever folder.
func (f *file) inFile(name string) bool { return strings.HasSuffix(f.name, "/"+name) }
