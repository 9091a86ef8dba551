package database

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/mattn/go-sqlite3"

	"zomato/platform/fault"
)

// Misuse of this package: programming errors, except for ErrLocked.
var (
	// ErrEnded: the context or Conn belongs to a Write or Read that has ended,
	// for example in a goroutine that outlived it.
	ErrEnded = errors.New("database: this transaction has ended")
	// ErrOuterContext: inside a Write or Read something was asked with the
	// context from outside. A read would see another state, a Write would wait
	// for itself.
	ErrOuterContext = errors.New("database: inside a Write or Read, use the context that its function was given")
	// ErrReading: a Write began inside a Read, which would not see its changes.
	ErrReading = errors.New("database: nothing is written inside a Read: put the Write before or after it, or the Read into the Write")
	// ErrReadOnly: a statement outside a Write tried to change something.
	ErrReadOnly = errors.New("database: changes are made inside a Write")
	// ErrAborted: an earlier statement of this Write, nested Write or Read
	// failed. What a Write did is undone.
	ErrAborted = errors.New("database: an earlier statement of this transaction failed")
	// ErrNotWriting: a hook was given outside a Write.
	ErrNotWriting = errors.New("database: hooks belong inside a Write")
	// ErrUnopened: something was asked of a DB that Unopened made.
	ErrUnopened = errors.New("database: it was not opened")
	// ErrLocked: another process serves this database.
	ErrLocked = errors.New("another zomato is already serving this database")
)

// errClosed is what a closed DB answers, as the cause of an Unavailable fault.
var errClosed = errors.New("the database is closed")

// retryAfter is when a client may try again after "database_unavailable".
const retryAfter = time.Second

// unavailable is the fault for whatever means "not now".
func unavailable(cause error) error {
	return fault.New(fault.Unavailable, "database_unavailable",
		"The database is not available at the moment. Please try again.").After(retryAfter).Because(cause)
}

// translate turns a driver's error into what this package promises. It is the
// only place that does, and leaves alone what it has already translated.
// Unique violations are named by uniqueIndexes.
func (db *DB) translate(err error, reading bool) error {
	if err == nil || errors.Is(err, sql.ErrNoRows) || errors.Is(err, context.Canceled) {
		return err
	}
	if _, done := fault.As(err); done || errors.Is(err, ErrReadOnly) {
		return err
	}
	if errors.Is(err, sql.ErrTxDone) || errors.Is(err, sql.ErrConnDone) {
		return fmt.Errorf("%w: %w", ErrEnded, err)
	}
	readOnly, notNow := false, isTransport(err)
	if lite, ok := errors.AsType[sqlite3.Error](err); ok {
		readOnly = lite.Code == sqlite3.ErrReadonly
		notNow = isSQLiteUnavailable(lite.Code)
	} else if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		readOnly = pg.Code == "25006" // read_only_sql_transaction
		notNow = isPostgresUnavailable(pg.Code)
		if pg.Code == "25P02" { // in_failed_sql_transaction
			return fmt.Errorf("%w: %w", ErrAborted, err)
		}
	}
	switch {
	case readOnly && reading:
		return fmt.Errorf("%w: %w", ErrReadOnly, err)
	case readOnly, notNow: // the writer's file or server has become read-only
		return unavailable(err)
	}
	return err
}

// isTransport recognises what is no answer of a database: time-outs, refused
// and broken connections.
func isTransport(err error) bool {
	for _, target := range []error{
		context.DeadlineExceeded, driver.ErrBadConn, pgconn.ErrConnClosed, io.EOF, io.ErrUnexpectedEOF, net.ErrClosed,
	} {
		if errors.Is(err, target) {
			return true
		}
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return true
	}
	_, ok := errors.AsType[net.Error](err)
	return ok || pgconn.Timeout(err)
}

// isSQLiteUnavailable: busy, full, broken disk, no memory. A corrupt file is
// not among them; it needs a person.
func isSQLiteUnavailable(code sqlite3.ErrNo) bool {
	switch code {
	case sqlite3.ErrBusy, sqlite3.ErrLocked, sqlite3.ErrFull, sqlite3.ErrIoErr, sqlite3.ErrCantOpen,
		sqlite3.ErrNomem, sqlite3.ErrProtocol, sqlite3.ErrInterrupt:
		return true
	}
	return false
}

// isPostgresUnavailable decides by SQLSTATE
// (https://www.postgresql.org/docs/current/errcodes-appendix.html).
func isPostgresUnavailable(code string) bool {
	switch code {
	case "55P03", "57014", "57P01", "57P02", "57P03", // lock and statement time-outs, shutting down, starting
		"25P03", "40001", "40P01": // idle in transaction, conflict that retrying did not solve
		return true
	}
	// Connection exceptions, insufficient resources, system errors.
	return strings.HasPrefix(code, "08") || strings.HasPrefix(code, "53") || strings.HasPrefix(code, "58")
}

// isConflict tells whether Postgres asks for the transaction to be tried again.
func isConflict(err error) bool {
	pg, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (pg.Code == "40001" || pg.Code == "40P01")
}

// isInterruption tells whether somebody stopped waiting for a statement.
func isInterruption(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// isStatementFailure tells whether the database itself refused a statement,
// after which Postgres accepts no further one in the transaction.
func isStatementFailure(err error) bool {
	if _, ok := errors.AsType[sqlite3.Error](err); ok {
		return true
	}
	_, ok := errors.AsType[*pgconn.PgError](err)
	return ok
}
