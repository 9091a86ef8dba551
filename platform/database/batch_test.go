package database_test

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"zomato/platform/database"
	"zomato/platform/testkit"
)

// holding is a Write that has the writer until it is told to go on.
type holding struct {
	db   *database.DB
	goOn chan struct{}
	all  sync.WaitGroup
}

// hold takes the writer.
func hold(t *testing.T, db *database.DB) *holding {
	t.Helper()
	h := &holding{db: db, goOn: make(chan struct{})}
	inside := make(chan struct{})
	h.all.Go(func() {
		assert.NoError(t, db.Write(soon(t), func(context.Context) error {
			close(inside)
			<-h.goOn
			return nil
		}))
	})
	<-inside
	return h
}

// queue starts a goroutine that is to Write, and returns when it waits for its
// turn.
func (h *holding) queue(write func()) {
	before := h.db.WriteStats().Waiting
	h.all.Go(write)
	for h.db.WriteStats().Waiting == before {
		runtime.Gosched()
	}
}

// release lets the writer go on, and returns when all have their answers.
func (h *holding) release() {
	close(h.goOn)
	h.all.Wait()
}

// batchOf queues operations, in their order, to be run in one batch, and gives
// their errors.
func batchOf(t *testing.T, db *database.DB, operations ...func(context.Context) error) []error {
	t.Helper()
	h := hold(t, db)
	errs := make([]error, len(operations))
	for i, operation := range operations {
		h.queue(func() { errs[i] = db.Write(soon(t), operation) })
	}
	h.release()
	return errs
}

// adding is the operation that adds a note.
func adding(db *database.DB, id int) func(context.Context) error {
	return func(ctx context.Context) error { return add(ctx, db, id) }
}

// counted counts the statements that the database is told.
func counted(db *database.DB) func(query string) int {
	var mu sync.Mutex
	seen := map[string]int{}
	db.Observe(func(_ context.Context, query string, _ []any) {
		mu.Lock()
		defer mu.Unlock()
		seen[query]++
	})
	return func(query string) int {
		mu.Lock()
		defer mu.Unlock()
		return seen[query]
	}
}

func TestBatch_what_has_queued_shares_a_commit(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ limit, operations, commits int }{
		{0, 1, 1}, {0, 256, 1}, {0, 257, 2}, {0, 600, 3}, {10, 25, 3}, {1, 7, 7},
	} {
		t.Run(fmt.Sprintf("%d operations, at most %d at once", c.operations, c.limit), func(t *testing.T) {
			t.Parallel()
			url := testkit.SQLite(t)
			withNotes(t, url)
			db := openWith(t, database.Config{URL: url, WriteBatch: c.limit})
			seen, before := counted(db), db.WriteStats()
			var operations []func(context.Context) error
			for id := range c.operations {
				operations = append(operations, adding(db, id))
			}
			for _, err := range batchOf(t, db, operations...) {
				require.NoError(t, err)
			}
			assert.Len(t, notes(t, db), c.operations)
			assert.Equal(t, 1+c.commits, seen("COMMIT"), "that of the one who held the writer, and theirs")
			assert.Equal(t, 1+c.commits, seen("BEGIN"))
			shared := c.operations
			if c.limit == 1 || c.operations%256 == 1 {
				shared = c.operations / 256 * 256 // one alone has no savepoint
			}
			assert.Equal(t, shared, seen("SAVEPOINT"))
			assert.Equal(t, shared, seen("RELEASE"))
			after := db.WriteStats()
			assert.Equal(t, database.WriteStats{Operations: int64(1 + c.operations), Batches: int64(1 + c.commits)},
				database.WriteStats{Operations: after.Operations - before.Operations, Batches: after.Batches - before.Batches})
		})
	}
}

func TestBatch_runs_in_the_order_of_arrival_and_hooks_follow_it(t *testing.T) {
	t.Parallel()
	db := withNotes(t, testkit.SQLite(t))
	var ran, hooks []int // the writer is held: no lock needed
	var operations []func(context.Context) error
	for id := range 300 {
		operations = append(operations, func(ctx context.Context) error {
			ran = append(ran, id)
			assert.NoError(t, database.AfterCommit(ctx, func() func(context.Context) {
				hooks = append(hooks, id)
				if id == 0 {
					assert.Len(t, notes(t, db), 256, "all of the batch are committed")
				}
				if id == 255 {
					assert.Len(t, ran, 256, "the next batch waits for the hooks")
				}
				return nil
			}))
			return add(ctx, db, id)
		})
	}
	for _, err := range batchOf(t, db, operations...) {
		require.NoError(t, err)
	}
	assert.Len(t, ran, 300)
	assert.IsIncreasing(t, ran)
	assert.Equal(t, ran, hooks)
}

// bad are operations that fail, most of them after they have added a note. Their
// goroutines end with the channel.
func bad(db *database.DB, id int, ended <-chan struct{}) map[string]func(ctx context.Context) error {
	return map[string]func(context.Context) error{
		"fails": func(ctx context.Context) error {
			_ = add(ctx, db, id)
			return errNo
		},
		"violates a unique index": func(ctx context.Context) error {
			_ = add(ctx, db, id)
			return add(ctx, db, id)
		},
		"passes over a violation": func(ctx context.Context) error {
			_, _ = add(ctx, db, id), add(ctx, db, id)
			return nil
		},
		"leaves a changing query open and fails": func(ctx context.Context) error {
			_, err := db.Conn(ctx).QueryxContext(ctx, "INSERT INTO notes (id, text) VALUES (?, ''), (?, '') RETURNING id", id, id+1) //nolint:sqlclosecheck,rowserrcheck // the mistake in question
			_ = err
			return errNo
		},
		"has a nested Write that is still running": func(ctx context.Context) error {
			inside := make(chan struct{})
			go func() {
				_ = db.Write(ctx, func(context.Context) error {
					close(inside)
					<-ended
					return nil
				})
			}()
			<-inside
			return nil
		},
		"ends the transaction": func(ctx context.Context) error {
			_ = add(ctx, db, id)
			_, err := db.Exec(ctx, "INSERT OR ROLLBACK INTO notes (id, text) VALUES (?, '')", id)
			return err
		},
		"passes over the end of the transaction": func(ctx context.Context) error {
			_ = add(ctx, db, id)
			_, _ = db.Exec(ctx, "INSERT OR ROLLBACK INTO notes (id, text) VALUES (?, '')", id)
			return nil
		},
		"breaks a constraint that is deferred to the commit": func(ctx context.Context) error {
			_ = add(ctx, db, id)
			_, err := db.Exec(ctx, "INSERT INTO marks (note_id) VALUES (12345)")
			return err
		},
	}
}

func TestBatch_one_bad_operation_harms_no_other(t *testing.T) {
	t.Parallel()
	for name := range bad(nil, 0, nil) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := withNotes(t, testkit.SQLite(t))
			run(t, db, "CREATE TABLE marks (note_id BIGINT NOT NULL REFERENCES notes (id) DEFERRABLE INITIALLY DEFERRED)")
			var hooks []int
			good := func(id int) func(context.Context) error {
				return func(ctx context.Context) error {
					assert.NoError(t, database.AfterCommit(ctx, func() func(context.Context) {
						hooks = append(hooks, id)
						return nil
					}))
					return add(ctx, db, id)
				}
			}
			errs := batchOf(t, db, good(1), good(2), bad(db, 100, t.Context().Done())[name], good(3), good(4))
			require.Error(t, errs[2])
			for _, i := range []int{0, 1, 3, 4} {
				require.NoError(t, errs[i], i)
			}
			assert.Equal(t, []int{1, 2, 3, 4}, notes(t, db))
			assert.ElementsMatch(t, []int{1, 2, 3, 4}, hooks)
		})
	}
}

func TestBatch_open_rows_of_one_operation_harm_no_other(t *testing.T) {
	t.Parallel()
	db := withNotes(t, testkit.SQLite(t))
	run(t, db, "INSERT INTO notes (id, text) VALUES (1, ''), (2, ''), (3, '')")
	open := func(query string) func(context.Context) error {
		return func(ctx context.Context) error {
			rows, err := db.Conn(ctx).QueryContext(ctx, query) //nolint:sqlclosecheck,rowserrcheck // the mistake in question
			assert.NoError(t, err)
			assert.True(t, rows.Next())
			return nil
		}
	}
	row := func(ctx context.Context) error {
		_ = db.Conn(ctx).QueryRowxContext(ctx, "INSERT INTO notes (id, text) VALUES (6, ''), (7, '') RETURNING id") // never scanned
		return nil
	}
	for i, err := range batchOf(t, db, adding(db, 8), open("SELECT id FROM notes"),
		open("INSERT INTO notes (id, text) VALUES (4, ''), (5, '') RETURNING id"), row, adding(db, 9)) {
		require.NoError(t, err, i)
	}
	assert.Equal(t, []int{1, 2, 3, 4, 5, 6, 7, 8, 9}, notes(t, db))
}

func TestBatch_a_panic_and_the_end_of_a_goroutine_harm_no_other(t *testing.T) {
	t.Parallel()
	for place := range 3 { // the last one of a batch commits
		db := withNotes(t, testkit.SQLite(t))
		h := hold(t, db)
		good := func(id int) {
			h.queue(func() { assert.NoError(t, db.Write(soon(t), adding(db, id))) })
		}
		for i := range 3 {
			if i != place {
				good(i)
				continue
			}
			h.queue(func() {
				assert.PanicsWithValue(t, "boom", func() {
					_ = db.Write(soon(t), func(ctx context.Context) error {
						assert.NoError(t, add(ctx, db, 100))
						panic("boom")
					})
				})
			})
			h.queue(func() {
				ended := make(chan struct{})
				go func() {
					defer close(ended)
					_ = db.Write(soon(t), func(ctx context.Context) error {
						assert.NoError(t, add(ctx, db, 101))
						runtime.Goexit()
						return nil
					})
					t.Error("it went on")
				}()
				<-ended
			})
		}
		h.release()
		want := []int{0, 1, 2}
		assert.Equal(t, append(want[:place:place], want[place+1:]...), notes(t, db))
		require.NoError(t, db.Write(soon(t), adding(db, 7)))
	}
}

func TestBatch_who_stops_waiting_costs_nothing(t *testing.T) {
	t.Parallel()
	db := withNotes(t, testkit.SQLite(t))
	seen := counted(db)
	h := hold(t, db)
	ctx, cancel := context.WithCancel(soon(t))
	var gone sync.WaitGroup
	for id := range 3 {
		gone.Add(1)
		h.queue(func() {
			defer gone.Done()
			assert.ErrorIs(t, db.Write(ctx, func(context.Context) error {
				t.Error("it started")
				return nil
			}), context.Canceled)
		})
		h.queue(func() { assert.NoError(t, db.Write(soon(t), adding(db, id))) })
	}
	cancel()
	gone.Wait() // though the writer is still held
	assert.Equal(t, 3, db.WriteStats().Waiting)
	h.release()
	assert.Equal(t, []int{0, 1, 2}, notes(t, db))
	assert.Equal(t, 2, seen("COMMIT"))
	assert.Equal(t, 3, seen("SAVEPOINT"))
}

// Its turn may come at the very moment: it is then handed on.
func TestBatch_who_is_cancelled_at_its_turn_does_not_start(t *testing.T) {
	t.Parallel()
	db := withNotes(t, testkit.SQLite(t))
	for id := range 30 {
		h := hold(t, db)
		ctx, cancel := context.WithCancel(soon(t))
		h.queue(func() {
			assert.NoError(t, db.Write(soon(t), func(ctx context.Context) error {
				defer cancel()
				return add(ctx, db, id)
			}))
		})
		h.queue(func() {
			assert.ErrorIs(t, db.Write(ctx, func(context.Context) error {
				t.Error("it started")
				return nil
			}), context.Canceled)
		})
		h.queue(func() { assert.NoError(t, db.Write(soon(t), adding(db, 100+id))) })
		h.release()
	}
	assert.Len(t, notes(t, db), 60)
}

func TestBatch_hook_that_ends_its_goroutine_ends_no_other(t *testing.T) {
	t.Parallel()
	db := withNotes(t, testkit.SQLite(t))
	h := hold(t, db)
	var hooks []int
	for id := range 3 {
		h.queue(func() {
			ended := make(chan struct{})
			go func() { // the hooks run on the goroutine of the last one
				defer close(ended)
				assert.NoError(t, db.Write(soon(t), func(ctx context.Context) error {
					assert.NoError(t, database.AfterCommit(ctx, func() func(context.Context) {
						hooks = append(hooks, id)
						if id == 0 {
							runtime.Goexit()
						}
						return nil
					}))
					return add(ctx, db, id)
				}))
			}()
			<-ended
		})
	}
	h.release()
	assert.Equal(t, []int{0, 1, 2}, hooks)
	assert.Equal(t, []int{0, 1, 2}, notes(t, db))
	require.NoError(t, db.Write(soon(t), adding(db, 7)), "the writer is free")
}
