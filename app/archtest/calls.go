package archtest

import (
	"maps"
	"slices"
	"strings"
)

// everyonesModule may be called by every module without saying so in the table.
const everyonesModule = "cache"

// checkCalls is rule 4: the table is complete, its graph has no circle, and the
// sources call nobody whom the table does not name. Tests are no exception: a
// test that needs another module shows a call that the table should name.
func checkCalls(t *Tree) []Finding {
	f, rows, found := t.table()
	if f == nil {
		return found
	}
	found = append(found, t.tableAgainstDisk(f, rows)...)
	found = append(found, tableCircles(f, rows)...)
	for _, r := range rows {
		found = append(found, t.undeclaredCalls(r)...)
	}
	return found
}

// tableAgainstDisk compares the rows with the folders below modules/.
func (t *Tree) tableAgainstDisk(f *file, rows []row) []Finding {
	var found []Finding
	seen := map[string]bool{}
	for _, r := range rows {
		pos := r.pos.Pos()
		if seen[r.name] {
			found = append(found, f.finding(pos, "%s has two rows in the module table: delete one", r.name))
		}
		seen[r.name] = true
		if !slices.Contains(t.modules, r.name) {
			found = append(found, f.finding(pos, "the module table names %s, but there is no folder modules/%s: write the module or delete the row", r.name, r.name))
		}
		for _, to := range r.calls() {
			if !slices.Contains(t.modules, to) {
				found = append(found, f.finding(pos, "%s calls %s, but there is no folder modules/%s: correct Needs or Uses", r.name, to, to))
			}
		}
		for _, to := range r.needs {
			if slices.Contains(r.uses, to) {
				found = append(found, f.finding(pos, "%s both needs and uses %s: keep it in Needs if %s cannot start without it, else in Uses", r.name, to, r.name))
			}
		}
	}
	for _, module := range t.modules {
		if !seen[module] {
			found = append(found, Finding{File: tableFile, Text: "modules/" + module + " is not in the module table: add a row with its Needs and Uses, or delete the folder"})
		}
	}
	return found
}

func tableCircles(f *file, rows []row) []Finding {
	calls := map[string][]string{}
	for _, r := range rows {
		calls[r.name] = r.calls()
		if r.name != everyonesModule {
			calls[r.name] = append(calls[r.name], everyonesModule)
		}
	}
	var found []Finding
	for _, circle := range circles(calls) {
		at := slices.IndexFunc(rows, func(r row) bool { return r.name == circle[0] })
		found = append(found, f.finding(rows[at].pos.Pos(),
			"modules call in a circle, %s (every module may call %s): take one of these out of Needs and Uses, and let the lower module publish an event or a port instead",
			strings.Join(circle, " -> "), everyonesModule))
	}
	return found
}

// circles are the closed walks in a graph, each as the names on it with the
// first one again at the end. One is found for each edge that closes a circle.
func circles(edges map[string][]string) [][]string {
	var found [][]string
	var walk []string
	done := map[string]bool{}
	var visit func(name string)
	visit = func(name string) {
		if at := slices.Index(walk, name); at >= 0 {
			found = append(found, append(slices.Clone(walk[at:]), name))
			return
		}
		if done[name] {
			return
		}
		done[name] = true
		walk = append(walk, name)
		for _, to := range slices.Sorted(slices.Values(edges[name])) {
			visit(to)
		}
		walk = walk[:len(walk)-1]
	}
	for _, name := range slices.Sorted(maps.Keys(edges)) {
		visit(name)
	}
	return found
}

// undeclaredCalls finds what the sources of a module use of modules that are
// neither in its Needs nor in its Uses. An event may flow in any direction, so
// the names in the other one's events.go are free.
func (t *Tree) undeclaredCalls(r row) []Finding {
	free := append(r.calls(), r.name, everyonesModule)
	var found []Finding
	for _, f := range t.inModule(r.name) {
		for _, imp := range f.imports() {
			to, ours := t.home(imp.path)
			if !ours || to.module == "" || slices.Contains(free, to.module) {
				continue
			}
			found = append(found, t.undeclaredNames(f, imp, to)...)
		}
	}
	return found
}

func (t *Tree) undeclaredNames(f *file, imp imported, to place) []Finding {
	const advice = "add %[2]s to Needs or Uses of %[1]s in " + tableFile + ", or react to an event of %[2]s"
	if !to.contract() {
		return []Finding{f.finding(imp.pos, "%[1]s imports %[3]s, but does not declare that it calls %[2]s: "+advice, f.module, to.module, imp.path)}
	}
	if imp.name == "." {
		return []Finding{f.finding(imp.pos, "%[1]s imports %[2]s with a dot, so its calls cannot be read: import it by its name", f.module, imp.path)}
	}
	events := t.eventNames(to.module)
	var found []Finding
	for _, u := range f.uses(imp.path) {
		if !events[u.name] {
			found = append(found, f.finding(u.pos,
				"%[1]s uses %[2]s.%[3]s, which is no event (not in modules/%[2]s/events.go), but does not declare that it calls %[2]s: "+advice,
				f.module, to.module, u.name))
		}
	}
	return found
}

// eventNames are the names that a module's events.go declares.
func (t *Tree) eventNames(module string) map[string]bool {
	names := map[string]bool{}
	for _, f := range t.inModule(module) {
		if f.contract() && f.inFile("events.go") {
			for name := range f.declared() {
				names[name] = true
			}
		}
	}
	return names
}
