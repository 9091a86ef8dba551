package database_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"zomato/platform/database"
	"zomato/platform/testkit"
)

func TestFlush_says_when_it_comes_too_late(t *testing.T) {
	t.Parallel()
	eachCase(t, map[string]func(*testing.T, *database.DB){
		"after the end of the Write": func(t *testing.T, db *database.DB) {
			b := newBasket(db)
			var kept context.Context
			require.NoError(t, db.Write(t.Context(), func(ctx context.Context) error {
				kept = ctx
				return nil
			}))
			require.ErrorIs(t, b.Flush(kept), database.ErrEnded, "also when nothing is gathered")
		},
		"after a statement that failed": func(t *testing.T, db *database.DB) {
			b := newBasket(db)
			require.ErrorIs(t, db.Write(t.Context(), func(ctx context.Context) error {
				require.NoError(t, add(ctx, db, 1))
				require.Error(t, add(ctx, db, 1))
				require.ErrorIs(t, b.Flush(ctx), database.ErrAborted)
				return nil
			}), database.ErrAborted)
		},
	})
}

func TestFlush_of_a_Write_that_has_ended_takes_nothing_from_others(t *testing.T) {
	t.Parallel()
	db := withNotes(t, testkit.SQLite(t))
	b := newBasket(db)
	var kept context.Context
	errs := batchOf(
		t, db, b.adding(1),
		func(ctx context.Context) error {
			kept = ctx
			return b.Add(ctx, 2)
		},
		func(ctx context.Context) error {
			assert.ErrorIs(t, b.Flush(kept), database.ErrEnded)
			return b.Add(ctx, 3)
		},
	)
	for i, err := range errs {
		require.NoError(t, err, i)
	}
	assert.Equal(t, []int{1, 2, 3}, notes(t, db))
	assert.Equal(t, [][]int{{1, 2, 3}}, b.stored)
}
