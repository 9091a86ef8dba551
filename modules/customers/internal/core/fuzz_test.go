package core_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"zomato/modules/customers/internal/core"
)

// FuzzEmail holds that what is accepted can stand in a header and a log.
func FuzzEmail(f *testing.F) {
	for _, text := range []string{
		"asha@example.com", "asha@example", "@example.com", "a b@example.com", `"a b"@example.com`, "a@[1.2.3.4]", "Asha <a@b.c>", "a@b.c\r\nBcc: d@e.f", "a@b..c", "a@.b.c", "ü@bücher.example",
		"a@b.c.", `"\"@b.c`, "a@b.c(x)", "a@b.\x00", "\"\u2028\"@b.c",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !core.IsEmail(text) {
			return
		}
		require.True(t, utf8.ValidString(text))
		require.LessOrEqual(t, len(text), 254)
		require.Equal(t, strings.TrimSpace(text), text)
		require.False(t, strings.ContainsFunc(text, unicode.IsControl))
		require.Contains(t, text[strings.LastIndexByte(text, '@')+1:], ".")
	})
}
