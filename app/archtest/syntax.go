package archtest

import (
	"fmt"
	"go/ast"
	"go/token"
	"path"
	"strconv"
)

// imported is one import of a file.
type imported struct {
	path string
	name string // the name in this file; "." and "_" as written
	pos  token.Pos
}

// use is one mention of a name, most often that of an imported package.
type use struct {
	name string
	pos  token.Pos
}

func (f *file) imports() []imported {
	var all []imported
	for _, spec := range f.syntax.Imports {
		importPath, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue // the parser has accepted it, so this cannot happen
		}
		name := path.Base(importPath) // the rules only follow packages for which this is true
		if spec.Name != nil {
			name = spec.Name.Name
		}
		all = append(all, imported{path: importPath, name: name, pos: spec.Pos()})
	}
	return all
}

// importing finds an import by its path.
func (f *file) importing(importPath string) (imported, bool) {
	for _, imp := range f.imports() {
		if imp.path == importPath {
			return imp, true
		}
	}
	return imported{}, false
}

// uses are the mentions of names of the package with that import path.
func (f *file) uses(importPath string) []use {
	imp, ok := f.importing(importPath)
	if !ok {
		return nil
	}
	var all []use
	ast.Inspect(f.syntax, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok && named(sel.X, imp.name) {
			all = append(all, use{name: sel.Sel.Name, pos: sel.Pos()})
		}
		return true
	})
	return all
}

// refers tells whether an expression is the name of the package with that
// import path: refers(expr, "zomato/platform/module", "Module").
func (f *file) refers(expr ast.Expr, importPath, name string) bool {
	imp, ok := f.importing(importPath)
	if !ok {
		return false
	}
	sel, ok := expr.(*ast.SelectorExpr)
	return ok && sel.Sel.Name == name && named(sel.X, imp.name)
}

// named tells whether an expression is an identifier that the file itself does
// not declare, which is what an import's name is to the parser.
func named(expr ast.Expr, name string) bool {
	ident, ok := expr.(*ast.Ident)
	return ok && ident.Name == name && ident.Obj == nil
}

func (f *file) line(pos token.Pos) int { return f.lines.Position(pos).Line }

func (f *file) finding(pos token.Pos, format string, args ...any) Finding {
	return Finding{File: f.name, Line: f.line(pos), Text: fmt.Sprintf(format, args...)}
}

// literals are the composite literals of a type of an imported package, also
// those that leave the type out because they stand in a slice, array or map.
func (f *file) literals(importPath, name string) []*ast.CompositeLit {
	var all []*ast.CompositeLit
	ast.Inspect(f.syntax, func(n ast.Node) bool {
		lit, ok := n.(*ast.CompositeLit)
		if !ok {
			return true
		}
		if f.refers(lit.Type, importPath, name) {
			all = append(all, lit)
		}
		if element := elementOf(lit.Type); element != nil && f.refers(element, importPath, name) {
			all = append(all, elided(lit)...)
		}
		return true
	})
	return all
}

// elementOf is the element type of a slice, array or map type, without a star.
func elementOf(expr ast.Expr) ast.Expr {
	var element ast.Expr
	switch kind := expr.(type) {
	case *ast.ArrayType:
		element = kind.Elt
	case *ast.MapType:
		element = kind.Value
	default:
		return nil
	}
	if star, ok := element.(*ast.StarExpr); ok {
		return star.X
	}
	return element
}

func elided(list *ast.CompositeLit) []*ast.CompositeLit {
	var all []*ast.CompositeLit
	for _, element := range list.Elts {
		if pair, ok := element.(*ast.KeyValueExpr); ok {
			element = pair.Value
		}
		if lit, ok := element.(*ast.CompositeLit); ok && lit.Type == nil {
			all = append(all, lit)
		}
	}
	return all
}

// fields are the keyed fields of a composite literal. A literal without keys
// has none.
func fields(lit *ast.CompositeLit) map[string]ast.Expr {
	all := map[string]ast.Expr{}
	for _, element := range lit.Elts {
		pair, ok := element.(*ast.KeyValueExpr)
		if !ok {
			continue
		}
		if key, ok := pair.Key.(*ast.Ident); ok {
			all[key.Name] = pair.Value
		}
	}
	return all
}

// text is the value of a string literal; false when the expression is not one.
func text(expr ast.Expr) (string, bool) {
	lit, ok := expr.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	value, err := strconv.Unquote(lit.Value)
	return value, err == nil
}

// declared are the exported and unexported names that a file declares at
// package level, with the kind of declaration. Methods are left out.
func (f *file) declared() map[string]token.Token {
	all := map[string]token.Token{}
	for _, decl := range f.syntax.Decls {
		switch decl := decl.(type) {
		case *ast.FuncDecl:
			if decl.Recv == nil {
				all[decl.Name.Name] = token.FUNC
			}
		case *ast.GenDecl:
			for _, name := range specified(decl) {
				all[name] = decl.Tok
			}
		}
	}
	return all
}

func specified(decl *ast.GenDecl) []string {
	var all []string
	for _, spec := range decl.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			all = append(all, spec.Name.Name)
		case *ast.ValueSpec:
			for _, name := range spec.Names {
				all = append(all, name.Name)
			}
		}
	}
	return all
}
