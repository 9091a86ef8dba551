package main

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/anishathalye/porcupine"
	"github.com/stretchr/testify/require"
)

// What clients saw of a record, as a whole, has to be what one copy of it could
// have said to them one after the other, each at some moment between question and
// answer (Herlihy and Wing, 1990). Porcupine looks for such an order.

// demand is what a client wanted of a record. With a value it is a change; from is
// the value that the record must have before it, if that matters.
type demand struct{ record, from, value string }

// heard is what a read has shown. Unknown is a change without an answer: it was
// done at some time, perhaps after everything else, or never.
type heard struct {
	value   string
	unknown bool
}

// never is when an answer comes that does not come.
const never = math.MaxInt64

// linearModel is a record as it should be. It begins with the change that makes it.
func linearModel() porcupine.Model {
	return porcupine.Model{
		Init: func() any { return "" },
		Step: func(state, input, output any) (bool, any) {
			in, out := input.(demand), output.(heard)
			switch {
			case in.value == "":
				return state == out.value, state
			case in.from == "" || state == in.from:
				return true, in.value
			default: // who moves it from where it is not is refused
				return out.unknown, state
			}
		},
	}
}

// partitioned gives the history of each record.
func partitioned(history []porcupine.Operation) map[string][]porcupine.Operation {
	parts := map[string][]porcupine.Operation{}
	for _, op := range history {
		record := op.Input.(demand).record
		parts[record] = append(parts[record], op)
	}
	return parts
}

// staleViolations gives the records whose histories no single copy could have, each
// with the end of its shortest beginning that shows it.
func staleViolations(history []porcupine.Operation) (violations []string) {
	for record, part := range partitioned(history) {
		if porcupine.CheckOperations(linearModel(), part) {
			continue
		}
		var ends []int64
		for _, op := range part {
			if op.Return != never {
				ends = append(ends, op.Return)
			}
		}
		slices.Sort(ends)
		first, _ := slices.BinarySearchFunc(ends, false, func(end int64, _ bool) int {
			if porcupine.CheckOperations(linearModel(), until(part, end)) {
				return -1
			}
			return 1
		})
		violations = append(violations, "stale: "+record+"\n"+inWords(until(part, ends[first])))
	}
	return violations
}

// until is what was known of a history at one time.
func until(history []porcupine.Operation, end int64) (known []porcupine.Operation) {
	for _, op := range history {
		switch {
		case op.Return <= end:
			known = append(known, op)
		case op.Call <= end && op.Input.(demand).value != "":
			op.Output, op.Return = heard{unknown: true}, never
			known = append(known, op)
		}
	}
	return known
}

// inWords gives the last operations of a history in words, with milliseconds.
func inWords(history []porcupine.Operation) string {
	const shown = 30
	slices.SortFunc(history, func(a, b porcupine.Operation) int { return cmp.Compare(a.Call, b.Call) })
	var b strings.Builder
	for _, op := range history[max(0, len(history)-shown):] {
		in, out := op.Input.(demand), op.Output.(heard)
		did, end := "showed "+out.value, fmt.Sprintf("%.3f", float64(op.Return)/1e6)
		if in.value != "" {
			did = "became " + in.value
		}
		if op.Return == never {
			end = "?"
		}
		fmt.Fprintf(&b, "\t%12.3f … %12s %s (%v)\n", float64(op.Call)/1e6, end, did, op.Metadata)
	}
	return b.String()
}

// A gate that has never been seen to fail proves nothing: histories made by hand.
func TestGate_linearisable_notices_one_stale_read(t *testing.T) {
	t.Parallel()
	op := func(call, end int64, in demand, out heard) porcupine.Operation {
		in.record = "customer 1"
		return porcupine.Operation{Call: call, Return: end, Input: in, Output: out}
	}
	begin := []porcupine.Operation{
		op(0, 1, demand{value: "old"}, heard{}),
		op(2, 3, demand{}, heard{value: "old"}),
		op(4, 8, demand{value: "new"}, heard{}),
		op(5, 6, demand{}, heard{value: "new"}),
	}
	for name, test := range map[string]struct {
		then  porcupine.Operation
		stale bool
	}{
		"shown after it was acknowledged":   {op(9, 10, demand{}, heard{value: "old"}), true},
		"shown after somebody saw the next": {op(7, 10, demand{}, heard{value: "old"}), true},
		"shown while it was changed":        {op(5, 10, demand{}, heard{value: "old"}), false},
		"never written":                     {op(9, 10, demand{}, heard{value: "other"}), true},
		"the present one":                   {op(9, 10, demand{}, heard{value: "new"}), false},
		"moved from where it is not":        {op(9, 10, demand{from: "old", value: "next"}, heard{}), true},
		"perhaps moved from there":          {op(9, never, demand{from: "old", value: "next"}, heard{unknown: true}), false},
		"moved from where it is":            {op(9, 10, demand{from: "new", value: "next"}, heard{}), false},
	} {
		violations := staleViolations(append(slices.Clone(begin), test.then, op(20, 21, demand{from: "x", value: "y"}, heard{unknown: true})))
		require.Equal(t, test.stale, len(violations) > 0, "%s: %v", name, violations)
	}
	lost := append(slices.Clone(begin[:3]), op(20, never, demand{value: "third"}, heard{unknown: true}))
	require.Empty(t, staleViolations(append(slices.Clone(lost), op(30, 31, demand{}, heard{value: "third"}), op(32, 33, demand{}, heard{value: "third"}))))
	violations := staleViolations(append(lost, op(30, 31, demand{}, heard{value: "third"}), op(32, 33, demand{}, heard{value: "new"}), op(34, 35, demand{}, heard{value: "new"})))
	require.Len(t, violations, 1)
	require.Contains(t, violations[0], "stale: customer 1\n")
	require.Equal(t, 7, strings.Count(violations[0], "\n"), "no more than what shows it: %s", violations[0])
}
