package idempotency

import (
	"context"
	"errors"
	"fmt"

	"zomato/platform/database"
	"zomato/platform/fault"
)

// Transactions is the unit of work; *database.DB is one.
type Transactions interface {
	// Write runs the function in one transaction; see database.DB.
	Write(ctx context.Context, fn func(context.Context) error) error
}

// Write is the Write of a use case that a POST leads to: it runs fn in one
// transaction and gives what fn returned. Where the request has a key, the
// answer is kept in the same transaction; without one nothing is added.
//
// fn returns what the answer shows. Writes inside fn are parts of this one. A
// use case may try again after a failure, but succeeds once in a request.
// Faults: those of fn and of tx.
func Write[T any](ctx context.Context, tx Transactions, fn func(context.Context) (T, error)) (T, error) {
	p, _ := ctx.Value(pendingKey{}).(*pending)
	var result T
	err := tx.Write(ctx, func(ctx context.Context) (err error) {
		if p == nil {
			result, err = fn(ctx)
			return err
		}
		if result, err = fn(context.WithValue(ctx, pendingKey{}, nil)); err != nil {
			return err
		}
		return p.keep(ctx, result)
	})
	if err != nil {
		var none T
		return none, err
	}
	if p != nil {
		p.written = true
	}
	return result, nil
}

// pendingKey finds the pending answer in a context.
type pendingKey struct{}

// pending is the answer to a request with a key that is being made.
type pending struct {
	keys    *Keys
	request Request
	encode  func(any) (Answer, error)
	expired bool // an old answer is in the way
	answer  Answer
	written bool
}

// keep stores the answer in the transaction of the context.
func (p *pending) keep(ctx context.Context, made any) (err error) {
	if p.written {
		return errors.New("idempotency: a second Write of a request whose answer is kept")
	}
	if p.answer, err = p.encode(made); err != nil {
		return fmt.Errorf("idempotency: encode the answer: %w", err)
	}
	now := p.keys.clock.Now()
	if p.expired {
		if err = p.keys.store.removeExpired(ctx, p.request.Scope, p.keys.oldest()); err != nil {
			return err
		}
	}
	return p.keys.store.insert(ctx, newRow(p.request, p.answer, database.Millis(now)))
}

func isReused(err error) bool { return fault.Is(err, CodeReused) }
