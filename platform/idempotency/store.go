package idempotency

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"zomato/platform/database"
)

// errTaken says that another instance has used the key, or is just using it.
var errTaken = errors.New("idempotency: another instance answers a request with this key")

// store is the table platform_idempotency.
type store struct {
	db *database.DB
	// answers gathers what is kept, to be stored with that of others that share the
	// commit. On Postgres, where another instance may have used the key, each is
	// stored at once.
	answers *database.Gathering[row]
}

func newStore(db *database.DB) store {
	s := store{db: db}
	s.answers = database.NewGathering(db, s.insertAll)
	return s
}

// row is a kept answer.
type row struct {
	Scope

	Fingerprint []byte `db:"fingerprint"`
	CustomerID  *int64 `db:"customer_id"`
	Status      int    `db:"status"`
	Location    string `db:"location"`
	ETag        string `db:"etag"`
	Body        []byte `db:"body"`
	CreatedAt   int64  `db:"created_at"`
}

func newRow(r Request, a Answer, now int64) row {
	kept := row{
		Scope: r.Scope, Fingerprint: r.Fingerprint[:], Status: a.Status, Location: a.Location, ETag: a.ETag, Body: a.Body, CreatedAt: now,
	}
	if a.CustomerID != 0 {
		kept.CustomerID = &a.CustomerID
	}
	return kept
}

func (r *row) answer() Answer {
	return Answer{Status: r.Status, Location: r.Location, ETag: r.ETag, Body: r.Body}
}

// scoped is the condition on one key.
const scoped = `key = ? AND path = ? AND method = ? AND caller = ?`

// find reads what is kept for a key, however old; nil says nothing.
func (s store) find(ctx context.Context, in Scope) (*row, error) {
	var found row
	err := s.db.Get(ctx, &found, `SELECT fingerprint, status, location, etag, body, created_at FROM platform_idempotency WHERE `+scoped,
		in.Key, in.Path, in.Method, in.Caller)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, nil //nolint:nilnil // nothing is kept, and that is no failure
	case err != nil:
		return nil, fmt.Errorf("idempotency: look for the key: %w", err)
	}
	return &found, nil
}

const (
	insertAnswer = `INSERT INTO platform_idempotency
		(key, path, method, caller, fingerprint, customer_id, status, location, etag, body, created_at)`
	answerColumns = 11
)

// args adds the values of a row.
func (r *row) args(args []any) []any {
	var about any
	if r.CustomerID != nil {
		about = *r.CustomerID
	}
	return append(args, r.Key, r.Path, r.Method, r.Caller, r.Fingerprint, about, int64(r.Status), r.Location, r.ETag, r.Body, r.CreatedAt)
}

// insert stores an answer in the transaction of the context, on SQLite at its
// end. errTaken, which may then be told at the end, says that the key has one. On
// Postgres it waits for another transaction that has just stored the key, at most
// for the lock_timeout.
func (s store) insert(ctx context.Context, r row) error {
	if s.db.Dialect() == database.SQLite {
		return s.answers.Add(ctx, r)
	}
	result, err := s.db.Exec(ctx, insertAnswer+` VALUES `+database.ValueRows(answerColumns, 1)+` ON CONFLICT (key, path, method, caller) DO NOTHING`,
		r.args(nil)...)
	var stored int64
	if err == nil {
		stored, err = result.RowsAffected()
	}
	switch {
	case isLockTimeout(err):
		return fmt.Errorf("%w: %w", errTaken, err)
	case err != nil:
		return fmt.Errorf("idempotency: store the answer: %w", err)
	case stored == 0:
		return errTaken
	}
	return nil
}

// insertAll stores what was gathered.
func (s store) insertAll(ctx context.Context, rows []row) error {
	args := make([]any, 0, answerColumns*len(rows))
	for i := range rows {
		args = rows[i].args(args)
	}
	err := s.db.InsertRows(ctx, insertAnswer, answerColumns, args, "")
	switch {
	case database.IsUnique(err, "platform_idempotency_scope"):
		return fmt.Errorf("%w: %w", errTaken, err)
	case err != nil:
		return fmt.Errorf("idempotency: store %d answers: %w", len(rows), err)
	}
	return nil
}

// isLockTimeout recognises Postgres's lock_not_available.
func isLockTimeout(err error) bool {
	stated, ok := errors.AsType[interface {
		error
		SQLState() string
	}](err)
	return ok && stated.SQLState() == "55P03"
}

// removeExpired removes what is kept for a key when it is that old.
func (s store) removeExpired(ctx context.Context, in Scope, oldest int64) error {
	if _, err := s.db.Exec(ctx, `DELETE FROM platform_idempotency WHERE `+scoped+` AND created_at <= ?`,
		in.Key, in.Path, in.Method, in.Caller, oldest); err != nil {
		return fmt.Errorf("idempotency: remove an expired answer: %w", err)
	}
	return nil
}

// forgetting removes what is about a customer. On SQLite the inner statement looks
// through an index of all customers (docs/adr/0029) and at no answer of another.
const forgetting = `DELETE FROM platform_idempotency WHERE id IN (SELECT id FROM platform_idempotency WHERE customer_id = ?)`

// forget removes what is about a customer, also what others that share the
// commit leave to be stored.
func (s store) forget(ctx context.Context, customerID int64) error {
	if err := s.answers.Flush(ctx); err != nil && !errors.Is(err, database.ErrNotWriting) {
		return fmt.Errorf("idempotency: store the answers of the same commit: %w", err)
	}
	if _, err := s.db.Exec(ctx, forgetting, customerID); err != nil {
		return fmt.Errorf("idempotency: forget the answers about customer %d: %w", customerID, err)
	}
	return nil
}

// sweep removes those of the first rows that are so old, in one Write, and
// tells how many. What another instance is sweeping is left to it.
func (s store) sweep(ctx context.Context, oldest int64, limit int) (removed int64, err error) {
	locked := ""
	if s.db.Dialect() == database.Postgres {
		locked = " FOR UPDATE SKIP LOCKED"
	}
	err = s.db.Write(ctx, func(ctx context.Context) error {
		result, err := s.db.Exec(ctx, `DELETE FROM platform_idempotency WHERE created_at <= ? AND id IN (
			SELECT id FROM platform_idempotency ORDER BY id LIMIT ?`+locked+`)`, oldest, limit)
		if err == nil {
			removed, err = result.RowsAffected()
		}
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("idempotency: sweep: %w", err)
	}
	return removed, nil
}
