package core_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"zomato/modules/restaurants/internal/core"
	"zomato/platform/words"
)

func FuzzCuisines(f *testing.F) {
	for _, text := range []string{"Thai", "North Indian, Thai", ",,", " , ", "thai,THAI,thaï", strings.Repeat("a,", 30), strings.Repeat("x", 51), "\u200b", "İ,i"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		names, err := core.TidyCuisines(text)
		if err != nil {
			return
		}
		require.NotEmpty(t, names)
		require.LessOrEqual(t, len(names), 20)
		seen := map[string]bool{}
		for _, name := range names {
			require.NotEmpty(t, name)
			require.LessOrEqual(t, utf8.RuneCountInString(name), 50)
			require.NotContains(t, name, ",")
			require.False(t, seen[words.Fold(name)], "each once")
			seen[words.Fold(name)] = true
		}
		again, err := core.TidyCuisines(strings.Join(names, ", "))
		require.NoError(t, err)
		require.Equal(t, names, again, "what is tidy stays")
	})
}

func FuzzUndouble(f *testing.F) {
	for _, text := range []string{"CafÃ©", "CafÃƒÂ©", "Café", "RENÉ’S", "plain", "Â£5", "\xff", "â‚¬", "Ã", "\u0081"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		repaired := core.Undouble(text)
		require.LessOrEqual(t, len(repaired), len(text))
		if utf8.ValidString(text) {
			require.True(t, utf8.ValidString(repaired))
		} else {
			require.Equal(t, text, repaired, "what is no text is left alone")
		}
	})
}
