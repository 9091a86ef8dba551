package database_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"zomato/platform/database"
	"zomato/platform/testkit"
)

var errNo = errors.New("no")

// hook counts a commit.
func hook(ctx context.Context, t *testing.T, calls *[]string, name string) {
	t.Helper()
	require.NoError(t, database.AfterCommit(ctx, func() func(context.Context) {
		*calls = append(*calls, name)
		return nil
	}))
}

func TestNestedWrite(t *testing.T) {
	t.Parallel()
	eachCase(t, map[string]func(*testing.T, *database.DB){
		"is committed with the outermost one":          nestedIsCommittedWithTheOutermostOne,
		"is undone with the outermost one":             nestedIsUndoneWithTheOutermostOne,
		"undoes its own part and hooks only":           nestedUndoesItsOwnPartOnly,
		"contains the failure of a statement":          nestedContainsTheFailureOfAStatement,
		"undoes its part on a panic, which goes on":    nestedUndoesItsPartOnAPanic,
		"does not start with a context that is over":   nestedDoesNotStartLate,
		"fails everything when its end cannot be told": nestedFailsEverything,
		"undoes a change that came by a Read inside":   nestedUndoesAChangeByARead,
		"undoes a change by the context from outside":  nestedUndoesAChangeByTheOuterContext,
	})
}

func nestedIsCommittedWithTheOutermostOne(t *testing.T, db *database.DB) {
	t.Helper()
	var calls []string
	require.NoError(t, db.Write(t.Context(), func(ctx context.Context) error {
		require.NoError(t, db.Write(ctx, func(ctx context.Context) error {
			hook(ctx, t, &calls, "inner")
			return add(ctx, db, 1)
		}))
		assert.Empty(t, notes(t, db), "not yet")
		assert.Empty(t, calls, "not yet")
		hook(ctx, t, &calls, "outer")
		return add(ctx, db, 2)
	}))
	assert.Equal(t, []int{1, 2}, notes(t, db))
	assert.Equal(t, []string{"inner", "outer"}, calls)
}

func nestedIsUndoneWithTheOutermostOne(t *testing.T, db *database.DB) {
	t.Helper()
	require.ErrorIs(t, db.Write(t.Context(), func(ctx context.Context) error {
		require.NoError(t, db.Write(ctx, func(ctx context.Context) error { return add(ctx, db, 1) }))
		return errNo
	}), errNo)
	assert.Empty(t, notes(t, db))
}

func nestedUndoesItsOwnPartOnly(t *testing.T, db *database.DB) {
	t.Helper()
	var calls []string
	require.NoError(t, db.Write(t.Context(), func(ctx context.Context) error {
		require.NoError(t, add(ctx, db, 1))
		hook(ctx, t, &calls, "outer")
		require.ErrorIs(t, db.Write(ctx, func(ctx context.Context) error {
			require.NoError(t, add(ctx, db, 2))
			hook(ctx, t, &calls, "inner")
			require.NoError(t, db.Write(ctx, func(ctx context.Context) error {
				hook(ctx, t, &calls, "innermost")
				return add(ctx, db, 3)
			}))
			return errNo
		}), errNo)
		hook(ctx, t, &calls, "last")
		return add(ctx, db, 4)
	}))
	assert.Equal(t, []int{1, 4}, notes(t, db))
	assert.Equal(t, []string{"outer", "last"}, calls)
}

func nestedContainsTheFailureOfAStatement(t *testing.T, db *database.DB) {
	t.Helper()
	require.NoError(t, db.Write(t.Context(), func(ctx context.Context) error {
		require.NoError(t, add(ctx, db, 1))
		require.Error(t, db.Write(ctx, func(ctx context.Context) error { return add(ctx, db, 1) }))
		err := db.Write(ctx, func(ctx context.Context) error {
			_ = add(ctx, db, 1)
			return nil // as if nothing had happened
		})
		require.ErrorIs(t, err, database.ErrAborted)
		return add(ctx, db, 2)
	}))
	assert.Equal(t, []int{1, 2}, notes(t, db))
}

func nestedUndoesItsPartOnAPanic(t *testing.T, db *database.DB) {
	t.Helper()
	var calls []string
	require.NoError(t, db.Write(t.Context(), func(ctx context.Context) error {
		require.NoError(t, add(ctx, db, 1))
		assert.PanicsWithValue(t, "boom", func() {
			_ = db.Write(ctx, func(ctx context.Context) error {
				require.NoError(t, add(ctx, db, 2))
				hook(ctx, t, &calls, "inner")
				panic("boom")
			})
		})
		return add(ctx, db, 3)
	}))
	assert.Equal(t, []int{1, 3}, notes(t, db))
	assert.Empty(t, calls)
}

func nestedDoesNotStartLate(t *testing.T, db *database.DB) {
	t.Helper()
	require.NoError(t, db.Write(t.Context(), func(ctx context.Context) error {
		late, cancel := context.WithCancel(ctx)
		cancel()
		require.ErrorIs(t, db.Write(late, func(context.Context) error {
			t.Error("it started")
			return nil
		}), context.Canceled)
		return add(ctx, db, 1)
	}))
	assert.Equal(t, []int{1}, notes(t, db))
}

func nestedFailsEverything(t *testing.T, db *database.DB) {
	t.Helper()
	err := db.Write(t.Context(), func(ctx context.Context) error {
		require.NoError(t, add(ctx, db, 1))
		inner := db.Write(ctx, func(ctx context.Context) error {
			_, err := db.Exec(ctx, "RELEASE SAVEPOINT part_1") // pulls the savepoint away
			require.NoError(t, err)
			return errNo
		})
		require.ErrorIs(t, inner, errNo)
		require.ErrorContains(t, add(ctx, db, 2), "the whole transaction is undone")
		return nil
	})
	require.ErrorContains(t, err, "the whole transaction is undone")
	assert.Empty(t, notes(t, db))
}

func nestedUndoesAChangeByARead(t *testing.T, db *database.DB) {
	t.Helper()
	const change = "INSERT INTO notes (id, text) VALUES (?, '') RETURNING id"
	require.NoError(t, db.Write(t.Context(), func(outer context.Context) error {
		require.ErrorIs(t, db.Write(outer, func(ctx context.Context) error {
			for id, ctx := range []context.Context{ctx, outer} {
				require.NoError(t, db.Read(ctx, func(ctx context.Context) error { return db.Get(ctx, new(int), change, id) }))
			}
			return errNo
		}), errNo)
		return db.Read(outer, func(ctx context.Context) error { return db.Get(ctx, new(int), change, 4) })
	}))
	assert.Equal(t, []int{4}, notes(t, db))
}

func nestedUndoesAChangeByTheOuterContext(t *testing.T, db *database.DB) {
	t.Helper()
	require.NoError(t, db.Write(t.Context(), func(outer context.Context) error {
		require.NoError(t, add(outer, db, 1))
		require.ErrorIs(t, db.Write(outer, func(middle context.Context) error {
			require.ErrorIs(t, db.Write(middle, func(context.Context) error { return errors.Join(add(outer, db, 2), errNo) }), errNo)
			require.NoError(t, db.Write(middle, func(context.Context) error { return add(middle, db, 3) }))
			return errNo
		}), errNo)
		require.ErrorIs(t, db.Write(outer, func(context.Context) error {
			require.NoError(t, add(outer, db, 4))
			require.Error(t, add(outer, db, 4), "it fails the innermost one")
			return errNo
		}), errNo)
		return add(outer, db, 5)
	}))
	assert.Equal(t, []int{1, 5}, notes(t, db))
}

func TestNestedWrite_has_a_savepoint_once_it_changes_something(t *testing.T) {
	t.Parallel()
	db := withNotes(t, testkit.SQLite(t))
	seen := counted(db)
	require.NoError(t, db.Write(t.Context(), func(ctx context.Context) error {
		require.NoError(t, add(ctx, db, 1))
		read := func(ctx context.Context) error { return db.Get(ctx, new(int), "SELECT COUNT(*) FROM notes") }
		require.NoError(t, db.Write(ctx, read))
		assert.Zero(t, seen("SAVEPOINT"), "nothing to undo")
		require.ErrorIs(t, db.Write(ctx, func(ctx context.Context) error { return errors.Join(read(ctx), errNo) }), errNo)
		require.Error(t, db.Write(ctx, func(ctx context.Context) error { return db.Get(ctx, new(int), "SELECT nonsense FROM notes") }))
		assert.Zero(t, seen("SAVEPOINT"))
		require.NoError(t, add(ctx, db, 2), "what failed inside harms nothing outside")

		require.ErrorIs(t, db.Write(ctx, func(ctx context.Context) error {
			require.NoError(t, db.Write(ctx, func(ctx context.Context) error { return add(ctx, db, 3) }))
			require.Equal(t, 2, seen("SAVEPOINT"), "first that of the part around it")
			return errNo
		}), errNo)
		require.NoError(t, db.Write(ctx, func(ctx context.Context) error {
			var id int
			return db.Get(ctx, &id, "INSERT INTO notes (id, text) VALUES (4, '') RETURNING id")
		}))
		assert.Equal(t, 3, seen("SAVEPOINT"))
		return nil
	}))
	assert.Equal(t, []int{1, 2, 4}, notes(t, db))
}

func TestNestedWritesAtOnceFailTheTransaction(t *testing.T) {
	t.Parallel()
	const undone = "the whole transaction is undone"
	for name, outcome := range map[string]error{"one that succeeds": nil, "one that fails": errNo} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testkit.EachDatabase(t, func(t *testing.T, url string) {
				db := withNotes(t, url)
				err := db.Write(t.Context(), func(ctx context.Context) error {
					require.NoError(t, add(ctx, db, 1))
					inside, goOn, done := make(chan struct{}), make(chan struct{}), make(chan error, 1)
					go func() {
						done <- db.Write(ctx, func(context.Context) error {
							close(inside)
							<-goOn
							return outcome
						})
					}()
					<-inside
					require.ErrorContains(t, db.Write(ctx, func(context.Context) error {
						close(goOn)
						require.ErrorContains(t, <-done, undone, "its savepoint is not the innermost one")
						return nil
					}), undone)
					return nil
				})
				require.ErrorContains(t, err, undone)
				assert.Empty(t, notes(t, db))
			})
		})
	}
}

func TestNestedWriteThatOutlivesTheOuterOne(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		db := withNotes(t, url)
		inside, goOn, done := make(chan struct{}), make(chan struct{}), make(chan error, 1)
		err := db.Write(t.Context(), func(ctx context.Context) error {
			go func() {
				done <- db.Write(ctx, func(ctx context.Context) error {
					assert.NoError(t, add(ctx, db, 1))
					close(inside)
					<-goOn
					return nil
				})
			}()
			<-inside
			return nil
		})
		require.ErrorContains(t, err, "a nested Write was still running")
		close(goOn)
		require.Error(t, <-done)
		assert.Empty(t, notes(t, db))
	})
}

// SQLite can drop a transaction by itself; what follows would be committed
// statement by statement.
func TestTransactionThatSQLiteDropped(t *testing.T) {
	t.Parallel()
	const drop = "INSERT OR ROLLBACK INTO notes (id, text) VALUES (1, 'conflict')"

	t.Run("in a Write", func(t *testing.T) {
		t.Parallel()
		db := withNotes(t, testkit.SQLite(t))
		var calls []string
		err := db.Write(t.Context(), func(ctx context.Context) error {
			hook(ctx, t, &calls, "outer")
			require.NoError(t, add(ctx, db, 1))
			_, err := db.Exec(ctx, drop)
			assert.True(t, database.IsUnique(err, "notes_pkey"), err)
			require.ErrorContains(t, add(ctx, db, 2), "the whole transaction is undone")
			return nil
		})
		require.ErrorContains(t, err, "the whole transaction is undone")
		assert.Empty(t, notes(t, db))
		assert.Empty(t, calls)
		run(t, db, "INSERT INTO notes (id, text) VALUES (3, 'the connection is sound')")
	})

	t.Run("in a nested Write whose failure is passed over", func(t *testing.T) {
		t.Parallel()
		db := withNotes(t, testkit.SQLite(t))
		err := db.Write(t.Context(), func(ctx context.Context) error {
			require.NoError(t, add(ctx, db, 1))
			require.Error(t, db.Write(ctx, func(ctx context.Context) error {
				_, err := db.Exec(ctx, drop)
				return err
			}))
			require.ErrorContains(t, add(ctx, db, 2), "the whole transaction is undone")
			return nil
		})
		require.ErrorContains(t, err, "the whole transaction is undone")
		assert.Empty(t, notes(t, db))
	})

	t.Run("without an error", func(t *testing.T) {
		t.Parallel()
		db := withNotes(t, testkit.SQLite(t))
		err := db.Write(t.Context(), func(ctx context.Context) error {
			require.NoError(t, add(ctx, db, 1))
			_, err := db.Exec(ctx, "ROLLBACK")
			return err
		})
		require.ErrorContains(t, err, "the whole transaction is undone")
		assert.Empty(t, notes(t, db))
	})
}

// What only reads, and leaves what it adds to the end, has nothing to undo.
func TestBatch_gives_a_savepoint_to_who_changes_something(t *testing.T) {
	t.Parallel()
	db := withNotes(t, testkit.SQLite(t))
	b := newBasket(db)
	seen := counted(db)
	var read int
	errs := batchOf(
		t, db, b.adding(1),
		func(ctx context.Context) error { return db.Get(ctx, &read, "SELECT COUNT(*) FROM notes") },
		adding(db, 2),
		func(ctx context.Context) error {
			return db.Write(ctx, func(ctx context.Context) error { return add(ctx, db, 3) })
		},
	)
	for _, err := range errs {
		require.NoError(t, err)
	}
	assert.Equal(t, 3, seen("SAVEPOINT"), "that of the third, and two of the fourth")
	assert.Equal(t, 3, seen("RELEASE"))
	assert.Equal(t, []int{1, 2, 3}, notes(t, db))
}
