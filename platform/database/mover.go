package database

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/mattn/go-sqlite3"
)

// movePasses is how often at once the log is moved: each time what has been
// written during the time before, which is less and less.
const movePasses = 4

// movedEnough is how many pages a pass has moved when another is not worth it.
const movedEnough = 32

// mover moves the write-ahead log into the database while others go on writing
// to it, on a connection of its own: the pages, and the fsync of the database, take
// tens of milliseconds, for which nobody waits. Only the log's beginning anew needs
// the writer, which moves the pages that have come meanwhile.
type mover struct {
	running sync.WaitGroup
	moving  atomic.Bool // the log is being moved
}

// startMoving moves the log in the background. Whoever has the writer calls it.
func (db *DB) startMoving() {
	db.wal.moving.Store(true)
	db.wal.running.Go(func() {
		defer db.wal.moving.Store(false)
		db.tended(db.moveLog(context.Background()))
	})
}

// moveLog moves the log, until a pass finds little or somebody reads the rest. SQLite
// syncs the database only in a pass that reaches the end of the log, which is the
// writer's: it would wait for all that was moved. So that is brought to the disk here
// (docs/adr/0028). Until then the log is the only place where the pages are sure to be
// (see abandon).
func (db *DB) moveLog(ctx context.Context) error {
	if before := db.breaks.Moving.Load(); before != nil {
		if err := (*before)(); err != nil {
			return err
		}
	}
	before := 0
	for range movePasses {
		// The length is that of when the pass began: what has come since, the next
		// one shows.
		_, moved, err := db.checkpoint(ctx, db.movers, "PASSIVE")
		if errors.Is(err, errLogBusy) {
			continue // the writer was just telling that it has written: there is no waiting for that
		}
		if err != nil || moved-before <= movedEnough/db.wal.scale {
			return err
		}
		if err = db.file.bring(); err != nil {
			return err
		}
		before = moved
	}
	return nil
}

// abandon has SQLite keep the log when the last connection is closed. Pages that were
// moved may not be on the disk, if that has failed at the fsync, and another fsync
// would not tell (docs/adr/0015): whoever opens the file again has to find the log,
// and moves all of it once more.
func (db *DB) abandon() error {
	conn, err := db.writer.Conn(context.Background())
	if err != nil {
		return fmt.Errorf("keep SQLite's write-ahead log: %w", err)
	}
	defer func() { _ = conn.Close() }() // gives it back to the pool
	return conn.Raw(func(driver any) error {
		lite, _ := driver.(*sqlite3.SQLiteConn) // it is none other
		return lite.SetFileControlInt("main", sqlite3.SQLITE_FCNTL_PERSIST_WAL, 1)
	})
}
