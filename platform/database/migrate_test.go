package database_test

import (
	"context"
	"io/fs"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"zomato/platform/database"
	"zomato/platform/testkit"
)

// module makes migrations with the same files for both databases.
func module(name string, files map[string]string) database.Migrations {
	all := fstest.MapFS{}
	for file, statement := range files {
		for _, dialect := range []string{"sqlite", "postgres"} {
			all[dialect+"/"+file] = &fstest.MapFile{Data: []byte("-- +goose Up\n" + statement + ";\n")}
		}
	}
	return database.Migrations{Module: name, FS: all}
}

// files lists what was applied.
func files(applied []database.Applied) []string {
	names := []string{}
	for _, one := range applied {
		names = append(names, one.Module+"/"+one.File)
	}
	return names
}

func TestMigrate(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		db := open(t, url)
		tea := module("tea", map[string]string{"0001_pots.sql": "CREATE TABLE tea_pots (id BIGINT NOT NULL PRIMARY KEY)"})
		milk := module("milk", map[string]string{"0001_jugs.sql": "CREATE TABLE milk_jugs (id BIGINT NOT NULL PRIMARY KEY)"})

		_, err := db.ID(t.Context())
		require.Error(t, err, "before the first migration")
		applied, err := db.Migrate(t.Context(), []database.Migrations{tea, milk})
		require.NoError(t, err)
		assert.Equal(t, []string{"platform/0001_database.sql", "tea/0001_pots.sql", "milk/0001_jugs.sql"}, files(applied))
		id, err := db.ID(t.Context())
		require.NoError(t, err)
		parsed, err := uuid.Parse(id)
		require.NoError(t, err)
		assert.Equal(t, uuid.Version(4), parsed.Version())

		applied, err = db.Migrate(t.Context(), []database.Migrations{tea, milk})
		require.NoError(t, err)
		assert.Empty(t, applied, "again changes nothing")
		same, err := db.ID(t.Context())
		require.NoError(t, err)
		assert.Equal(t, id, same)

		run(t, db, "INSERT INTO milk_jugs (id) VALUES (7)")
		tea = module("tea", map[string]string{
			"0001_pots.sql": "CREATE TABLE tea_pots (id BIGINT NOT NULL PRIMARY KEY)",
			"0002_lids.sql": "ALTER TABLE tea_pots ADD COLUMN lid TEXT",
		})
		applied, err = db.Migrate(t.Context(), []database.Migrations{tea}) // milk is disabled now
		require.NoError(t, err)
		assert.Equal(t, []string{"tea/0002_lids.sql"}, files(applied))
		var jug, version int
		require.NoError(t, db.Get(t.Context(), &jug, "SELECT id FROM milk_jugs"))
		assert.Equal(t, 7, jug, "a disabled module's tables are left alone")
		for ledger, want := range map[string]int{"platform": 1, "tea": 2, "milk": 1} {
			require.NoError(t, db.Get(t.Context(), &version, "SELECT max(version_id) FROM "+ledger+"_migrations"))
			assert.Equal(t, want, version, ledger)
		}
		run(t, db, "INSERT INTO tea_pots (id, lid) VALUES (1, 'blue')")
	})
}

func TestMigrateFails(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		db := open(t, url)
		tea := module("tea", map[string]string{
			"0001_pots.sql": "CREATE TABLE tea_pots (id BIGINT NOT NULL PRIMARY KEY)",
			"0002_lids.sql": "CREATE TABLE tea_lids (id BIGINT NOT NULL PRIMARY KEY);\nINSERT INTO nowhere (id) VALUES (1)",
		})
		applied, err := db.Migrate(t.Context(), []database.Migrations{tea})
		require.ErrorContains(t, err, "migrate tea: "+string(db.Dialect())+"/0002_lids.sql")
		require.ErrorContains(t, err, "nowhere")
		assert.Equal(t, []string{"platform/0001_database.sql", "tea/0001_pots.sql"}, files(applied), "what came before stays")
		require.Error(t, db.Get(t.Context(), new(int), "SELECT count(*) FROM tea_lids"), "the file is undone as a whole")

		bad := module("bad name;", map[string]string{"0001_x.sql": "SELECT 1"})
		_, err = db.Migrate(t.Context(), []database.Migrations{bad})
		require.ErrorContains(t, err, `"bad name;"`)
		_, err = db.Migrate(t.Context(), []database.Migrations{module("platform", nil)})
		require.ErrorContains(t, err, `"platform"`)
		_, err = db.Migrate(t.Context(), []database.Migrations{{Module: "empty", FS: fstest.MapFS{}}})
		require.ErrorContains(t, err, "migrate empty: ")
		require.NoError(t, db.Write(soon(t), func(ctx context.Context) error { return db.Get(ctx, new(int), "SELECT 1") }), "the writer is free again")
	})
}

func TestMigrateByTwoInstancesAtOnce(t *testing.T) {
	t.Parallel()
	url := testkit.Postgres(t)
	tea := module("tea", map[string]string{
		"0001_pots.sql": "CREATE TABLE tea_pots (id BIGINT NOT NULL PRIMARY KEY)",
		"0002_lids.sql": "ALTER TABLE tea_pots ADD COLUMN lid TEXT",
	})
	var group sync.WaitGroup
	var applied [2][]database.Applied
	for i := range applied {
		db := open(t, url)
		group.Go(func() {
			var err error
			applied[i], err = db.Migrate(t.Context(), []database.Migrations{tea})
			assert.NoError(t, err)
		})
	}
	group.Wait()
	assert.ElementsMatch(t, []string{"platform/0001_database.sql", "tea/0001_pots.sql", "tea/0002_lids.sql"},
		files(append(applied[0], applied[1]...)), "each file once")
}

func TestMigrationsHaveTheSameFilesForBothDatabases(t *testing.T) {
	t.Parallel()
	names := map[string][]string{}
	for _, dialect := range []string{"sqlite", "postgres"} {
		found, err := fs.Glob(database.PlatformFiles(), "migrations/"+dialect+"/*.sql")
		require.NoError(t, err)
		for _, path := range found {
			names[dialect] = append(names[dialect], path[len("migrations/"+dialect):])
		}
	}
	assert.NotEmpty(t, names["sqlite"])
	assert.Equal(t, names["sqlite"], names["postgres"])
}
