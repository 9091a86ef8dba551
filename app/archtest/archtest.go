// Package archtest holds the boundary rules of the house: who may import whom,
// who may call whom, which library lives where, whose table is whose. Each rule
// reads the sources and answers with findings; a finding says what is wrong and
// what to do instead. The package also writes what can be read from the sources:
// CODEOWNERS, modules/README.md and app/modules.json.
//
// The modules are found on disk. There is no list to forget an entry in.
//
// app/arch_test.go runs the rules over the repository, and over the planted
// violations in app/testdata/arch. Design: architecture.md §2, §7 and §8.
//
// team: platform
package archtest

import (
	"cmp"
	"fmt"
	"slices"
)

// Finding is one breach of a rule.
type Finding struct {
	// File is the path from the root of the repository, with slashes.
	File string
	// Line counts from 1. A finding about a missing file or a folder has 0.
	Line int
	// Text says what is wrong and what to do instead.
	Text string
}

// String is the finding as a compiler would print it.
func (f Finding) String() string {
	if f.Line == 0 {
		return f.File + ": " + f.Text
	}
	return fmt.Sprintf("%s:%d: %s", f.File, f.Line, f.Text)
}

// Rule is one boundary of the house.
type Rule struct {
	// Name is also the folder of the rule's planted violations.
	Name string
	// Promise is what holds as long as Check finds nothing.
	Promise string
	// Check reads the tree and changes nothing. Its findings are sorted.
	Check func(*Tree) []Finding
}

// Rules are all the rules that need nothing but the syntax of the sources.
// Unused stands apart, because it needs types.
func Rules() []Rule {
	rules := []Rule{
		{"platform", "platform knows no module", checkPlatform},
		{"contract", "a contract is made of stdlib and platform types", checkContracts},
		{"neighbours", "a module sees of another one only its contract, and in tests its fake", checkNeighbours},
		{"calls", "calls between modules are those of the module table, and form no circle", checkCalls},
		{"libraries", "each library is used in its one place", checkLibraries},
		{"tables", "a module's SQL touches only its own tables", checkTables},
		{"migrations", "each migration exists for both databases", checkMigrations},
		{"wiring", "nothing in the fx graph is optional or decorated", checkWiring},
		{"anatomy", "every module has the same shape", checkAnatomy},
		{"determinism", "core takes its time, and everything inside takes its context, from the caller", checkDeterminism},
	}
	for i, rule := range rules {
		rules[i].Check = func(t *Tree) []Finding { return sorted(rule.Check(t)) }
	}
	return rules
}

// sorted puts findings into reading order, so that two runs answer the same.
func sorted(findings []Finding) []Finding {
	slices.SortStableFunc(findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Text, b.Text))
	})
	return findings
}
