package sqlstore

import (
	"context"
	"errors"
	"fmt"

	"zomato/modules/orders/internal/core"
	"zomato/platform/database"
)

// change is what is stored at the end of a unit of work (docs/adr/0022): a new
// order with its lines, entries of timelines, or differences of figures.
type change struct {
	order *core.Record
	// lastLine is the highest id of a line when the order was numbered.
	lastLine int64
	entries  []core.OrderEntry
	tallies  []core.Tally
}

// storeChanges stores changes, each kind in one go: first the orders, which the
// others refer to.
func (s *Store) storeChanges(ctx context.Context, changes []*change) error {
	var records []*core.Record
	var entries []core.OrderEntry
	var tallies []core.Tally
	for _, c := range changes {
		if c.order != nil {
			records = append(records, c.order)
		}
		entries, tallies = append(entries, c.entries...), append(tallies, c.tallies...)
	}
	if err := s.storeOrders(ctx, records); err != nil {
		return err
	}
	if err := s.storeEntries(ctx, entries); err != nil {
		return err
	}
	return s.storeFigures(ctx, tallies)
}

// settle stores what has been gathered, for who reads or changes orders inside a
// unit of work beyond the one that it was asked for. Outside of one there is
// nothing to store.
func (s *Store) settle(ctx context.Context) error {
	if err := s.changes.Flush(ctx); err != nil && !errors.Is(err, database.ErrNotWriting) {
		return fmt.Errorf("store the orders of the same commit: %w", err)
	}
	return nil
}
