package database

import (
	"context"
	"sync"
	"sync/atomic"
)

// movePasses is how often at once the log is moved: each time what has been
// written during the time before, which is less and less.
const movePasses = 4

// mover moves the write-ahead log into the database while others go on writing
// to it, on a connection of its own: the pages, and the fsync of the database, take
// tens of milliseconds, for which nobody waits. Only the log's beginning anew needs
// the writer, which moves the few pages that have come meanwhile.
type mover struct {
	running sync.WaitGroup
	moving  atomic.Bool
	// moved: since it ran, the writer has not moved the rest.
	moved bool
}

// isMoving tells whether the log is being moved.
func (m *mover) isMoving() bool { return m.moving.Load() }

// hasMoved tells, once, that the log has been moved.
func (m *mover) hasMoved() bool {
	moved := m.moved
	m.moved = false
	return moved
}

// startMoving moves the log in the background. Whoever has the writer calls it.
func (db *DB) startMoving() {
	db.wal.moved = true
	db.wal.moving.Store(true)
	db.wal.running.Go(func() {
		defer db.wal.moving.Store(false)
		db.tended(db.moveLog(context.Background()))
	})
}

// moveLog moves the log, until a pass finds little or somebody reads the rest.
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
		if err != nil || moved-before <= logRest/db.wal.scale {
			return err
		}
		before = moved
	}
	return nil
}
