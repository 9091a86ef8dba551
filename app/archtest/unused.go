package archtest

import (
	"fmt"
	"go/token"
	"go/types"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/tools/go/packages"
)

// Unused is rule 11: an exported name at package level that no other package
// and no _test package uses. It loads the packages below root (the folder of
// go.mod) with types, tests included, and so takes seconds where the other
// rules take moments.
//
// A used name takes along what its exported side is made of: whoever calls a
// function need not write down the type that it returns. Methods and fields
// are exempt, and with them a type that is embedded in a struct: it names a
// field, and huma does not see the fields of an unexported one. So are main
// packages, whose names nobody can import.
//
// The error says that the packages could not be listed. A package that does not
// compile is a finding, since its uses cannot be read.
func Unused(root string) ([]Finding, error) {
	root, err := filepath.Abs(root)
	if err != nil {
		return nil, fmt.Errorf("find the root: %w", err)
	}
	lines := token.NewFileSet()
	loaded, err := packages.Load(&packages.Config{Dir: root, Tests: true, Fset: lines, Mode: packages.LoadSyntax}, "./...")
	if err != nil {
		return nil, fmt.Errorf("load packages below %s: %w", root, err)
	}
	u := usage{root: root, lines: lines, used: map[string]bool{}, exported: map[string]types.Object{}}
	if broken := u.broken(loaded); len(broken) > 0 {
		return slices.Compact(sorted(broken)), nil
	}
	for _, pkg := range loaded {
		u.collect(pkg)
	}
	for _, pkg := range loaded {
		u.follow(pkg)
	}
	return sorted(u.unused()), nil
}

// usage knows names by "import path.Name": the same object has several
// identities, one for each variant of a package that tests are built with.
type usage struct {
	root     string
	lines    *token.FileSet
	exported map[string]types.Object // what may be reported
	used     map[string]bool
}

func key(obj types.Object) string { return obj.Pkg().Path() + "." + obj.Name() }

// broken reports the errors of packages. The go tool and the type checker often
// say the same; what the type checker says comes with a place.
func (u *usage) broken(loaded []*packages.Package) []Finding {
	var found []Finding
	for _, pkg := range loaded {
		typed := slices.ContainsFunc(pkg.Errors, func(err packages.Error) bool { return err.Kind == packages.TypeError })
		for _, err := range pkg.Errors {
			if typed && err.Kind != packages.TypeError {
				continue
			}
			f := Finding{File: pkg.PkgPath, Text: "does not compile, so the uses of its names cannot be read: mend this first: " + err.Msg}
			if at := strings.Split(err.Pos, ":"); len(at) > 1 { // file:line:column
				f.File = u.relative(at[0])
				f.Line, _ = strconv.Atoi(at[1]) // 0 says that the line is not known
			}
			found = append(found, f)
		}
	}
	return found
}

// collect gathers the exported names of a package as it is built without tests.
func (u *usage) collect(pkg *packages.Package) {
	if pkg.ID != pkg.PkgPath || pkg.Name == "main" || strings.HasSuffix(pkg.Name, "_test") {
		return
	}
	scope := pkg.Types.Scope()
	for _, name := range scope.Names() {
		if obj := scope.Lookup(name); obj.Exported() {
			u.exported[key(obj)] = obj
		}
	}
}

// follow marks every package-level name of another package that this one uses,
// and every type that it embeds.
func (u *usage) follow(pkg *packages.Package) {
	for _, obj := range pkg.TypesInfo.Defs {
		if field, ok := obj.(*types.Var); ok && field.Embedded() {
			u.markType(field.Type())
		}
	}
	for _, obj := range pkg.TypesInfo.Uses {
		if obj.Pkg() != nil && obj.Pkg().Path() != pkg.PkgPath && obj.Parent() == obj.Pkg().Scope() {
			u.mark(obj)
		}
	}
}

// mark notes a name as used, with what its exported side is made of.
func (u *usage) mark(obj types.Object) {
	if _, ours := u.exported[key(obj)]; !ours || u.used[key(obj)] {
		return
	}
	u.used[key(obj)] = true
	switch t := obj.Type().(type) {
	case *types.Alias:
		u.markType(t.Rhs())
	case *types.Named:
		u.markType(t)
		u.markDefinition(t)
	default:
		u.markType(t)
	}
}

func (u *usage) markDefinition(named *types.Named) {
	u.markType(named.Underlying())
	for param := range named.TypeParams().TypeParams() {
		u.markType(param.Constraint())
	}
	for method := range named.Methods() {
		if method.Exported() {
			u.markType(method.Type())
		}
	}
}

func (u *usage) markType(t types.Type) {
	switch t := t.(type) {
	case *types.Alias:
		u.markNamed(t.Obj(), t.TypeArgs())
	case *types.Named:
		u.markNamed(t.Obj(), t.TypeArgs())
	case *types.Signature:
		u.markSignature(t)
	case *types.Struct:
		for field := range t.Fields() {
			if field.Exported() || field.Embedded() {
				u.markType(field.Type())
			}
		}
	case *types.Interface:
		for method := range t.Methods() {
			u.markType(method.Type())
		}
		for embedded := range t.EmbeddedTypes() {
			u.markType(embedded)
		}
	case *types.Map:
		u.markType(t.Key())
		u.markType(t.Elem())
	case *types.Union:
		for term := range t.Terms() {
			u.markType(term.Type())
		}
	case interface{ Elem() types.Type }: // pointer, slice, array, channel
		u.markType(t.Elem())
	}
}

func (u *usage) markSignature(t *types.Signature) {
	for param := range t.TypeParams().TypeParams() {
		u.markType(param.Constraint())
	}
	for value := range t.Params().Variables() {
		u.markType(value.Type())
	}
	for value := range t.Results().Variables() {
		u.markType(value.Type())
	}
}

func (u *usage) markNamed(obj *types.TypeName, args *types.TypeList) {
	for arg := range args.Types() {
		u.markType(arg)
	}
	if obj.Pkg() == nil {
		return
	}
	if obj.Exported() {
		u.mark(obj)
		return
	}
	// An unexported type passes on what its exported side is made of.
	if !u.used[key(obj)] {
		u.used[key(obj)] = true
		if named, ok := obj.Type().(*types.Named); ok {
			u.markDefinition(named)
		}
	}
}

func (u *usage) unused() []Finding {
	var found []Finding
	for name, obj := range u.exported {
		if u.used[name] {
			continue
		}
		at, pkg := u.lines.Position(obj.Pos()), obj.Pkg().Name()
		found = append(found, Finding{File: u.relative(at.Filename), Line: at.Line, Text: fmt.Sprintf(
			"%s.%s is exported, but nobody outside package %s uses it: write it in small letters, or delete it if nothing needs it", pkg, obj.Name(), pkg)})
	}
	return found
}

func (u *usage) relative(name string) string {
	relative, err := filepath.Rel(u.root, name)
	if err != nil {
		return name
	}
	return filepath.ToSlash(relative)
}
