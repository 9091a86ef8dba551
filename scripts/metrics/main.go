// Command metrics prints how long the files and functions of a source tree are,
// and how much of it are comments and tests: a mirror to look into, not a goal
// to be gamed (design: architecture.md §7).
//
//	go run ./scripts/metrics [folder]
//
// Generated files, testdata and hidden folders do not count. A length is in
// lines, all of them: code, comments and empty ones.
//
// team: platform
package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"text/tabwriter"
)

func main() {
	folder := "."
	if len(os.Args) > 1 {
		folder = os.Args[1]
	}
	found, err := read(folder)
	if err == nil {
		err = found.print(os.Stdout)
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "metrics: %v\n", err)
		os.Exit(1)
	}
}

// tree is what was found in a folder.
type tree struct {
	source, tests figures
	// packages counts the source files of each folder.
	packages map[string]int
}

// figures are those of the sources or of the tests.
type figures struct {
	files, functions lengths
	comments         int // lines
}

// lengths are in lines, in no order.
type lengths []int

// quantile is the length that a share of all stays at or below: 0.5 is the
// median, 1 the longest. It is 0 when there are none.
func (l lengths) quantile(share float64) int {
	if len(l) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(l))
	return sorted[int(share*float64(len(sorted)-1)+0.5)]
}

func (l lengths) sum() int {
	total := 0
	for _, each := range l {
		total += each
	}
	return total
}

// print writes one line per figure, with what we want to see beside it.
func (t *tree) print(to io.Writer) error {
	var perPackage lengths
	for _, files := range t.packages {
		perPackage = append(perPackage, files)
	}
	s := t.source
	out := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	for _, row := range []struct{ name, value, wanted string }{
		{"source", fmt.Sprintf("%d files, %d lines", len(s.files), s.files.sum()), ""},
		{"tests", fmt.Sprintf("%d files, %d lines", len(t.tests.files), t.tests.files.sum()), ""},
		{"file median", fmt.Sprint(s.files.quantile(0.5)), "60-120"},
		{"file p90", fmt.Sprint(s.files.quantile(0.9)), "< 250"},
		{"file longest", fmt.Sprint(s.files.quantile(1)), "<= 400"},
		{"function median", fmt.Sprint(s.functions.quantile(0.5)), "~ 10"},
		{"function p99", fmt.Sprint(s.functions.quantile(0.99)), ""},
		{"function longest", fmt.Sprint(s.functions.quantile(1)), "<= 60 inside the braces"},
		{"comment share", percent(s.comments, s.files.sum()), "12-20 %"},
		{"tests : source", percent(t.tests.files.sum(), s.files.sum()), ">= 110 %"},
		{"files per package", fmt.Sprintf("%d median, %d most", perPackage.quantile(0.5), perPackage.quantile(1)), ""},
	} {
		fmt.Fprintf(out, "%s\t%s\t%s\n", row.name, row.value, row.wanted)
	}
	return out.Flush()
}

func percent(part, whole int) string {
	if whole == 0 {
		return "0 %"
	}
	return fmt.Sprintf("%d %%", (100*part+whole/2)/whole)
}
