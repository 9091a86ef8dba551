package database

import (
	"context"
	"time"
)

// readEndTime is how long Read waits, also after its caller's deadline, for
// Postgres to acknowledge the end of the transaction. After it the connection
// is thrown away.
const readEndTime = time.Second

// Read runs fn so that everything that fn reads with its context is of one
// state of the database: the one at its first statement, however many Writes
// are committed meanwhile. It is for an answer that is made of several
// statements. One statement alone sees one state anyway and needs no Read,
// which is not free (docs/adr/0011).
//
// fn runs once; its error is returned as it is, and a panic goes on. Unlike in
// a Write, the deadline and the cancellation of ctx count inside fn too. As in
// a Write, a statement that failed or was interrupted ends it: what follows is
// refused with ErrAborted, and so is an fn that passes over it. Nothing can be
// changed (ErrReadOnly), no Write begins inside (ErrReading), and hooks belong
// elsewhere (ErrNotWriting).
//
// fn does database work only and nothing slow: it holds a connection of the
// read pool, and while it lasts SQLite cannot empty its write-ahead log, nor
// Postgres remove old rows.
//
// Inside another Read it joins that one. Inside a Write it reads in the
// Write's transaction, sees the changes made there and, as all statements
// there, cannot be cancelled. There a change by way of Get or Select is not
// noticed, and on Postgres what others commit can show between two statements:
// rows that have to agree are locked (ForUpdate, ForShare).
func (db *DB) Read(ctx context.Context, fn func(ctx context.Context) error) error {
	if part := db.partOf(ctx); part != nil {
		return part.join(ctx, fn)
	}
	if err := db.outside(ctx); err != nil {
		return err
	}
	op, err := db.begin(ctx, db.readers, true)
	if err != nil {
		return err
	}
	defer op.end() // also after a panic or runtime.Goexit, which travel on
	if err := op.run(ctx, fn); err != nil {
		return err
	}
	op.done = true
	return nil
}

// join runs a Read inside this part, in its transaction. A statement that
// fails ends the part.
func (p *part) join(ctx context.Context, fn func(context.Context) error) error {
	if err := p.ready(); err != nil {
		return err
	}
	inner := &part{op: p.op, outer: p, reading: true}
	defer inner.ended.Store(true)
	return fn(context.WithValue(ctx, partKey{}, inner))
}
