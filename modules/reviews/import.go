package reviews

import (
	"context"
	"time"
)

// Importer takes over reviews that were written before. Safe for concurrent use.
type Importer interface {
	// IsEmpty tells whether the module has never stored a review.
	IsEmpty(ctx context.Context) (bool, error)
	// ImportReviews stores reviews in one unit of work, all or none, and gives
	// them with their ids and without their authors, in the same order. The rules
	// are those of reviews that are written now, at the time of each. The error
	// names the review by its place, from 0. An empty list does nothing. Faults:
	// those of Service.Write.
	ImportReviews(ctx context.Context, past []PastReview) ([]Review, error)
}

// PastReview is a review with the time at which it was written.
type PastReview struct {
	NewReview

	// WrittenAt is neither before the delivery nor in the future. Times are kept
	// to the millisecond.
	WrittenAt time.Time
	// Reply is what the restaurant replied since; nil for nothing.
	Reply *Reply
}
