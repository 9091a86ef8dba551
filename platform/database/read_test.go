package database_test

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"zomato/platform/database"
	"zomato/platform/fault"
	"zomato/platform/testkit"
)

func TestRead(t *testing.T) {
	t.Parallel()
	eachCase(t, map[string]func(*testing.T, *database.DB){
		"is of one state, whoever commits meanwhile":            readIsOfOneState,
		"is of the state at its first statement":                readIsOfTheStateAtItsFirstStatement,
		"returns its function's error as it is":                 readReturnsItsFunctionsError,
		"ends on a panic, which goes on":                        readEndsOnAPanic,
		"ends with its goroutine":                               readEndsWithItsGoroutine,
		"changes nothing":                                       readChangesNothing,
		"ends with a statement that fails":                      readEndsWithAStatementThatFails,
		"gives back its connection when rows are left open":     readGivesBackItsConnection,
		"inside a Read is of the same state":                    readInsideARead,
		"inside a Write sees what that has changed":             readInsideAWrite,
		"inside a Write leaves a failed statement to the Write": readInsideAWriteFails,
	})
}

// seen counts the notes in every way that there is to read.
func seen(ctx context.Context, t *testing.T, db *database.DB) int {
	t.Helper()
	const query = "SELECT id FROM notes ORDER BY id"
	var selected []int
	require.NoError(t, db.Select(ctx, &selected, query))
	var got int
	require.NoError(t, db.Get(ctx, &got, "SELECT count(*) FROM notes"))
	rows, err := db.Conn(ctx).QueryxContext(ctx, query)
	require.NoError(t, err)
	defer rows.Close()
	streamed := 0
	for rows.Next() {
		streamed++
	}
	require.NoError(t, rows.Err())
	var one int
	require.NoError(t, sqlx.GetContext(ctx, db.Conn(ctx), &one, "SELECT count(*) FROM notes"))
	require.Equal(t, []int{got, got, got}, []int{len(selected), streamed, one})
	return got
}

func readIsOfOneState(t *testing.T, db *database.DB) {
	t.Helper()
	for before := range 3 { // the second time the statements are cached
		require.NoError(t, db.Read(t.Context(), func(ctx context.Context) error {
			assert.Equal(t, before, seen(ctx, t, db))
			require.NoError(t, db.Write(t.Context(), func(ctx context.Context) error { return add(ctx, db, before) }))
			assert.Len(t, notes(t, db), before+1, "others see it")
			assert.Equal(t, before, seen(ctx, t, db))
			return nil
		}))
		assert.Equal(t, before+1, seen(t.Context(), t, db), "afterwards it is there")
	}
}

func readIsOfTheStateAtItsFirstStatement(t *testing.T, db *database.DB) {
	t.Helper()
	require.NoError(t, db.Read(t.Context(), func(ctx context.Context) error {
		require.NoError(t, db.Write(t.Context(), func(ctx context.Context) error { return add(ctx, db, 1) }))
		assert.Equal(t, 1, seen(ctx, t, db))
		return nil
	}))
}

func readReturnsItsFunctionsError(t *testing.T, db *database.DB) {
	t.Helper()
	missing := fault.New(fault.NotFound, "missing", "Missing.")
	assert.Same(t, missing, db.Read(t.Context(), func(context.Context) error { return missing }))
	assert.Zero(t, db.BusyReaders())
}

func readEndsOnAPanic(t *testing.T, db *database.DB) {
	t.Helper()
	for range 2 * mostReaders(db) {
		assert.PanicsWithValue(t, "boom", func() {
			_ = db.Read(soon(t), func(ctx context.Context) error {
				seen(ctx, t, db)
				panic("boom")
			})
		})
	}
	isSound(t, db)
}

func readEndsWithItsGoroutine(t *testing.T, db *database.DB) {
	t.Helper()
	var group sync.WaitGroup
	for range 2 * mostReaders(db) {
		group.Go(func() {
			_ = db.Read(soon(t), func(ctx context.Context) error {
				assert.NoError(t, db.Get(ctx, new(int), "SELECT count(*) FROM notes"))
				runtime.Goexit() // as t.FailNow does
				return nil
			})
			t.Error("it came back")
		})
	}
	group.Wait()
	isSound(t, db)
}

func readChangesNothing(t *testing.T, db *database.DB) {
	t.Helper()
	const change = "INSERT INTO notes (id, text) VALUES (1, '') RETURNING id"
	for name, use := range map[string]func(context.Context) error{
		"Exec":   func(ctx context.Context) error { _, err := db.Exec(ctx, change); return err },
		"Get":    func(ctx context.Context) error { return db.Get(ctx, new(int), change) },
		"Select": func(ctx context.Context) error { return db.Select(ctx, new([]int), change) },
		"Conn":   func(ctx context.Context) error { return sqlx.GetContext(ctx, db.Conn(ctx), new(int), change) },
	} {
		require.ErrorIs(t, db.Read(t.Context(), use), database.ErrReadOnly, name)
	}
	assert.Empty(t, notes(t, db))
	require.ErrorIs(t, db.Read(t.Context(), func(ctx context.Context) error {
		return db.Read(ctx, func(ctx context.Context) error { return db.Get(ctx, new(int), change) })
	}), database.ErrReadOnly, "in a Read inside a Read")
	// What a Read does to its connection must not outlast it.
	for range 2 * mostReaders(db) {
		require.ErrorIs(t, db.Get(t.Context(), new(int), change), database.ErrReadOnly)
	}
	isSound(t, db)
}

func readEndsWithAStatementThatFails(t *testing.T, db *database.DB) {
	t.Helper()
	for range 2 * mostReaders(db) {
		err := db.Read(t.Context(), func(ctx context.Context) error {
			require.Error(t, db.Get(ctx, new(int), "SELECT no FROM notes"))
			require.ErrorIs(t, db.Get(ctx, new(int), "SELECT 1"), database.ErrAborted)
			require.ErrorIs(t, db.Read(ctx, func(context.Context) error { return nil }), database.ErrAborted)
			return nil // as if nothing had happened
		})
		require.ErrorIs(t, err, database.ErrAborted)
	}
	isSound(t, db)
}

func readGivesBackItsConnection(t *testing.T, db *database.DB) {
	t.Helper()
	run(t, db, "INSERT INTO notes (id, text) VALUES (1, ''), (2, ''), (3, '')")
	for range 2 * mostReaders(db) {
		require.NoError(t, db.Read(soon(t), func(ctx context.Context) error {
			rows, err := db.Conn(ctx).QueryxContext(ctx, "SELECT id FROM notes") //nolint:sqlclosecheck,rowserrcheck // the mistake in question
			require.NoError(t, err)
			require.True(t, rows.Next())
			return nil
		}))
	}
	isSound(t, db)
}

func readInsideARead(t *testing.T, db *database.DB) {
	t.Helper()
	require.NoError(t, db.Read(t.Context(), func(ctx context.Context) error {
		assert.Zero(t, seen(ctx, t, db))
		require.NoError(t, db.Write(t.Context(), func(ctx context.Context) error { return add(ctx, db, 1) }))
		require.ErrorIs(t, db.Read(ctx, func(ctx context.Context) error {
			assert.Equal(t, 1, db.BusyReaders(), "it takes no connection of its own")
			assert.Zero(t, seen(ctx, t, db))
			return errNo
		}), errNo)
		assert.Zero(t, seen(ctx, t, db), "its failure is its own")
		return nil
	}))
}

func readInsideAWrite(t *testing.T, db *database.DB) {
	t.Helper()
	const change = "INSERT INTO notes (id, text) VALUES (9, '')"
	require.NoError(t, db.Write(database.WithScope(t.Context()), func(ctx context.Context) error {
		require.NoError(t, add(ctx, db, 1))
		require.ErrorIs(t, db.Read(ctx, func(ctx context.Context) error {
			assert.Equal(t, 1, seen(ctx, t, db))
			_, err := db.Exec(ctx, change)
			require.ErrorIs(t, err, database.ErrReadOnly)
			require.ErrorIs(t, db.Write(ctx, func(context.Context) error { return nil }), database.ErrReading)
			return errNo
		}), errNo)
		assert.Zero(t, db.BusyReaders(), "it takes no connection of its own")
		require.NoError(t, db.Write(ctx, func(ctx context.Context) error {
			require.NoError(t, add(ctx, db, 2))
			return db.Read(ctx, func(ctx context.Context) error {
				assert.Equal(t, 2, seen(ctx, t, db))
				return nil
			})
		}))
		return add(ctx, db, 3)
	}))
	assert.Equal(t, []int{1, 2, 3}, notes(t, db))
}

func readInsideAWriteFails(t *testing.T, db *database.DB) {
	t.Helper()
	require.ErrorIs(t, db.Write(t.Context(), func(ctx context.Context) error {
		require.NoError(t, add(ctx, db, 1))
		require.Error(t, db.Read(ctx, func(ctx context.Context) error {
			return db.Get(ctx, new(int), "SELECT no FROM notes")
		}))
		require.ErrorIs(t, add(ctx, db, 2), database.ErrAborted)
		return nil
	}), database.ErrAborted)
	assert.Empty(t, notes(t, db))
}

// mostReaders is how many connections the read pool may have.
func mostReaders(db *database.DB) int {
	most, _ := db.ReaderConnections()
	return most
}

// isSound checks that all connections of the read pool are free, that as many
// Reads as it has run at once, each of the newest state, and that no
// transaction is left.
func isSound(t *testing.T, db *database.DB) {
	t.Helper()
	// A connection that the pool opens for somebody who has stopped waiting counts too.
	require.Eventually(t, func() bool { return db.BusyReaders() == 0 }, time.Minute, time.Millisecond)
	const id = 1000
	run(t, db, "INSERT INTO notes (id, text) VALUES (1000, 'newest')")
	var inside, group sync.WaitGroup
	inside.Add(mostReaders(db))
	for range mostReaders(db) {
		group.Go(func() {
			reached := sync.OnceFunc(inside.Done)
			defer reached() // the others shall not wait for one that failed
			assert.NoError(t, db.Read(soon(t), func(ctx context.Context) error {
				var newest int
				err := db.Get(ctx, &newest, "SELECT max(id) FROM notes")
				assert.Equal(t, id, newest)
				reached()
				inside.Wait()
				return err
			}))
		})
	}
	group.Wait()
	run(t, db, "DELETE FROM notes WHERE id = 1000")
	nothingIsOpen(t, db)
}

func TestReadDoesNotStartAfterTheDeadline(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		db := withNotes(t, url)
		late, cancel := context.WithDeadline(t.Context(), time.Unix(0, 0))
		defer cancel()
		err := db.Read(late, func(context.Context) error {
			t.Error("it started")
			return nil
		})
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.True(t, fault.Is(err, "database_unavailable"), err)
	})
}

func TestReadAfterClose(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		db := withNotes(t, url)
		require.NoError(t, db.Close())
		err := db.Read(t.Context(), func(context.Context) error {
			t.Error("it started")
			return nil
		})
		assert.True(t, fault.Is(err, "database_unavailable"), err)
	})
}

// Money moves between two accounts; no Read ever sees it on its way.
func TestReadNeverSeesHalfOfAChange(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		db := open(t, url)
		run(t, db, "CREATE TABLE accounts (id BIGINT NOT NULL PRIMARY KEY, amount BIGINT NOT NULL)",
			"INSERT INTO accounts (id, amount) VALUES (1, 100), (2, 0)")
		const readers, each, writers = 4, 250, 2
		var done atomic.Bool
		var reading, writing sync.WaitGroup
		for range writers {
			writing.Go(func() {
				for !done.Load() {
					assert.NoError(t, db.Write(database.WithScope(t.Context()), func(ctx context.Context) error {
						for _, statement := range []string{
							"UPDATE accounts SET amount = amount - 1 WHERE id = 1", "UPDATE accounts SET amount = amount + 1 WHERE id = 2",
						} {
							if _, err := db.Exec(ctx, statement); err != nil {
								return err
							}
						}
						return nil
					}))
				}
			})
		}
		for range readers {
			reading.Go(func() {
				for range each {
					var one, two int
					assert.NoError(t, db.Read(database.WithScope(t.Context()), func(ctx context.Context) error {
						if err := db.Get(ctx, &one, "SELECT amount FROM accounts WHERE id = 1"); err != nil {
							return err
						}
						return db.Get(ctx, &two, "SELECT amount FROM accounts WHERE id = 2")
					}))
					assert.Equal(t, 100, one+two)
				}
			})
		}
		reading.Wait()
		done.Store(true)
		writing.Wait()
		assert.Zero(t, db.BusyReaders())
		nothingIsOpen(t, db)
	})
}
