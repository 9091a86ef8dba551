package database_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/mattn/go-sqlite3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"zomato/platform/database"
	"zomato/platform/fault"
	"zomato/platform/testkit"
)

func TestCommit_that_fails_fails_the_whole_batch(t *testing.T) {
	t.Parallel()
	db := withNotes(t, testkit.SQLite(t))
	h := hold(t, db)
	unmeant := func(ctx context.Context, id int) error {
		assert.NoError(t, database.AfterCommit(ctx, func() func(context.Context) {
			t.Error("there was no commit")
			return nil
		}))
		return add(ctx, db, id)
	}
	h.queue(func() { // in the batch after the one that holds the writer
		err := db.Write(soon(t), func(ctx context.Context) error {
			db.FailCommits(sqlite3.Error{Code: sqlite3.ErrFull})
			return unmeant(ctx, 0)
		})
		assert.True(t, fault.Is(err, "database_unavailable"), err)
	})
	for id := 1; id < 4; id++ {
		h.queue(func() {
			err := db.Write(soon(t), func(ctx context.Context) error { return unmeant(ctx, id) })
			assert.True(t, fault.Is(err, "database_unavailable"), err)
			assert.ErrorContains(t, err, "commit")
		})
	}
	h.release()
	assert.Empty(t, notes(t, db))
	db.FailCommits(nil)
	require.NoError(t, db.Write(t.Context(), adding(db, 5)), "a full disk is no broken one")
}

func TestCommit_on_a_broken_disk_ends_all_writing(t *testing.T) {
	t.Parallel()
	url := testkit.SQLite(t)
	withNotes(t, url)
	told := make(chan error, 9)
	db := quiet(t, database.Config{URL: url, WriteBatch: 2, Fatal: func(err error) { told <- err }})
	broken := sqlite3.Error{Code: sqlite3.ErrIoErr, ExtendedCode: sqlite3.ErrIoErrFsync}
	h := hold(t, db)
	for id := range 2 {
		h.queue(func() {
			err := db.Write(soon(t), func(ctx context.Context) error {
				db.FailCommits(broken)
				return add(ctx, db, id)
			})
			assert.True(t, fault.Is(err, "database_unavailable"), err)
		})
	}
	for range 3 { // in the batches after it
		h.queue(func() {
			err := db.Write(soon(t), func(context.Context) error {
				t.Error("it started")
				return nil
			})
			assert.True(t, fault.Is(err, "database_unavailable"), err)
		})
	}
	h.release()
	require.ErrorIs(t, <-told, broken)
	db.FailCommits(nil)
	err := db.Write(t.Context(), adding(db, 9))
	assert.True(t, fault.Is(err, "database_unavailable"), err)
	_, err = db.Migrate(t.Context(), nil)
	assert.True(t, fault.Is(err, "database_unavailable"), err)
	assert.Empty(t, notes(t, db), "reads go on")
	assert.Empty(t, told, "once is enough")
}

func TestBatch_whose_end_is_unknown_is_not_repeated(t *testing.T) {
	t.Parallel()
	for _, statement := range []string{"COMMIT", "ROLLBACK", "RELEASE SAVEPOINT part_0"} {
		t.Run(statement, func(t *testing.T) {
			t.Parallel()
			db := withNotes(t, testkit.SQLite(t))
			runs := 0
			errs := batchOf(t, db, func(ctx context.Context) error {
				runs++
				return add(ctx, db, 1)
			}, func(ctx context.Context) error {
				_, err := db.Exec(ctx, statement) // what nobody may do
				return errors.Join(err, errNo)
			}, adding(db, 3))
			assert.True(t, fault.Is(errs[0], "database_unavailable"), errs[0])
			require.Error(t, errs[1])
			require.NoError(t, errs[2], "who had not begun is in the next batch")
			assert.Equal(t, 1, runs)
			assert.Contains(t, notes(t, db), 3)
		})
	}
}

// A goroutine that outlives its Write must not write into that of another,
// though they share a transaction.
func TestBatch_goroutine_that_goes_on_reaches_no_other_operation(t *testing.T) {
	t.Parallel()
	db := withNotes(t, testkit.SQLite(t))
	var kept, nested context.Context
	goOn, done := make(chan struct{}), make(chan error, 1)
	inside := make(chan struct{})
	errs := batchOf(t, db, func(ctx context.Context) error {
		kept = ctx
		go func() {
			done <- db.Write(ctx, func(ctx context.Context) error {
				nested = ctx
				close(inside)
				<-goOn
				return nil
			})
		}()
		<-inside
		return errNo
	}, func(ctx context.Context) error {
		return db.Write(ctx, func(ctx context.Context) error { // its savepoint has the name of the other one's
			assert.ErrorIs(t, add(kept, db, 1), database.ErrEnded)
			assert.ErrorIs(t, add(nested, db, 1), database.ErrEnded)
			close(goOn)
			assert.ErrorIs(t, <-done, database.ErrEnded)
			return add(ctx, db, 2)
		})
	})
	require.ErrorIs(t, errs[0], errNo)
	require.NoError(t, errs[1])
	assert.Equal(t, []int{2}, notes(t, db))
}

func TestRunTwice_in_a_batch(t *testing.T) {
	t.Parallel()
	url := testkit.SQLite(t)
	withNotes(t, url)
	db := openWith(t, database.Config{URL: url, RunTwice: true})
	var group sync.WaitGroup
	for id := range 64 {
		group.Go(func() {
			runs := 0
			assert.NoError(t, db.Write(soon(t), func(ctx context.Context) error {
				runs++
				return add(ctx, db, id)
			}))
			assert.Equal(t, 2, runs)
		})
	}
	group.Wait()
	assert.Len(t, notes(t, db), 64)
}
