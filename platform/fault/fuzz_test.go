package fault_test

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"zomato/platform/fault"
)

func FuzzTexts(f *testing.F) {
	described := regexp.MustCompile(`^\+?[0-9]{10,15}\z`)
	for _, text := range []string{"+919876543210", "0987654321", "++919876543210", "+91 98765 43210", "1234567890123456", "١٢٣٤٥٦٧٨٩٠", " x ", "\u200b", "\u200bनमस्ते\u200d", "\u2028", "\x00"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var findings fault.Findings
		findings.Phone("#/phone_number", &text)
		require.Equal(t, described.MatchString(text), findings.Err() == nil)

		findings = nil
		trimmed := text
		findings.Text("#/name", &trimmed, 10)
		require.Equal(t, trimmed == "" || utf8.RuneCountInString(trimmed) > 10, findings.Err() != nil)
		require.Contains(t, text, trimmed)
		require.Equal(t, strings.TrimSpace(trimmed), trimmed)
		again := trimmed
		findings.Text("#/name", &again, 10)
		require.Equal(t, trimmed, again, "what is trimmed stays")
	})
}
