package database_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"zomato/platform/database"
	"zomato/platform/testkit"
)

func TestInsertRows_inserts_all_however_many(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		db := withNotes(t, url)
		at := 0
		for _, n := range []int{0, 1, 2, 63, 64, 65, 200, 1201} {
			args, want := []any{}, []int{}
			for range n {
				at++
				args, want = append(args, int64(at), "a note"), append(want, at)
			}
			require.NoError(t, db.Write(t.Context(), func(ctx context.Context) error {
				return db.InsertRows(ctx, "INSERT INTO notes (id, text)", 2, args, " ON CONFLICT (id) DO NOTHING")
			}))
			all := notes(t, db)
			assert.Equal(t, want, append([]int{}, all[len(all)-n:]...))
		}
	})
}

func TestInsertRows_fails_as_a_whole(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		db := withNotes(t, url)
		err := db.Write(t.Context(), func(ctx context.Context) error {
			return db.InsertRows(ctx, "INSERT INTO notes (id, text)", 2, []any{int64(1), "a", int64(2), "b", int64(1), "c"}, "")
		})
		require.True(t, database.IsUnique(err, "notes_pkey"), err)
		assert.Empty(t, notes(t, db))
	})
}

func TestPortions_have_few_sizes(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		db := withNotes(t, url)
		sizes := map[int]bool{}
		for rows := range 300 {
			next := 0
			for from, to := range db.Portions(rows) {
				require.Equal(t, next, from)
				require.Greater(t, to, from)
				sizes[to-from], next = true, to
			}
			require.Equal(t, rows, next)
		}
		if db.Dialect() == database.SQLite {
			assert.Equal(t, map[int]bool{1: true, 2: true, 4: true, 8: true, 16: true, 32: true, 64: true}, sizes)
		}
		for from, to := range db.Portions(3) {
			assert.Less(t, from, to)
			break
		}
	})
}

func TestDo(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		db := withNotes(t, url)
		require.NoError(t, db.Write(t.Context(), func(ctx context.Context) error {
			require.NoError(t, db.Do(ctx, "INSERT INTO notes (id, text) VALUES (?, ''), (?, ''), (?, '') RETURNING id", int64(1), int64(2), int64(3)))
			return db.Do(ctx, "DELETE FROM notes WHERE id = ?", int64(2))
		}))
		assert.Equal(t, []int{1, 3}, notes(t, db))

		require.ErrorIs(t, db.Do(t.Context(), "DELETE FROM notes"), database.ErrReadOnly)
		require.ErrorIs(t, db.Read(t.Context(), func(ctx context.Context) error { return db.Do(ctx, "DELETE FROM notes") }), database.ErrReadOnly)
		assert.Equal(t, []int{1, 3}, notes(t, db))
	})
}

func TestDo_tells_of_what_fails(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		db := withNotes(t, url)
		insert := func(ctx context.Context, id int64) error {
			return db.Do(ctx, "INSERT INTO notes (id, text) VALUES (?, '')", id)
		}
		err := db.Write(t.Context(), func(ctx context.Context) error {
			require.NoError(t, insert(ctx, 1))
			require.True(t, database.IsUnique(insert(ctx, 1), "notes_pkey"))
			require.ErrorIs(t, insert(ctx, 2), database.ErrAborted)
			return nil
		})
		require.ErrorIs(t, err, database.ErrAborted)
		assert.Empty(t, notes(t, db))
	})
}
