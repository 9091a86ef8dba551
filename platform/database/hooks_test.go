package database_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"zomato/platform/database"
	"zomato/platform/testkit"
)

func TestAfterCommit(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		t.Run("sees the commit, and its wait is called before Write returns", func(t *testing.T) {
			t.Parallel()
			db := withNotes(t, fresh(t, url))
			ctx := database.WithScope(soon(t))
			var order []string
			require.NoError(t, db.Write(ctx, func(inner context.Context) error {
				require.NoError(t, database.AfterCommit(inner, func() func(context.Context) {
					assert.Equal(t, []int{1}, notes(t, db))
					order = append(order, "hook")
					return func(waiting context.Context) {
						order = append(order, "wait")
						assert.Equal(t, ctx, waiting)
						// It hangs if the writer is not free, and is refused
						// if the request still counts as writing.
						assert.NoError(t, db.Write(waiting, func(ctx context.Context) error { return add(ctx, db, 2) }))
					}
				}))
				hook(inner, t, &order, "second hook")
				return add(inner, db, 1)
			}))
			assert.Equal(t, []string{"hook", "second hook", "wait"}, order)
			assert.Equal(t, []int{1, 2}, notes(t, db))
		})

		t.Run("is not run for what is undone", func(t *testing.T) {
			t.Parallel()
			db := withNotes(t, fresh(t, url))
			var calls []string
			require.ErrorIs(t, db.Write(t.Context(), func(ctx context.Context) error {
				hook(ctx, t, &calls, "hook")
				return errNo
			}), errNo)
			assert.Empty(t, calls)
		})

		t.Run("belongs inside a Write", func(t *testing.T) {
			t.Parallel()
			require.ErrorIs(t, database.AfterCommit(t.Context(), nil), database.ErrNotWriting)
			require.ErrorIs(t, database.BeforeCommit(t.Context(), nil), database.ErrNotWriting)
		})
	})
}

func TestPanicAfterTheCommit(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		core, logs := observer.New(zap.ErrorLevel)
		db, err := database.Open(t.Context(), database.Config{URL: url}, zap.New(core))
		require.NoError(t, err)
		defer func() { assert.NoError(t, db.Close()) }()
		var calls []string
		require.NoError(t, db.Write(t.Context(), func(ctx context.Context) error {
			require.NoError(t, database.AfterCommit(ctx, func() func(context.Context) { panic("boom") }))
			require.NoError(t, database.AfterCommit(ctx, func() func(context.Context) {
				return func(context.Context) { panic("bang") }
			}))
			hook(ctx, t, &calls, "hook")
			return nil
		}))
		assert.Equal(t, []string{"hook"}, calls)
		assert.Equal(t, 2, logs.FilterMessage("panic in a database hook").Len())
	})
}

func TestAfterCommitRunsInTheOrderOfTheCommits(t *testing.T) {
	t.Parallel()
	db := open(t, testkit.SQLite(t))
	run(t, db, "CREATE TABLE events (id INTEGER PRIMARY KEY AUTOINCREMENT)")
	var order []int // the writer is held: no lock needed, and -race agrees
	var group sync.WaitGroup
	for range 16 {
		group.Go(func() {
			for range 10 {
				assert.NoError(t, db.Write(t.Context(), func(ctx context.Context) error {
					var id int
					if err := db.Get(ctx, &id, "INSERT INTO events DEFAULT VALUES RETURNING id"); err != nil {
						return err
					}
					return database.AfterCommit(ctx, func() func(context.Context) {
						order = append(order, id)
						return nil
					})
				}))
			}
		})
	}
	group.Wait()
	assert.Len(t, order, 160)
	assert.IsIncreasing(t, order)
}

func TestBeforeCommit(t *testing.T) {
	t.Parallel()

	t.Run("runs with the caller's context and may refuse the commit", func(t *testing.T) {
		t.Parallel()
		db := withNotes(t, testkit.Postgres(t))
		deadline := time.Now().Add(time.Hour)
		outer, cancel := context.WithDeadline(database.WithScope(t.Context()), deadline)
		defer cancel()
		var calls []string
		err := db.Write(outer, func(ctx context.Context) error {
			hook(ctx, t, &calls, "after")
			require.NoError(t, database.BeforeCommit(ctx, func(ctx context.Context) error {
				bound, ok := ctx.Deadline()
				assert.True(t, ok && bound.Equal(deadline))
				assert.ErrorIs(t, db.Get(ctx, new(int), "SELECT 1"), database.ErrOuterContext)
				calls = append(calls, "before")
				return errNo
			}))
			require.NoError(t, add(ctx, db, 1))
			assert.Empty(t, calls, "not while the function runs")
			return nil
		})
		require.ErrorIs(t, err, errNo)
		assert.Equal(t, []string{"before"}, calls)
		assert.Empty(t, notes(t, db))
	})

	t.Run("does not run for what failed", func(t *testing.T) {
		t.Parallel()
		db := withNotes(t, testkit.Postgres(t))
		before := func(ctx context.Context) {
			require.NoError(t, database.BeforeCommit(ctx, func(context.Context) error {
				t.Error("nothing is committed")
				return nil
			}))
		}
		require.ErrorIs(t, db.Write(t.Context(), func(ctx context.Context) error {
			before(ctx)
			return errNo
		}), errNo)
		require.NoError(t, db.Write(t.Context(), func(ctx context.Context) error {
			require.ErrorIs(t, db.Write(ctx, func(ctx context.Context) error {
				before(ctx)
				return errNo
			}), errNo)
			return nil
		}))
	})
}

func TestBeforeCommitHasItsTime(t *testing.T) {
	t.Parallel()

	t.Run("does not run after the deadline", func(t *testing.T) {
		t.Parallel()
		db := withNotes(t, testkit.Postgres(t))
		outer, cancel := context.WithCancel(t.Context())
		require.ErrorIs(t, db.Write(outer, func(ctx context.Context) error {
			cancel()
			require.NoError(t, database.BeforeCommit(ctx, func(context.Context) error {
				t.Error("the caller is gone")
				return nil
			}))
			return add(ctx, db, 1)
		}), context.Canceled)
		assert.Empty(t, notes(t, db))
	})

	t.Run("is not needed on SQLite", func(t *testing.T) {
		t.Parallel()
		db := withNotes(t, testkit.SQLite(t))
		require.NoError(t, db.Write(t.Context(), func(ctx context.Context) error {
			return database.BeforeCommit(ctx, func(context.Context) error { return errNo })
		}))
	})
}

// Such a hook may take a while, so nobody else should wait for the connection.
func TestAfterCommit_holds_no_connection_on_Postgres(t *testing.T) {
	t.Parallel()
	db := withNotes(t, testkit.Postgres(t))
	ran := false
	require.NoError(t, db.Write(t.Context(), func(ctx context.Context) error {
		require.NoError(t, database.AfterCommit(ctx, func() func(context.Context) {
			ran = true
			assert.Zero(t, db.BusyWriters())
			return nil
		}))
		return add(ctx, db, 1)
	}))
	assert.True(t, ran)
	assert.Zero(t, db.BusyWriters(), "given back once")
}
