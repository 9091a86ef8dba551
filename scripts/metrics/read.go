package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
)

// read walks through a folder and measures every Go file in it.
func read(folder string) (*tree, error) {
	found := &tree{packages: map[string]int{}}
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && path != folder && (entry.Name() == "testdata" || strings.HasPrefix(entry.Name(), ".")):
			return fs.SkipDir
		case entry.IsDir() || filepath.Ext(path) != ".go":
			return nil
		}
		return found.add(path)
	})
	if err != nil {
		return nil, fmt.Errorf("measuring %s: %w", folder, err)
	}
	return found, nil
}

// add measures one file.
func (t *tree) add(path string) error {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, nil, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	if ast.IsGenerated(file) {
		return nil
	}
	to := &t.tests
	if !strings.HasSuffix(path, "_test.go") {
		to = &t.source
		t.packages[filepath.Dir(path)]++
	}
	span := func(n ast.Node) int { return files.Position(n.End()).Line - files.Position(n.Pos()).Line + 1 }
	to.files = append(to.files, files.File(file.FileStart).LineCount())
	for _, group := range file.Comments {
		to.comments += span(group)
	}
	for _, declaration := range file.Decls {
		if function, ok := declaration.(*ast.FuncDecl); ok {
			to.functions = append(to.functions, span(function))
		}
	}
	return nil
}
