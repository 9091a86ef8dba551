package databasetest

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"zomato/platform/database"
)

// Plan gives the steps by which the database would run a statement, one a line,
// in its own words. The statement is not run; its placeholders are ?.
func Plan(t testing.TB, db *database.DB, query string, args ...any) string {
	t.Helper()
	var steps []string
	if db.Dialect() == database.Postgres {
		require.NoError(t, db.Select(context.Background(), &steps, "EXPLAIN "+query, args...), query)
		return strings.Join(steps, "\n")
	}
	var rows []struct {
		ID, Parent, Notused int
		Detail              string
	}
	require.NoError(t, db.Select(context.Background(), &rows, "EXPLAIN QUERY PLAN "+query, args...), query)
	for _, r := range rows {
		steps = append(steps, r.Detail)
	}
	return strings.Join(steps, "\n")
}
