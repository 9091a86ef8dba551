package database_test

import (
	"context"
	"sync"
	"testing"

	"github.com/jmoiron/sqlx"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"zomato/platform/database"
	"zomato/platform/testkit"
)

// everyUse is each way to use a context with a database.
func everyUse(ctx context.Context, db *database.DB) map[string]error {
	conn := db.Conn(ctx)
	_, execErr := db.Exec(ctx, "DELETE FROM notes")
	_, queryErr := conn.QueryContext(ctx, "SELECT id FROM notes")   //nolint:sqlclosecheck,rowserrcheck // it fails
	_, queryxErr := conn.QueryxContext(ctx, "SELECT id FROM notes") //nolint:sqlclosecheck,rowserrcheck // it fails
	return map[string]error{
		"Get":    db.Get(ctx, new(int), "SELECT 1"),
		"Select": db.Select(ctx, new([]int), "SELECT 1"),
		"Exec":   execErr,
		"Query":  queryErr,
		"Queryx": queryxErr,
		"Row":    sqlx.GetContext(ctx, conn, new(int), "SELECT 1"),
		"Write":  db.Write(ctx, func(context.Context) error { return nil }),
		"Aside":  db.Aside(ctx, func(context.Context) error { return nil }),
		"Read":   db.Read(ctx, func(context.Context) error { return nil }),
	}
}

func TestTransactionThatHasEnded(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		db := withNotes(t, url)
		var kept context.Context
		var conn database.Conn
		keep := func(ctx context.Context) error {
			kept, conn = ctx, db.Conn(ctx)
			return add(ctx, db, 1)
		}
		check := func() {
			for use, err := range everyUse(kept, db) {
				require.ErrorIs(t, err, database.ErrEnded, use)
			}
			require.ErrorIs(t, database.AfterCommit(kept, nil), database.ErrEnded)
			require.ErrorIs(t, database.BeforeCommit(kept, nil), database.ErrEnded)
			require.ErrorIs(t, sqlx.GetContext(t.Context(), conn, new(int), "SELECT 1"), database.ErrEnded)
			_, err := conn.ExecContext(t.Context(), "DELETE FROM notes")
			require.ErrorIs(t, err, database.ErrEnded)
		}

		require.NoError(t, db.Write(t.Context(), keep))
		check()

		require.NoError(t, db.Write(t.Context(), func(ctx context.Context) error {
			require.NoError(t, db.Write(ctx, func(ctx context.Context) error {
				kept, conn = ctx, db.Conn(ctx)
				return nil
			}))
			check() // the nested one has ended, though the outer one has not
			return nil
		}))
		assert.Equal(t, []int{1}, notes(t, db))
	})
}

func TestOuterContextInsideAWrite(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		db, other := withNotes(t, url), withNotes(t, fresh(t, url))
		outer := database.WithScope(t.Context())
		before := db.Conn(outer)
		require.NoError(t, db.Write(outer, func(ctx context.Context) error {
			for use, err := range everyUse(outer, db) {
				require.ErrorIs(t, err, database.ErrOuterContext, use)
			}
			_, err := db.Migrate(outer, nil)
			require.ErrorIs(t, err, database.ErrOuterContext)
			_, err = db.Migrate(ctx, nil)
			require.ErrorIs(t, err, database.ErrOuterContext)
			require.ErrorIs(t, sqlx.GetContext(ctx, before, new(int), "SELECT 1"), database.ErrOuterContext)
			require.ErrorIs(t, sqlx.GetContext(t.Context(), before, new(int), "SELECT 1"), database.ErrOuterContext)
			require.NoError(t, other.Get(outer, new(int), "SELECT 1"), "another database is not meant")
			require.NoError(t, db.Get(database.WithScope(outer), new(int), "SELECT 1"), "work of its own has a scope of its own")
			return add(ctx, db, 1)
		}))
		require.NoError(t, db.Get(outer, new(int), "SELECT 1"), "afterwards it is the request's context again")
		require.Error(t, db.Write(outer, func(context.Context) error { return errNo }))
		require.NoError(t, db.Get(outer, new(int), "SELECT 1"), "also after a failure")
		assert.Equal(t, []int{1}, notes(t, db))
	})
}

func TestConnFromOutsideInsideAWrite(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		db := withNotes(t, url)
		outside := db.Conn(t.Context()) // no WithScope is needed for this one
		require.NoError(t, db.Write(t.Context(), func(ctx context.Context) error {
			require.ErrorIs(t, sqlx.GetContext(ctx, outside, new(int), "SELECT 1"), database.ErrOuterContext)
			return nil
		}))
		require.NoError(t, sqlx.GetContext(t.Context(), outside, new(int), "SELECT 1"))
	})
}

func TestChangeOutsideAWrite(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		db := withNotes(t, url)
		const change = "INSERT INTO notes (id, text) VALUES (1, '')"
		_, err := db.Exec(t.Context(), change)
		require.ErrorIs(t, err, database.ErrReadOnly)
		require.ErrorIs(t, db.Get(t.Context(), new(int), change+" RETURNING id"), database.ErrReadOnly)
		require.ErrorIs(t, db.Select(t.Context(), new([]int), change+" RETURNING id"), database.ErrReadOnly)
		require.ErrorIs(t, sqlx.GetContext(t.Context(), db.Conn(t.Context()), new(int), change+" RETURNING id"), database.ErrReadOnly)
		assert.Empty(t, notes(t, db))
	})
}

func TestReadThatHasEnded(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		db := withNotes(t, url)
		var kept context.Context
		var conn database.Conn
		keep := func(ctx context.Context) error {
			kept, conn = ctx, db.Conn(ctx)
			return nil
		}
		check := func() {
			for use, err := range everyUse(kept, db) {
				require.ErrorIs(t, err, database.ErrEnded, use)
			}
			require.ErrorIs(t, database.AfterCommit(kept, nil), database.ErrEnded)
			require.ErrorIs(t, sqlx.GetContext(t.Context(), conn, new(int), "SELECT 1"), database.ErrEnded)
		}

		require.NoError(t, db.Read(t.Context(), keep))
		check()
		for name, around := range map[string]func(context.Context, func(context.Context) error) error{"Read": db.Read, "Write": db.Write} {
			require.NoError(t, around(t.Context(), func(ctx context.Context) error {
				require.NoError(t, db.Read(ctx, keep))
				check() // the inner one has ended, though the outer one has not
				return db.Get(ctx, new(int), "SELECT 1")
			}), name)
		}
	})
}

func TestReadThatOutlivesWhatIsAroundIt(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		db := withNotes(t, url)
		for name, around := range map[string]func(context.Context, func(context.Context) error) error{"Read": db.Read, "Write": db.Write} {
			inside, goOn, done := make(chan struct{}), make(chan struct{}), make(chan error, 1)
			require.NoError(t, around(t.Context(), func(ctx context.Context) error {
				go func() {
					done <- db.Read(ctx, func(ctx context.Context) error {
						close(inside)
						<-goOn
						return db.Get(ctx, new(int), "SELECT 1")
					})
				}()
				<-inside
				return nil
			}), name)
			close(goOn)
			require.ErrorIs(t, <-done, database.ErrEnded, name)
		}
	})
}

func TestWriteInsideARead(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		db, other := withNotes(t, url), withNotes(t, fresh(t, url))
		never := func(context.Context) error {
			t.Error("it started")
			return nil
		}
		require.NoError(t, db.Read(database.WithScope(t.Context()), func(ctx context.Context) error {
			require.ErrorIs(t, db.Write(ctx, never), database.ErrReading)
			require.NoError(t, db.Read(ctx, func(ctx context.Context) error {
				require.ErrorIs(t, db.Write(ctx, never), database.ErrReading)
				return nil
			}))
			require.ErrorIs(t, database.AfterCommit(ctx, nil), database.ErrNotWriting)
			require.ErrorIs(t, database.BeforeCommit(ctx, nil), database.ErrNotWriting)
			_, err := db.Migrate(ctx, nil)
			require.ErrorIs(t, err, database.ErrReading)
			require.NoError(t, other.Write(ctx, func(ctx context.Context) error { return add(ctx, other, 1) }), "another database is not meant")
			return db.Get(ctx, new(int), "SELECT 1")
		}))
		assert.Empty(t, notes(t, db))
	})
}

func TestOuterContextInsideARead(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		db := withNotes(t, url)
		outer := database.WithScope(t.Context())
		outside := db.Conn(t.Context()) // no WithScope is needed for this one
		require.NoError(t, db.Read(outer, func(ctx context.Context) error {
			for use, err := range everyUse(outer, db) {
				require.ErrorIs(t, err, database.ErrOuterContext, use)
			}
			require.ErrorIs(t, sqlx.GetContext(ctx, outside, new(int), "SELECT 1"), database.ErrOuterContext)
			require.NoError(t, db.Get(database.WithScope(outer), new(int), "SELECT 1"), "work of its own has a scope of its own")
			return db.Get(ctx, new(int), "SELECT 1")
		}))
		require.NoError(t, db.Get(outer, new(int), "SELECT 1"), "afterwards it is the request's context again")
		require.Error(t, db.Read(outer, func(context.Context) error { return errNo }))
		require.NoError(t, db.Get(outer, new(int), "SELECT 1"), "also after a failure")
		require.NoError(t, db.Write(outer, func(ctx context.Context) error { return add(ctx, db, 1) }))
	})
}

// Of two at once in one request one may be refused. Afterwards all is as before.
func TestReadsAtOnceInOneRequest(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		db := withNotes(t, url)
		request := database.WithScope(t.Context())
		var group sync.WaitGroup
		for range 8 {
			group.Go(func() {
				for range 25 {
					if err := db.Read(request, func(ctx context.Context) error { return db.Get(ctx, new(int), "SELECT 1") }); err != nil {
						assert.ErrorIs(t, err, database.ErrOuterContext)
					}
				}
			})
		}
		group.Wait()
		require.NoError(t, db.Get(request, new(int), "SELECT 1"))
		require.NoError(t, db.Read(request, func(context.Context) error { return nil }))
	})
}
