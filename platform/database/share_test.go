package database_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"zomato/platform/database"
	"zomato/platform/testkit"
)

func TestForShare_is_held_by_many_and_against_those_who_change(t *testing.T) {
	t.Parallel()
	db := open(t, testkit.Postgres(t))
	run(t, db, "CREATE TABLE counters (n BIGINT NOT NULL)", "INSERT INTO counters (n) VALUES (7)")
	hold := func(ctx context.Context) error {
		var n int
		return db.Get(ctx, &n, "SELECT n FROM counters"+db.ForShare())
	}
	held, release, done := make(chan struct{}), make(chan struct{}), make(chan error)
	go func() {
		done <- db.Write(database.WithScope(t.Context()), func(ctx context.Context) error {
			defer func() { <-release }()
			defer close(held)
			return hold(ctx)
		})
	}()
	<-held
	assert.NoError(t, db.Write(t.Context(), hold), "a second holder does not wait for the first")
	changing := db.Write(t.Context(), func(ctx context.Context) error {
		var n int
		return db.Get(ctx, &n, "SELECT n FROM counters FOR UPDATE NOWAIT")
	})
	require.Error(t, changing)
	close(release)
	require.NoError(t, <-done)
}

func TestForShare_says_nothing_to_SQLite(t *testing.T) {
	t.Parallel()
	require.Empty(t, open(t, testkit.SQLite(t)).ForShare())
}
