package database_test

import (
	"context"
	"errors"
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

func TestFlush_inside_a_nested_Write_is_refused(t *testing.T) {
	t.Parallel()
	eachCase(t, map[string]func(*testing.T, *database.DB){
		"also with the context of the outermost one": func(t *testing.T, db *database.DB) {
			b := newBasket(db)
			require.NoError(t, db.Write(t.Context(), func(outer context.Context) error {
				require.NoError(t, b.Add(outer, 1))
				require.ErrorIs(t, db.Write(outer, func(ctx context.Context) error {
					require.NoError(t, b.Add(ctx, 2))
					for _, ctx := range []context.Context{ctx, outer} {
						require.ErrorContains(t, b.Flush(ctx), "in the outermost Write")
					}
					return errNo
				}), errNo)
				require.NoError(t, b.Flush(outer), "afterwards it is the innermost one again")
				return nil
			}))
			assert.Equal(t, [][]int{{1}}, b.stored)
			assert.Equal(t, []int{1}, notes(t, db))
		},
	})
}

func TestGathering_beside_a_nested_Write_that_outlives_the_outer_one(t *testing.T) {
	t.Parallel()
	eachCase(t, map[string]func(*testing.T, *database.DB){
		"is forgotten": func(t *testing.T, db *database.DB) {
			b := newBasket(db)
			inside, goOn, done := make(chan struct{}), make(chan struct{}), make(chan error, 1)
			err := db.Write(t.Context(), func(ctx context.Context) error {
				require.NoError(t, b.Add(ctx, 1))
				go func() {
					done <- contained(func() error {
						return db.Write(ctx, func(context.Context) error {
							close(inside)
							<-goOn
							return nil
						})
					})
				}()
				<-inside
				return nil
			})
			close(goOn)
			require.ErrorContains(t, err, "a nested Write was still running")
			require.ErrorContains(t, <-done, "transaction")
			assert.Empty(t, b.stored)
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

// passingOver is the operation that flushes and passes over what comes of it.
func passingOver(b *basket) func(context.Context) error {
	return func(ctx context.Context) error {
		_ = contained(func() error { return b.Flush(ctx) })
		return nil
	}
}

func TestFlush_that_fails_fails_the_Write(t *testing.T) {
	t.Parallel()
	cases := map[string]func(*testing.T, *database.DB){}
	for name, hot := range map[string]int{"with an error": 13, "with a panic": 14, "by the end of its goroutine": 15} {
		cases[name+" that is passed over"] = func(t *testing.T, db *database.DB) {
			b := newBasket(db)
			err := db.Write(t.Context(), func(ctx context.Context) error {
				require.NoError(t, errors.Join(add(ctx, db, 1), b.Add(ctx, hot)))
				require.NoError(t, passingOver(b)(ctx))
				require.ErrorIs(t, add(ctx, db, 2), database.ErrAborted)
				return nil
			})
			require.ErrorIs(t, err, database.ErrAborted)
			require.Equal(t, hot == 13, errors.Is(err, errHot), err)
			assert.Empty(t, notes(t, db))
		}
	}
	cases["when it is still running"] = func(t *testing.T, db *database.DB) {
		inside, goOn, done := make(chan struct{}), make(chan struct{}), make(chan error, 1)
		g := database.NewGathering(db, func(ctx context.Context, items []int) error {
			close(inside)
			<-goOn
			return add(ctx, db, items[0])
		})
		err := db.Write(t.Context(), func(ctx context.Context) error {
			require.NoError(t, errors.Join(add(ctx, db, 1), g.Add(ctx, 2)))
			go func() { done <- g.Flush(ctx) }()
			<-inside
			return nil
		})
		close(goOn)
		require.Error(t, <-done)
		require.ErrorContains(t, err, "a Flush was still running")
		assert.Empty(t, notes(t, db))
	}
	eachCase(t, cases)
}

func TestFlush_may_store_by_a_nested_Write(t *testing.T) {
	t.Parallel()
	eachCase(t, map[string]func(*testing.T, *database.DB){
		"that succeeds": func(t *testing.T, db *database.DB) {
			g := database.NewGathering(db, func(ctx context.Context, items []int) error { return db.Write(ctx, adding(db, items[0])) })
			require.NoError(t, db.Write(t.Context(), func(ctx context.Context) error { return errors.Join(g.Add(ctx, 1), g.Flush(ctx)) }))
			require.NoError(t, db.Write(t.Context(), func(ctx context.Context) error { return g.Add(ctx, 2) }))
			assert.Equal(t, []int{1, 2}, notes(t, db))
		},
		"that fails, which it may pass over": func(t *testing.T, db *database.DB) {
			g := database.NewGathering(db, func(ctx context.Context, _ []int) error {
				require.ErrorIs(t, db.Write(ctx, func(ctx context.Context) error { return errors.Join(add(ctx, db, 1), errNo) }), errNo)
				return add(ctx, db, 2)
			})
			require.NoError(t, db.Write(t.Context(), func(ctx context.Context) error { return errors.Join(g.Add(ctx, 1), g.Flush(ctx)) }))
			assert.Equal(t, []int{2}, notes(t, db))
		},
	})
}

func TestFlush_that_fails_gives_back_what_it_took(t *testing.T) {
	t.Parallel()
	db := withNotes(t, testkit.SQLite(t))
	b := newBasket(db)
	errs := batchOf(t, db, b.adding(1), func(ctx context.Context) error {
		return errors.Join(b.Add(ctx, 13), passingOver(b)(ctx))
	}, b.adding(2))
	require.NoError(t, errs[0])
	require.ErrorIs(t, errs[1], errHot)
	require.NoError(t, errs[2])
	assert.Equal(t, []int{1, 2}, notes(t, db))
}

// selfish is a gathering whose function adds to it again, and hands on what it
// is told or passes over it. What it is asked to store five times is too often.
func selfish(db *database.DB, passOver bool, tooOften func()) (g *database.Gathering[int], runs *int) {
	runs = new(int)
	g = database.NewGathering(db, func(ctx context.Context, items []int) error {
		if *runs++; *runs == 5 {
			tooOften()
		}
		err := add(ctx, db, items[0])
		for _, again := range []error{
			g.Add(ctx, items[0]), g.Flush(ctx), database.AfterCommit(ctx, nil), database.BeforeCommit(ctx, nil),
			db.Write(ctx, func(ctx context.Context) error { return g.Add(ctx, items[0]) }),
		} {
			if again == nil || !passOver {
				err = errors.Join(err, again)
			}
		}
		return err
	})
	return g, runs
}

func TestGathering_takes_nothing_while_it_is_stored(t *testing.T) {
	t.Parallel()
	const told = "while what was gathered is stored"
	cases := map[string]func(*testing.T, *database.DB){}
	for name, flushes := range map[string]bool{"at the end": false, "by Flush": true} {
		write := func(t *testing.T, db *database.DB, passOver bool) (runs int, err error) {
			t.Helper()
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			g, ran := selfish(db, passOver, cancel)
			err = db.Write(ctx, func(ctx context.Context) error {
				err := g.Add(ctx, 1)
				if flushes {
					err = errors.Join(err, g.Flush(ctx))
				}
				return err
			})
			return *ran, err
		}
		cases[name] = func(t *testing.T, db *database.DB) {
			_, err := write(t, db, false)
			require.ErrorContains(t, err, told)
			assert.Empty(t, notes(t, db))
		}
		cases[name+", which may be passed over"] = func(t *testing.T, db *database.DB) {
			runs, err := write(t, db, true)
			require.NoError(t, err)
			assert.Equal(t, 1, runs)
			assert.Equal(t, []int{1}, notes(t, db))
		}
	}
	eachCase(t, cases)
}

func TestGathering_takes_nothing_while_it_is_stored_for_a_batch(t *testing.T) {
	t.Parallel()
	db := withNotes(t, testkit.SQLite(t))
	g, runs := selfish(db, true, t.FailNow)
	for i, err := range batchOf(t, db, func(ctx context.Context) error { return g.Add(ctx, 1) }, adding(db, 2)) {
		require.NoError(t, err, i)
	}
	assert.Equal(t, 1, *runs)
	assert.Equal(t, []int{1, 2}, notes(t, db))
}

func TestGathering_that_adds_to_itself_is_not_repeated_for_ever(t *testing.T) {
	t.Parallel()
	eachCase(t, map[string]func(*testing.T, *database.DB){
		"alone": func(t *testing.T, db *database.DB) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			runs := 0
			var g *database.Gathering[int]
			g = database.NewGathering(db, func(ctx context.Context, items []int) error {
				if runs++; runs == 5 {
					cancel()
				}
				_ = g.Add(ctx, items[0]) // what it adds cannot be stored beside what it stores
				return add(ctx, db, items[0])
			})
			require.NoError(t, db.Write(ctx, func(ctx context.Context) error { return g.Add(ctx, 1) }))
			assert.Equal(t, 1, runs)
			assert.Equal(t, []int{1}, notes(t, db))
		},
	})
}
