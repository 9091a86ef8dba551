package database_test

import (
	"context"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"zomato/platform/database"
	"zomato/platform/fault"
	"zomato/platform/testkit"
)

func TestQueue_that_is_full_refuses_at_once(t *testing.T) {
	t.Parallel()
	url := testkit.SQLite(t)
	withNotes(t, url)
	db := openWith(t, database.Config{URL: url, WriteQueue: 2})
	h := hold(t, db)
	for id := range 2 {
		h.queue(func() { assert.NoError(t, db.Write(soon(t), adding(db, id))) })
	}
	err := db.Write(t.Context(), adding(db, 2))
	refused, ok := fault.As(err)
	require.True(t, ok, err)
	assert.Equal(t, "overloaded", refused.Code)
	assert.Equal(t, fault.Unavailable, refused.Kind)
	assert.Positive(t, refused.RetryAfter)
	h.release()
	assert.Equal(t, []int{0, 1}, notes(t, db))
	require.NoError(t, db.Write(t.Context(), adding(db, 3)))
}

func TestClose_waits_for_the_batch_and_refuses_the_rest(t *testing.T) {
	t.Parallel()
	url := testkit.SQLite(t)
	withNotes(t, url)
	db, err := database.Open(t.Context(), database.Config{URL: url}, zap.NewNop())
	require.NoError(t, err)
	h := hold(t, db)
	inside, goOn := make(chan struct{}), make(chan struct{})
	errs := make([]error, 3)
	h.queue(func() { errs[0] = db.Write(soon(t), adding(db, 0)) })
	h.queue(func() {
		errs[1] = db.Write(soon(t), func(ctx context.Context) error {
			close(inside)
			<-goOn
			return add(ctx, db, 1)
		})
	})
	last := make(chan struct{})
	h.queue(func() {
		defer close(last)
		errs[2] = db.Write(soon(t), adding(db, 2))
	})
	close(h.goOn)
	<-inside
	closed := make(chan error)
	go func() { closed <- db.Close() }()
	<-last // it is answered while the batch goes on
	assert.True(t, fault.IsKind(errs[2], fault.Unavailable), errs[2])
	select {
	case err := <-closed:
		t.Error("it did not wait", err)
	default:
	}
	close(goOn)
	require.NoError(t, <-closed)
	h.all.Wait()
	require.NoError(t, errs[0])
	require.NoError(t, errs[1])
	assert.Equal(t, []int{0, 1}, notes(t, open(t, url)))
}

func TestQueue_lets_come_whoever_can_run(t *testing.T) {
	t.Parallel()
	if runtime.GOMAXPROCS(0) != 1 { // once more in a process with one CPU, where nobody runs beside a commit
		alone := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.count=1")
		alone.Env = append(os.Environ(), "GOMAXPROCS=1")
		output, err := alone.CombinedOutput()
		require.NoError(t, err, "%s", output)
		return
	}
	db := withNotes(t, testkit.SQLite(t))
	before := db.WriteStats().Batches
	const writers = 8
	var group sync.WaitGroup
	require.NoError(t, db.Write(t.Context(), func(ctx context.Context) error {
		return database.AfterCommit(ctx, func() func(context.Context) {
			for id := range writers {
				group.Go(func() { assert.NoError(t, db.Write(soon(t), adding(db, id))) })
			}
			return nil
		})
	}))
	group.Wait()
	require.Len(t, notes(t, db), writers)
	require.EqualValues(t, 2, db.WriteStats().Batches-before, "one for the first, and one for all who were there when it ended")
}
