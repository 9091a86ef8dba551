package tiers_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"zomato/modules/cache/internal/core"
	"zomato/platform/testkit"
)

// What was announced and could not be told, as Redis was away, is told when it is
// back: until then nothing could be kept of it, for as long as an announcement
// holds.
func TestRedis_that_is_back_is_told_what_was_changed_meanwhile(t *testing.T) {
	t.Parallel()
	between := testkit.NewProxy(t, testkit.Redis(t))
	tier := newWorld(t, between.URL, testkit.Postgres(t)).instance(t)
	changed, ahead := []string{"thing:1"}, []string{"thing:2"}
	strict(t, tier)
	for event, tags := range [][]string{changed, ahead} {
		require.NoError(t, tier.Announce(t.Context(), int64(1+event), tags))
	}
	between.Treat(testkit.Reset)
	require.NoError(t, tier.Bump(t.Context(), 1, changed))
	require.NotEqual(t, core.Up, tier.Shared().Status)
	between.Treat(testkit.Pass)
	eventually(t, "Redis is used", func() bool { return tier.Shared().Status == core.Up })

	_, err := tier.Tokens(t.Context(), changed)
	require.NoError(t, err)
	_, err = tier.Tokens(t.Context(), ahead)
	require.ErrorIs(t, err, core.ErrChanging, "of what is still to be committed nothing is kept")
}
