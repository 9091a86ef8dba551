package main

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// unseen says why a declared status does not occur in the fuzz gate; "" when it
// has to.
func unseen(op *fuzzed, status string) string {
	switch {
	case status == "500":
		return "it would be a defect: the gate is there to find it"
	case status == "503":
		return "it takes a fault, which the gates of the databases make"
	case op.OperationID == "change-order-status" && status == "403":
		return "it takes somebody who is not staff: in open mode everybody is"
	case op.OperationID == "add-favourite" && status == "409":
		return "it takes 200 favourites of one customer, which the tests of the module have"
	}
	return ""
}

// missing are the declared answers that should have occurred and have not: all of
// them in the long form, every success in the short one.
func (found *findings) missing(d *described) map[string][]string {
	out := map[string][]string{}
	for _, op := range d.operations {
		for _, status := range slices.Sorted(maps.Keys(op.Responses)) {
			number, _ := strconv.Atoi(status)
			wanted := unseen(op, status) == "" && (gatesAreFull() || status[0] == '2')
			if wanted && found.answers[op.OperationID][number] == 0 {
				out[op.OperationID] = append(out[op.OperationID], status)
			}
		}
	}
	return out
}

// checkCoverage holds that what is declared has occurred, and what is said not to
// occur has not.
func (found *findings) checkCoverage(t *testing.T, d *described) {
	t.Helper()
	for id, statuses := range found.missing(d) {
		t.Errorf("%s never answered %v: make it occur, or say in unseen why it cannot", id, statuses)
	}
	for _, op := range d.operations {
		for status := range found.answers[op.OperationID] {
			if reason := unseen(op, strconv.Itoa(status)); reason != "" {
				t.Errorf("%s answered %d, although %s", op.OperationID, status, reason)
			}
		}
	}
}

// summary counts what was seen.
func (found *findings) summary(d *described) string {
	byStatus, pairs, declared := map[int]int{}, 0, 0
	for _, statuses := range found.answers {
		for status, n := range statuses {
			byStatus[status] += n
		}
	}
	for _, op := range d.operations {
		declared += len(op.Responses)
		pairs += len(found.answers[op.OperationID])
	}
	var out strings.Builder
	fmt.Fprintf(&out, "%d requests to %d operations, %d pairs of operation and status (%d declared);", found.sent, len(d.operations), pairs, declared)
	for _, status := range slices.Sorted(maps.Keys(byStatus)) {
		fmt.Fprintf(&out, " %d×%d", status, byStatus[status])
	}
	return out.String()
}
