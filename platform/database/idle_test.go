package database_test

import (
	"context"
	neturl "net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"zomato/platform/database"
	"zomato/platform/fault"
	"zomato/platform/testkit"
)

// idling gives a Postgres's URL with a limit of its own for transactions that
// stand still.
func idling(t *testing.T, url, limit string) string {
	t.Helper()
	address, err := neturl.Parse(url)
	require.NoError(t, err)
	query := address.Query()
	query.Set("idle_in_transaction_session_timeout", limit)
	address.RawQuery = query.Encode()
	return address.String()
}

// patient is idling for tests that hold Writes open on purpose, and may have to
// wait for a busy machine.
func patient(t *testing.T, url string) string {
	t.Helper()
	return idling(t, url, "60s")
}

// What was announced before the commit may have been forgotten by then.
func TestPostgres_does_not_commit_what_has_stood_still(t *testing.T) {
	t.Parallel()
	url := testkit.Postgres(t)
	db := withNotes(t, idling(t, url, "1s")) // a busy machine may need a while from BEGIN to the statement
	watching := open(t, url)
	wait := func(t *testing.T, backend int) {
		t.Helper()
		require.Eventually(t, func() bool {
			var there int
			return assert.NoError(t, watching.Get(t.Context(), &there, "SELECT count(*) FROM pg_stat_activity WHERE pid = ?", backend)) && there == 0
		}, time.Minute, 5*time.Millisecond)
	}
	var after []string
	for name, still := range map[string]func(ctx context.Context, backend int){
		"in its function": func(_ context.Context, backend int) { wait(t, backend) },
		"before the commit": func(ctx context.Context, backend int) {
			require.NoError(t, database.BeforeCommit(ctx, func(context.Context) error {
				wait(t, backend)
				return nil
			}))
		},
	} {
		err := db.Write(t.Context(), func(ctx context.Context) error {
			hook(ctx, t, &after, name)
			var backend int
			require.NoError(t, db.Get(ctx, &backend, "INSERT INTO notes (id, text) VALUES (1, '') RETURNING pg_backend_pid()"))
			still(ctx, backend)
			return nil
		})
		assert.True(t, fault.IsKind(err, fault.Unavailable), "%s: %v", name, err)
		assert.Empty(t, notes(t, watching), name)
	}
	assert.Empty(t, after)
	run(t, db, "INSERT INTO notes (id, text) VALUES (3, '')")
	assert.Equal(t, []int{3}, notes(t, db), "the next one has a connection")
}
