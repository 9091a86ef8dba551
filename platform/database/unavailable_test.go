package database_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/mattn/go-sqlite3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"zomato/platform/database"
	"zomato/platform/fault"
	"zomato/platform/testkit"
)

func TestErrorsThatMeanNotNow(t *testing.T) {
	t.Parallel()
	db := open(t, testkit.SQLite(t))
	pg := func(code string) error { return &pgconn.PgError{Code: code} }
	lite := func(code sqlite3.ErrNo) error { return sqlite3.Error{Code: code} }
	for _, cause := range []error{
		lite(sqlite3.ErrBusy), lite(sqlite3.ErrLocked), lite(sqlite3.ErrFull), lite(sqlite3.ErrIoErr), lite(sqlite3.ErrCantOpen),
		lite(sqlite3.ErrReadonly), pg("25006"), pg("40001"), pg("40P01"), pg("53300"), pg("53100"), pg("55P03"), pg("57014"),
		pg("57P01"), pg("57P03"), pg("08006"), context.DeadlineExceeded, driver.ErrBadConn, io.ErrUnexpectedEOF, &pgconn.ConnectError{},
	} {
		err := db.Translate(fmt.Errorf("query: %w", cause), false)
		fault, ok := fault.As(err)
		require.True(t, ok, "%T %v", cause, cause)
		assert.Equal(t, "database_unavailable", fault.Code)
		assert.Equal(t, time.Second, fault.RetryAfter)
		require.ErrorIs(t, err, cause, "the cause stays in the chain")
		assert.Same(t, fault, db.Translate(err, false), "once is enough")
	}
	for _, cause := range []error{
		lite(sqlite3.ErrCorrupt), lite(sqlite3.ErrConstraint), pg("23503"), pg("42601"), context.Canceled, sql.ErrNoRows,
	} {
		assert.Equal(t, cause, db.Translate(cause, false))
	}
	require.ErrorIs(t, db.Translate(lite(sqlite3.ErrReadonly), true), database.ErrReadOnly)
	require.ErrorIs(t, db.Translate(pg("25006"), true), database.ErrReadOnly)
	require.ErrorIs(t, db.Translate(pg("25P02"), false), database.ErrAborted)
	require.ErrorIs(t, db.Translate(sql.ErrTxDone, false), database.ErrEnded)
	require.NoError(t, db.Translate(nil, false))
}

func TestReadAfterTheDeadline(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		db := withNotes(t, url)
		late, cancel := context.WithDeadline(t.Context(), time.Unix(0, 0))
		defer cancel()
		err := db.Get(late, new(int), "SELECT count(*) FROM notes")
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.True(t, fault.IsKind(err, fault.Unavailable))
	})
}

func TestDeadlineWhileRowsAreRead(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		db := open(t, url)
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		err := db.Select(ctx, new([]int), "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n")
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.True(t, fault.IsKind(err, fault.Unavailable), err)
	})
}

func TestFullSQLite(t *testing.T) {
	t.Parallel()
	db := withNotes(t, testkit.SQLite(t))
	err := db.Write(t.Context(), func(ctx context.Context) error {
		require.NoError(t, add(ctx, db, 1))
		require.NoError(t, db.Get(ctx, new(int), "PRAGMA max_page_count = 1")) // no more than there are
		_, err := db.Exec(ctx, "INSERT INTO notes (id, text) VALUES (2, ?)", string(make([]byte, 1<<20)))
		return err
	})
	assert.True(t, fault.Is(err, "database_unavailable"), err)
	assert.Empty(t, notes(t, db), "reads go on, and nothing is half done")
	require.NoError(t, db.Write(t.Context(), func(ctx context.Context) error {
		require.NoError(t, db.Get(ctx, new(int), "PRAGMA max_page_count = 1000000"))
		return add(ctx, db, 3)
	}))
	assert.Equal(t, []int{3}, notes(t, db))
}

func TestPostgresEndsTheConnection(t *testing.T) {
	t.Parallel()
	db := withNotes(t, testkit.Postgres(t))
	err := db.Write(t.Context(), func(ctx context.Context) error {
		require.NoError(t, add(ctx, db, 1))
		var pid int
		require.NoError(t, db.Get(ctx, &pid, "SELECT pg_backend_pid()"))
		require.NoError(t, db.Get(t.Context(), new(bool), "SELECT pg_terminate_backend(?)", pid))
		return add(ctx, db, 2)
	})
	assert.True(t, fault.IsKind(err, fault.Unavailable), err)
	assert.Empty(t, notes(t, db))
	run(t, db, "INSERT INTO notes (id, text) VALUES (3, '')")
	assert.Equal(t, []int{3}, notes(t, db))
}

// conflict makes Postgres fail with a SQLSTATE.
func conflict(ctx context.Context, db *database.DB, code string) error {
	_, err := db.Exec(ctx, "DO $do$ BEGIN RAISE EXCEPTION 'conflict' USING ERRCODE = '"+code+"'; END $do$")
	return err
}

func TestPostgresConflictIsTriedAgain(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"40001", "40P01"} {
		t.Run("after "+code, func(t *testing.T) {
			t.Parallel()
			db := withNotes(t, testkit.Postgres(t))
			tries := 0
			var calls []string
			require.NoError(t, db.Write(t.Context(), func(ctx context.Context) error {
				tries++
				hook(ctx, t, &calls, fmt.Sprint(tries))
				require.NoError(t, database.BeforeCommit(ctx, func(context.Context) error {
					calls = append(calls, fmt.Sprint("before ", tries))
					return nil
				}))
				require.NoError(t, add(ctx, db, 1)) // a conflict with itself if it were still there
				if tries < 3 {
					return fmt.Errorf("store: %w", conflict(ctx, db, code))
				}
				return nil
			}))
			assert.Equal(t, 3, tries)
			assert.Equal(t, []string{"before 3", "3"}, calls, "hooks of undone attempts are gone")
			assert.Equal(t, []int{1}, notes(t, db))
		})
	}
}

func TestPostgresConflictIsTriedAgainOnly(t *testing.T) {
	t.Parallel()

	t.Run("three times and no more", func(t *testing.T) {
		t.Parallel()
		db := withNotes(t, testkit.Postgres(t))
		tries := 0
		err := db.Write(t.Context(), func(ctx context.Context) error {
			tries++
			return conflict(ctx, db, "40001")
		})
		assert.True(t, fault.Is(err, "database_unavailable"), err)
		assert.Equal(t, 3, tries)
	})

	t.Run("not after the deadline", func(t *testing.T) {
		t.Parallel()
		db := withNotes(t, testkit.Postgres(t))
		outer, cancel := context.WithCancel(t.Context())
		tries := 0
		err := db.Write(outer, func(ctx context.Context) error {
			tries++
			cancel()
			return conflict(ctx, db, "40001")
		})
		assert.True(t, fault.Is(err, "database_unavailable"), err)
		assert.Equal(t, 1, tries)
	})

	t.Run("but no other failure", func(t *testing.T) {
		t.Parallel()
		db := withNotes(t, testkit.Postgres(t))
		tries := 0
		require.Error(t, db.Write(t.Context(), func(ctx context.Context) error {
			tries++
			return conflict(ctx, db, "23505")
		}))
		assert.Equal(t, 1, tries)
	})
}

func TestATransactionOnPostgresEndsThoughTheServerDoesNotAnswer(t *testing.T) {
	t.Parallel()
	db := open(t, testkit.Postgres(t))
	db.LimitTransactions(100 * time.Millisecond)
	err := db.Write(t.Context(), func(ctx context.Context) error {
		var slept string
		return db.Get(ctx, &slept, "SELECT pg_sleep(3600)::text")
	})
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.NoError(t, db.Write(t.Context(), func(ctx context.Context) error {
		return db.Get(ctx, new(int), "SELECT 1")
	}), "the next one has a connection")
}
