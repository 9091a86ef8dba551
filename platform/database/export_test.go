package database

import (
	"context"
	"io/fs"
	"time"
)

// What black-box tests cannot reach otherwise.

// CheckSQLiteOptions opens a writer with other options than ours and answers
// what its check says.
func CheckSQLiteOptions(path, options string) error {
	pool, err := openSQLitePool(context.Background(), path, options, 1, checkWriter)
	if err != nil {
		return err
	}
	return pool.Close()
}

// WriterOptions are the options of the writer's DSN.
const WriterOptions = writerOptions

// RefuseSQLite is what a version of SQLite that is too old is answered.
func RefuseSQLite(number int) error { return refuseSQLite(number) }

// OldestSQLite is the oldest version that is accepted.
const OldestSQLite = oldestSQLite

// WriterConnections is how many Writes can run at once.
func (db *DB) WriterConnections() int { return db.writer.Stats().MaxOpenConnections }

// BusyWriters is how many connections for Writes are in use.
func (db *DB) BusyWriters() int { return db.writer.Stats().InUse }

// ReaderConnections are how many reads can run at once and how many
// connections are open.
func (db *DB) ReaderConnections() (most, open int) {
	stats := db.readers.Stats()
	return stats.MaxOpenConnections, stats.OpenConnections
}

// BusyReaders is how many connections of the read pool are in use.
func (db *DB) BusyReaders() int { return db.readers.Stats().InUse }

// Translate is the one place where drivers' errors are classified.
func (db *DB) Translate(err error, reading bool) error { return db.translate(err, reading) }

// PlatformFiles are this package's own migrations.
func PlatformFiles() fs.FS { return platformFiles }

// LimitTransactions sets how long a transaction on Postgres may take.
func (db *DB) LimitTransactions(most time.Duration) { db.transactionTime = most }

// LeaveOutSavepoints has the operations of a batch run without savepoints, which
// the gate has to notice.
func (db *DB) LeaveOutSavepoints() { db.breaks.Savepoints = true }

// FailCommits has every commit of SQLite fail with an error, without being
// tried; nil ends it.
func (db *DB) FailCommits(err error) { db.breaks.Commit.Store(failure(err)) }

// FailCheckpoints has every checkpoint of SQLite fail with an error.
func (db *DB) FailCheckpoints(err error) { db.breaks.Checkpoint.Store(failure(err)) }

// BeforeMoving has something done before the log is moved in the background. An
// error takes the place of that.
func (db *DB) BeforeMoving(do func() error) { db.breaks.Moving.Store(&do) }

// SpoilSync has every fsync of ours fail from now on.
func (db *DB) SpoilSync() error { return db.file.Close() }

// ErrLogBusy is a checkpoint that SQLite has not begun.
var ErrLogBusy = errLogBusy

func failure(err error) *error {
	if err == nil {
		return nil
	}
	return &err
}

// ShortenLog divides the bounds of the write-ahead log, and has nobody wait for
// its readers. It must not be called while somebody writes.
func (db *DB) ShortenLog(scale int) { db.wal = walState{scale: scale} }

// Bounds of the write-ahead log, in pages, and how often it is looked at.
const (
	LogMove       = logMove
	LogLimit      = logLimit
	LogStep       = logStep
	LogUrgent     = logUrgent
	LogUrgentStep = logUrgentStep
	LogLook       = logLook
)

// InPieces is how a file is written out.
func InPieces(size int64, now func() time.Time, write func(at, length int64) error) error {
	return inPieces(size, now, write)
}
