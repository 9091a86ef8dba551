package words_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"zomato/platform/words"
)

func TestOf(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		text string
		want []string
	}{
		{"case and accents do not matter", "Café CAFE crème", []string{"cafe", "creme"}},
		{"what is no letter or digit separates", "asha.rao+1@example.com", []string{"asha", "rao", "1", "example", "com"}},
		{"operators are words or nothing", `"NEAR(" a AND b*`, []string{"near", "a", "and", "b"}},
		{"other scripts stay whole", "पनीर टिक्का", []string{"पनीर", "टिक्का"}},
		{"nothing", " - ", nil},
		{"a character of zero is no word", "a\x00b", []string{"a", "b"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, words.Of(c.text))
		})
	}
}

func TestRange_holds_every_word_with_the_prefix_and_no_other(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		prefix := words.Fold(rapid.StringN(1, 8, -1).Draw(t, "prefix"))
		word := words.Fold(rapid.String().Draw(t, "word"))
		from, end := words.Range(prefix)
		require.Equal(t, strings.HasPrefix(word, prefix), from <= word && word < end)
	})
}
