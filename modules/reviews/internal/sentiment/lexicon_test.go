package sentiment_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"zomato/modules/reviews/internal/sentiment"
)

// New relies on it.
func TestLexicon_every_line_is_understood_and_stands_there_once(t *testing.T) {
	t.Parallel()
	require.NoError(t, sentiment.Problems(sentiment.Lexicon()))
}

func TestLexicon_mistakes_are_found(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ file, want string }{
		"no value":               {"good", `"good"`},
		"a value that is none":   {"good\tfine", `"good\tfine"`},
		"a factor that is none":  {"very\t*much", `"very\t*much"`},
		"a phrase without words": {"...\t1", "is nothing"},
		"twice":                  {"good\t1\ngood\t2", "twice"},
		"twice, written apart":   {"isn't it\t1\nis not it\t2", "twice"},
		"twice, the irregular":   {"will not, can not, is not\t1\nwon't can't ain't\t2", "twice"},
		"an alias twice":         {"gud\t=good\ngud\t=god", "twice"},
		"an alias in a phrase":   {"gud\t=good\nso gud\t2", "never found"},
		"an alias of two words":  {"so gud\t=good", "one word"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.ErrorContains(t, sentiment.Problems(c.file), c.want)
		})
	}
}

func TestLexicon_valences_and_factors_are_within_bounds(t *testing.T) {
	t.Parallel()
	n := 0
	for line := range strings.Lines(sentiment.Lexicon()) {
		line = strings.TrimSuffix(line, "\n")
		if line == "" || line[0] == '#' {
			continue
		}
		n++
		require.Regexp(t, `^[^\t]+\t(-?[0-4](\.\d)?|\*[01](\.\d)?|not|too|but|although|=[a-z0-9 ]+)$`, line)
	}
	require.Greater(t, n, 1000)
}
