package idempotency_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"zomato/platform/database/databasetest"
	"zomato/platform/testkit"
)

func TestAn_answer_counts_for_24_hours(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		k := open(t, url)
		first := k.ask("a", "")
		k.now.move(24*time.Hour - time.Millisecond)
		k.ask("a", "").repeats(t, first)
		require.NoError(t, k.Sweep(t.Context()))
		k.has(1, 1)
		k.now.move(time.Millisecond)
		again := k.ask("a", "another")
		k.isNew(again)
		assert.NotEqual(t, first.id(), again.id())
		k.ask("a", "another").repeats(t, again)
		k.has(2, 1)
	})
}

// One that was replaced must not hide those behind it from the sweeper.
func TestSweep_removes_the_old_in_portions(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		k := open(t, url)
		k.SetSweeping(time.Hour, 2)
		for i := range 7 {
			require.NoError(t, k.ask(fmt.Sprint(i), "").err)
			k.now.move(time.Millisecond)
		}
		k.now.move(24*time.Hour - 3*time.Millisecond)
		for i := range 2 {
			require.NoError(t, k.ask(fmt.Sprint(i), "").err)
		}
		k.has(9, 7)
		writes := k.statements(func() { require.NoError(t, k.Sweep(t.Context())) })
		k.has(9, 4)
		assert.Equal(t, 4, k.number("SELECT COUNT(*) FROM platform_idempotency WHERE key IN ('0', '1', '5', '6')"))
		assert.GreaterOrEqual(t, len(writes), 3*2)
		require.NoError(t, k.another().Sweep(t.Context()))
		k.has(9, 4)
		k.now.move(24 * time.Hour)
		require.NoError(t, k.Sweep(t.Context()))
		k.has(9, 0)
	})
}

func TestSweep_runs_from_start_to_stop(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		k := open(t, url)
		for i := range 5 {
			require.NoError(t, k.ask(fmt.Sprint(i), "").err)
		}
		k.now.move(24 * time.Hour)
		instances := []kitchen{k, k.another()}
		for _, one := range instances {
			one.SetSweeping(time.Millisecond, 2)
			require.NoError(t, one.Start(t.Context()))
		}
		require.Eventually(t, func() bool { return k.number("SELECT COUNT(*) FROM platform_idempotency") == 0 }, patience, time.Millisecond)
		for _, one := range instances {
			require.NoError(t, one.Stop(context.Background()))
		}
		require.NoError(t, k.ask("z", "").err)
		k.has(6, 1)
	})
}

func TestBoth_databases_have_the_same_table(t *testing.T) {
	t.Parallel()
	var tables [][]string
	for _, url := range []string{testkit.SQLite(t), testkit.Postgres(t)} {
		all := databasetest.Schema(t, open(t, url).db, "platform")
		tables = append(tables, slices.DeleteFunc(all, func(column string) bool { return !strings.HasPrefix(column, "platform_idempotency.") }))
	}
	require.Len(t, tables[0], 12)
	require.Equal(t, tables[0], tables[1])
}
