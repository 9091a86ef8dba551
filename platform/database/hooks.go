package database

import (
	"context"
	"fmt"

	"go.uber.org/zap"
)

// AfterCommit registers what happens right after the transaction is committed
// and not if it is undone. It fails outside a Write (ErrNotWriting) and after
// its end (ErrEnded).
//
// hook does not use the database. On SQLite it runs in the order of the commits
// of all Writes while the writer is held, perhaps on the goroutine of another
// Write with which it was committed, so it must only hand something over: no
// network, no waiting. On Postgres it runs in the order within its Write, on that
// one's goroutine and after the connection was given back: if it takes a while,
// nobody but the caller of this Write waits. The wait it returns may be nil;
// otherwise Write's caller calls it, with the context it gave to Write, after the
// writer is free and before Write returns. A panic in either is logged and
// changes nothing: the data is committed.
func AfterCommit(ctx context.Context, hook func() (wait func(context.Context))) error {
	return register(ctx, func(op *operation) { op.after = append(op.after, hook) })
}

// BeforeCommit registers what has to succeed before the transaction may be
// committed, such as telling other instances. It runs on Postgres only: SQLite
// has one instance, which needs to tell nobody. It fails outside a Write
// (ErrNotWriting) and after its end (ErrEnded).
//
// hook runs after fn has returned nil, with the context that was given to
// Write, its deadline included; the database refuses that context
// (ErrOuterContext). Its error, returned by Write, undoes everything. It may
// run for a transaction that is then not committed after all.
func BeforeCommit(ctx context.Context, hook func(context.Context) error) error {
	return register(ctx, func(op *operation) {
		if op.db.dialect == Postgres {
			op.before = append(op.before, hook)
		}
	})
}

// register adds a hook, or what is gathered, to the operation that the context
// belongs to.
func register(ctx context.Context, add func(*operation)) error {
	p, _ := ctx.Value(partKey{}).(*part) // nil outside a Write or Read
	if err := p.writing(); err != nil {
		return err
	}
	p.op.mu.Lock()
	defer p.op.mu.Unlock()
	if p.op.stores { // nobody would look at what is added
		return errStoring
	}
	add(p.op)
	return nil
}

// writing tells whether something may still be added to the part, or taken from
// it, for the end of its Write.
func (p *part) writing() error {
	if p == nil {
		return ErrNotWriting
	}
	if err := p.ready(); err != nil {
		return err
	}
	if p.reading {
		return ErrNotWriting
	}
	return nil
}

// runBefore runs the hooks that may still refuse. The request counts as
// writing meanwhile, so that a hook cannot read beside its transaction.
func (op *operation) runBefore(ctx context.Context) error {
	if len(op.before) == 0 {
		return nil
	}
	leave, err := scopeOf(ctx).enter(op.db)
	if err != nil {
		return err
	}
	defer leave()
	for _, hook := range op.before {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("before the commit: %w", op.db.translate(err, false))
		}
		if err := hook(ctx); err != nil {
			return fmt.Errorf("before the commit: %w", err)
		}
	}
	return nil
}

// runAfter runs the hooks of a committed operation and collects what its
// caller has to wait for.
func (op *operation) runAfter() (waits []func(context.Context)) {
	for _, hook := range op.after {
		op.db.guardHook("after-commit hook", func() {
			if wait := hook(); wait != nil {
				waits = append(waits, wait)
			}
		})
	}
	return waits
}

// guardHook keeps a panicking hook from turning a committed Write into a
// failed one and from holding up the hooks after it.
func (db *DB) guardHook(what string, run func()) {
	defer func() {
		if cause := recover(); cause != nil {
			db.log.Error("panic in a database hook", zap.String("hook", what), zap.Any("panic", cause), zap.Stack("stack"))
		}
	}()
	run()
}
