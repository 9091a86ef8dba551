package database

import (
	"context"
	"sync/atomic"
)

// scope is a cell that a request's contexts share. It tells which database
// the request is writing to at the moment.
type scope struct {
	writing atomic.Pointer[DB]
}

// scopeKey finds the scope in a context.
type scopeKey struct{}

// WithScope gives a request, job or test a cell of its own in which Write
// notes that it runs. It is called once where the work begins. With it, a
// function given to Write that uses the context from outside by mistake gets
// ErrOuterContext instead of stale data or a deadlock.
//
// The limits: without WithScope nothing is noticed. The cell belongs to the
// request and not to the goroutine, so a request that reads in one goroutine
// while it writes in another is refused too; work that goes on beside or
// after the request takes a scope of its own by calling WithScope again. A
// context without any values, such as context.Background, is never noticed.
func WithScope(ctx context.Context) context.Context {
	return context.WithValue(ctx, scopeKey{}, new(scope))
}

// scopeOf finds the scope, or nil.
func scopeOf(ctx context.Context) *scope {
	s, _ := ctx.Value(scopeKey{}).(*scope)
	return s
}

// enter notes that the request writes to db; the answer undoes it.
func (s *scope) enter(db *DB) (leave func()) {
	if s == nil {
		return func() {}
	}
	before := s.writing.Swap(db)
	return func() { s.writing.Store(before) }
}

// isWriting tells whether the request is inside a Write to db.
func (s *scope) isWriting(db *DB) bool { return s != nil && s.writing.Load() == db }
