package database

import "context"

// Observer is told of each statement before it is sent, with the context that
// it was asked with. Beginning and ending a transaction are statements too
// (BEGIN, COMMIT, and SAVEPOINT with RELEASE for a nested Write and for one that
// shares its transaction on SQLite, where the context of BEGIN is that of the
// first and the context of COMMIT that of the last); a ROLLBACK is not told. It must be safe for concurrent use, quick, and keep off the
// database.
type Observer func(ctx context.Context, query string, args []any)

// Observe has an observer told of all statements from now on, in place of the
// one before; nil ends it. It is for measuring what a request costs.
func (db *DB) Observe(observer Observer) { db.observer.Store(&observer) }

// observe tells the observer, if there is one.
func (db *DB) observe(ctx context.Context, query string, args ...any) {
	if observer := db.observer.Load(); observer != nil && *observer != nil {
		(*observer)(ctx, query, args)
	}
}
