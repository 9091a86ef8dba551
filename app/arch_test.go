package main_test

import (
	"flag"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"

	"zomato/app/archtest"
)

//go:generate go test . -run ^TestGenerated$ -update

// The flag is looked up by name, so that it needs no variable.
var _ = flag.Bool("update", false, "rewrite what is generated from the sources")

// repository is the root, seen from this package.
const repository = ".."

// TestArchitecture holds the boundary rules against this repository. Each
// finding says what to do.
func TestArchitecture(t *testing.T) {
	t.Parallel()
	tree := load(t, os.DirFS(repository))
	assert.NotEmpty(t, tree.Modules(), "there is no module below modules/, so the rules hold of nothing: is this the right folder?")
	for _, rule := range archtest.Rules() {
		t.Run(rule.Name, func(t *testing.T) {
			t.Parallel()
			for _, finding := range rule.Check(tree) {
				t.Errorf("%s (the rule: %s)", finding, rule.Promise)
			}
		})
	}
	// It reads the same files in another process. That the tree was loaded
	// here as well tells the test cache on which files the answer depends.
	t.Run("unused", func(t *testing.T) {
		t.Parallel()
		findings, err := archtest.Unused(repository)
		require.NoError(t, err)
		for _, finding := range findings {
			t.Errorf("%s (the rule: an exported name has a user)", finding)
		}
	})
}

// TestGenerated holds CODEOWNERS, modules/README.md and app/modules.json
// against the sources. With -update it rewrites them.
func TestGenerated(t *testing.T) {
	t.Parallel()
	root := os.DirFS(repository)
	documents, unread := archtest.Documents(load(t, root))
	for _, finding := range unread {
		t.Error(finding)
	}
	if t.Failed() {
		return // the documents are incomplete
	}
	if flag.Lookup("update").Value.String() == "true" {
		for _, d := range documents {
			require.NoError(t, os.WriteFile(filepath.Join(repository, d.File), []byte(d.Content), 0o644))
		}
	}
	for _, finding := range archtest.Stale(root, documents) {
		t.Error(finding)
	}
}

// fixtures is a folder of txtar archives. clean.txtar is a tree that obeys
// every rule. Each <rule>/<case>.txtar is laid over it and plants a violation.
// Its head says what, and what the rules must answer:
//
//	want RULE: FILE:LINE: SENTENCE
//	remove FILE
const fixtures = "testdata/arch"

// TestPlantedViolations shows that each rule finds what it is there for, that
// its sentence says what to do, and that no other rule is set off by it.
func TestPlantedViolations(t *testing.T) {
	t.Parallel()
	archives, err := filepath.Glob(filepath.Join(fixtures, "*", "*.txtar"))
	require.NoError(t, err)
	for _, archive := range archives {
		rule := filepath.Base(filepath.Dir(archive))
		t.Run(rule+"/"+strings.TrimSuffix(filepath.Base(archive), ".txtar"), func(t *testing.T) {
			t.Parallel()
			planted := read(t, archive)
			require.NotEmpty(t, planted.want, "%s plants nothing: write a line `want %s: FILE:LINE: SENTENCE` into its head", archive, rule)
			got := findings(t, rule, planted)
			slices.Sort(got)
			slices.Sort(planted.want)
			assert.Equal(t, strings.Join(planted.want, "\n"), strings.Join(got, "\n"))
		})
	}
}

func TestRulesFindNothingInACleanTree(t *testing.T) {
	t.Parallel()
	clean := fixture{}
	assert.Empty(t, findings(t, "all", clean))
	assert.Empty(t, findings(t, "generated", clean))
}

func TestEveryRuleHasAPlantedViolation(t *testing.T) {
	t.Parallel()
	names := []string{"unused", "generated"}
	for _, rule := range archtest.Rules() {
		names = append(names, rule.Name)
	}
	for _, name := range names {
		archives, err := filepath.Glob(filepath.Join(fixtures, name, "*.txtar"))
		require.NoError(t, err)
		assert.NotEmpty(t, archives, "rule %s was never seen to find anything: plant a violation in app/%s/%s", name, fixtures, name)
	}
}

// fixture is one archive.
type fixture struct {
	files  fstest.MapFS
	want   []string
	remove []string
}

func read(t *testing.T, archive string) fixture {
	t.Helper()
	parsed, err := txtar.ParseFile(archive)
	require.NoError(t, err)
	f := fixture{files: fstest.MapFS{}}
	for _, file := range parsed.Files {
		f.files[file.Name] = &fstest.MapFile{Data: file.Data, Mode: 0o644}
	}
	for line := range strings.Lines(string(parsed.Comment)) {
		if want, ok := strings.CutPrefix(line, "want "); ok {
			f.want = append(f.want, strings.TrimSpace(want))
		}
		if remove, ok := strings.CutPrefix(line, "remove "); ok {
			f.remove = append(f.remove, strings.TrimSpace(remove))
		}
	}
	return f
}

// findings are the answers of the rules that a folder of fixtures is about,
// each behind the name of its rule.
func findings(t *testing.T, folder string, planted fixture) []string {
	t.Helper()
	var all []string
	add := func(rule string, findings []archtest.Finding) {
		for _, finding := range findings {
			all = append(all, rule+": "+finding.String())
		}
	}
	if folder == "unused" { // it compiles, so it stands on its own
		root := t.TempDir()
		require.NoError(t, os.CopyFS(root, planted.files))
		unused, err := archtest.Unused(root)
		require.NoError(t, err)
		add(folder, unused)
		return all
	}
	files := read(t, filepath.Join(fixtures, "clean.txtar")).files
	maps.Copy(files, planted.files)
	for _, name := range planted.remove {
		require.Contains(t, files, name)
		delete(files, name)
	}
	tree := load(t, files)
	if folder == "generated" {
		documents, unread := archtest.Documents(tree)
		add(folder, unread)
		if len(unread) == 0 {
			add(folder, archtest.Stale(files, documents))
		}
		return all
	}
	for _, rule := range archtest.Rules() {
		add(rule.Name, rule.Check(tree))
	}
	return all
}

func load(t *testing.T, files fs.FS) *archtest.Tree {
	t.Helper()
	tree, err := archtest.Load(files)
	require.NoError(t, err)
	return tree
}
