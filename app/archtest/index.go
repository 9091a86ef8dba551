package archtest

import (
	"go/ast"
	"go/doc"
	"go/token"
	"path"
	"slices"
	"strings"
)

// entry is what is written of one module: in modules/README.md, and in part in
// CODEOWNERS and app/modules.json.
type entry struct {
	module     string
	team       string
	summary    string
	needs      []string
	uses       []string
	publishes  []string
	subscribes []string
	routes     []string
	keeps      []string
	tables     []string
}

// index reads the entries of all modules from their sources. The findings say
// what could not be read.
func (t *Tree) index() ([]entry, []Finding) {
	_, rows, found := t.table()
	var all []entry
	for _, module := range t.modules {
		e := entry{module: module, team: t.team(module), summary: t.summary(module), publishes: t.publishedEvents(module), tables: t.tables(module)}
		if e.team == "" {
			found = append(found, Finding{File: path.Join("modules", module, "doc.go"), Text: `names no owner: end its package comment with a line "// team: NAME"`})
		}
		if at := slices.IndexFunc(rows, func(r row) bool { return r.name == module }); at >= 0 {
			e.needs, e.uses = rows[at].needs, rows[at].uses
		}
		var unread []Finding
		e.subscribes, unread = t.subscriptions(module)
		found = append(found, unread...)
		e.routes, unread = t.routes(module)
		found = append(found, unread...)
		e.keeps, unread = t.keeps(module)
		found = append(found, unread...)
		all = append(all, e)
	}
	return all, sorted(found)
}

// summary is the first sentence of a module's doc.go, without the words with
// which all of them begin.
func (t *Tree) summary(module string) string {
	for _, f := range t.inModule(module) {
		if f.contract() && f.inFile("doc.go") {
			sentence := new(doc.Package).Synopsis(f.syntax.Doc.Text())
			sentence = strings.TrimPrefix(sentence, "Package "+module+" ")
			return strings.TrimPrefix(sentence, "is the contract of the "+module+" module: ")
		}
	}
	return ""
}

// publishedEvents are the events that events.go declares, in its order.
func (t *Tree) publishedEvents(module string) []string {
	var all []string
	for _, f := range t.inModule(module) {
		if f.contract() && f.inFile("events.go") {
			for _, event := range f.events() {
				all = append(all, module+"."+event.name)
			}
		}
	}
	return all
}

// routes are method and path of the operations that a module declares, sorted
// by path.
func (t *Tree) routes(module string) ([]string, []Finding) {
	type route struct{ method, path string }
	var all []route
	var found []Finding
	files := slices.DeleteFunc(t.inModule(module), func(f *file) bool { return f.test || !f.inside("internal/httpapi") })
	known := constants(files)
	for _, f := range files {
		for _, lit := range f.literals(t.own("platform", "httpserver"), "Operation") {
			values := fields(lit)
			method, okMethod := f.httpMethod(values["Method"], known)
			where, okPath := evaluate(values["Path"], known)
			if !okMethod || !okPath {
				found = append(found, f.finding(lit.Pos(), `the route of this operation cannot be read from the source: write Method: http.MethodGet and Path: "/…" with constants of this package`))
				continue
			}
			all = append(all, route{method, where})
		}
	}
	if len(files) > 0 && len(all) == 0 && len(found) == 0 {
		found = append(found, Finding{File: path.Join("modules", module, "internal/httpapi"), Text: "no httpserver.Operation literal was found: declare each route with one"})
	}
	slices.SortFunc(all, func(a, b route) int {
		return strings.Compare(a.path+" "+a.method, b.path+" "+b.method)
	})
	var written []string
	for _, r := range all {
		written = append(written, r.method+" "+r.path)
	}
	return written, found
}

// keeps are the operations whose answers a module has kept, each with the word
// under which, sorted.
func (t *Tree) keeps(module string) ([]string, []Finding) {
	var all []string
	var found []Finding
	files := slices.DeleteFunc(t.inModule(module), func(f *file) bool { return f.test || !f.inside("internal/policies") })
	known := constants(files)
	for _, f := range files {
		for _, lit := range f.literals(t.own("modules", everyonesModule), "Policy") {
			values := fields(lit)
			operation, okOperation := evaluate(values["Operation"], known)
			namespace, okNamespace := evaluate(values["Namespace"], known)
			if !okOperation || !okNamespace {
				found = append(found, f.finding(lit.Pos(), `what this policy is about cannot be read from the source: write Operation: "get-menu", Namespace: "menu" with constants of this package`))
				continue
			}
			all = append(all, operation+" ("+namespace+")")
		}
	}
	slices.Sort(all)
	return all, found
}

// httpMethod reads http.MethodGet and "GET".
func (f *file) httpMethod(expr ast.Expr, known map[string]ast.Expr) (string, bool) {
	if sel, ok := expr.(*ast.SelectorExpr); ok {
		method, ok := strings.CutPrefix(sel.Sel.Name, "Method")
		return strings.ToUpper(method), ok && f.refers(sel, "net/http", sel.Sel.Name)
	}
	return evaluate(expr, known)
}

// constants are the constants that the files declare at package level.
func constants(files []*file) map[string]ast.Expr {
	known := map[string]ast.Expr{}
	for _, f := range files {
		for _, decl := range f.syntax.Decls {
			consts, ok := decl.(*ast.GenDecl)
			if !ok || consts.Tok != token.CONST {
				continue
			}
			for _, spec := range consts.Specs {
				values, ok := spec.(*ast.ValueSpec)
				if !ok || len(values.Values) != len(values.Names) {
					continue // an iota that repeats the line above is no string
				}
				for i, name := range values.Names {
					known[name.Name] = values.Values[i]
				}
			}
		}
	}
	return known
}

// evaluate reads a string constant: a literal, a known name, or a sum of these.
func evaluate(expr ast.Expr, known map[string]ast.Expr) (string, bool) {
	switch expr := expr.(type) {
	case *ast.BasicLit:
		return text(expr)
	case *ast.ParenExpr:
		return evaluate(expr.X, known)
	case *ast.Ident:
		value, ok := known[expr.Name]
		if !ok {
			return "", false
		}
		return evaluate(value, known)
	case *ast.BinaryExpr:
		left, okLeft := evaluate(expr.X, known)
		right, okRight := evaluate(expr.Y, known)
		return left + right, okLeft && okRight && expr.Op == token.ADD
	default:
		return "", false
	}
}
