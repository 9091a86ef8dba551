package memory_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"zomato/modules/cache/internal/memory"
	"zomato/modules/cache/internal/tiertest"
)

func TestTier_keeps_its_promises(t *testing.T) {
	t.Parallel()
	tiertest.Run(t, func(t *testing.T) tiertest.Subject {
		t.Helper()
		tier, err := memory.New(64 << 20)
		require.NoError(t, err)
		return tiertest.Subject{Tier: tier, Counts: true, Lose: func(_ context.Context, tags []string) error {
			for _, tag := range tags {
				tier.EvictToken(tag)
			}
			return nil
		}}
	})
}
