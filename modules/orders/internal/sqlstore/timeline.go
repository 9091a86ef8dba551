package sqlstore

import (
	"context"
	"fmt"

	"zomato/modules/orders/internal/core"
	"zomato/platform/database"
)

// entryRow is an entry of a timeline as it is stored.
type entryRow struct {
	Event      string  `db:"event"`
	At         int64   `db:"at"`
	By         string  `db:"by_role"`
	ReasonCode *string `db:"reason_code"`
	Note       *string `db:"note"`
}

// AddEntries implements core.Store. Nothing is stored before the end of the unit
// of work.
func (s *Store) AddEntries(ctx context.Context, entries ...core.OrderEntry) error {
	return s.changes.Add(ctx, &change{entries: entries})
}

// storeEntries stores what was added.
func (s *Store) storeEntries(ctx context.Context, entries []core.OrderEntry) error {
	args := make([]any, 0, 6*len(entries))
	for _, e := range entries {
		args = append(args, e.OrderID, e.Event, database.Millis(e.At), e.By, nullable(e.ReasonCode), nullable(e.Note))
	}
	err := s.db.InsertRows(ctx, `INSERT INTO orders_events (order_id, event, at, by_role, reason_code, note)`, 6, args, "")
	if err != nil {
		return fmt.Errorf("add %d entries to timelines, that of order %d first: %w", len(entries), entries[0].OrderID, err)
	}
	return nil
}

// timelineStatement reads by id: that is the order in which it happened.
const timelineStatement = `SELECT event, at, by_role, reason_code, note FROM orders_events WHERE order_id = ? ORDER BY id`

// Timeline implements core.Store.
func (s *Store) Timeline(ctx context.Context, orderID int64) ([]core.Entry, error) {
	var rows []entryRow
	if err := s.db.Select(ctx, &rows, timelineStatement, orderID); err != nil {
		return nil, fmt.Errorf("read the timeline of order %d: %w", orderID, err)
	}
	out := make([]core.Entry, len(rows))
	for i, r := range rows {
		out[i] = core.Entry{Event: r.Event, At: database.FromMillis(r.At), By: r.By, ReasonCode: r.ReasonCode, Note: r.Note}
	}
	return out, nil
}
