package main

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"zomato/platform/config"
)

// TestReadme_lists_the_variables holds the table in README.md to the code.
func TestReadme_lists_the_variables(t *testing.T) {
	t.Parallel()
	const path, begin, end = "../README.md", "TestReadme -update` -->\n", "<!-- end -->"
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	before, rest, ok := strings.Cut(string(data), begin)
	require.True(t, ok, "README.md has no place for the table of variables")
	_, after, ok := strings.Cut(rest, end)
	require.True(t, ok, "the table in README.md has no end")

	table := "| variable | default | meaning |\n|---|---|---|\n"
	for _, v := range config.Table() {
		standard := ""
		if v.Default != "" {
			standard = "`" + v.Default + "`"
		}
		table += "| `" + v.Name + "` | " + standard + " | " + v.Meaning + " |\n"
	}
	want := before + begin + table + end + after
	if flag.Lookup("update").Value.String() == "true" { // declared in arch_test.go
		require.NoError(t, os.WriteFile(path, []byte(want), 0o600))
		return
	}
	require.Equal(t, want, string(data), "the table is stale: run go test ./app -run TestReadme -update")
}
