package archtest

import (
	"cmp"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
)

// tables are the tables that the migrations of a module leave behind, sorted.
// One that only one of the databases has carries a note.
func (t *Tree) tables(module string) []string {
	in := map[string][]string{} // table -> databases
	for _, dialect := range []string{"postgres", "sqlite"} {
		for _, table := range t.tablesAfter(module, dialect) {
			in[table] = append(in[table], dialect)
		}
	}
	var all []string
	for table, dialects := range in {
		if len(dialects) == 1 {
			table += " (" + dialects[0] + " only)"
		}
		all = append(all, table)
	}
	slices.Sort(all)
	return all
}

// tablesAfter replays what the upward halves of the migrations create, rename
// and drop.
func (t *Tree) tablesAfter(module, dialect string) []string {
	known := knownStatements()
	scripts := slices.DeleteFunc(slices.Clone(t.scripts), func(s script) bool {
		return s.module != module || path.Base(path.Dir(s.file)) != dialect
	})
	slices.SortFunc(scripts, func(a, b script) int { return strings.Compare(a.file, b.file) })
	tables := map[string]bool{}
	for _, s := range scripts {
		s.text = s.upward
		for _, change := range s.changes(known) {
			delete(tables, change.gone)
			if change.made != "" {
				tables[change.made] = true
			}
		}
	}
	return slices.Collect(maps.Keys(tables))
}

// change is one statement that alters which tables there are.
type change struct {
	at         int
	gone, made string
}

// changes are a script's creations, renamings and removals in their order.
func (s script) changes(known statements) []change {
	var all []change
	for _, statement := range []*regexp.Regexp{known.create, known.drop, known.rename} {
		for _, match := range statement.FindAllStringSubmatchIndex(s.text, -1) {
			first := strings.ToLower(s.text[match[2]:match[3]])
			last := strings.ToLower(s.text[match[len(match)-2]:match[len(match)-1]])
			switch statement {
			case known.create:
				all = append(all, change{at: match[0], made: first})
			case known.drop:
				all = append(all, change{at: match[0], gone: first})
			default:
				all = append(all, change{at: match[0], gone: first, made: last})
			}
		}
	}
	slices.SortFunc(all, func(a, b change) int { return cmp.Compare(a.at, b.at) })
	return all
}
