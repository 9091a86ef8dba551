// Package databasetest opens databases for the tests of stores and use cases.
//
// team: platform
package databasetest

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest"

	"zomato/platform/database"
)

// Open opens the database, migrates it and closes it when the test ends. Every
// function given to Write runs twice, the first time in vain, so that one which
// may not be repeated shows itself.
func Open(t testing.TB, url string, migrations ...database.Migrations) *database.DB {
	t.Helper()
	ctx := context.Background()
	db, err := database.Open(ctx, database.Config{URL: url, RunTwice: true}, zaptest.NewLogger(t, zaptest.Level(zap.ErrorLevel)))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	_, err = db.Migrate(ctx, migrations)
	require.NoError(t, err)
	return db
}

// Context gives what a request would have: a scope in which a read beside the
// transaction is noticed.
func Context(t testing.TB) context.Context {
	t.Helper()
	return database.WithScope(context.Background())
}

// column is a column as both databases can tell it.
type column struct {
	Table    string `db:"tbl"`
	Name     string `db:"name"`
	Nullable bool   `db:"nullable"`
}

// Schema lists the tables of a module with their columns, as "table.column"
// with a ? behind what may be null, so that the schemas of the two databases
// can be compared.
func Schema(t testing.TB, db *database.DB, module string) []string {
	t.Helper()
	query := `SELECT m.name AS tbl, c.name AS name, c."notnull" = 0 AND c.pk = 0 AS nullable
		FROM sqlite_schema m JOIN pragma_table_info(m.name) c
		WHERE m.type = 'table' AND m.name GLOB ? ORDER BY 1, 2`
	if db.Dialect() == database.Postgres {
		query = `SELECT table_name AS tbl, column_name AS name, is_nullable = 'YES' AS nullable
			FROM information_schema.columns WHERE table_schema = current_schema() AND table_name LIKE ?
			ORDER BY table_name COLLATE "C", column_name COLLATE "C"`
	}
	var columns []column
	pattern := map[database.Dialect]string{database.SQLite: module + "_*", database.Postgres: module + `\_%`}[db.Dialect()]
	require.NoError(t, db.Select(context.Background(), &columns, query, pattern))
	out := make([]string, 0, len(columns))
	for _, c := range columns {
		if c.Table == module+"_migrations" {
			continue // goose's own
		}
		name := c.Table + "." + c.Name
		if c.Nullable {
			name += "?"
		}
		out = append(out, name)
	}
	require.NotEmpty(t, out)
	return out
}
