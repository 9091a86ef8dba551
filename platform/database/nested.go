package database

import (
	"context"
	"errors"
	"fmt"
	"strconv"
)

// nest runs a Write inside this part, as a savepoint. On SQLite a part that only
// reads has none: there a SELECT that fails has nothing to undo.
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

// push begins a part in the innermost one.
func (op *operation) push(ctx context.Context) (*part, error) {
	if err := op.enter(); err != nil {
		return nil, err
	}
	defer op.leave()
	op.mu.Lock()
	outer := op.top
	inner := &part{op: op, outer: outer, depth: outer.depth + 1}
	op.mu.Unlock()
	if op.db.dialect == Postgres {
		if err := inner.save(ctx); err != nil {
			return nil, err
		}
	}
	op.mu.Lock()
	op.top = inner
	inner.after, inner.before, inner.gathered = len(op.after), len(op.before), len(op.gathered)
	op.mu.Unlock()
	return inner, nil
}

// innermost is the Write that runs at the moment, or the Read.
func (op *operation) innermost() *part {
	op.mu.Lock()
	defer op.mu.Unlock()
	return op.top
}

// save opens the savepoint of the part, and before it those of the parts around
// it. The caller has entered the operation.
func (p *part) save(ctx context.Context) error {
	op := p.op
	op.mu.Lock()
	saved := p.saved
	p.saved = true
	op.mu.Unlock()
	if saved {
		return nil
	}
	if p.outer != nil {
		if err := p.outer.save(ctx); err != nil {
			return err
		}
	}
	op.db.observe(ctx, "SAVEPOINT")
	if _, err := op.via.ExecContext(op.statementContext(ctx), "SAVEPOINT "+p.savepoint()); err != nil {
		return fmt.Errorf("begin a nested write: %w", op.settle(ctx, err))
	}
	return nil
}

// hasSavepoint tells whether an operation that shares its transaction has got
// its savepoint. It is asked once the operation is finished.
func (op *operation) hasSavepoint() bool {
	op.mu.Lock()
	defer op.mu.Unlock()
	return op.sharing && op.root != nil && op.root.saved
}

// pop closes the savepoint of a part: released when err is nil, otherwise
// undone, with the hooks of the part.
func (op *operation) pop(ctx context.Context, p *part, err error) error {
	p.ended.Store(true)
	if err := op.enter(); err != nil {
		return err // the operation was undone as a whole; its savepoint is not there any more
	}
	defer op.leave()
	ctx = op.statementContext(ctx) // the caller cannot cancel the end of a savepoint
	op.mu.Lock()
	saved := p.saved
	op.mu.Unlock()
	if err == nil && saved {
		op.db.observe(ctx, "RELEASE")
		if _, failure := op.via.ExecContext(ctx, "RELEASE SAVEPOINT "+p.savepoint()); failure != nil {
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
	op.after, op.before, op.gathered = op.after[:p.after], op.before[:p.before], op.gathered[:p.gathered]
	var undo []string
	if saved {
		undo = []string{"ROLLBACK TO SAVEPOINT ", "RELEASE SAVEPOINT "}
	}
	for _, statement := range undo {
		if _, failure := op.via.ExecContext(ctx, statement+p.savepoint()); failure != nil {
			op.lose(fmt.Errorf("%w, after: %w", op.db.translate(failure, false), err))
		}
	}
	if op.lost != nil {
		return op.lost
	}
	return err
}

// rootSavepoint is the savepoint of an operation that shares its transaction.
const rootSavepoint = "part_0"

// savepoint names the part. The names are few, so the statements stay cached.
func (p *part) savepoint() string { return "part_" + strconv.Itoa(p.depth) }
