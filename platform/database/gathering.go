package database

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
)

// Gathering collects changes that many operations make to the same few rows,
// such as sums, and applies them together at the end: on SQLite once for all
// operations that share a commit, on Postgres once for each operation. They are
// committed with the operations that added them, or not at all. Create it with
// NewGathering. Safe for concurrent use.
//
// Until then the rows are as they were. Who reads or removes them inside a Write
// calls Flush first.
type Gathering[T any] struct {
	db    *DB
	apply func(ctx context.Context, items []T) error
}

// NewGathering gives a gathering whose items apply stores, in the order in which
// they were added, with the context that it gets. When apply fails or panics, none
// of the operations is committed; on SQLite each is then repeated alone. For those
// that share a commit it runs on a goroutine of its own. It can neither add to nor
// flush a Gathering, nor register hooks.
func NewGathering[T any](db *DB, apply func(ctx context.Context, items []T) error) *Gathering[T] {
	return &Gathering[T]{db, apply}
}

// Add adds items to what is stored with the Write of the context. If that
// fails, or the nested Write, they are forgotten. It fails outside a Write
// (ErrNotWriting) and after its end (ErrEnded).
func (g *Gathering[T]) Add(ctx context.Context, items ...T) error {
	return g.register(ctx, func(op *operation) {
		for _, item := range items {
			op.gathered = append(op.gathered, gathered{g, item})
		}
	})
}

// Last gives the item that was added last, of those that is tells, and is not
// stored yet: by the Write of the context, or on SQLite by one before it in the
// same commit. It is for who numbers what it adds, beginning with what the
// database has. It fails as Add does.
func (g *Gathering[T]) Last(ctx context.Context, is func(item T) bool) (last T, found bool, err error) {
	err = g.register(ctx, func(op *operation) {
		if last, found = g.last(op.gathered, is); !found && op.batch != nil {
			last, found = g.last(op.batch.gathered, is)
		}
	})
	return last, found, err
}

// register reaches the operation of a Write of the gathering's own database.
func (g *Gathering[T]) register(ctx context.Context, add func(*operation)) error {
	if g.db.partOf(ctx) == nil {
		return ErrNotWriting
	}
	return register(ctx, add)
}

// last finds the last of the items that is tells.
func (g *Gathering[T]) last(entries []gathered, is func(item T) bool) (last T, found bool) {
	for _, entry := range slices.Backward(entries) {
		if item, ok := entry.item.(T); ok && entry.by == gatherer(g) && is(item) {
			return item, true
		}
	}
	return last, false
}

// Flush stores now what has been gathered: by the Write of the context, and on
// SQLite by the operations before it in the same commit. It fails as Add does,
// and inside a nested Write.
func (g *Gathering[T]) Flush(ctx context.Context) error {
	part := g.db.partOf(ctx)
	if err := part.writing(); err != nil {
		return err
	}
	entries, err := part.take(g)
	if err != nil {
		return err
	}
	return part.storing(func() error { return g.store(ctx, entries) })
}

// storing runs what stores items that were taken, and wait nowhere any more. If it
// fails or does not return, half of them may be stored: then the outermost part,
// p, fails, even if its function passes over that.
func (p *part) storing(store func() error) (err error) {
	op := p.op
	err = errNoReturn
	defer func() {
		op.mu.Lock()
		defer op.mu.Unlock()
		op.stores = false
		if err != nil && p.failed == nil {
			p.failed = err
		}
	}()
	return store()
}

// take takes out what a gathering is then to store: first that of the operations
// before this one in the batch, then its own. The operation is entered, since
// the batch belongs to it only as long as it is not finished.
func (p *part) take(by gatherer) ([]gathered, error) {
	op := p.op
	if err := op.enter(); err != nil {
		return nil, err
	}
	defer op.leave()
	op.mu.Lock()
	defer op.mu.Unlock()
	switch {
	case p.ended.Load(): // meanwhile, in another goroutine
		return nil, ErrEnded
	case op.stores:
		return nil, errStoring
	case p.outer != nil || op.top != p: // what fails inside could not give back
		return nil, errors.New("database: flush a gathering in the outermost Write")
	}
	var theirs, mine []gathered
	if op.batch != nil {
		theirs, op.batch.gathered = split(op.batch.gathered, by)
		op.taken = append(op.taken, theirs...)
	}
	mine, op.gathered = split(op.gathered, by)
	op.stores = true
	return slices.Concat(theirs, mine), nil
}

// store applies the items among the entries, which are all of this gathering.
func (g *Gathering[T]) store(ctx context.Context, entries []gathered) error {
	if len(entries) == 0 {
		return nil
	}
	items := make([]T, len(entries))
	for i, entry := range entries {
		items[i], _ = entry.item.(T) // nothing else is ever added
	}
	return g.apply(ctx, items)
}

// gatherer is a Gathering, whatever its items.
type gatherer interface {
	store(ctx context.Context, entries []gathered) error
}

// gathered is an item that waits to be stored.
type gathered struct {
	by   gatherer
	item any
}

// split takes the entries of one gathering out, in their order.
func split(entries []gathered, by gatherer) (mine, others []gathered) {
	for _, entry := range entries {
		if entry.by == by {
			mine = append(mine, entry)
		} else {
			others = append(others, entry)
		}
	}
	return mine, others
}

// storeAll stores entries, one gathering after the other.
func storeAll(ctx context.Context, entries []gathered) error {
	for len(entries) > 0 {
		by := entries[0].by
		var mine []gathered
		mine, entries = split(entries, by)
		if err := by.store(ctx, mine); err != nil {
			return err
		}
	}
	return nil
}

// thenStore gives fn, followed by storing what it has gathered.
func (op *operation) thenStore(fn func(context.Context) error) func(context.Context) error {
	return func(ctx context.Context) error {
		if err := fn(ctx); err != nil {
			return err
		}
		root := op.db.partOf(ctx)
		entries, err := root.takeAll()
		if err != nil {
			return err
		}
		return root.storing(func() error { return storeAll(ctx, entries) })
	}
}

// takeAll takes out what the operation has gathered, to be stored at its end.
func (p *part) takeAll() (entries []gathered, err error) {
	op := p.op
	op.mu.Lock()
	defer op.mu.Unlock()
	if err := op.runsOn(p); err != nil {
		return nil, err
	}
	entries, op.gathered, op.stores = op.gathered, nil, true
	return entries, nil
}

// errGathered says that what a batch has gathered could not be stored.
var errGathered = errors.New("store what was gathered")

// errStoring is the answer to whoever adds while what was gathered is stored.
var errStoring = errors.New("database: nothing is added to a Write while what was gathered is stored")

// errNoReturn is the error of what panicked or ended its goroutine.
var errNoReturn = errors.New("database: storing what was gathered did not return")

// storeGathered stores what the operations of a batch have gathered, as an
// operation of its own. The scope is its own, since the request of ctx may be
// anywhere by now. So is the goroutine: should storing panic or end it, that harms
// none of the operations, as they are then repeated alone.
func (b *batch) storeGathered(ctx context.Context) error {
	if len(b.gathered) == 0 {
		return nil
	}
	op := b.trunk.share()
	op.gathered = b.gathered
	defer op.finish()
	err := errNoReturn
	var end sync.WaitGroup
	end.Go(func() {
		defer func() {
			if cause := recover(); cause != nil {
				err = fmt.Errorf("panic: %v", cause)
			}
		}()
		err = op.run(WithScope(ctx), op.thenStore(func(context.Context) error { return nil }))
	})
	end.Wait()
	if err != nil {
		return fmt.Errorf("%w: %w", errGathered, err)
	}
	return nil
}
