package idempotency_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"zomato/platform/database"
	"zomato/platform/database/databasetest"
	"zomato/platform/fault"
	"zomato/platform/idempotency"
	"zomato/platform/testkit"
)

func TestOnce_answers_the_same_request_again(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		k := open(t, url)
		first := k.ask("a", "naan")
		k.isNew(first)
		assert.Equal(t, 201, first.answer.Status)
		assert.JSONEq(t, fmt.Sprintf(`{"ID":%d}`, first.id()), string(first.answer.Body))
		for range 3 {
			k.ask("a", "naan").repeats(t, first)
			k.another().ask("a", "naan").repeats(t, first)
		}
		k.has(1, 1)
	})
}

func TestOnce_refuses_another_request_with_the_key(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		k := open(t, url)
		scope := asked("a", "").Scope
		cook := func(ctx context.Context) error { return k.cook(ctx, "") }
		first := k.once(idempotency.NewRequest(scope, []byte("a=1"), []byte("23")), cook)
		k.isNew(first)
		for _, other := range []idempotency.Request{
			idempotency.NewRequest(scope, []byte("a=1"), []byte("24")),
			idempotency.NewRequest(scope, []byte("a=2"), []byte("23")),
			idempotency.NewRequest(scope, []byte("a=12"), []byte("3")),
			idempotency.NewRequest(scope, nil, []byte("a=123")),
		} {
			got := k.once(other, cook)
			got.isRefused(t, idempotency.CodeReused)
			refusal, _ := fault.As(got.err)
			assert.Equal(t, "header/Idempotency-Key", refusal.Fields[0].Pointer)
		}
		k.once(idempotency.NewRequest(scope, []byte("a=1"), []byte("23")), cook).repeats(t, first)
		k.has(1, 1)
	})
}

func TestOnce_keeps_scopes_apart(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		k := open(t, url)
		cook := func(ctx context.Context) error { return k.cook(ctx, "") }
		scope := idempotency.Scope{Key: "a", Path: "/customers/1/dishes/", Method: "POST", Caller: "customer:1"}
		key, path, method, caller := scope, scope, scope, scope
		key.Key, path.Path, method.Method, caller.Caller = "A", "/customers/2/dishes/", "PUT", "customer:2"
		for _, s := range []idempotency.Scope{scope, key, path, method, caller} {
			k.isNew(k.once(idempotency.NewRequest(s, nil, nil), cook))
		}
		scope.Path = "/customers/1/dishes"
		got := k.once(idempotency.NewRequest(scope, nil, nil), cook)
		assert.True(t, got.replayed, "with and without a slash it is one resource")
		k.has(5, 5)
	})
}

func TestOnce_keeps_nothing_of_a_failure(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		k := open(t, url)
		for _, run := range []func(context.Context) error{
			func(context.Context) error { return errBurnt }, // before anything is written
			func(ctx context.Context) error {
				_, err := idempotency.Write(ctx, k.db, func(ctx context.Context) (dish, error) {
					return dish{}, errors.Join(k.cook(ctx, "naan"), errBurnt)
				})
				return err
			},
			func(ctx context.Context) error { // when all is done, but not committed
				tx := transactions(func(ctx context.Context, fn func(context.Context) error) error {
					return k.db.Write(ctx, func(ctx context.Context) error { return errors.Join(fn(ctx), errBurnt) })
				})
				return kitchen{db: k.db, tx: tx}.cook(ctx, "naan")
			},
		} {
			got := k.once(asked("a", "naan"), run)
			require.ErrorIs(t, got.err, errBurnt)
			k.has(0, 0)
		}
		_, _, err := k.Once(t.Context(), asked("a", "naan"), func(any) (idempotency.Answer, error) { return idempotency.Answer{}, errBurnt },
			func(ctx context.Context) error { return k.cook(ctx, "naan") })
		require.ErrorIs(t, err, errBurnt, "the answer cannot be encoded")
		k.has(0, 0)
		k.isNew(k.ask("a", "another"))
		k.has(1, 1)
	})
}

func TestOnce_does_not_wait_for_a_request_that_is_being_answered(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		k := open(t, url)
		// It would wait for itself.
		first := k.once(asked("a", "naan"), func(ctx context.Context) error {
			for _, name := range []string{"naan", "another"} {
				got := k.ask("a", name)
				got.isRefused(t, idempotency.CodeInProgress)
				refusal, _ := fault.As(got.err)
				assert.Equal(t, time.Second, refusal.RetryAfter)
				assert.Equal(t, fault.Conflict, refusal.Kind)
			}
			k.isNew(k.ask("b", "roti"))
			return k.cook(ctx, "naan")
		})
		require.NoError(t, first.err)
		k.ask("a", "naan").repeats(t, first)
		k.has(2, 2)
	})
}

func TestOnce_ends_with_a_panic(t *testing.T) {
	t.Parallel()
	k := open(t, testkit.SQLite(t))
	assert.Panics(t, func() { k.once(asked("a", "naan"), func(context.Context) error { panic("burnt") }) })
	k.isNew(k.ask("a", "naan"))
}

// What is said to have failed may have happened: the connection broke before
// the answer to COMMIT came.
func TestOnce_finds_out_an_unknown_outcome(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		k := open(t, url)
		broken := k
		broken.tx = transactions(func(ctx context.Context, fn func(context.Context) error) error {
			return errors.Join(k.db.Write(ctx, fn), errBurnt)
		})
		first := broken.ask("a", "naan")
		require.NoError(t, first.err, "it is there")
		k.ask("a", "naan").repeats(t, first)
		k.has(1, 1)

		broken.tx = transactions(func(context.Context, func(context.Context) error) error { return errBurnt })
		require.ErrorIs(t, broken.ask("b", "roti").err, errBurnt)
		k.isNew(k.ask("b", "roti"))
		k.has(2, 2)
	})
}

func TestOnce_refuses_a_use_case_that_is_not_guarded(t *testing.T) {
	t.Parallel()
	k := open(t, testkit.SQLite(t))
	got := k.once(asked("a", ""), func(context.Context) error {
		return k.db.Write(t.Context(), func(ctx context.Context) error { return k.cook(ctx, "") })
	})
	require.ErrorContains(t, got.err, "did not write by idempotency.Write")
	got = k.once(asked("b", ""), func(ctx context.Context) error {
		require.NoError(t, k.cook(ctx, ""))
		return k.cook(ctx, "")
	})
	require.NoError(t, got.err, "the first stands, and is what was kept")
	k.has(2, 1)
}

func TestWrite_inside_another_is_a_part_of_it(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		k := open(t, url)
		got := k.once(asked("a", ""), func(ctx context.Context) error {
			_, err := idempotency.Write(ctx, k.db, func(ctx context.Context) (dish, error) {
				return dish{ID: 77}, k.cook(ctx, "")
			})
			return err
		})
		require.NoError(t, got.err)
		assert.Equal(t, int64(77), got.id(), "the outer one makes the answer")
		k.has(1, 1)
	})
}

// statements gives what something asks of the database.
func (k kitchen) statements(run func()) (all []string) {
	k.db.Observe(func(_ context.Context, query string, _ []any) {
		all = append(all, strings.Join(strings.Fields(query)[:min(3, len(strings.Fields(query)))], " "))
	})
	defer k.db.Observe(nil)
	run()
	return all
}

func TestA_key_costs_two_statements_and_none_costs_nothing(t *testing.T) {
	t.Parallel()
	k := open(t, testkit.SQLite(t))
	own := []string{"BEGIN", "INSERT INTO dishes"}
	keyless := slices.Concat(own, own, []string{"COMMIT"}) // all runs twice here
	assert.Equal(t, keyless, k.statements(func() { require.NoError(t, k.cook(t.Context(), "")) }))
	look, keep := "SELECT fingerprint, status,", "INSERT INTO platform_idempotency"
	keyed := slices.Concat([]string{look}, own, []string{keep}, own, []string{keep, "COMMIT"})
	assert.Equal(t, keyed, k.statements(func() { require.NoError(t, k.ask("a", "").err) }))
	assert.Equal(t, []string{look}, k.statements(func() { require.NoError(t, k.ask("a", "").err) }), "again")
}

func TestIsKey(t *testing.T) {
	t.Parallel()
	for _, good := range []string{"a", "!~", strings.Repeat("x", 255), "0d9c2a6e-5b8f"} {
		assert.True(t, idempotency.IsKey(good), good)
	}
	for _, bad := range []string{"", " ", "a b", "a\tb", "a\x00", "a\x7f", "é", "a\u200bb", strings.Repeat("x", 256)} {
		assert.False(t, idempotency.IsKey(bad), "%q", bad)
	}
}

func TestForget_removes_what_is_about_a_customer(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		k := open(t, url)
		k.isNew(k.ask("a", "naan"))
		_, _, err := k.Once(t.Context(), asked("b", "roti"), func(any) (idempotency.Answer, error) {
			return idempotency.Answer{Status: 201, Body: []byte("x")}, nil // about nobody
		}, func(ctx context.Context) error { return k.cook(ctx, "roti") })
		require.NoError(t, err)
		require.ErrorIs(t, k.db.Write(t.Context(), func(ctx context.Context) error {
			return errors.Join(k.Forget(ctx, 7), errBurnt)
		}), errBurnt)
		k.has(2, 2)
		require.NoError(t, k.db.Write(t.Context(), func(ctx context.Context) error { return k.Forget(ctx, 8) }))
		k.has(2, 2)
		require.NoError(t, k.db.Write(t.Context(), func(ctx context.Context) error { return k.Forget(ctx, 7) }))
		k.has(2, 1)
		assert.Equal(t, 1, k.number("SELECT COUNT(*) FROM platform_idempotency WHERE key = 'b'"))
		require.ErrorIs(t, k.Forget(t.Context(), 7), database.ErrReadOnly)
	})
}

// Those of a day may be a thousand times larger than the index of whose they are.
func TestForget_looks_at_no_answer_of_another(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		k := open(t, url)
		var statement string
		require.NoError(t, k.db.Write(t.Context(), func(ctx context.Context) error {
			k.db.Observe(func(_ context.Context, query string, _ []any) { statement = query })
			defer k.db.Observe(nil)
			return k.Forget(ctx, 7)
		}))
		plan := databasetest.Plan(t, k.db, statement, 7)
		want := "Index Scan using platform_idempotency_customer "
		if k.db.Dialect() == database.SQLite {
			want = "SCAN platform_idempotency USING COVERING INDEX platform_idempotency_customers"
		}
		assert.Contains(t, plan, want)
	})
}
