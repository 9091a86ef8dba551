package database_test

import (
	"context"
	"errors"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"zomato/platform/fault"
	"zomato/platform/testkit"
)

// How something ended instead of returning.
var (
	errPanic = errors.New("it panicked")
	errGone  = errors.New("it ended its goroutine")
)

// contained runs what may panic or end its goroutine, which is one of its own.
func contained(run func() error) error {
	done := make(chan error, 1)
	go func() {
		err := errGone
		defer func() {
			if recover() != nil {
				err = errPanic
			}
			done <- err
		}()
		err = run()
	}()
	return <-done
}

// An observer stands for whatever may come up between the operations and the end.
func TestBatch_nobody_waits_for_ever_when_the_commit_does_not_return(t *testing.T) {
	t.Parallel()
	for want, end := range map[error]func(){errGone: runtime.Goexit, errPanic: func() { panic("boom") }} {
		t.Run(want.Error(), func(t *testing.T) {
			t.Parallel()
			db := withNotes(t, testkit.SQLite(t))
			commits := 0 // the writer is held
			db.Observe(func(_ context.Context, query string, _ []any) {
				if query != "COMMIT" {
					return
				}
				if commits++; commits == 2 { // the first is that of the one who holds the writer
					end()
				}
			})
			h := hold(t, db)
			errs := make([]error, 3)
			for id := range errs {
				h.queue(func() { errs[id] = contained(func() error { return db.Write(soon(t), adding(db, id)) }) })
			}
			h.release()
			for _, err := range errs[:2] {
				require.True(t, fault.Is(err, "database_unavailable"), err)
			}
			require.ErrorIs(t, errs[2], want, "it commits for all")
			assert.Empty(t, notes(t, db))
			require.NoError(t, db.Write(soon(t), adding(db, 7)), "the writer is free")
		})
	}
}
