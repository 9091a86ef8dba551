package database

import (
	"database/sql/driver"
	"errors"
	"fmt"

	"github.com/mattn/go-sqlite3"
	"go.uber.org/zap"
)

// Bounds of SQLite's write-ahead log, in pages of 4 KiB.
const (
	// logMove is when its pages are moved into the database, after which the
	// log is written from its beginning again. SQLite's own bound is the same.
	logMove = 1000
	// logLimit, 32 MiB, is when writing waits for those who read an old state:
	// as long as one does, the log grows.
	logLimit = 8192
	// logStep, 8 MiB, is when it waits again, if it was in vain.
	logStep = 2048
	// logLook is after how many operations the log is looked at, which costs a
	// few microseconds.
	logLook = 8
)

// frames bounds the write-ahead log.
type frames struct {
	move, limit, step int // logMove and so on; tests have smaller ones
	// patience is the length at which writing waits for readers.
	patience int
	// unseen are the operations since the log was looked at.
	unseen int
}

// tendLog keeps the write-ahead log short. It runs on the writer's connection
// between two batches, when those of the last one have been answered. SQLite
// would do it within a commit and tell nobody that the disk failed.
//
// The log stays below 64 MiB unless a single Write is larger than the rest or
// somebody reads one state for longer than writing has waited: four times, up
// to five seconds each (the writer's _busy_timeout).
func (db *DB) tendLog(writer *operation, operations int) {
	if db.wal.unseen += operations; db.wal.unseen < logLook {
		return
	}
	db.wal.unseen = 0
	length, moved, err := checkpoint(writer, "NOOP")
	if err == nil && length-moved >= db.wal.move {
		length, _, err = checkpoint(writer, "PASSIVE")
	}
	db.wal.patience = max(db.wal.patience, db.wal.limit)
	if err == nil && length >= db.wal.patience {
		if length, _, err = checkpoint(writer, "TRUNCATE"); length > 0 {
			db.wal.patience = length + db.wal.step
			db.log.Warn("SQLite's write-ahead log is long, because somebody reads for long", zap.Int("pages", length))
		}
	}
	if length < db.wal.limit {
		db.wal.patience = db.wal.limit
	}
	if isDiskFailure(err) {
		db.giveUp(err)
	} else if err != nil {
		db.log.Warn("SQLite's write-ahead log cannot be moved into the database; it will be tried again", zap.Error(err))
	}
}

// checkpoint runs a checkpoint and tells how many pages are in the log and how
// many of them have been moved. NOOP only looks.
func checkpoint(writer *operation, mode string) (length, moved int, err error) {
	var busy int
	row := writer.conn.QueryRowxContext(writer.bound, "PRAGMA wal_checkpoint("+mode+")")
	if err := row.Scan(&busy, &length, &moved); err != nil {
		return 0, 0, fmt.Errorf("checkpoint: %w", err)
	}
	return length, moved, nil
}

// prepareWriter checks a writer's connection and leaves the checkpoints to
// tendLog.
func prepareWriter(conn *sqlite3.SQLiteConn) error {
	if err := checkWriter(conn); err != nil {
		return err
	}
	rows, err := conn.Query("PRAGMA wal_autocheckpoint=0", nil)
	if err != nil {
		return fmt.Errorf("switch off SQLite's checkpoints: %w", err)
	}
	value := make([]driver.Value, 1)
	if err := errors.Join(rows.Next(value), rows.Close()); err != nil {
		return fmt.Errorf("switch off SQLite's checkpoints: %w", err)
	}
	return nil
}
