package database

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"strings"

	"github.com/jmoiron/sqlx"
)

// Conn runs statements: in the transaction of the Write or Read it was taken
// in, or on the read pool. It is for what DB.Get, DB.Select and DB.Exec do not
// offer, such as reading row by row or sqlx's named parameters; its queries are
// written with the placeholders of the dialect (see DB.Rebind). Errors that
// come up while rows are read are the driver's.
type Conn interface {
	sqlx.ExtContext
}

// Conn gives the transaction that the context carries, or the read pool. What
// is wrong with the context is the error of the first statement: ErrEnded or
// ErrOuterContext.
func (db *DB) Conn(ctx context.Context) Conn {
	if part := db.partOf(ctx); part != nil {
		return transactionConn{binding{db}, part}
	}
	return poolConn{binding{db}, scopeOf(ctx)}
}

// binding is what sqlx asks of a connection without using it.
type binding struct{ db *DB }

// DriverName tells sqlx the kind of placeholders.
func (b binding) DriverName() string { return b.db.readers.DriverName() }

// Rebind writes ? as the dialect's placeholders.
func (b binding) Rebind(query string) string { return b.db.Rebind(query) }

// BindNamed writes :name as the dialect's placeholders.
func (b binding) BindNamed(query string, arg any) (string, []any, error) {
	return b.db.readers.BindNamed(query, arg)
}

// poolConn reads outside a Write or Read.
type poolConn struct {
	binding
	scope *scope // of the context that asked for the Conn
}

// ready refuses what would read beside the transaction of the same request.
func (c poolConn) ready(ctx context.Context) error {
	if part := c.db.partOf(ctx); part != nil && part.ready() == nil {
		return ErrOuterContext // a Conn from outside with the context from inside
	}
	if c.scope.isInside(c.db) {
		return ErrOuterContext
	}
	return c.db.outside(ctx)
}

// ExecContext is there for sqlx; the read pool answers ErrReadOnly to changes.
func (c poolConn) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if err := c.ready(ctx); err != nil {
		return nil, err
	}
	c.db.observe(ctx, query, args...)
	result, err := c.db.readers.ExecContext(ctx, c.db.sent(query), args...)
	return result, c.db.translate(err, true)
}

// QueryContext reads rows; the caller closes them.
func (c poolConn) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := c.ready(ctx); err != nil {
		return nil, err
	}
	c.db.observe(ctx, query, args...)
	rows, err := c.db.readers.QueryContext(ctx, c.db.sent(query), args...)
	return rows, c.db.translate(err, true)
}

// QueryxContext reads rows; the caller closes them.
func (c poolConn) QueryxContext(ctx context.Context, query string, args ...any) (*sqlx.Rows, error) {
	if err := c.ready(ctx); err != nil {
		return nil, err
	}
	c.db.observe(ctx, query, args...)
	rows, err := c.db.readers.QueryxContext(ctx, c.db.sent(query), args...)
	return rows, c.db.translate(err, true)
}

// QueryRowxContext reads one row; errors come from scanning it.
func (c poolConn) QueryRowxContext(ctx context.Context, query string, args ...any) *sqlx.Row {
	if err := c.ready(ctx); err != nil {
		return failedRow(err)
	}
	c.db.observe(ctx, query, args...)
	row := c.db.readers.QueryRowxContext(ctx, c.db.sent(query), args...)
	if err := row.Err(); err != nil {
		return failedRow(c.db.translate(err, true))
	}
	return row
}

// transactionConn runs statements inside a Write or Read.
type transactionConn struct {
	binding
	part *part
}

// enter checks that a statement may be run, gives the innermost Write its
// savepoint before the first one that may change something, and keeps the
// operation from being finished until op.leave is called. What changes belongs to
// the innermost Write, as on Postgres, whichever context it comes by: that of a
// Read, or one from outside.
func (c transactionConn) enter(ctx context.Context, query string) error {
	err := c.part.op.enter()
	if err != nil {
		return err
	}
	if err = c.part.ready(); err == nil && !isSelect(query) {
		err = c.part.op.innermost().save(ctx)
	}
	if err != nil {
		c.part.op.leave()
	}
	return err
}

// isSelect tells whether a statement certainly only reads.
func isSelect(query string) bool {
	return strings.HasPrefix(strings.TrimLeft(query, " \t\n"), "SELECT ")
}

// ExecContext changes rows, which a Read may not, also inside a Write.
func (c transactionConn) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if err := c.enter(ctx, query); err != nil {
		return nil, err
	}
	defer c.part.op.leave()
	if c.part.reading {
		return nil, ErrReadOnly
	}
	c.db.observe(ctx, query, args...)
	result, err := c.part.op.via.ExecContext(c.part.op.statementContext(ctx), c.db.sent(query), args...)
	return result, c.part.op.settle(ctx, err)
}

// QueryContext reads rows; the caller closes them before the next statement.
func (c transactionConn) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := c.enter(ctx, query); err != nil {
		return nil, err
	}
	defer c.part.op.leave()
	c.db.observe(ctx, query, args...)
	rows, err := c.part.op.via.QueryContext(c.part.op.statementContext(ctx), c.db.sent(query), args...) //nolint:sqlclosecheck // by whoever asked, or at the end of the operation
	if err == nil {
		c.part.op.track(rows)
	}
	return rows, c.part.op.settle(ctx, err)
}

// QueryxContext reads rows; the caller closes them before the next statement.
func (c transactionConn) QueryxContext(ctx context.Context, query string, args ...any) (*sqlx.Rows, error) {
	if err := c.enter(ctx, query); err != nil {
		return nil, err
	}
	defer c.part.op.leave()
	c.db.observe(ctx, query, args...)
	rows, err := c.part.op.via.QueryxContext(c.part.op.statementContext(ctx), c.db.sent(query), args...) //nolint:sqlclosecheck // by whoever asked, or at the end of the operation
	if err == nil {
		c.part.op.track(rows)
	}
	return rows, c.part.op.settle(ctx, err)
}

// QueryRowxContext reads one row; errors come from scanning it.
func (c transactionConn) QueryRowxContext(ctx context.Context, query string, args ...any) *sqlx.Row {
	if err := c.enter(ctx, query); err != nil {
		return failedRow(err)
	}
	defer c.part.op.leave()
	c.db.observe(ctx, query, args...)
	row := c.part.op.via.QueryRowxContext(c.part.op.statementContext(ctx), c.db.sent(query), args...)
	if err := row.Err(); err != nil {
		return failedRow(c.part.op.settle(ctx, err))
	}
	c.part.op.track(openRow{row})
	return row
}

// openRows are rows that were given out. Columns fails once they are closed.
type openRows interface {
	Columns() ([]string, error)
	Close() error
}

// openRow is a row that was given out.
type openRow struct{ *sqlx.Row }

// Close closes the row, which scanning does.
func (r openRow) Close() error { return r.Scan() }

// tracksRows tells whether the operation closes what its function leaves open.
// database/sql does it where it runs the statements in its own transaction.
func (op *operation) tracksRows() bool { return op.db.dialect == SQLite && !op.reading }

// track notes rows that were given out. All but the last are closed, as a rule:
// few are ever kept.
func (op *operation) track(rows openRows) {
	if !op.tracksRows() {
		return
	}
	op.mu.Lock()
	defer op.mu.Unlock()
	if last := len(op.opened) - 1; last >= 0 {
		if _, closed := op.opened[last].Columns(); closed != nil {
			op.opened = op.opened[:last]
		}
	}
	op.opened = append(op.opened, rows)
}

// uncancelled keeps a context's values only. A statement of a Write is never
// interrupted: SQLite would undo the whole transaction.
func uncancelled(ctx context.Context) context.Context {
	if ctx.Done() == nil {
		return ctx
	}
	return context.WithoutCancel(ctx)
}

// failedRow makes a row that fails with err. sqlx keeps a row's error to
// itself, so it comes from a pool that cannot connect.
func failedRow(err error) *sqlx.Row {
	pool := sqlx.NewDb(sql.OpenDB(failing{err}), "")
	defer func() { _ = pool.Close() }() // nothing was opened
	return pool.QueryRowxContext(context.Background(), "")
}

// failing is a connector that only fails.
type failing struct{ err error }

// Connect fails.
func (f failing) Connect(context.Context) (driver.Conn, error) { return nil, f.err }

// Driver is never asked for.
func (f failing) Driver() driver.Driver { return nil }
