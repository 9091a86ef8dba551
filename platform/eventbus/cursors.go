package eventbus

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"zomato/platform/database"
)

// cursor is how far a subscriber has come.
type cursor struct {
	position

	// Attempts counts the failures of the event after the position.
	Attempts  int    `db:"attempts"`
	LastError string `db:"last_error"`
}

// lease is who may work for an After-subscriber, and until when.
type lease struct {
	subscriber, owner string
	until             time.Time
}

// errorLength bounds what is kept of an error, in bytes.
const errorLength = 500

// enrol makes sure that the subscribers have their rows, and notes that they
// live. The answer is by name.
func (o outbox) enrol(ctx context.Context, all []subscriber, now time.Time) (cursors map[string]cursor, err error) {
	err = o.db.Write(ctx, func(ctx context.Context) error {
		cursors = map[string]cursor{}
		for _, s := range all {
			var at cursor
			if err := o.db.Get(ctx, &at, `INSERT INTO platform_subscribers (name, kind, seen_at) VALUES (?, ?, ?)
				ON CONFLICT (name) DO UPDATE SET kind = excluded.kind, seen_at = excluded.seen_at
				RETURNING position_tx AS tx, position_id AS id, attempts, last_error`, s.name, string(s.kind), database.Millis(now)); err != nil {
				return err
			}
			cursors[s.name] = at
		}
		return nil
	})
	return cursors, doing("enrol the subscribers", err)
}

// resume makes up for the end of the last process or server.
//
// SQLite has one process, which need not wait for the lease of its predecessor.
// A Postgres restored from a dump may count its transactions from the beginning
// again, and positions of the old server would hide all new events: then
// everything that is still there is delivered once more.
func (o outbox) resume(ctx context.Context) error {
	if o.db.Dialect() == database.SQLite {
		_, err := o.change(ctx, "end the leases", `UPDATE platform_subscribers SET lease_until = 0 WHERE lease_until > 0`)
		return err
	}
	const next = "pg_snapshot_xmax(pg_current_snapshot())"
	return o.db.Write(ctx, func(ctx context.Context) error {
		_, err := o.change(ctx, "restart the cursors", `UPDATE platform_subscribers SET position_tx = 0, position_id = 0
			WHERE position_tx >= `+next+`::text::bigint OR EXISTS (SELECT 1 FROM platform_outbox WHERE tx >= `+next+`)`)
		if err == nil {
			_, err = o.change(ctx, "restart the outbox", `UPDATE platform_outbox SET tx = '0' WHERE tx >= `+next)
		}
		return err
	})
}

// slowest is how far every subscriber has come that has been seen since a time.
// The others are forgotten. With nobody there everything readable is passed.
func (o outbox) slowest(ctx context.Context, since time.Time) (position, error) {
	const forget = `DELETE FROM platform_subscribers WHERE seen_at < ?`
	if _, err := o.change(ctx, "forget old subscribers", forget, database.Millis(since)); err != nil {
		return position{}, err
	}
	passed, err := o.last(ctx)
	if err != nil {
		return position{}, err
	}
	all, err := o.positions(ctx)
	for _, at := range all {
		passed, _ = sorted(passed, at)
	}
	return passed, err
}

// positions are those of all subscribers that have a row.
func (o outbox) positions(ctx context.Context) (map[string]position, error) {
	var rows []record // without payload
	err := o.db.Select(ctx, &rows, `SELECT name, position_tx AS tx, position_id AS id FROM platform_subscribers`)
	all := make(map[string]position, len(rows))
	for _, row := range rows {
		all[row.Name] = row.position
	}
	return all, doing("read the cursors", err)
}

// advance moves a cursor that several processes move, never back.
func (o outbox) advance(ctx context.Context, name string, to position) error {
	_, err := o.change(ctx, "move the cursor of "+name, `UPDATE platform_subscribers SET position_tx = ?, position_id = ?
		WHERE name = ? AND (position_tx, position_id) < (?, ?)`, to.Tx, to.ID, name, to.Tx, to.ID)
	return err
}

// claim takes or prolongs a lease unless another owner has it. The cursor is
// where the last owner has left it.
func (o outbox) claim(ctx context.Context, l lease, now time.Time) (at cursor, granted bool, err error) {
	err = o.db.Write(ctx, func(ctx context.Context) error {
		return o.db.Get(ctx, &at, `UPDATE platform_subscribers SET lease_owner = ?, lease_until = ?
			WHERE name = ? AND (lease_owner = ? OR lease_until <= ?)
			RETURNING position_tx AS tx, position_id AS id, attempts, last_error`,
			l.owner, database.Millis(l.until), l.subscriber, l.owner, database.Millis(now))
	})
	if errors.Is(err, sql.ErrNoRows) {
		return cursor{}, false, nil
	}
	return at, err == nil, doing("claim subscriber "+l.subscriber, err)
}

// save stores the cursor and prolongs the lease, if that is still ours.
func (o outbox) save(ctx context.Context, l lease, at cursor) (kept bool, err error) {
	met, err := o.change(ctx, "save the cursor of "+l.subscriber, `UPDATE platform_subscribers
		SET position_tx = ?, position_id = ?, attempts = ?, last_error = ?, lease_until = ? WHERE name = ? AND lease_owner = ?`,
		at.Tx, at.ID, at.Attempts, shortened(at.LastError), database.Millis(l.until), l.subscriber, l.owner)
	return met > 0, err
}

// park moves an event that cannot be handled out of the way of its subscriber,
// if the lease is still ours.
func (o outbox) park(ctx context.Context, l lease, r record, failed cursor, now time.Time) (kept bool, err error) {
	err = o.db.Write(ctx, func(ctx context.Context) error {
		if kept, err = o.save(ctx, l, cursor{position: r.position}); err != nil || !kept {
			return err
		}
		_, err := o.change(ctx, "park an event of "+l.subscriber, `INSERT INTO platform_outbox_parked
			(subscriber, event_id, name, payload, attempts, last_error, parked_at) VALUES (?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT DO NOTHING`,
			l.subscriber, r.ID, r.Name, r.Payload, failed.Attempts, shortened(failed.LastError), database.Millis(now))
		return err
	})
	return kept && err == nil, err
}

// shortened makes of an error what both databases take as text.
func shortened(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text[:min(len(text), errorLength)], ""), "\x00", "")
}
