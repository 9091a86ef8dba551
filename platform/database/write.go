package database

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/jmoiron/sqlx"
)

// Limits of trying again when Postgres reports a conflict or a deadlock.
const (
	writeAttempts = 3
	writePause    = 10 * time.Millisecond
)

// Write runs fn in a transaction and returns nil once its changes are
// committed, durably. If fn fails or panics nothing of it remains and the
// hooks it registered are not run; its error is returned as it is. See the
// package comment for what fn may do.
//
// ctx bounds the wait for the writer and for the next attempt, not fn. On
// SQLite a process beside this one that holds the file's write lock can delay
// the start by five seconds more. An Unavailable fault says that fn did not
// take effect, except when the commit itself failed: then it is unknown, and
// repeating with an idempotency key finds out.
//
// On SQLite fn runs beside those of other Writes in one transaction, with one
// COMMIT for all (docs/adr/0015), and what one of them does wrong undoes its own
// part only: fn is run again if another has undone the whole. Config.WriteQueue
// may wait; one more is refused at once, as a fault of kind Unavailable with the
// code "overloaded". After the disk has failed, at a commit or while the log was
// moved, every Write is refused.
//
// Inside the fn of another Write it joins that one as a savepoint: its failure
// undoes its own changes and hooks only, its success counts when the outermost
// one is committed. Inside a Read it is refused with ErrReading.
func (db *DB) Write(ctx context.Context, fn func(ctx context.Context) error) error {
	if part := db.partOf(ctx); part != nil {
		return part.nest(ctx, fn)
	}
	return db.write(ctx, db.writer, fn)
}

// write is a Write that is not inside another one, on a connection of a pool.
func (db *DB) write(ctx context.Context, pool *sqlx.DB, fn func(ctx context.Context) error) error {
	if err := db.outside(ctx); err != nil {
		return err
	}
	if db.runTwice {
		// What it returns does not matter: like a conflict, it is tried again.
		_, _ = db.attempt(ctx, pool, fn, true)
	}
	waits, err := db.persist(ctx, pool, fn)
	if err != nil {
		return err
	}
	for _, wait := range waits {
		db.guardHook("after-commit wait", func() { wait(ctx) })
	}
	return nil
}

// persist attempts the operation until Postgres finds no conflict, at most
// three times.
func (db *DB) persist(ctx context.Context, pool *sqlx.DB, fn func(context.Context) error) ([]func(context.Context), error) {
	for try := 1; ; try++ {
		waits, err := db.attempt(ctx, pool, fn, false)
		if !isConflict(err) || try == writeAttempts || !pause(ctx, try) {
			return waits, err
		}
	}
}

// pause waits a little, and differently for each of those that met. It tells
// whether ctx allows another attempt.
func pause(ctx context.Context, try int) bool {
	wait := time.Duration(try) * writePause
	timer := time.NewTimer(wait/2 + rand.N(wait)) //nolint:gosec // jitter, not a secret
	defer timer.Stop()
	select {
	case <-timer.C:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}

// attempt runs fn once, in a transaction of its own, which a rehearsal then
// undoes. The end stands in defer, so that a panic and runtime.Goexit undo the
// transaction and travel on. The pool counts on Postgres; SQLite has one writer.
func (db *DB) attempt(
	ctx context.Context, pool *sqlx.DB, fn func(context.Context) error, rehearsal bool,
) (waits []func(context.Context), err error) {
	if db.dialect == SQLite {
		return db.writeInTurn(ctx, fn, rehearsal)
	}
	op, err := db.begin(ctx, pool, false)
	if err != nil {
		return nil, err
	}
	defer op.end()
	if err := op.run(ctx, op.thenStore(fn)); err != nil || rehearsal {
		return nil, err
	}
	if err := op.runBefore(ctx); err != nil {
		return nil, err
	}
	if err := op.commit(ctx); err != nil {
		return nil, db.uncommitted(ctx, err)
	}
	op.end() // now, since the hooks may take a while; once more is harmless
	return op.runAfter(), nil
}

// takeTurn waits for SQLite's writer and takes it for the caller alone, at most
// until ctx ends. On Postgres there is nothing to take.
func (db *DB) takeTurn(ctx context.Context) (release func(), err error) {
	if db.dialect == Postgres {
		return func() {}, nil
	}
	m := &member{wake: make(chan word, 1), alone: true}
	if err := db.join(m); err != nil {
		return nil, err
	}
	told := db.await(ctx, m)
	if told.turn == nil {
		return nil, told.err
	}
	release = func() { told.turn.finish(ctx) }
	if ctx.Err() != nil {
		release()
		return nil, db.late(ctx)
	}
	return release, nil
}

// outside checks that a context may be used outside a Write or Read.
func (db *DB) outside(ctx context.Context) error {
	select {
	case <-db.closed:
		return unavailable(errClosed)
	default:
	}
	if scopeOf(ctx).isInside(db) {
		return ErrOuterContext
	}
	return nil
}

// alone checks the context of what never joins a Write or Read.
func (db *DB) alone(ctx context.Context) error {
	part := db.partOf(ctx)
	if part == nil {
		return db.outside(ctx)
	}
	if err := part.ready(); err != nil {
		return err
	}
	if part.reading {
		return ErrReading
	}
	return ErrOuterContext
}
