package tiertest_test

import (
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"zomato/modules/cache/internal/tiertest"
)

func plain(d tiertest.Defect) tiertest.Subject {
	p := tiertest.NewPlain(d)
	return tiertest.Subject{Tier: p, Counts: true, Lose: func(_ context.Context, tags []string) error {
		for _, tag := range tags {
			p.EvictToken(tag)
		}
		return nil
	}}
}

func TestPlain_keeps_all_promises(t *testing.T) {
	t.Parallel()
	tiertest.Run(t, func(*testing.T) tiertest.Subject { return plain(tiertest.Sound) })
}

// A suite that has never been seen to fail proves nothing.
func TestRun_notices_each_defect(t *testing.T) {
	t.Parallel()
	for defect, noticedBy := range map[tiertest.Defect]string{
		tiertest.Unconditional: "an entry ends with each of its tags",
		tiertest.Deaf:          "an entry that comes late is not current",
		tiertest.Hasty:         "an entry needs the token of each tag",
		tiertest.Partial:       "a bump gives new tokens to its tags only",
		tiertest.Fixed:         "a bump gives new tokens to its tags only",
		tiertest.Counting:      "no token comes twice",
		tiertest.Remembering:   "a token that was lost does not come back",
		tiertest.Zero:          "an entry needs the token of each tag",
		tiertest.Sorted:        "a tag gets a token and keeps it",
		tiertest.Fresh:         "all who ask for a new token at once get the same",
		tiertest.Constant:      "an entry takes the place of the one before",
		tiertest.Blunt:         "a sweep leaves what has taken the place of what is over",
		tiertest.Idle:          "a sweep removes what is over or not current",
		tiertest.Vague:         "usage counts what is kept",
		tiertest.Bodies:        "an entry is got as it was set",
	} {
		t.Run(string(defect), func(t *testing.T) {
			t.Parallel()
			all := tiertest.Promises()
			i := slices.IndexFunc(all, func(p tiertest.Promise) bool { return p.Name == noticedBy })
			require.Error(t, all[i].Check(t.Context(), plain(defect)))
		})
	}
}
