package sqlstore_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"zomato/platform/database/databasetest"
	"zomato/platform/testkit"
)

func TestSchemas_of_both_databases_are_the_same(t *testing.T) {
	t.Parallel()
	sqlite, postgres := open(t, testkit.SQLite(t)), open(t, testkit.Postgres(t))
	require.Equal(t, databasetest.Schema(t, sqlite.db, "restaurants"), databasetest.Schema(t, postgres.db, "restaurants"))
}

func TestTexts_that_are_compared_are_compared_by_bytes_on_Postgres(t *testing.T) {
	t.Parallel()
	f := open(t, testkit.Postgres(t))
	var columns []string
	require.NoError(t, f.db.Select(t.Context(), &columns, `
		SELECT table_name || '.' || column_name FROM information_schema.columns
		WHERE table_schema = current_schema() AND collation_name = 'C' ORDER BY 1`))
	require.Equal(t, []string{
		"restaurants_cuisines.folded", "restaurants_menu_items.category_folded", "restaurants_menu_items.name_folded",
		"restaurants_words.place", "restaurants_words.word",
	}, columns)
}
