package database_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"zomato/platform/database"
)

func TestUnopened_knows_its_dialect_and_touches_nothing(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	for url, dialect := range map[string]database.Dialect{
		"sqlite:" + filepath.Join(folder, "zomato.db"):  database.SQLite,
		"sqlite:" + filepath.Join(folder, "a", "no.db"): database.SQLite,
		"postgres://me:sesame@127.0.0.1:1/x":            database.Postgres,
	} {
		db, err := database.Unopened(database.Config{URL: url}, zap.NewNop())
		require.NoError(t, err)
		assert.Equal(t, dialect, db.Dialect())
		_, err = db.ID(t.Context())
		require.ErrorIs(t, err, database.ErrUnopened)
		require.ErrorIs(t, db.Write(t.Context(), func(context.Context) error { return nil }), database.ErrUnopened)
		require.ErrorIs(t, db.Aside(t.Context(), func(context.Context) error { return nil }), database.ErrUnopened)
		_, err = db.Migrate(t.Context(), nil)
		require.ErrorIs(t, err, database.ErrUnopened)
		if dialect == database.SQLite { // on Postgres there is nothing to lock
			_, err = db.LockForServe()
			require.ErrorIs(t, err, database.ErrUnopened)
		}
		require.NoError(t, db.Close())
	}
	left, err := os.ReadDir(folder)
	require.NoError(t, err)
	require.Empty(t, left)
}

func TestUnopened_refuses_a_URL_with_the_sentence_of_Open(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"", "mysql://root@localhost/x", "sqlite:", "sqlite::memory:", "sqlite://zomato.db", "postgres://me:open@sesame@127.0.0.1/x"} {
		_, want := database.Open(t.Context(), database.Config{URL: url}, zap.NewNop())
		require.Error(t, want, url)
		_, err := database.Unopened(database.Config{URL: url}, zap.NewNop())
		require.EqualError(t, err, want.Error(), url)
	}
}

func TestFiles_lists_the_migrations_in_their_order(t *testing.T) {
	t.Parallel()
	files, err := database.Migrations{Module: "a", FS: fstest.MapFS{
		"sqlite/0002_b.sql": {}, "sqlite/0001_a.sql": {}, "sqlite/README.md": {}, "postgres/0001_a.sql": {},
	}}.Files()
	require.NoError(t, err)
	require.Equal(t, []string{"0001_a.sql", "0002_b.sql"}, files)
	_, err = database.Migrations{Module: "a", FS: fstest.MapFS{}}.Files()
	require.ErrorContains(t, err, "list the migrations of a")
}
