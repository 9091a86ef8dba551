package database_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"zomato/platform/testkit"
)

// SQLite is sent another sign than it was asked with: it may not change a value.
func TestArguments_arrive_as_they_are(t *testing.T) {
	t.Parallel()
	db := withNotes(t, testkit.SQLite(t))
	for _, c := range []struct {
		value any
		kind  string
	}{
		{int64(-7), "integer"}, {1.5, "real"}, {"-7", "text"}, {"", "text"}, {[]byte("7"), "blob"}, {nil, "null"}, {true, "integer"},
	} {
		var kind string
		require.NoError(t, db.Get(t.Context(), &kind, "SELECT typeof(?)", c.value))
		assert.Equal(t, c.kind, kind)
		var same bool
		require.NoError(t, db.Get(t.Context(), &same, "SELECT ? IS ?", c.value, c.value))
		assert.True(t, same)
	}
	require.NoError(t, db.Write(t.Context(), func(ctx context.Context) error {
		_, err := db.Exec(ctx, "INSERT INTO notes (id, text) VALUES (5-?,?||?)", 1, "a", "b")
		return err
	}))
	assert.Equal(t, []int{4}, notes(t, db))
}
