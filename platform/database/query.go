package database

import (
	"context"
	"database/sql"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/jmoiron/sqlx"
)

// Get reads one row into dest, a struct with db tags or a single value.
// Placeholders are ?. No row is sql.ErrNoRows. A statement that changes
// something and has a RETURNING clause goes through Get or Select too.
func (db *DB) Get(ctx context.Context, dest any, query string, args ...any) error {
	rows, err := db.Conn(ctx).QueryxContext(ctx, db.Rebind(query), args...)
	if err == nil {
		err = db.one(rows, query, dest)
	}
	return db.settle(ctx, err)
}

// Select reads all rows into dest, a pointer to a slice. Placeholders are ?.
// No row leaves the slice empty and is no error.
func (db *DB) Select(ctx context.Context, dest any, query string, args ...any) error {
	rows, err := db.Conn(ctx).QueryxContext(ctx, db.Rebind(query), args...)
	if err == nil {
		err = db.collect(rows, query, dest)
	}
	return db.settle(ctx, err)
}

// Exec changes rows; it works inside a Write only (else ErrReadOnly).
// Placeholders are ?. Use RowsAffected of the result; LastInsertId does not
// exist on Postgres (use RETURNING with Get).
func (db *DB) Exec(ctx context.Context, query string, args ...any) (sql.Result, error) {
	return db.Conn(ctx).ExecContext(ctx, db.Rebind(query), args...)
}

// Do changes rows, as Exec does, when nobody asks how many. With many arguments
// it costs far less: SQLite's driver hands over those of a query all at once,
// and those of an Exec one by one.
func (db *DB) Do(ctx context.Context, query string, args ...any) error {
	if part := db.partOf(ctx); part == nil || part.reading || db.dialect != SQLite {
		_, err := db.Exec(ctx, query, args...)
		return err
	}
	rows, err := db.Conn(ctx).QueryContext(ctx, query, args...)
	if err != nil {
		return err //nolint:wrapcheck // it is a Conn's, translated
	}
	defer func() { _ = rows.Close() }() // what matters of it, Err tells
	for rows.Next() {
		continue // a RETURNING that nobody reads
	}
	return db.settle(ctx, rows.Err())
}

// settle translates what came up while rows were read.
func (db *DB) settle(ctx context.Context, err error) error {
	if part := db.partOf(ctx); part != nil {
		return part.op.settle(ctx, err)
	}
	return db.translate(err, true)
}

// Rebind writes the ? of a query as the dialect's placeholders. Every ? is
// one, also inside quotes: a literal ? has to be an argument. Results are
// kept, so queries should be constants as far as possible.
func (db *DB) Rebind(query string) string {
	if db.dialect == SQLite {
		return query
	}
	return db.rebound.get(query)
}

// sent is a query as the driver gets it. SQLite looks at the value of a bare ?,
// such as that of LIMIT ? or of a comparison, while it plans, and so plans the
// statement anew at each run: the driver clears the values in between. That costs
// several times what a small statement does (docs/adr/0020). The sign changes
// nothing but that.
func (db *DB) sent(query string) string {
	if db.dialect != SQLite || !strings.Contains(query, "?") {
		return query
	}
	return db.rebound.get(query)
}

// signed writes each ? as +?.
func signed(query string) string { return strings.ReplaceAll(query, "?", "+?") }

// dollars writes each ? as Postgres does.
func dollars(query string) string { return sqlx.Rebind(sqlx.DOLLAR, query) }

// reboundLimit bounds the memory for queries that are put together, such as
// those with a list of varying length.
const reboundLimit = 2048

// rebound keeps queries in the form that the driver gets.
type rebound struct {
	write   func(query string) string
	queries sync.Map
	count   atomic.Int64
}

// get rebinds a query or finds it rebound.
func (r *rebound) get(query string) string {
	if found, ok := r.queries.Load(query); ok {
		if known, ok := found.(string); ok { // it always is one
			return known
		}
	}
	bound := r.write(query)
	if r.count.Load() < reboundLimit {
		r.count.Add(1)
		r.queries.Store(query, bound)
	}
	return bound
}
