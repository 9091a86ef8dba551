package idempotency_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"zomato/platform/idempotency"
	"zomato/platform/testkit"
)

// While one instance prepares, another answers the same request: then the first
// finds the name taken, by itself.
func TestInstances_a_refusal_because_of_itself_is_none(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		k := open(t, url)
		var first result
		late := k.once(asked("a", "naan"), func(ctx context.Context) error {
			first = k.another().ask("a", "naan")
			return k.cook(ctx, "naan")
		})
		require.NoError(t, first.err)
		late.repeats(t, first)
		k.has(1, 1)
	})
}

func TestInstances_the_later_effect_is_undone(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		k := open(t, url)
		var first result
		late := k.once(asked("a", ""), func(ctx context.Context) error {
			first = k.another().ask("a", "")
			return k.cook(ctx, "")
		})
		require.NoError(t, first.err)
		late.repeats(t, first)
		late = k.once(asked("b", ""), func(ctx context.Context) error {
			require.NoError(t, k.another().ask("b", "roti").err)
			return k.cook(ctx, "")
		})
		late.isRefused(t, idempotency.CodeReused)
		k.has(2, 2)
	})
}

// It is gone again before the later one can read it.
func TestInstances_the_answer_of_the_other_is_not_there(t *testing.T) {
	t.Parallel()
	k := open(t, testkit.SQLite(t))
	k.tx = transactions(func(ctx context.Context, fn func(context.Context) error) error {
		require.NoError(t, k.another().once(asked("a", ""), func(ctx context.Context) error {
			return kitchen{db: k.db, tx: k.db}.cook(ctx, "")
		}).err)
		err := k.db.Write(ctx, fn)
		k.exec("DELETE FROM platform_idempotency")
		return err
	})
	k.ask("a", "").isRefused(t, idempotency.CodeInProgress)
	k.has(1, 0)
}

// held gives an instance that stops before it commits what it has stored, until
// the returned function is called, which gives its answer.
func (k kitchen) held(key string) (finish func() result) {
	k = k.another()
	stored, mayCommit, ended := make(chan struct{}, 2), make(chan struct{}), make(chan result, 1)
	k.tx = transactions(func(ctx context.Context, fn func(context.Context) error) error {
		return k.db.Write(ctx, func(ctx context.Context) error {
			err := fn(ctx)
			select {
			case stored <- struct{}{}: // the rehearsal fills one place
			default:
			}
			if len(stored) == cap(stored) {
				<-mayCommit
			}
			return err
		})
	})
	go func() { ended <- k.ask(key, "") }()
	require.Eventually(k.t, func() bool { return len(stored) == cap(stored) }, patience, patience/10_000)
	return func() result {
		close(mayCommit)
		return <-ended
	}
}

func TestPostgres_the_later_instance_waits_and_replays(t *testing.T) {
	t.Parallel()
	k := open(t, testkit.Postgres(t))
	finish := k.held("a")
	late := make(chan result, 1)
	go func() { late <- k.another().ask("a", "") }()
	require.Eventually(t, func() bool {
		return k.number(`SELECT COUNT(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'INSERT INTO platform_idempotency%'
			AND datname = current_database()`) > 0
	}, patience, patience/1_000)
	first := finish()
	k.isNew(first)
	(<-late).repeats(t, first)
	k.has(1, 1)
}

func TestPostgres_the_later_instance_does_not_wait_for_ever(t *testing.T) {
	t.Parallel()
	url := testkit.Postgres(t)
	k := open(t, url)
	separator := "?"
	if strings.Contains(url, "?") {
		separator = "&"
	}
	hasty := k.reconnected(url + separator + "lock_timeout=20")
	finish := k.held("a")
	hasty.ask("a", "").isRefused(t, idempotency.CodeInProgress)
	first := finish()
	k.isNew(first)
	hasty.ask("a", "").repeats(t, first)
	k.has(1, 1)
	assert.NotEmpty(t, first.answer.Body)
}
