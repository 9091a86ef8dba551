package archtest

import "strings"

// checkPlatform is rule 1. Tests are no exception: a platform test that needs a
// module tests the module.
func checkPlatform(t *Tree) []Finding {
	var found []Finding
	for _, f := range t.files {
		if f.area != "platform" {
			continue
		}
		for _, imp := range f.imports() {
			if to, ours := t.home(imp.path); ours && to.area != "platform" {
				found = append(found, f.finding(imp.pos,
					"platform imports %s, but platform knows no module and no application: publish an interface here and let %s implement it, or move this code there",
					imp.path, owner(to)))
			}
		}
	}
	return found
}

// owner names whom a place belongs to: a module, or else its first folder.
func owner(p place) string {
	if p.module != "" {
		return p.module
	}
	return p.area
}

// checkContracts is rule 2. The tests of a contract are exempt: they run the
// contract suite against the fake, so they import test libraries and
// `<name>test`. What they may see of other modules is rule 3.
func checkContracts(t *Tree) []Finding {
	var found []Finding
	for _, f := range t.files {
		if !f.contract() || f.test {
			continue
		}
		for _, imp := range f.imports() {
			if advice := t.outsideContract(f, imp.path); advice != "" {
				found = append(found, f.finding(imp.pos, "the contract of %s imports %s: %s", f.module, imp.path, advice))
			}
		}
	}
	return found
}

// outsideContract answers what to do instead of an import that a contract may
// not have, and "" for one that it may have.
func (t *Tree) outsideContract(f *file, importPath string) string {
	to, ours := t.home(importPath)
	switch {
	case ours && to.area == "platform":
		return ""
	case ours && to.module == f.module:
		return "a contract does not know how it is kept; move what needs this below internal/, or to " + f.module + "fx"
	case ours && to.module != "":
		return "a contract imports no other contract; use a type of stdlib or platform here (an id is an int64), or publish a port that " + to.module + " implements"
	case ours:
		return "a contract imports only stdlib and " + t.own("platform") + "/…; move this code there"
	case standard(importPath):
		return ""
	default:
		return "a contract is made of stdlib and " + t.own("platform") + " types only; move what needs this library below internal/, or to " + f.module + "fx"
	}
}

// standard tells whether a package is of the standard library: the go tool
// keeps first elements without a dot for it.
func standard(importPath string) bool {
	first, _, _ := strings.Cut(importPath, "/")
	return !strings.Contains(first, ".")
}

// checkNeighbours is rule 3, and the same rule seen from outside the modules:
// app wires modules, so it sees contracts and wiring. Tests have one exception,
// the fake: it exists for the tests of other teams.
func checkNeighbours(t *Tree) []Finding {
	var found []Finding
	for _, f := range t.files {
		if f.area == "platform" {
			continue // rule 1
		}
		for _, imp := range f.imports() {
			to, ours := t.home(imp.path)
			if !ours || to.area == "platform" {
				continue
			}
			if advice := t.trespass(f, to); advice != "" {
				found = append(found, f.finding(imp.pos, "%s imports %s: %s", owner(f.place), imp.path, advice))
			}
		}
	}
	return found
}

// trespass answers what to do instead of an import of ours that a file may not
// have, and "" for one that it may have.
func (t *Tree) trespass(f *file, to place) string {
	switch {
	case to.fake() && !f.test && !f.fake():
		return "a fake is for tests; only _test.go files import it"
	case to.module == "" && f.module == "":
		return ""
	case to.module == "":
		return "a module knows nothing of " + to.area + "; take what you need through the constructor, or move the common part to platform"
	case to.module == f.module, to.contract():
		return ""
	case to.fake() && f.test:
		return ""
	case to.wiring() && f.area == "app":
		return ""
	case f.test:
		return "a test sees of another module only its contract and its fake; import " +
			t.own("modules", to.module) + " or " + t.own("modules", to.module, to.module+"test")
	case f.module == "":
		return "outside the modules only contracts are seen, and in app their wiring; import " +
			t.own("modules", to.module) + ", or ask the team of " + to.module + " to publish what you need there"
	default:
		return "another module is seen only through its contract; import " +
			t.own("modules", to.module) + ", or ask its team to publish what you need there"
	}
}
