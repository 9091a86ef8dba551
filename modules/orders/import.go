package orders

import (
	"context"
	"time"

	"zomato/platform/access"
)

// Importer takes over orders that were placed before, with all that happened to
// them. Safe for concurrent use.
type Importer interface {
	// IsEmpty tells whether the module has never stored an order.
	IsEmpty(ctx context.Context) (bool, error)
	// ImportOrders stores orders in one unit of work, all or none, and gives
	// them with their ids, in the same order. The rules are those of orders that
	// are placed now: names and prices are copied from the present menu, every
	// move must be one that the workflow allows to its role at its time, and the
	// figures count all of it. Stock is neither taken nor given back. The
	// error names the order by its place, from 0. An empty list does nothing.
	// Faults: those of Place and of changing a status.
	ImportOrders(ctx context.Context, past []PastOrder) ([]Order, error)
}

// PastOrder is an order with its history.
type PastOrder struct {
	NewOrder

	// PlacedAt is not in the future, and neither is a move. Times are kept to the
	// millisecond.
	PlacedAt time.Time
	// Moves are what happened since, the oldest first.
	Moves []PastMove
}

// PastMove is a change of an order's status.
type PastMove struct {
	To Status
	At time.Time
	// By is the role of who did it: of the order's own customer or restaurant,
	// of a courier or of staff.
	By         access.Role
	ReasonCode *string
}
