package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
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
	done    bool // a Write is committed, a Read has read everything
	// bound ends the transaction on Postgres, however its server or the
	// network hang; on SQLite it never ends.
	bound  context.Context //nolint:containedctx // it is the operation's own
	cancel context.CancelFunc

	// mu guards what follows: a goroutine that wrongly uses the context must
	// meet an error, not a data race.
	mu     sync.Mutex
	top    *part // the innermost Write that runs, or the Read
	after  []func() func(context.Context)
	before []func(context.Context) error
	// lost is why nothing of the operation can be committed any more.
	lost error
}

// part is what one Write or Read, outermost or nested, does within an operation.
type part struct {
	op      *operation
	outer   *part
	reading bool // a Read, be it inside a Write
	depth   int
	ended   atomic.Bool
	// failed is the first statement of the part that failed, guarded by op.mu.
	// A Read inside another part leaves it to that one.
	failed error
	// How many hooks there were when it began.
	after, before int
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

// begin takes a connection and starts a transaction on it: to change rows,
// or only to read them all from one snapshot, which both databases take at the
// first statement. ctx bounds the wait for the connection.
func (db *DB) begin(ctx context.Context, reading bool) (*operation, error) {
	pool, isolation := db.writer, sql.LevelReadCommitted
	if reading {
		pool, isolation = db.readers, sql.LevelRepeatableRead
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
	return op, nil
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
	root := &part{op: op, reading: op.reading}
	op.top = root
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
	switch {
	case op.lost != nil:
		return op.lost
	case op.top != p:
		op.lose(errors.New("a nested Write was still running"))
		return op.lost
	case p.failed != nil:
		return fmt.Errorf("%w: %w", ErrAborted, p.failed)
	case !op.isOpen():
		op.lose(errors.New("SQLite rolled it back"))
		return op.lost
	}
	return nil
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
	err = op.db.translate(op.db.unique(ctx, err, op.tx), op.reading)
	if failed {
		op.mu.Lock()
		defer op.mu.Unlock()
		if op.top.failed == nil {
			op.top.failed = err
		}
		if !op.isOpen() {
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

// commit ends the operation well.
func (op *operation) commit(ctx context.Context) error {
	op.db.observe(ctx, "COMMIT")
	if err := op.tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", op.db.translate(op.db.unique(ctx, err, op.db.readers), false))
	}
	op.done = true
	return nil
}

// end undoes what is not committed and gives the connection back. Should
// SQLite ever fail to end the transaction, the next BEGIN on the connection
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

// nest runs a Write inside this part, as a savepoint.
func (p *part) nest(ctx context.Context, fn func(context.Context) error) (err error) {
	if err := p.ready(); err != nil {
		return err
	}
	if p.reading {
		return ErrReading
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("write: %w", p.op.db.translate(err, false))
	}
	inner, err := p.op.push(ctx)
	if err != nil {
		return err
	}
	returned := false
	defer func() {
		if !returned { // a panic or runtime.Goexit, which travels on
			_ = p.op.pop(ctx, inner, errors.New("panic"))
		}
	}()
	err = fn(context.WithValue(context.WithoutCancel(ctx), partKey{}, inner))
	returned = true
	if err == nil {
		err = p.op.verdict(inner)
	}
	return p.op.pop(ctx, inner, err)
}

// push opens a savepoint in the innermost part.
func (op *operation) push(ctx context.Context) (*part, error) {
	op.mu.Lock()
	outer := op.top
	inner := &part{op: op, outer: outer, depth: outer.depth + 1, after: len(op.after), before: len(op.before)}
	op.mu.Unlock()
	op.db.observe(ctx, "SAVEPOINT")
	if _, err := op.tx.ExecContext(op.statementContext(ctx), "SAVEPOINT "+inner.savepoint()); err != nil {
		return nil, fmt.Errorf("begin a nested write: %w", op.settle(ctx, err))
	}
	op.mu.Lock()
	op.top = inner
	op.mu.Unlock()
	return inner, nil
}

// pop closes the savepoint of a part: released when err is nil, otherwise
// undone, with the hooks of the part.
func (op *operation) pop(ctx context.Context, p *part, err error) error {
	p.ended.Store(true)
	ctx = op.statementContext(ctx) // the caller cannot cancel the end of a savepoint
	if err == nil {
		op.db.observe(ctx, "RELEASE")
		if _, failure := op.tx.ExecContext(ctx, "RELEASE SAVEPOINT "+p.savepoint()); failure != nil {
			err = fmt.Errorf("end a nested write: %w", op.db.translate(failure, false))
		}
	}
	op.mu.Lock()
	defer op.mu.Unlock()
	if op.top != p {
		op.lose(errors.New("two nested Writes ran at the same time"))
		return op.lost
	}
	op.top = p.outer
	if err == nil {
		return nil
	}
	op.after, op.before = op.after[:p.after], op.before[:p.before]
	for _, statement := range []string{"ROLLBACK TO SAVEPOINT ", "RELEASE SAVEPOINT "} {
		if _, failure := op.tx.ExecContext(ctx, statement+p.savepoint()); failure != nil {
			op.lose(fmt.Errorf("%w, after: %w", op.db.translate(failure, false), err))
		}
	}
	if op.lost != nil {
		return op.lost
	}
	return err
}

// savepoint names the part. The names are few, so the statements stay cached.
func (p *part) savepoint() string { return "part_" + strconv.Itoa(p.depth) }
