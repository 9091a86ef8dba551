package tiers_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"zomato/modules/cache/internal/core"
	"zomato/modules/cache/internal/tiers"
	"zomato/platform/testkit"
)

// A primary that was never started anew is the same run when it is one again, and
// has all that it had kept.
func TestAfter_a_failover_and_its_undoing_nothing_old_is_shown(t *testing.T) {
	t.Parallel()
	first, second := testkit.OwnRedis(t), testkit.OwnRedis(t)
	between := testkit.NewProxy(t, first.URL)
	w := newWorld(t, between.URL, testkit.Postgres(t))
	both := []*tiers.Tier{w.instance(t), w.instance(t)}
	for _, tier := range both {
		strict(t, tier)
	}
	require.True(t, keep(t, both[0], "strict", "thing:1", true))
	require.True(t, keep(t, both[0], "other", "thing:1", false))

	between.To(second.URL)
	for _, tier := range both {
		strict(t, tier)
	}
	require.NoError(t, both[0].Announce(t.Context(), 1, []string{"thing:1"}))
	require.NoError(t, both[0].Bump(t.Context(), 1, []string{"thing:1"}))
	between.To(first.URL)
	for _, tier := range both {
		eventually(t, "strict answers are kept again", func() bool {
			for _, key := range []string{"strict", "other"} {
				_, current, _ := tier.Get(t.Context(), key, nil)
				require.False(t, current, "%s is from before the change", key)
			}
			taken, err := tier.Tokens(t.Context(), []string{"any"})
			return err == nil && taken.Strict && tier.Shared().Status == core.Up
		})
	}
}
