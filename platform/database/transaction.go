package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jmoiron/sqlx"
)

// operation is one attempt of one outermost Write, or one outermost Read.
type operation struct {
	db      *DB
	reading bool
	conn    *sqlx.Conn
	tx      *sqlx.Tx
	via     runner // what runs its statements: tx, or conn
	done    bool   // a Write is committed, a Read has read everything
	// bound ends the transaction on Postgres, however its server or the
	// network hang; on SQLite it never ends.
	bound  context.Context //nolint:containedctx // it is the operation's own
	cancel context.CancelFunc

	// using is held by each statement, and by finish while it sets finished: a
	// goroutine that outlives the operation must not reach the next one, which
	// on SQLite has the same transaction.
	using    sync.RWMutex
	finished bool

	// mu guards what follows: a goroutine that wrongly uses the context must
	// meet an error, not a data race.
	mu     sync.Mutex
	top    *part // the innermost Write that runs, or the Read
	root   *part // the outermost
	after  []func() func(context.Context)
	before []func(context.Context) error
	// lost is why nothing of the operation can be committed any more.
	lost error
	// dropped: the database undid the transaction when a statement failed.
	dropped bool
	// gathered is what is stored at the end; taken is what a Flush stored of the
	// batch, which an operation that fails gives back.
	gathered, taken []gathered
	// stores: gathered items are being stored.
	stores bool
	// batch is what the operation shares its transaction with, on SQLite; sharing
	// tells that others do take part, so that the outermost part needs a savepoint
	// before it changes anything.
	batch   *batch
	sharing bool
	// opened are rows that may still be open. They would keep SQLite from
	// releasing a savepoint.
	opened []openRows
}

// part is what one Write or Read, outermost or nested, does within an operation.
type part struct {
	op      *operation
	outer   *part
	reading bool // a Read, be it inside a Write
	depth   int
	// saved: the part has its savepoint, or needs none: the outermost one, unless
	// it shares its transaction. Guarded by op.mu.
	saved bool
	ended atomic.Bool
	// failed is the first statement of the part that failed, guarded by op.mu.
	// A Read inside another part leaves it to that one.
	failed error
	// How many hooks and gathered items there were when it began.
	after, before, gathered int
}

// runner is a transaction, or the connection that it is on.
type runner interface {
	sqlx.QueryerContext
	sqlx.ExecerContext
}

// partKey finds the innermost part in a context.
type partKey struct{}

// partOf finds the part of this database in a context, or nil.
func (db *DB) partOf(ctx context.Context) *part {
	if p, ok := ctx.Value(partKey{}).(*part); ok && p.op.db == db {
		return p
	}
	return nil
}

// begin takes a connection of a pool and starts a transaction on it: to change
// rows, or only to read them all from one snapshot, which both databases take at
// the first statement. ctx bounds the wait for the connection.
func (db *DB) begin(ctx context.Context, pool *sqlx.DB, reading bool) (*operation, error) {
	isolation := sql.LevelReadCommitted
	if reading {
		isolation = sql.LevelRepeatableRead
	}
	conn, err := pool.Connx(ctx)
	if err != nil {
		return nil, fmt.Errorf("take a connection: %w", db.translate(err, reading))
	}
	op := &operation{db: db, reading: reading, conn: conn}
	op.bound, op.cancel = db.bind(ctx, reading)
	var options *sql.TxOptions // SQLite: BEGIN IMMEDIATE by the writer's DSN, BEGIN by the readers'
	if db.dialect == Postgres {
		options = &sql.TxOptions{Isolation: isolation, ReadOnly: reading}
	}
	within := func() bool { return true }
	if reading {
		within = context.AfterFunc(ctx, op.cancel) // until BEGIN is through, which waits for the network
	}
	db.observe(ctx, "BEGIN")
	op.tx, err = conn.BeginTxx(op.bound, options)
	if !within() {
		err = ctx.Err()
	}
	if err != nil {
		op.end()
		return nil, fmt.Errorf("begin a transaction: %w", db.translate(err, reading))
	}
	op.via = op.tx
	if op.tracksRows() {
		op.via = conn // the same connection, without the goroutine that database/sql gives the rows of a Tx
	}
	return op, nil
}

// share makes one of the operations that run in the same transaction, one after
// the other.
func (op *operation) share() *operation {
	return &operation{db: op.db, conn: op.conn, tx: op.tx, via: op.via, bound: op.bound, cancel: func() {}}
}

// enter keeps the operation from being finished while a statement runs, until
// leave is called. It fails, with ErrEnded, when the operation is finished.
func (op *operation) enter() error {
	op.using.RLock()
	if op.finished {
		op.using.RUnlock()
		return ErrEnded
	}
	return nil
}

// leave is the end of what began with enter.
func (op *operation) leave() { op.using.RUnlock() }

// finish waits for statements that goroutines of the operation still run, lets
// no further one begin and closes the rows that were left open.
func (op *operation) finish() {
	op.using.Lock()
	op.finished = true
	op.using.Unlock()
	for _, rows := range op.opened {
		_ = rows.Close() // nothing depends on them
	}
}

// bind gives the context that a transaction as a whole ends with. It is never
// the caller's: a Write must not end with that, and of a Read it interrupts
// the statements. Were it the transaction's, database/sql would roll back
// beside a running fn, whose statements then fail in a dozen ways, and throw
// SQLite's connection away.
func (db *DB) bind(ctx context.Context, reading bool) (context.Context, context.CancelFunc) {
	bound := context.WithoutCancel(ctx)
	switch {
	case db.dialect == SQLite:
		return bound, func() {}
	case reading:
		return context.WithCancel(bound)
	}
	return context.WithTimeout(bound, db.transactionTime)
}

// statementContext is the context of a statement of the transaction. In a Read
// whoever asked may stop waiting. In a Write the caller's deadline does not
// interrupt it: SQLite would undo the whole transaction. Postgres undoes only
// this one when its time is up.
func (op *operation) statementContext(ctx context.Context) context.Context {
	switch {
	case op.reading:
		return ctx
	case op.db.dialect == Postgres:
		return op.bound
	}
	return uncancelled(ctx)
}

// run runs fn as the outermost part.
func (op *operation) run(ctx context.Context, fn func(context.Context) error) error {
	root := &part{op: op, reading: op.reading, saved: !op.sharing}
	op.root, op.top = root, root
	defer root.ended.Store(true)
	leave, err := scopeOf(ctx).enter(op.db)
	if err != nil {
		return err
	}
	defer leave()
	inner := ctx
	if !op.reading {
		inner = context.WithoutCancel(ctx)
	}
	if err := fn(context.WithValue(inner, partKey{}, root)); err != nil {
		return err
	}
	return op.verdict(root)
}

// verdict tells, after fn has returned nil, whether the part may be kept: fn
// may have passed over the failure of a statement.
func (op *operation) verdict(p *part) error {
	op.mu.Lock()
	defer op.mu.Unlock()
	if err := op.runsOn(p); err != nil {
		return err
	}
	switch {
	case p.failed != nil:
		return fmt.Errorf("%w: %w", ErrAborted, p.failed)
	case !op.isOpen():
		op.lose(errors.New("SQLite rolled it back"))
		return op.lost
	}
	p.ended.Store(true) // before op.mu is free: what has been judged stays as it is
	return nil
}

// runsOn gives up the operation if something of the part, whose function has
// returned, runs on in another goroutine. op.mu is held.
func (op *operation) runsOn(p *part) error {
	switch {
	case op.lost != nil:
	case op.top != p:
		op.lose(errors.New("a nested Write was still running"))
	case op.stores && p.outer == nil:
		op.lose(errors.New("a Flush was still running"))
	}
	return op.lost
}

// lose gives up the whole operation. op.mu is held.
func (op *operation) lose(cause error) {
	if op.lost == nil {
		op.lost = fmt.Errorf("database: the whole transaction is undone: %w", cause)
	}
}

// isOpen asks the connection whether the transaction is still there. SQLite
// rolls it back by itself when the disk is full or a statement says OR
// ROLLBACK, and what follows would be committed one by one. Postgres never
// does that.
func (op *operation) isOpen() bool {
	if op.db.dialect == Postgres {
		return true
	}
	open := false
	err := op.conn.Raw(func(conn any) error {
		lite, ok := conn.(interface{ AutoCommit() bool })
		open = ok && !lite.AutoCommit()
		return nil
	})
	return err == nil && open
}

// settle notes what the failure of a statement means for its transaction and
// translates it.
func (op *operation) settle(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	// Postgres's connection does not survive an interrupted statement.
	failed := isStatementFailure(err) || op.reading && isInterruption(err)
	err = op.db.translate(op.db.unique(ctx, err, op.via), op.reading)
	if failed {
		op.mu.Lock()
		defer op.mu.Unlock()
		if op.top.failed == nil {
			op.top.failed = err
		}
		if !op.isOpen() {
			op.dropped = op.lost == nil
			op.lose(err)
		}
	}
	return err
}

// ready tells whether a statement or hook may still be added to the part.
func (p *part) ready() error {
	for around := p; around != nil; around = around.outer {
		if around.ended.Load() {
			return ErrEnded
		}
	}
	op := p.op
	op.mu.Lock()
	defer op.mu.Unlock()
	switch {
	case op.lost != nil:
		return op.lost
	case op.top.failed != nil:
		return fmt.Errorf("%w: %w", ErrAborted, op.top.failed)
	}
	return nil
}

// commit ends the operation well. Its error is the driver's.
func (op *operation) commit(ctx context.Context) error {
	op.db.observe(ctx, "COMMIT")
	if err := op.tx.Commit(); err != nil {
		return err
	}
	op.done = true
	return nil
}

// uncommitted is the error of an operation whose commit failed with the
// driver's error.
func (db *DB) uncommitted(ctx context.Context, cause error) error {
	return fmt.Errorf("commit: %w", db.translate(db.unique(ctx, cause, db.readers), false))
}

// end undoes what is not committed and gives the connection back. It may be
// called again once the operation is committed. Should SQLite ever fail to end the transaction, the next BEGIN on the connection
// fails too: nothing can join it unnoticed.
func (op *operation) end() {
	if op.reading { // a Write's time is limited as a whole
		defer time.AfterFunc(readEndTime, op.cancel).Stop()
	}
	switch {
	case op.tx == nil: // there was no BEGIN
	case !op.done:
		_ = op.tx.Rollback() // fails when the database has dropped the transaction: fine
	case op.reading:
		// A failure takes nothing from what has been read. It is no ROLLBACK
		// for those who count these on a server.
		op.db.observe(op.bound, "COMMIT")
		_ = op.tx.Commit()
	}
	_ = op.conn.Close() // gives it back to the pool
	op.cancel()
}
