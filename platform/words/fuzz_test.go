package words_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"zomato/platform/words"
)

func FuzzOf(f *testing.F) {
	for _, text := range []string{"Café NEAR(x)", "İstanbul ẞ", "पनीर टिक्का", "ﷺ ﬁne", "e\u0301\u0301", "\xff\xfe", "K\u212a Å", "𝔘𝔫𝔦", "a\u034fb", strings.Repeat("é", 100), "\U0010ffff"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		folded := words.Fold(text)
		require.True(t, utf8.ValidString(folded))
		require.Equal(t, folded, words.Fold(folded), "what is folded stays")
		require.Equal(t, folded, words.Fold(text), "it is the same each time")
		found := words.Of(text)
		seen := map[string]bool{}
		for _, word := range found {
			require.NotEmpty(t, word)
			require.LessOrEqual(t, len(word), 64)
			require.True(t, utf8.ValidString(word))
			require.False(t, seen[word], "each once")
			seen[word] = true
			from, end := words.Range(word)
			require.True(t, from <= word && word < end)
			require.Equal(t, []string{word}, words.Of(word), "a word is found by itself")
		}
	})
}
