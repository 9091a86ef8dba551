package database_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"zomato/platform/database"
	"zomato/platform/testkit"
)

func TestAside_commits_while_others_hold_every_connection_of_Write(t *testing.T) {
	t.Parallel()
	db := withNotes(t, patient(t, testkit.Postgres(t)))
	held, goOn := make(chan struct{}), make(chan struct{})
	release := sync.OnceFunc(func() { close(goOn) })
	var holders sync.WaitGroup
	defer holders.Wait()
	defer release()
	for i := range db.WriterConnections() {
		holders.Go(func() {
			assert.NoError(t, db.Write(t.Context(), func(ctx context.Context) error {
				assert.NoError(t, database.BeforeCommit(ctx, func(context.Context) error {
					held <- struct{}{}
					<-goOn
					return nil
				}))
				return add(ctx, db, 100+i)
			}))
		})
	}
	for range db.WriterConnections() {
		<-held
	}
	late, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	require.ErrorIs(t, db.Write(late, func(context.Context) error { return nil }), context.DeadlineExceeded, "none is left")
	for id := range 3 {
		require.NoError(t, db.Aside(soon(t), func(ctx context.Context) error { return add(ctx, db, id) }))
	}
	assert.Equal(t, []int{0, 1, 2}, notes(t, db))
	release()
	holders.Wait()
	assert.Len(t, notes(t, db), 3+db.WriterConnections())
}

func TestAside_is_a_Write(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		db := withNotes(t, url)
		outer := database.WithScope(t.Context())
		var calls []string
		require.NoError(t, db.Aside(outer, func(ctx context.Context) error {
			hook(ctx, t, &calls, "hook")
			require.ErrorIs(t, db.Aside(outer, nothing), database.ErrOuterContext)
			require.ErrorIs(t, db.Aside(ctx, nothing), database.ErrOuterContext)
			require.NoError(t, db.Write(ctx, func(ctx context.Context) error { return add(ctx, db, 1) }))
			require.ErrorIs(t, db.Write(ctx, func(ctx context.Context) error {
				require.NoError(t, add(ctx, db, 2))
				return errNo
			}), errNo)
			return add(ctx, db, 3)
		}))
		require.ErrorIs(t, db.Aside(outer, func(ctx context.Context) error {
			hook(ctx, t, &calls, "undone")
			require.NoError(t, add(ctx, db, 4))
			return errNo
		}), errNo)
		assert.Equal(t, []string{"hook"}, calls)
		assert.Equal(t, []int{1, 3}, notes(t, db))
	})
}

func TestAside_joins_nothing(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		db := withNotes(t, url)
		require.NoError(t, db.Write(t.Context(), func(ctx context.Context) error {
			require.ErrorIs(t, db.Aside(ctx, nothing), database.ErrOuterContext)
			return nil
		}))
		require.NoError(t, db.Read(t.Context(), func(ctx context.Context) error {
			require.ErrorIs(t, db.Aside(ctx, nothing), database.ErrReading)
			return nil
		}))
	})
}

func TestAside_tries_again_after_a_conflict(t *testing.T) {
	t.Parallel()
	db := withNotes(t, testkit.Postgres(t))
	tries := 0
	require.NoError(t, db.Aside(t.Context(), func(ctx context.Context) error {
		tries++
		if tries < 3 {
			return conflict(ctx, db, "40001")
		}
		return add(ctx, db, 1)
	}))
	assert.Equal(t, 3, tries)
	assert.Equal(t, []int{1}, notes(t, db))
}

// nothing is a function for a Write that is refused, or does nothing.
func nothing(context.Context) error { return nil }
