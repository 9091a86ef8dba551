package database_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"zomato/platform/database"
	"zomato/platform/testkit"
)

// basket gathers numbers and stores them as notes.
type basket struct {
	*database.Gathering[int]

	db *database.DB
	mu sync.Mutex
	// stored are the lists that came to be stored, also those that were undone.
	stored [][]int
}

// errHot is why a basket with the number 13 cannot be stored.
var errHot = errors.New("too hot to store")

func newBasket(db *database.DB) *basket {
	b := &basket{db: db}
	b.Gathering = database.NewGathering(db, func(ctx context.Context, items []int) error {
		b.mu.Lock()
		b.stored = append(b.stored, slices.Clone(items))
		b.mu.Unlock()
		for _, item := range items {
			if err := add(ctx, db, item); err != nil {
				return err
			}
			switch item {
			case 13:
				return errHot
			case 14:
				panic("too hot to hold")
			case 15:
				runtime.Goexit()
			}
		}
		return nil
	})
	return b
}

// adding is the operation that adds numbers to the basket.
func (b *basket) adding(items ...int) func(context.Context) error {
	return func(ctx context.Context) error { return b.Add(ctx, items...) }
}

func TestGathering(t *testing.T) {
	t.Parallel()
	eachCase(t, map[string]func(*testing.T, *database.DB){
		"is stored with the operation": func(t *testing.T, db *database.DB) {
			b := newBasket(db)
			require.NoError(t, db.Write(t.Context(), func(ctx context.Context) error {
				require.NoError(t, b.Add(ctx, 2, 1))
				require.NoError(t, b.Add(ctx, 3))
				require.Empty(t, b.stored)
				return nil
			}))
			assert.Equal(t, [][]int{{2, 1, 3}}, b.stored)
			assert.Equal(t, []int{1, 2, 3}, notes(t, db))
		},
		"is forgotten with the operation": func(t *testing.T, db *database.DB) {
			b := newBasket(db)
			require.ErrorIs(t, db.Write(t.Context(), func(ctx context.Context) error { return errors.Join(b.Add(ctx, 1), errNo) }), errNo)
			assert.Empty(t, b.stored)
		},
		"is forgotten with the nested Write": func(t *testing.T, db *database.DB) {
			b := newBasket(db)
			require.NoError(t, db.Write(t.Context(), func(ctx context.Context) error {
				require.NoError(t, b.Add(ctx, 1))
				require.ErrorIs(t, db.Write(ctx, func(ctx context.Context) error { return errors.Join(b.Add(ctx, 2), errNo) }), errNo)
				return db.Write(ctx, b.adding(3))
			}))
			assert.Equal(t, [][]int{{1, 3}}, b.stored)
		},
		"undoes the operation when it cannot be stored": func(t *testing.T, db *database.DB) {
			b := newBasket(db)
			require.ErrorIs(t, db.Write(t.Context(), func(ctx context.Context) error {
				return errors.Join(add(ctx, db, 1), b.Add(ctx, 13))
			}), errHot)
			assert.Empty(t, notes(t, db))
		},
	})
}

func TestGathering_at_once_and_in_the_wrong_place(t *testing.T) {
	t.Parallel()
	eachCase(t, map[string]func(*testing.T, *database.DB){
		"is stored at once when asked": func(t *testing.T, db *database.DB) {
			b, other := newBasket(db), newBasket(db)
			require.NoError(t, db.Write(t.Context(), func(ctx context.Context) error {
				require.NoError(t, b.Flush(ctx), "nothing to do")
				require.NoError(t, b.Add(ctx, 1))
				require.NoError(t, other.Add(ctx, 5))
				require.NoError(t, b.Flush(ctx))
				var seen []int
				require.NoError(t, db.Select(ctx, &seen, "SELECT id FROM notes"))
				require.Equal(t, []int{1}, seen)
				return b.Add(ctx, 2)
			}))
			assert.Equal(t, [][]int{{1}, {2}}, b.stored)
			assert.Equal(t, []int{1, 2, 5}, notes(t, db))
		},
		"is refused in the wrong place": func(t *testing.T, db *database.DB) {
			b := newBasket(db)
			require.ErrorIs(t, b.Add(t.Context(), 1), database.ErrNotWriting)
			require.ErrorIs(t, b.Flush(t.Context()), database.ErrNotWriting)
			require.NoError(t, db.Read(t.Context(), func(ctx context.Context) error {
				require.ErrorIs(t, b.Add(ctx, 1), database.ErrNotWriting)
				require.ErrorIs(t, b.Flush(ctx), database.ErrNotWriting)
				return nil
			}))
			var kept context.Context
			require.NoError(t, db.Write(t.Context(), func(ctx context.Context) error {
				kept = ctx
				return db.Write(ctx, func(ctx context.Context) error {
					require.ErrorContains(t, b.Flush(ctx), "in the outermost Write")
					return nil
				})
			}))
			require.ErrorIs(t, b.Add(kept, 1), database.ErrEnded)
			assert.Empty(t, b.stored)
		},
	})
}

func TestGathering_is_stored_once_for_all_that_share_a_commit(t *testing.T) {
	t.Parallel()
	db := withNotes(t, testkit.SQLite(t))
	b := newBasket(db)
	fails := func(ctx context.Context) error { return errors.Join(b.Add(ctx, 4), errNo) }
	errs := batchOf(t, db, b.adding(3, 2), adding(db, 10), fails, b.adding(1))
	require.ErrorIs(t, errs[2], errNo)
	for _, i := range []int{0, 1, 3} {
		require.NoError(t, errs[i])
	}
	assert.Equal(t, [][]int{{3, 2, 1}}, b.stored, "in the order of the operations, without those of the one that failed")
	assert.Equal(t, []int{1, 2, 3, 10}, notes(t, db))
}

func TestGathering_that_cannot_be_stored_harms_no_other_operation(t *testing.T) {
	t.Parallel()
	for name, hot := range map[string]int{"fails": 13, "panics": 14, "ends its goroutine": 15} {
		for place := range 3 { // the last one of a batch commits
			t.Run(fmt.Sprintf("%s at %d", name, place), func(t *testing.T) {
				t.Parallel()
				db := withNotes(t, testkit.SQLite(t))
				b := newBasket(db)
				items := []int{0, 1, 2}
				items[place] = hot
				h := hold(t, db)
				errs := make([]error, 3)
				for i, item := range items {
					h.queue(func() { errs[i] = contained(func() error { return db.Write(soon(t), b.adding(item)) }) })
				}
				h.release()
				require.ErrorIs(t, errs[place], map[int]error{13: errHot, 14: errPanic, 15: errGone}[hot], "its own operation is told")
				want := slices.Delete(items, place, place+1)
				assert.Equal(t, want, notes(t, db))
				require.NoError(t, errors.Join(slices.Delete(errs, place, place+1)...))
				assert.Len(t, b.stored, 4, "once together, and then each alone")
				require.NoError(t, db.Write(soon(t), b.adding(7)), "the writer is free")
			})
		}
	}
}

// The last one ends the batch; that its request reads meanwhile is its own mistake.
func TestGathering_is_stored_whatever_the_last_request_does_with_its_context(t *testing.T) {
	t.Parallel()
	db := withNotes(t, testkit.SQLite(t))
	b := newBasket(db)
	scoped := database.WithScope(soon(t))
	h := hold(t, db)
	errs := make([]error, 3)
	for i, ctx := range []context.Context{soon(t), soon(t), scoped} {
		h.queue(func() { errs[i] = db.Write(ctx, b.adding(i)) })
	}
	require.NoError(t, db.Read(scoped, func(context.Context) error {
		h.release()
		return nil
	}))
	require.NoError(t, errors.Join(errs[:2]...))
	require.ErrorIs(t, errs[2], database.ErrOuterContext)
	assert.Equal(t, [][]int{{0, 1}}, b.stored)
	assert.Equal(t, []int{0, 1}, notes(t, db))
}

func TestGathering_that_was_flushed_by_one_that_fails_is_not_lost(t *testing.T) {
	t.Parallel()
	db := withNotes(t, testkit.SQLite(t))
	b := newBasket(db)
	errs := batchOf(
		t, db, b.adding(1),
		func(ctx context.Context) error { return errors.Join(b.Add(ctx, 2), b.Flush(ctx), errNo) },
		func(ctx context.Context) error {
			var seen []int
			require.NoError(t, b.Flush(ctx))
			require.NoError(t, db.Select(ctx, &seen, "SELECT id FROM notes"))
			assert.Equal(t, []int{1}, seen, "that of the operations before")
			return nil
		},
		b.adding(3),
	)
	require.NoError(t, errs[0])
	require.ErrorIs(t, errs[1], errNo)
	require.NoError(t, errors.Join(errs[2:]...))
	assert.Equal(t, []int{1, 3}, notes(t, db))
	assert.Equal(t, [][]int{{1, 2}, {1}, {3}}, b.stored)
}

func TestGathering_tells_what_was_added_last(t *testing.T) {
	t.Parallel()
	db := withNotes(t, testkit.SQLite(t))
	b, other := newBasket(db), newBasket(db)
	last := func(ctx context.Context) []int {
		item, found, err := b.Last(ctx, func(item int) bool { return item < 10 })
		require.NoError(t, err)
		if !found {
			return nil
		}
		return []int{item}
	}
	var seen [][]int
	look := func(ctx context.Context) error {
		seen = append(seen, last(ctx))
		return nil
	}
	errs := batchOf(
		t, db, look, b.adding(1, 2, 10), other.adding(3), look,
		func(ctx context.Context) error { return errors.Join(b.Add(ctx, 4), look(ctx), errNo) }, look,
		func(ctx context.Context) error {
			_ = db.Write(ctx, func(ctx context.Context) error { return errors.Join(b.Add(ctx, 5), look(ctx), errNo) })
			return look(ctx)
		},
		func(ctx context.Context) error { return errors.Join(b.Flush(ctx), look(ctx)) },
	)
	require.ErrorIs(t, errs[4], errNo)
	errs[4] = nil
	require.NoError(t, errors.Join(errs...))
	assert.Equal(t, [][]int{nil, {2}, {4}, {2}, {5}, {2}, nil}, seen, "not what was undone, and not what is stored")
	_, _, err := b.Last(t.Context(), func(int) bool { return true })
	require.ErrorIs(t, err, database.ErrNotWriting)
}

func TestGathering_refuses_the_unit_of_work_of_another_database(t *testing.T) {
	t.Parallel()
	here, there := newBasket(withNotes(t, testkit.SQLite(t))), withNotes(t, testkit.SQLite(t))
	require.ErrorIs(t, there.Write(t.Context(), here.adding(1)), database.ErrNotWriting)
	assert.Empty(t, here.stored)
}
