package eventbus

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"zomato/platform/database"
)

// position is a place in the outbox. Before the first event it is zero.
type position struct {
	Tx int64 `db:"tx"` // 0 on SQLite
	ID int64 `db:"id"`
}

// isAfter tells whether p comes later than q.
func (p position) isAfter(q position) bool { return p.Tx > q.Tx || p.Tx == q.Tx && p.ID > q.ID }

// previous is the last position before p.
func (p position) previous() position { return position{p.Tx, p.ID - 1} }

// sorted puts two positions in their order.
func sorted(p, q position) (earlier, later position) {
	if p.isAfter(q) {
		return q, p
	}
	return p, q
}

// record is an event as it is stored.
type record struct {
	position

	Name    string `db:"name"`
	Payload string `db:"payload"`

	// published is the event itself, in the process that published it.
	published Event
	at        time.Time // when it was published
}

// outbox is the table platform_outbox and, in cursors.go, the tables that say
// how far its readers are.
type outbox struct {
	db *database.DB
	dialect

	// added gathers what is published, to be stored with what others publish that
	// share the commit; nil where each event is stored at once.
	added *database.Gathering[*record]
}

// dialect is where the databases differ.
type dialect struct {
	beyond  string // a condition on the events after a position
	upTo    string // and on those up to a position
	visible string // and on those that may be read
	order   string
	newest  string // order, backwards
	locked  string // what another instance deletes is left to it
}

// newOutbox chooses the dialect. On SQLite, conditions on tx, which is 0, give
// both databases the same arguments.
//
// On Postgres an id is given out before its transaction commits, so a higher
// one may be seen first; and a transaction that began earlier may have a higher
// id. A reader that goes by (tx, id) and stops at the oldest transaction that
// is running misses nothing: what comes before that one cannot change any more.
func newOutbox(db *database.DB) outbox {
	if db.Dialect() == database.Postgres {
		return outbox{db: db, dialect: dialect{
			beyond:  "(tx, id) > (?, ?)",
			upTo:    "(tx, id) <= (?, ?)",
			visible: "tx < pg_snapshot_xmin(pg_current_snapshot())",
			order:   "tx, id",
			newest:  "tx DESC, id DESC",
			locked:  " FOR UPDATE SKIP LOCKED",
		}}
	}
	return outbox{db: db, dialect: dialect{
		beyond: "tx >= ? AND id > ?", upTo: "tx <= ? AND id <= ?", visible: "tx = 0", order: "id", newest: "id DESC",
	}}
}

// doing says in an error what was being done.
func doing(what string, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// gathering gives an outbox to add to: on SQLite events are gathered. On Postgres
// RETURNING would tell the positions of many in an order that is not promised.
func (o outbox) gathering() outbox {
	if o.db.Dialect() == database.SQLite {
		o.added = database.NewGathering(o.db, o.store)
	}
	return o
}

// add stores an event in the transaction of the context, before its end. Then it
// has its position.
func (o outbox) add(ctx context.Context, r *record) error {
	if o.added != nil {
		return o.added.Add(ctx, r)
	}
	err := o.db.Get(ctx, &r.position, `INSERT INTO platform_outbox (name, payload, created_at) VALUES (?, ?, ?) RETURNING tx, id`,
		r.Name, r.Payload, database.Millis(r.at))
	return doing("store the event", err)
}

// store stores what was gathered. AUTOINCREMENT gives each row the number after
// the one before it.
func (o outbox) store(ctx context.Context, rows []*record) error {
	for from, to := range o.db.Portions(len(rows)) {
		args := make([]any, 0, 3*(to-from))
		for _, r := range rows[from:to] {
			args = append(args, r.Name, r.Payload, database.Millis(r.at))
		}
		result, err := o.db.Exec(ctx, `INSERT INTO platform_outbox (name, payload, created_at) VALUES `+database.ValueRows(3, to-from), args...)
		var last int64
		if err == nil {
			last, err = result.LastInsertId()
		}
		if err != nil {
			return doing("store events", err)
		}
		for i, r := range rows[from:to] {
			r.position = position{ID: last - int64(to-from-1-i)}
		}
	}
	return nil
}

// since reads events after a position, oldest first.
func (o outbox) since(ctx context.Context, from position, limit int) (rows []record, err error) {
	err = o.db.Select(ctx, &rows, `SELECT tx, id, name, payload FROM platform_outbox
		WHERE `+o.beyond+` AND `+o.visible+` ORDER BY `+o.order+` LIMIT ?`, from.Tx, from.ID, limit)
	return rows, doing("read the outbox", err)
}

// last is the position of the newest event that may be read, or zero.
func (o outbox) last(ctx context.Context) (at position, err error) {
	err = o.db.Get(ctx, &at, `SELECT tx, id FROM platform_outbox WHERE `+o.visible+` ORDER BY `+o.newest+` LIMIT 1`)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return at, doing("read the end of the outbox", err)
}

// count counts the events after a position, also those that may not be read yet.
func (o outbox) count(ctx context.Context, from position) (n int64, err error) {
	err = o.db.Get(ctx, &n, `SELECT COUNT(*) FROM platform_outbox WHERE `+o.beyond, from.Tx, from.ID)
	return n, doing("count the outbox", err)
}

// remove deletes events up to a position, oldest first, and tells how many.
func (o outbox) remove(ctx context.Context, upTo position, limit int) (int64, error) {
	return o.change(ctx, "clean up the outbox", `DELETE FROM platform_outbox WHERE (`+o.order+`) IN (
		SELECT `+o.order+` FROM platform_outbox WHERE `+o.upTo+` ORDER BY `+o.order+` LIMIT ?`+o.locked+`)`,
		upTo.Tx, upTo.ID, limit)
}

// change runs one statement in a Write and tells how many rows it met.
func (o outbox) change(ctx context.Context, what, statement string, args ...any) (met int64, err error) {
	err = o.db.Write(ctx, func(ctx context.Context) error {
		result, err := o.db.Exec(ctx, statement, args...)
		if err == nil {
			met, err = result.RowsAffected()
		}
		return err
	})
	return met, doing(what, err)
}
