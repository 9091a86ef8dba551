package database

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"

	"github.com/mattn/go-sqlite3"
	"go.uber.org/zap"
)

// batch is the operations that share one transaction and one commit on SQLite
// (docs/adr/0015). They take turns, each on the goroutine of its caller;
// whoever has the turn owns everything here. The last one commits for all.
type batch struct {
	db *DB
	// single: nobody else takes part, so no savepoint is needed.
	single bool
	// left is how many turns there may still be.
	left int
	// trunk has the transaction; nil until an operation begins.
	trunk *operation
	// kept are the operations that succeeded, in their order.
	kept []keptOperation
	// gathered is what they left to be stored before the commit.
	gathered []gathered
	// lost is why nothing of the batch can be committed; nil while it can.
	lost error
	// undone: what was lost is known to have no effect.
	undone bool
}

// breaks is what tests break on purpose.
type breaks struct {
	// Savepoints: operations that share a transaction have no savepoints.
	Savepoints bool
	// Commit and Checkpoint are how every commit and every checkpoint of SQLite
	// fails, without being tried.
	Commit, Checkpoint atomic.Pointer[error]
	// Moving comes before the log is moved in the background, and can keep it from
	// being moved.
	Moving atomic.Pointer[func() error]
}

// keptOperation is an operation that waits for the commit.
type keptOperation struct {
	member *member
	op     *operation
}

// errLostByAnother is the cause of an Unavailable fault.
var errLostByAnother = errors.New("another operation of the same commit ended the transaction")

// writeInTurn runs fn in a batch, which a rehearsal then leaves without effect.
// It is repeated, alone, when another operation has undone the batch.
func (db *DB) writeInTurn(ctx context.Context, fn func(context.Context) error, rehearsal bool) ([]func(context.Context), error) {
	m := &member{wake: make(chan word, 1)}
	if err := db.join(m); err != nil {
		return nil, err
	}
	for {
		told := db.await(ctx, m)
		if told.turn == nil {
			return told.waits, told.err
		}
		if kept, err := told.turn.run(ctx, m, fn, rehearsal); !kept {
			return nil, err
		}
	}
}

// run is a member's turn. Its ends stand in defer, so that a panic and
// runtime.Goexit undo the operation, hand the turn on and travel on.
func (b *batch) run(ctx context.Context, m *member, fn func(context.Context) error, rehearsal bool) (kept bool, err error) {
	defer b.pass(ctx)
	if ctx.Err() != nil {
		return false, b.db.late(ctx)
	}
	op, err := b.begin(ctx)
	if err != nil {
		return false, err
	}
	defer func() {
		if !kept {
			b.undo(op)
		}
	}()
	op.batch = b
	if b.single || rehearsal {
		fn = op.thenStore(fn)
	}
	if err := op.run(ctx, fn); err != nil || rehearsal {
		return false, err
	}
	if err := b.keep(ctx, op); err != nil {
		return false, err
	}
	b.kept, b.gathered = append(b.kept, keptOperation{m, op}), append(b.gathered, op.gathered...)
	return true, nil
}

// begin opens the transaction if this is its first operation. Unless it is the
// only one it gets a savepoint, before its first statement that may change
// something.
func (b *batch) begin(ctx context.Context) (*operation, error) {
	if b.trunk == nil {
		trunk, err := b.db.begin(ctx, b.db.writer, false)
		if err != nil {
			return nil, err
		}
		b.trunk = trunk
	}
	if b.single {
		return b.trunk, nil
	}
	op := b.trunk.share()
	op.sharing = !b.db.breaks.Savepoints
	return op, nil
}

// keep ends an operation that succeeded. That its savepoint is still there
// proves that the transaction is, and that it is the same. One without has only
// read, which ends no transaction.
func (b *batch) keep(ctx context.Context, op *operation) error {
	op.finish()
	if !op.hasSavepoint() {
		return nil
	}
	b.db.observe(ctx, "RELEASE")
	if _, err := op.via.ExecContext(op.bound, "RELEASE SAVEPOINT "+rootSavepoint); err != nil {
		err = fmt.Errorf("database: the whole transaction is undone: end an operation: %w", err)
		b.lose(err, false)
		return err
	}
	return nil
}

// undo takes back an operation that failed, and asks whether the others are
// still there: SQLite drops the whole transaction when the disk is full, an
// input or output fails, or a statement says OR ROLLBACK.
func (b *batch) undo(op *operation) {
	op.finish()
	b.gathered = append(op.taken, b.gathered...)
	if b.single || b.db.breaks.Savepoints {
		return // the end of the batch undoes all of it
	}
	if !op.isOpen() {
		// Without a failed statement it may have been a COMMIT as well.
		b.lose(errLostByAnother, op.dropped)
		return
	}
	if !op.hasSavepoint() {
		return
	}
	for _, statement := range []string{"ROLLBACK TO SAVEPOINT ", "RELEASE SAVEPOINT "} {
		if _, err := op.via.ExecContext(op.bound, statement+rootSavepoint); err != nil {
			b.lose(fmt.Errorf("%w: %w", errLostByAnother, err), false)
		}
	}
}

// lose gives up the batch.
func (b *batch) lose(cause error, undone bool) {
	if b.lost == nil {
		b.lost, b.undone = cause, undone
	}
}

// pass gives the turn to the next member; after the last one the batch ends.
func (b *batch) pass(ctx context.Context) {
	if b.lost == nil && b.db.queue.next(b) {
		return
	}
	b.finish(ctx)
}

// finish commits, runs the hooks, answers everybody, looks after the
// write-ahead log, frees the writer and begins the next batch, in this order.
// The steps stand in defer: a hook can end the goroutine that runs it.
//
// Whoever can run already comes first, and shares the next commit (docs/adr/0027).
func (b *batch) finish(ctx context.Context) {
	var repeat []*member
	defer func() {
		b.db.queue.gather()
		b.db.handOver(repeat)
		runtime.Gosched() // the next batch begins first, and then the answer of whoever ended this one
	}()
	if b.trunk == nil {
		return
	}
	defer b.trunk.end()
	if len(b.kept) == 0 {
		return
	}
	returned := false
	defer func() {
		if !returned { // a panic or runtime.Goexit, which travels on; it may have been committed
			b.lose(errors.New("the commit did not return"), false)
			b.fail(ctx, b.lost)
		}
	}()
	err := b.commit(ctx)
	returned = true
	if err != nil && b.mayRepeat(err) {
		for _, k := range b.kept {
			repeat = append(repeat, k.member)
		}
		return
	}
	if err != nil {
		b.fail(ctx, err)
		return
	}
	defer b.db.tendLog(b.trunk, len(b.kept))
	b.db.queue.count(len(b.kept))
	waits := make([][]func(context.Context), len(b.kept))
	defer func() {
		for i, k := range b.kept {
			k.member.wake <- word{waits: waits[i]}
		}
	}()
	b.runHooks(waits, 0)
}

// runHooks runs the hooks of the operations from one on, in their order, also
// when one of them ends the goroutine.
func (b *batch) runHooks(waits [][]func(context.Context), from int) {
	at := from
	defer func() {
		if at < len(b.kept) {
			b.runHooks(waits, at+1)
		}
	}()
	for ; at < len(b.kept); at++ {
		waits[at] = b.kept[at].op.runAfter()
	}
}

// commit makes the batch durable; its error is the driver's.
func (b *batch) commit(ctx context.Context) error {
	if b.lost != nil {
		return b.lost
	}
	if err := b.storeGathered(ctx); err != nil {
		return err
	}
	if failure := b.db.breaks.Commit.Load(); failure != nil {
		return *failure
	}
	return b.trunk.commit(ctx)
}

// mayRepeat tells whether the operations can run again, each alone: when it is
// certain that they had no effect, and the fault is one operation's. Alone, it
// is known whose: neither a constraint that is deferred to the commit nor what
// was gathered says so.
func (b *batch) mayRepeat(err error) bool {
	switch {
	case b.lost != nil:
		return b.undone
	case b.single:
		return false // it was alone, and would be for ever
	case errors.Is(err, errGathered):
		return true // alone, each stores its own before it ends
	}
	lite, ok := errors.AsType[sqlite3.Error](err)
	return ok && lite.Code == sqlite3.ErrConstraint
}

// fail answers everybody after a failed commit. When the disk has failed, what
// is in its cache is unknown, and a second fsync that succeeds would prove
// nothing: the process has to start again and recover from what is on disk.
func (b *batch) fail(ctx context.Context, cause error) {
	if isDiskFailure(cause) {
		b.db.giveUp(cause)
	}
	for _, k := range b.kept {
		err := unavailable(fmt.Errorf("commit: %w", cause))
		if b.lost == nil {
			err = b.db.uncommitted(ctx, cause)
		}
		k.member.wake <- word{err: err}
	}
}

// errSync is an fsync of ours that failed, for whatever reason.
var errSync = errors.New("fsync failed")

// isDiskFailure tells whether reading or writing a file failed.
func isDiskFailure(err error) bool {
	lite, ok := errors.AsType[sqlite3.Error](err)
	return ok && lite.Code == sqlite3.ErrIoErr || errors.Is(err, errSync)
}

// giveUp stops writing for good and tells who opened the database, once.
func (db *DB) giveUp(cause error) {
	if db.broken.Swap(true) {
		return
	}
	db.queue.refuse(errBroken)
	db.log.Error("the disk failed: nothing is written any more", zap.Error(cause))
	if db.fatal != nil {
		db.fatal(fmt.Errorf("%w: %w", errBroken, cause))
	}
}
