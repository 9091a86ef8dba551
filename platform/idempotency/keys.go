package idempotency

import (
	"context"
	"errors"
	"sync"

	"go.uber.org/zap"

	"zomato/platform/clock"
	"zomato/platform/database"
)

// errUnwritten is a mistake of a use case, which has done what no key guards.
var errUnwritten = errors.New("idempotency: the use case did not write by idempotency.Write")

// Keys are the keys of requests and the answers to them. Create it with New.
// Safe for concurrent use.
type Keys struct {
	store store
	clock clock.Clock
	log   *zap.Logger
	// running has the Scope of each request that is being answered here.
	running sync.Map

	sweeper
}

// New gives the keys of a database. Nothing runs until Start.
func New(db *database.DB, now clock.Clock, log *zap.Logger) *Keys {
	return &Keys{store: newStore(db), clock: now, log: log, sweeper: newSweeper()}
}

// Once answers a request: with what is kept, when it was answered before (then
// replayed is true), or else by calling run, in which a use case writes by
// Write. encode makes the answer of what the function given to Write returns;
// it is called in the transaction.
//
// It must be called outside of a Write. Faults: CodeReused, CodeInProgress, and
// those of run, after which nothing is kept.
func (k *Keys) Once(
	ctx context.Context, r Request, encode func(made any) (Answer, error), run func(context.Context) error,
) (answer Answer, replayed bool, err error) {
	if _, running := k.running.LoadOrStore(r.Scope, true); running {
		return Answer{}, false, inProgress(nil)
	}
	defer k.running.Delete(r.Scope)
	p := &pending{keys: k, request: r, encode: encode}
	answer, replayed, p.expired, err = k.kept(ctx, r)
	if replayed || err != nil {
		return answer, replayed, err
	}
	err = run(context.WithValue(ctx, pendingKey{}, p))
	switch {
	case err == nil && p.written:
		return p.answer, false, nil
	case err == nil:
		return Answer{}, false, errUnwritten
	}
	// What was refused may be what the same request has just done on another
	// instance: its e-mail address is taken by itself. And what is said to have
	// failed may have been committed.
	if answer, replayed, _, failure := k.kept(ctx, r); replayed || isReused(failure) {
		return answer, replayed, failure
	}
	if errors.Is(err, errTaken) {
		err = inProgress(err)
	}
	return Answer{}, false, err
}

// kept gives the answer that is kept for a request, if there is one. expired
// tells that there is one which no longer counts. Faults: CodeReused.
func (k *Keys) kept(ctx context.Context, r Request) (answer Answer, found, expired bool, err error) {
	row, err := k.store.find(ctx, r.Scope)
	switch {
	case err != nil || row == nil:
		return Answer{}, false, false, err
	case row.CreatedAt <= k.oldest():
		return Answer{}, false, true, nil
	case string(row.Fingerprint) != string(r.Fingerprint[:]):
		return Answer{}, false, false, reused()
	}
	return row.answer(), true, false, nil
}

// Forget removes the answers about a customer. It belongs into the Write that
// erases the customer, after the customer was locked.
func (k *Keys) Forget(ctx context.Context, customerID int64) error {
	return k.store.forget(ctx, customerID)
}
