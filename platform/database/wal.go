package database

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/mattn/go-sqlite3"
	"go.uber.org/zap"
)

// Bounds of SQLite's write-ahead log, in pages of 4 KiB. It is kept below
// 64 MiB: with several readers at any moment, or one for long, it would
// otherwise grow without bound (measured: 260 and 340 MiB in 14 s).
const (
	// logMove, 32 MiB, is when its pages are moved into the database, after which
	// the log is written from its beginning again, unless somebody reads it. Pages
	// that many commits change are moved once.
	logMove = 8192
	// logRest, 1 MiB, is how much the writer moves itself, so that the log can begin
	// anew; more is left to the mover.
	logRest = 256
	// logLimit, 40 MiB, is when writing waits a little for those who read it, at
	// each logStep more. That is enough where readers come and go.
	logLimit, logStep = 10240, 256
	// logUrgent, 48 MiB, is when it waits for long, at each logUrgentStep more.
	logUrgent, logUrgentStep = 12288, 1024
	// logLook is after how many operations the log is looked at, which costs
	// some microseconds.
	logLook = 8
)

// How long writing waits for the readers of the log, each time.
const (
	logWait       = 250 * time.Millisecond
	logUrgentWait = 5 * time.Second // the writer's _busy_timeout
)

// walState is what tendLog remembers. Whoever has the writer uses it.
type walState struct {
	// scale divides the bounds, for tests; waits tells whether it waits at all.
	scale int
	waits bool
	// patience is the length at which writing waits next.
	patience int
	// unseen are the operations since the log was looked at.
	unseen int

	mover
}

// tendLog keeps the write-ahead log short. It runs on the writer's connection
// between two batches, when those of the last one have been answered. SQLite
// would do it within a commit and tell nobody that the disk failed.
//
// The log stays below 64 MiB unless a single Write is larger than the rest or
// somebody reads one state for longer than writing waits: 2 s and then 20 s.
func (db *DB) tendLog(writer *operation, operations int) {
	if db.wal.unseen += operations; db.wal.unseen < logLook || db.broken.Load() {
		return
	}
	db.wal.unseen = 0
	length, moved, err := db.checkpoint(writer.bound, writer.conn, "NOOP")
	if err == nil && length >= logMove/db.wal.scale && !db.wal.moving.Load() {
		switch {
		case length-moved >= logRest/db.wal.scale:
			db.startMoving()
		case length > moved:
			length, _, err = db.checkpoint(writer.bound, writer.conn, "PASSIVE")
		}
	}
	limit := logLimit / db.wal.scale
	if err == nil && length >= max(limit, db.wal.patience) {
		length, err = db.emptyLog(writer, length)
	}
	if length < limit {
		db.wal.patience = 0
	}
	db.tended(err)
}

// tended judges the failure of a checkpoint.
func (db *DB) tended(err error) {
	if isDiskFailure(err) {
		db.giveUp(err)
	} else if err != nil {
		db.log.Warn("SQLite's write-ahead log cannot be moved into the database; it will be tried again", zap.Error(err))
	}
}

// emptyLog waits for those who read the log, and empties it, if they end in
// time. It gives the length that remains.
func (db *DB) emptyLog(writer *operation, length int) (int, error) {
	db.wal.running.Wait() // two at once refuse each other
	if db.broken.Load() {
		return length, nil
	}
	wait, step := logWait, logStep
	if length >= logUrgent/db.wal.scale {
		wait, step = logUrgentWait, logUrgentStep
		db.log.Warn("SQLite's write-ahead log is long because somebody reads for long: writing waits", zap.Int("pages", length))
	}
	if !db.wal.waits {
		wait = 0
	}
	if err := setBusyTimeout(writer, wait); err != nil {
		return length, err
	}
	left, _, err := db.checkpoint(writer.bound, writer.conn, "TRUNCATE")
	if err == nil {
		length = left
	}
	db.wal.patience = length + step/db.wal.scale
	return length, errors.Join(err, setBusyTimeout(writer, logUrgentWait))
}

// setBusyTimeout sets how long the writer's connection waits for others.
func setBusyTimeout(writer *operation, wait time.Duration) error {
	row := writer.conn.QueryRowxContext(writer.bound, fmt.Sprintf("PRAGMA busy_timeout=%d", wait.Milliseconds()))
	if err := row.Scan(new(int)); err != nil {
		return fmt.Errorf("set SQLite's busy_timeout: %w", err)
	}
	return nil
}

// errLogBusy is a checkpoint that SQLite has not begun.
var errLogBusy = errors.New("another connection is at one, or is changing what all read first")

// checkpoint runs a checkpoint and tells how many pages are in the log and how
// many of them have been moved. NOOP only looks.
func (db *DB) checkpoint(ctx context.Context, on sqlx.QueryerContext, mode string) (length, moved int, err error) {
	if failure := db.breaks.Checkpoint.Load(); failure != nil {
		return 0, 0, *failure
	}
	var busy int
	row := on.QueryRowxContext(ctx, "PRAGMA wal_checkpoint("+mode+")")
	if err := row.Scan(&busy, &length, &moved); err != nil {
		return 0, 0, fmt.Errorf("checkpoint %s: %w", mode, err)
	}
	if length < 0 {
		return 0, 0, fmt.Errorf("checkpoint %s: %w", mode, errLogBusy)
	}
	return length, moved, nil
}

// prepareWriter checks a connection that may write. It leaves the checkpoints to
// tendLog. What a savepoint would bring back, SQLite keeps in memory: by default
// beyond 64 KiB in a file, which is two system calls a page, in each commit. So it
// does what it sorts, such as an index that a migration builds.
func prepareWriter(conn *sqlite3.SQLiteConn) error {
	if err := checkWriter(conn); err != nil {
		return err
	}
	for _, setting := range []string{"wal_autocheckpoint=0", "temp_store=MEMORY"} {
		if _, err := conn.Exec("PRAGMA "+setting, nil); err != nil {
			return fmt.Errorf("set SQLite's %s: %w", setting, err)
		}
	}
	return nil
}
