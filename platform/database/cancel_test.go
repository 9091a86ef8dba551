package database_test

import (
	"context"
	"database/sql"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/mattn/go-sqlite3" // a connection beside the DB, which asks for a checkpoint
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"zomato/platform/database"
	"zomato/platform/fault"
	"zomato/platform/testkit"
)

// long runs for seconds. It has an end because Postgres, when it gets to know of
// a cancellation before the query, goes on until pgx has closed the connection.
const long = "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n LIMIT 2000000"

func TestReadThatIsCancelled(t *testing.T) {
	t.Parallel()
	eachCase(t, map[string]func(*testing.T, *database.DB){
		"between two statements":                      manyTimes(cancelledBetweenStatements),
		"at any moment":                               manyTimes(cancelledAtAnyMoment),
		"while rows are read":                         manyTimes(cancelledWhileRowsAreRead),
		"while rows are read, which are left open":    manyTimes(cancelledWithOpenRows),
		"inside another one":                          manyTimes(cancelledInsideAnother),
		"and passes over it":                          manyTimes(cancelledInVain),
		"after its last statement has all it needs":   manyTimes(cancelledTooLate),
		"by the deadline, in the middle of a query":   manyTimes(cancelledByTheDeadline),
		"by a shorter deadline for a part of it":      manyTimes(cancelledInPart),
		"while it waits for a connection of the pool": cancelledWhileItWaits,
	})
}

// manyTimes cancels Reads from several goroutines, each pool connection more
// than once, and then checks the pool.
func manyTimes(cancelled func(*testing.T, *database.DB)) func(*testing.T, *database.DB) {
	return func(t *testing.T, db *database.DB) {
		t.Helper()
		run(t, db, "INSERT INTO notes (id, text) VALUES (1, 'note')")
		var group sync.WaitGroup
		for range 2 * mostReaders(db) {
			group.Go(func() {
				for range 3 {
					cancelled(t, db)
				}
			})
		}
		group.Wait()
		isSound(t, db)
	}
}

func cancelledBetweenStatements(t *testing.T, db *database.DB) {
	t.Helper()
	outer, cancel := context.WithCancel(soon(t))
	err := db.Read(outer, func(ctx context.Context) error {
		assert.NoError(t, db.Get(ctx, new(int), "SELECT count(*) FROM notes"))
		cancel()
		assert.Equal(t, context.Canceled, ctx.Err())
		return db.Get(ctx, new(int), "SELECT count(*) FROM notes")
	})
	assert.ErrorIs(t, err, context.Canceled)
	assert.NotErrorIs(t, err, database.ErrEnded)
}

func cancelledAtAnyMoment(t *testing.T, db *database.DB) {
	t.Helper()
	outer, cancel := context.WithCancel(soon(t))
	running := make(chan struct{})
	go func() {
		<-running
		cancel()
	}()
	err := db.Read(outer, func(ctx context.Context) error {
		defer close(running) // also when the first statement fails
		for n := 0; ; n++ {
			if err := db.Get(ctx, new(int), "SELECT count(*) FROM notes"); err != nil {
				return err
			}
			if n == 0 {
				running <- struct{}{}
			}
		}
	})
	assert.ErrorIs(t, err, context.Canceled)
	assert.NotErrorIs(t, err, database.ErrEnded)
}

func cancelledWhileRowsAreRead(t *testing.T, db *database.DB) {
	t.Helper()
	outer, cancel := context.WithCancel(soon(t))
	err := db.Read(outer, func(ctx context.Context) error {
		rows, err := db.Conn(ctx).QueryxContext(ctx, long)
		if !assert.NoError(t, err) {
			return err
		}
		defer rows.Close()
		assert.True(t, rows.Next())
		cancel()
		for rows.Next() { // what had been sent already
		}
		return rows.Err()
	})
	assert.ErrorIs(t, err, context.Canceled)
}

func cancelledWithOpenRows(t *testing.T, db *database.DB) {
	t.Helper()
	outer, cancel := context.WithCancel(soon(t))
	assert.ErrorIs(t, db.Read(outer, func(ctx context.Context) error {
		rows, err := db.Conn(ctx).QueryxContext(ctx, long) //nolint:sqlclosecheck,rowserrcheck // the mistake in question
		if !assert.NoError(t, err) {
			return err
		}
		assert.True(t, rows.Next())
		cancel()
		return ctx.Err()
	}), context.Canceled)
}

func cancelledInsideAnother(t *testing.T, db *database.DB) {
	t.Helper()
	outer, cancel := context.WithCancel(soon(t))
	assert.ErrorIs(t, db.Read(outer, func(ctx context.Context) error {
		return db.Read(ctx, func(ctx context.Context) error {
			assert.NoError(t, db.Get(ctx, new(int), "SELECT count(*) FROM notes"))
			cancel()
			return db.Select(ctx, new([]int), long)
		})
	}), context.Canceled)
}

func cancelledInVain(t *testing.T, db *database.DB) {
	t.Helper()
	outer, cancel := context.WithCancel(soon(t))
	err := db.Read(outer, func(ctx context.Context) error {
		cancel()
		_ = db.Get(ctx, new(int), "SELECT count(*) FROM notes")
		return nil // as if it had been read
	})
	assert.ErrorIs(t, err, context.Canceled)
	assert.ErrorIs(t, err, database.ErrAborted)
}

func cancelledTooLate(t *testing.T, db *database.DB) {
	t.Helper()
	outer, cancel := context.WithCancel(soon(t))
	assert.NoError(t, db.Read(outer, func(ctx context.Context) error {
		defer cancel()
		return db.Get(ctx, new(int), "SELECT count(*) FROM notes")
	}))
}

func cancelledByTheDeadline(t *testing.T, db *database.DB) {
	t.Helper()
	outer, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	err := db.Read(outer, func(ctx context.Context) error { return db.Select(ctx, new([]int), long) })
	assert.True(t, fault.Is(err, "database_unavailable"), err)
}

// On both databases it is the end of the whole: Postgres's connection does not
// survive it.
func cancelledInPart(t *testing.T, db *database.DB) {
	t.Helper()
	err := db.Read(soon(t), func(ctx context.Context) error {
		short, cancel := context.WithTimeout(ctx, 10*time.Millisecond)
		defer cancel()
		assert.ErrorIs(t, db.Select(short, new([]int), long), context.DeadlineExceeded)
		assert.ErrorIs(t, db.Get(ctx, new(int), "SELECT 1"), database.ErrAborted)
		return nil
	})
	assert.ErrorIs(t, err, database.ErrAborted)
	assert.True(t, fault.Is(err, "database_unavailable"), err)
}

func cancelledWhileItWaits(t *testing.T, db *database.DB) {
	t.Helper()
	inside, goOn := make(chan struct{}), make(chan struct{})
	var readers sync.WaitGroup
	for range mostReaders(db) {
		readers.Go(func() {
			assert.NoError(t, db.Read(soon(t), func(ctx context.Context) error {
				inside <- struct{}{}
				<-goOn
				return db.Get(ctx, new(int), "SELECT count(*) FROM notes")
			}))
		})
		<-inside
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	err := db.Read(ctx, func(context.Context) error {
		t.Error("it started")
		return nil
	})
	require.ErrorIs(t, err, context.DeadlineExceeded)
	assert.True(t, fault.Is(err, "database_unavailable"), err)
	close(goOn)
	readers.Wait()
	isSound(t, db)
}

// nothingIsOpen checks that no transaction of the read pool goes on.
func nothingIsOpen(t *testing.T, db *database.DB) {
	t.Helper()
	if db.Dialect() == database.SQLite {
		assert.True(t, canEmptyTheLog(t, db), "a reader holds the write-ahead log")
		return
	}
	// Postgres learns in its own time that a connection has been closed.
	const others = `SELECT count(*) FROM pg_stat_activity
		WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL AND backend_type = 'client backend'`
	ctx := soon(t)
	for count := 1; count > 0; {
		require.NoError(t, db.Get(ctx, &count, others), "transactions are still open")
	}
}

// canEmptyTheLog tells whether SQLite can move everything from its write-ahead
// log into the file and start it anew, which no reader of an older state allows.
func canEmptyTheLog(t *testing.T, db *database.DB) bool {
	t.Helper()
	var file string
	require.NoError(t, db.Get(t.Context(), &file, "SELECT file FROM pragma_database_list WHERE name = 'main'"))
	beside, err := sql.Open("sqlite3", "file:"+strings.ReplaceAll(file, "%", "%25")+"?_busy_timeout=0")
	require.NoError(t, err)
	defer func() { assert.NoError(t, beside.Close()) }()
	var busy, pages, moved int
	require.NoError(t, beside.QueryRowContext(t.Context(), "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &pages, &moved))
	return busy == 0
}

// That the check above can fail, and that a Read keeps its state for as long as
// it lasts, are the same.
func TestReadHoldsTheLogOfSQLiteWhileItLasts(t *testing.T) {
	t.Parallel()
	db := withNotes(t, testkit.SQLite(t))
	require.NoError(t, db.Read(t.Context(), func(ctx context.Context) error {
		require.NoError(t, db.Get(ctx, new(int), "SELECT count(*) FROM notes"))
		run(t, db, "INSERT INTO notes (id, text) VALUES (1, 'newer')")
		assert.False(t, canEmptyTheLog(t, db))
		return nil
	}))
	assert.True(t, canEmptyTheLog(t, db))
}

// A cancellation interrupts statements. The snapshot and the connection stay
// until the function has come to its end.
func TestCancellationBetweenStatementsKeepsTheConnection(t *testing.T) {
	t.Parallel()
	db := withNotes(t, testkit.Postgres(t))
	const whose = "SELECT pg_backend_pid()"
	outer, cancel := context.WithCancel(soon(t))
	var before, inside, after int
	require.NoError(t, db.Read(outer, func(ctx context.Context) error {
		require.NoError(t, db.Get(ctx, &before, whose))
		cancel()
		return db.Get(context.WithoutCancel(ctx), &inside, whose)
	}))
	require.ErrorIs(t, db.Read(outer, func(context.Context) error { return nil }), context.Canceled)
	require.NoError(t, db.Get(t.Context(), &after, whose))
	assert.Equal(t, []int{before, before}, []int{inside, after})
}
