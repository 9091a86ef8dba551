package database

import (
	"context"
	"errors"
	"fmt"
	"slices"
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
// they were added, with the context that it gets. When apply fails, none of the
// operations is committed; on SQLite each is then repeated alone. It must not
// add to a Gathering.
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
	if part == nil || part.reading {
		return ErrNotWriting
	}
	if part.outer != nil {
		return errors.New("database: flush a gathering in the outermost Write")
	}
	op := part.op
	if op.batch != nil {
		mine, others := split(op.batch.gathered, g)
		op.batch.gathered, op.taken = others, append(op.taken, mine...)
		if err := g.store(ctx, mine); err != nil {
			return err
		}
	}
	op.mu.Lock()
	mine, others := split(op.gathered, g)
	op.gathered = others
	op.mu.Unlock()
	return g.store(ctx, mine)
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
		op.mu.Lock()
		entries := op.gathered
		op.gathered = nil
		op.mu.Unlock()
		return storeAll(ctx, entries)
	}
}

// errGathered says that what a batch has gathered could not be stored.
var errGathered = errors.New("store what was gathered")

// storeGathered stores what the operations of a batch have gathered, as an
// operation of its own.
func (b *batch) storeGathered(ctx context.Context) (err error) {
	if len(b.gathered) == 0 {
		return nil
	}
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("%w: panic: %v", errGathered, cause)
		}
	}()
	op := b.trunk.share()
	defer op.finish()
	if err = op.run(ctx, func(ctx context.Context) error { return storeAll(ctx, b.gathered) }); err != nil {
		return fmt.Errorf("%w: %w", errGathered, err)
	}
	return nil
}
