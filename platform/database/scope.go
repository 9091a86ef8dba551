package database

import (
	"context"
	"sync/atomic"
)

// scope is a cell that a request's contexts share. It tells in which database
// the request is inside a Write or Read at the moment.
type scope struct {
	inside atomic.Pointer[DB]
}

// scopeKey finds the scope in a context.
type scopeKey struct{}

// WithScope gives a request, job or test a cell of its own in which Write and
// Read note that they run. It is called once where the work begins. With it, a
// function given to either that uses the context from outside by mistake gets
// ErrOuterContext instead of data of another state or a deadlock.
//
// The limits: without WithScope nothing is noticed. The cell belongs to the
// request and not to the goroutine, so a request that uses the database in one
// goroutine while it is inside a Write or Read in another is refused too: its
// answer would be of two states. Work that goes on beside or after the request
// takes a scope of its own by calling WithScope again. A context without any
// values, such as context.Background, is never noticed.
func WithScope(ctx context.Context) context.Context {
	return context.WithValue(ctx, scopeKey{}, new(scope))
}

// scopeOf finds the scope, or nil.
func scopeOf(ctx context.Context) *scope {
	s, _ := ctx.Value(scopeKey{}).(*scope)
	return s
}

// enter notes that the request begins a Write or Read; the answer undoes it.
// Of two goroutines of one request that come at once, the second is refused:
// it would leave a note behind that nobody removes.
func (s *scope) enter(db *DB) (leave func(), err error) {
	if s == nil {
		return func() {}, nil
	}
	before := s.inside.Load()
	if before == db || !s.inside.CompareAndSwap(before, db) {
		return nil, ErrOuterContext
	}
	return func() { s.inside.Store(before) }, nil
}

// isInside tells whether the request is inside a Write or Read of db.
func (s *scope) isInside(db *DB) bool { return s != nil && s.inside.Load() == db }
