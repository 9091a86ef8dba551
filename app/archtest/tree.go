package archtest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
)

// Tree is the repository as the rules see it: every Go file, parsed but not
// compiled, and every SQL file. It does not change after Load, so that rules
// may read it at the same time.
type Tree struct {
	house   string   // the Go module path, "zomato"
	modules []string // the folders below modules/, sorted
	files   []*file
	scripts []script // the .sql files
	paths   map[string]bool
}

// file is one parsed Go file.
type file struct {
	place
	name   string // path from the root
	test   bool   // name ends in _test.go
	syntax *ast.File
	lines  *token.FileSet
}

// place says where in the house a file or a package lives.
type place struct {
	area   string // first folder: app, modules, platform, …
	module string // below modules: the module's name
	part   string // the folders below area and module; "" is a module's contract
}

// Load reads the repository whose root is fsys. It leaves out what the go tool
// leaves out (testdata, vendor, names with a leading dot or underscore). The
// error says which file could not be read or parsed.
func Load(fsys fs.FS) (*Tree, error) {
	t := &Tree{paths: map[string]bool{}}
	mod, err := fs.ReadFile(fsys, "go.mod")
	if err != nil {
		return nil, fmt.Errorf("read the module path: %w", err)
	}
	t.house = modfile.ModulePath(mod)

	lines := token.NewFileSet()
	err = fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return fmt.Errorf("list %s: %w", name, err)
		case entry.IsDir() && skipped(entry.Name()):
			return fs.SkipDir
		case entry.IsDir():
			return nil
		}
		return t.add(fsys, name, lines)
	})
	if err != nil {
		return nil, fmt.Errorf("load the sources: %w", err)
	}
	slices.Sort(t.modules)
	return t, nil
}

// Modules are the names of the modules found on disk, sorted.
func (t *Tree) Modules() []string { return slices.Clone(t.modules) }

func skipped(dir string) bool {
	if dir == "." {
		return false
	}
	return dir == "testdata" || dir == "vendor" || strings.HasPrefix(dir, ".") || strings.HasPrefix(dir, "_")
}

func (t *Tree) add(fsys fs.FS, name string, lines *token.FileSet) error {
	at := placeOf(path.Dir(name))
	if at.module != "" && !slices.Contains(t.modules, at.module) {
		t.modules = append(t.modules, at.module)
	}
	t.paths[name] = true
	ext := path.Ext(name)
	if ext != ".go" && ext != ".sql" {
		return nil
	}
	content, err := fs.ReadFile(fsys, name)
	if err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	if ext == ".sql" {
		t.scripts = append(t.scripts, migration(at, name, string(content)))
		return nil
	}
	// Identifiers are resolved (no SkipObjectResolution): a local variable may
	// have the name of an import.
	syntax, err := parser.ParseFile(lines, name, content, parser.ParseComments)
	if err != nil {
		return fmt.Errorf("parse: %w", err) // the parser names the file
	}
	test := strings.HasSuffix(name, "_test.go")
	t.files = append(t.files, &file{place: at, name: name, test: test, syntax: syntax, lines: lines})
	return nil
}

func placeOf(dir string) place {
	area, rest, _ := strings.Cut(dir, "/")
	p := place{area: area, part: rest}
	if area == "modules" {
		p.module, p.part, _ = strings.Cut(rest, "/")
	}
	return p
}

// own is the import path of a package of this repository.
func (t *Tree) own(elements ...string) string {
	return path.Join(append([]string{t.house}, elements...)...)
}

// home is the place of an imported package of this repository; false for a
// package from elsewhere.
func (t *Tree) home(importPath string) (place, bool) {
	if !within(importPath, t.house) {
		return place{}, false
	}
	return placeOf(strings.TrimPrefix(strings.TrimPrefix(importPath, t.house), "/")), true
}

// inModule are the Go files of one module, contract, wiring and tests included.
func (t *Tree) inModule(name string) []*file {
	return slices.DeleteFunc(slices.Clone(t.files), func(f *file) bool { return f.module != name })
}

// inside tells whether the place is the folder part or lies below it.
func (p place) inside(part string) bool { return within(p.part, part) }

// wiring tells whether the place is the wiring package of a module.
func (p place) wiring() bool { return p.module != "" && p.part == p.module+"fx" }

// fake tells whether the place is the package with a module's fake.
func (p place) fake() bool { return p.module != "" && p.part == p.module+"test" }

// contract tells whether the place is the root package of a module.
func (p place) contract() bool { return p.module != "" && p.part == "" }

// within tells whether a slash-separated path is prefix or lies below it.
func within(path, prefix string) bool {
	return path == prefix || strings.HasPrefix(path, prefix+"/")
}
