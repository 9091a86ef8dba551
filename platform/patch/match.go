package patch

import (
	"slices"

	"zomato/platform/fault"
)

// Match refuses an update whose If-Match names other versions than the present
// one: a Precondition fault "version_changed". No versions (nil) match always.
// It is called with the version of a row that is locked by the same
// transaction, so nothing can come between.
func Match(versions []int64, present int64) error {
	if versions == nil || slices.Contains(versions, present) {
		return nil
	}
	return fault.New(fault.Precondition, "version_changed", "The record has changed since you read it: read it again.")
}
