package database_test

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"zomato/platform/database"
	"zomato/platform/fault"
	"zomato/platform/testkit"
)

func TestWrite(t *testing.T) {
	t.Parallel()
	eachCase(t, map[string]func(*testing.T, *database.DB){
		"commits what its function did":                            writeCommitsWhatItsFunctionDid,
		"undoes everything on an error, which it returns as it is": writeUndoesEverythingOnAnError,
		"undoes everything on a panic, which goes on":              writeUndoesEverythingOnAPanic,
		"does not notice a cancellation while its function runs":   writeDoesNotNoticeACancellation,
		"does not start after the deadline":                        writeDoesNotStartAfterTheDeadline,
		"fails when the commit fails":                              writeFailsWhenTheCommitFails,
		"gives back its connection when rows are left open":        writeGivesBackItsConnection,
	})
}

func writeCommitsWhatItsFunctionDid(t *testing.T, db *database.DB) {
	t.Helper()
	require.NoError(t, db.Write(t.Context(), func(ctx context.Context) error {
		require.NoError(t, add(ctx, db, 1))
		var seen int
		require.NoError(t, db.Get(ctx, &seen, "SELECT count(*) FROM notes"))
		assert.Equal(t, 1, seen, "it reads its own changes")
		assert.Empty(t, notes(t, db), "others do not, before the commit")
		return nil
	}))
	assert.Equal(t, []int{1}, notes(t, db))
}

func writeUndoesEverythingOnAnError(t *testing.T, db *database.DB) {
	t.Helper()
	taken := fault.New(fault.Conflict, "taken", "Taken.")
	err := db.Write(t.Context(), func(ctx context.Context) error {
		require.NoError(t, add(ctx, db, 1))
		return taken
	})
	assert.Same(t, taken, err)
	assert.Empty(t, notes(t, db))
}

func writeUndoesEverythingOnAPanic(t *testing.T, db *database.DB) {
	t.Helper()
	assert.PanicsWithValue(t, "boom", func() {
		_ = db.Write(t.Context(), func(ctx context.Context) error {
			require.NoError(t, add(ctx, db, 1))
			panic("boom")
		})
	})
	assert.Empty(t, notes(t, db))
	require.NoError(t, db.Write(soon(t), func(ctx context.Context) error { return add(ctx, db, 2) }))
	assert.Equal(t, []int{2}, notes(t, db))
}

func writeDoesNotNoticeACancellation(t *testing.T, db *database.DB) {
	t.Helper()
	outer, cancel := context.WithCancel(t.Context())
	require.NoError(t, db.Write(outer, func(ctx context.Context) error {
		require.NoError(t, add(ctx, db, 1))
		cancel()
		assert.NoError(t, ctx.Err())
		derived, cancelDerived := context.WithCancel(ctx)
		cancelDerived()
		require.NoError(t, add(derived, db, 2))
		var ids []int
		require.NoError(t, db.Select(derived, &ids, "SELECT id FROM notes ORDER BY id"))
		assert.Equal(t, []int{1, 2}, ids)
		require.NoError(t, sqlx.GetContext(derived, db.Conn(derived), &ids[0], "SELECT count(*) FROM notes"))
		return nil
	}))
	assert.Equal(t, []int{1, 2}, notes(t, db))
}

func writeDoesNotStartAfterTheDeadline(t *testing.T, db *database.DB) {
	t.Helper()
	late, cancel := context.WithDeadline(t.Context(), time.Unix(0, 0))
	defer cancel()
	err := db.Write(late, func(context.Context) error {
		t.Error("it started")
		return nil
	})
	require.ErrorIs(t, err, context.DeadlineExceeded)
	assert.True(t, fault.Is(err, "database_unavailable"))
}

func writeFailsWhenTheCommitFails(t *testing.T, db *database.DB) {
	t.Helper()
	run(t, db, "CREATE TABLE marks (note_id BIGINT NOT NULL REFERENCES notes (id) DEFERRABLE INITIALLY DEFERRED)")
	err := db.Write(t.Context(), func(ctx context.Context) error {
		require.NoError(t, database.AfterCommit(ctx, func() func(context.Context) {
			t.Error("there was no commit")
			return nil
		}))
		require.NoError(t, add(ctx, db, 1))
		_, err := db.Exec(ctx, "INSERT INTO marks (note_id) VALUES (7)")
		require.NoError(t, err)
		return nil
	})
	require.ErrorContains(t, err, "commit")
	assert.Empty(t, notes(t, db))
	run(t, db, "INSERT INTO notes (id, text) VALUES (2, '')")
}

func writeGivesBackItsConnection(t *testing.T, db *database.DB) {
	t.Helper()
	run(t, db, "INSERT INTO notes (id, text) VALUES (1, ''), (2, ''), (3, '')")
	for range 2 * db.WriterConnections() {
		require.NoError(t, db.Write(soon(t), func(ctx context.Context) error {
			rows, err := db.Conn(ctx).QueryxContext(ctx, "SELECT id FROM notes") //nolint:sqlclosecheck,rowserrcheck // the mistake in question
			require.NoError(t, err)
			require.True(t, rows.Next())
			return nil
		}))
	}
}

// eachCase runs every case on both databases, each with an empty table notes.
func eachCase(t *testing.T, cases map[string]func(*testing.T, *database.DB)) {
	t.Helper()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		for name, run := range cases {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				run(t, withNotes(t, fresh(t, url)))
			})
		}
	})
}

// fresh gives every subtest a database of its own.
func fresh(t *testing.T, url string) string {
	t.Helper()
	if url[:7] == "sqlite:" {
		return testkit.SQLite(t)
	}
	return testkit.Postgres(t)
}

func TestWriteWaitsForTheWriterUntilTheDeadline(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		db := withNotes(t, url)
		inside, goOn := make(chan struct{}), make(chan struct{})
		var writers sync.WaitGroup
		for id := range db.WriterConnections() {
			writers.Go(func() {
				assert.NoError(t, db.Write(context.Background(), func(ctx context.Context) error {
					inside <- struct{}{}
					<-goOn
					return add(ctx, db, id)
				}))
			})
			<-inside
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		defer cancel()
		err := db.Write(ctx, func(context.Context) error {
			t.Error("it started")
			return nil
		})
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.True(t, fault.IsKind(err, fault.Unavailable))
		assert.Empty(t, notes(t, db), "readers do not wait for writers")
		close(goOn)
		writers.Wait()
		assert.Len(t, notes(t, db), db.WriterConnections())
	})
}

func TestWriteLosesNoUpdate(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		db := open(t, url)
		run(t, db, "CREATE TABLE counters (n BIGINT NOT NULL)", "INSERT INTO counters (n) VALUES (0)")
		const writers, each = 64, 5
		var group sync.WaitGroup
		for range writers {
			group.Go(func() {
				for range each {
					assert.NoError(t, db.Write(database.WithScope(t.Context()), func(ctx context.Context) error {
						var n int
						if err := db.Get(ctx, &n, "SELECT n FROM counters"+db.ForUpdate()); err != nil {
							return err
						}
						_, err := db.Exec(ctx, "UPDATE counters SET n = ?", n+1)
						return err
					}))
				}
			})
		}
		group.Wait()
		var n int
		require.NoError(t, db.Get(t.Context(), &n, "SELECT n FROM counters"))
		assert.Equal(t, writers*each, n)
	})
}

// An import may write to the file that a server is writing to: whoever begins
// takes the lock at once, so that what it read is still true when it writes.
func TestWriteBesideAnotherProcess(t *testing.T) {
	t.Parallel()
	url := testkit.SQLite(t)
	run(t, open(t, url), "CREATE TABLE counters (n BIGINT NOT NULL)", "INSERT INTO counters (n) VALUES (0)")
	const each = 20
	var group sync.WaitGroup
	for _, db := range []*database.DB{open(t, url), open(t, url)} {
		group.Go(func() {
			for range each {
				assert.NoError(t, db.Write(t.Context(), func(ctx context.Context) error {
					var n int
					if err := db.Get(ctx, &n, "SELECT n FROM counters"); err != nil {
						return err
					}
					_, err := db.Exec(ctx, "UPDATE counters SET n = ?", n+1)
					return err
				}))
			}
		})
	}
	group.Wait()
	var n int
	require.NoError(t, open(t, url).Get(t.Context(), &n, "SELECT n FROM counters"))
	assert.Equal(t, 2*each, n)
}

func TestFailedStatementEndsItsPart(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		db := withNotes(t, url)
		err := db.Write(t.Context(), func(ctx context.Context) error {
			require.NoError(t, add(ctx, db, 1))
			require.Error(t, add(ctx, db, 1))
			require.ErrorIs(t, add(ctx, db, 2), database.ErrAborted)
			require.ErrorIs(t, db.Get(ctx, new(int), "SELECT 1"), database.ErrAborted)
			return nil // as if nothing had happened
		})
		require.ErrorIs(t, err, database.ErrAborted)
		assert.Empty(t, notes(t, db))
	})
}

// The database may refuse a row after it has delivered others.
func TestStatementThatFailsHalfWay(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		db := withNotes(t, url)
		run(t, db, "INSERT INTO notes (id, text) VALUES (1, ''), (-9223372036854775808, '')")
		const overflow = "SELECT abs(id) + length(text) FROM notes" // text, so that the table is read and not the sorted index
		require.Error(t, db.Select(t.Context(), new([]int), overflow))
		require.ErrorIs(t, db.Write(t.Context(), func(ctx context.Context) error {
			require.NoError(t, add(ctx, db, 2))
			require.Error(t, db.Select(ctx, new([]int), overflow))
			require.ErrorIs(t, add(ctx, db, 3), database.ErrAborted)
			return nil
		}), database.ErrAborted)
		assert.Len(t, notes(t, db), 2)
	})
}

func TestRowsThatAreNotThere(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		db := withNotes(t, url)
		read := func(ctx context.Context) error {
			var ids []int
			require.NoError(t, db.Select(ctx, &ids, "SELECT id FROM notes WHERE id = ?", 9))
			assert.Empty(t, ids)
			return db.Get(ctx, new(int), "SELECT id FROM notes WHERE id = ?", 9)
		}
		require.ErrorIs(t, read(t.Context()), sql.ErrNoRows)
		require.NoError(t, db.Write(t.Context(), func(ctx context.Context) error {
			require.ErrorIs(t, read(ctx), sql.ErrNoRows)
			return add(ctx, db, 1) // it is no failed statement
		}))
	})
}

func TestConnServesSqlx(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		db := withNotes(t, url)
		type note struct {
			ID   int    `db:"id"`
			Text string `db:"text"`
		}
		require.NoError(t, db.Write(t.Context(), func(ctx context.Context) error {
			_, err := sqlx.NamedExecContext(ctx, db.Conn(ctx), "INSERT INTO notes (id, text) VALUES (:id, :text)",
				[]note{{1, "one"}, {2, "two"}})
			require.NoError(t, err)
			var id int
			require.NoError(t, db.Get(ctx, &id, "INSERT INTO notes (id, text) VALUES (?, ?) RETURNING id", 3, "three"))
			assert.Equal(t, 3, id)
			return nil
		}))
		query, args, err := sqlx.In("SELECT id, text FROM notes WHERE id IN (?) ORDER BY id", []int{1, 3})
		require.NoError(t, err)
		var found []note
		require.NoError(t, db.Select(t.Context(), &found, query, args...))
		assert.Equal(t, []note{{1, "one"}, {3, "three"}}, found)
		rows, err := db.Conn(t.Context()).QueryContext(t.Context(), "SELECT id FROM notes")
		require.NoError(t, err)
		require.NoError(t, rows.Close()) //nolint:sqlclosecheck // nothing is read
		require.NoError(t, rows.Err())
	})
}

func TestRunTwice(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		run(t, open(t, url), "CREATE TABLE notes (id BIGINT NOT NULL PRIMARY KEY, text TEXT NOT NULL)")
		db := openWith(t, database.Config{URL: url, RunTwice: true})
		runs, hooks := 0, 0
		require.NoError(t, db.Write(t.Context(), func(ctx context.Context) error {
			runs++
			require.NoError(t, database.AfterCommit(ctx, func() func(context.Context) { hooks++; return nil }))
			return db.Write(ctx, func(ctx context.Context) error { return add(ctx, db, runs) })
		}))
		assert.Equal(t, 2, runs)
		assert.Equal(t, 1, hooks)
		assert.Equal(t, []int{2}, notes(t, db), "the first run is undone")
		failure := errors.New("no")
		require.ErrorIs(t, db.Write(t.Context(), func(context.Context) error { runs++; return failure }), failure)
		assert.Equal(t, 4, runs)
	})
}
