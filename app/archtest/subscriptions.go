package archtest

import (
	"fmt"
	"go/ast"
	"slices"
	"strings"
)

// subscriptions are the events to which a module subscribes, with the moment:
// eventbus.Before[orders.Placed](…), or eventbus.After("name", handler) when the
// handler of the module shows what it takes.
func (t *Tree) subscriptions(module string) ([]string, []Finding) {
	moments := map[string]string{"Before": "before the answer", "After": "after it"}
	if module == everyonesModule {
		return t.changes(), nil
	}
	bus := t.own("platform", "eventbus")
	var all []string
	var found []Finding
	for _, f := range t.inModule(module) {
		if f.test {
			continue
		}
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			if function, ok := n.(*ast.FuncDecl); ok && function.Type.TypeParams != nil {
				return false // it subscribes in the name of who calls it
			}
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			for name, moment := range moments {
				if !f.refers(generic(call.Fun), bus, name) {
					continue
				}
				event := t.subscribed(call, module)
				if event == "" {
					found = append(found, f.finding(call.Pos(), "this subscription does not show to what: write the event as type argument, eventbus.%s[orders.Placed](…)", name))
					continue
				}
				all = append(all, fmt.Sprintf("%s (%s)", event, moment))
			}
			return true
		})
	}
	slices.Sort(all)
	return slices.Compact(all), found
}

// changes are the events that end kept answers: those of cache.On and cache.OnAny
// in the policies of all modules.
func (t *Tree) changes() []string {
	contract := t.own("modules", everyonesModule)
	var all []string
	for _, module := range t.modules {
		for _, f := range t.inModule(module) {
			if f.test || !f.inside("internal/policies") {
				continue
			}
			ast.Inspect(f.syntax, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if ok && (f.refers(generic(call.Fun), contract, "On") || f.refers(generic(call.Fun), contract, "OnAny")) {
					all = append(all, t.subscribed(call, module)+" (at the commit)")
				}
				return true
			})
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// generic is a function without its type argument.
func generic(function ast.Expr) ast.Expr {
	if instance, ok := function.(*ast.IndexExpr); ok {
		return instance.X
	}
	return function
}

// subscribed is the event of a subscription: the type argument, or else what
// its handler takes; "" when neither can be seen.
func (t *Tree) subscribed(call *ast.CallExpr, module string) string {
	if instance, ok := call.Fun.(*ast.IndexExpr); ok {
		return qualified(instance.Index, module)
	}
	var events []string
	for _, arg := range call.Args {
		for _, handler := range t.functions(arg, module) {
			params := handler.Params.List
			if len(params) == 0 {
				continue
			}
			if event := qualified(params[len(params)-1].Type, module); t.published(event) {
				events = append(events, event)
			}
		}
	}
	slices.Sort(events)
	if events = slices.Compact(events); len(events) != 1 {
		return "" // two methods of this name take different things
	}
	return events[0]
}

// published tells whether some module declares an event of this name.
func (t *Tree) published(event string) bool {
	module, _, _ := strings.Cut(event, ".")
	return slices.Contains(t.publishedEvents(module), event)
}

// functions are the types of the functions that an expression can mean: a
// literal is one, a name means those of this name in the module.
func (t *Tree) functions(expr ast.Expr, module string) []*ast.FuncType {
	name := ""
	switch expr := expr.(type) {
	case *ast.FuncLit:
		return []*ast.FuncType{expr.Type}
	case *ast.SelectorExpr:
		name = expr.Sel.Name
	case *ast.Ident:
		name = expr.Name
	}
	var all []*ast.FuncType
	for _, f := range t.inModule(module) {
		for _, decl := range f.syntax.Decls {
			if function, ok := decl.(*ast.FuncDecl); ok && function.Name.Name == name && !f.test {
				all = append(all, function.Type)
			}
		}
	}
	return all
}

// qualified is the name of an event's type as a reader of the index needs it.
func qualified(expr ast.Expr, module string) string {
	switch expr := expr.(type) {
	case *ast.SelectorExpr:
		if pkg, ok := expr.X.(*ast.Ident); ok {
			return pkg.Name + "." + expr.Sel.Name
		}
	case *ast.Ident:
		return module + "." + expr.Name
	}
	return ""
}
