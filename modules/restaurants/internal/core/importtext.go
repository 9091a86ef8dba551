package core

import (
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// maxDecodings is how often a text is taken for encoded once too much: what went
// through the same wrong program again was so twice.
const maxDecodings = 2

// undouble undoes a double encoding: UTF-8 that was read as Windows-1252 and
// written as UTF-8 again, "CafÃ©" for "Café". It does so only where that is
// certain: the whole text goes back through Windows-1252 into valid UTF-8, and
// into letters that somebody would write (isUnlikely). A letter with an accent
// that stands for itself is no valid UTF-8.
func undouble(text string) string {
	for range maxDecodings {
		decoded, ok := once(text)
		if !ok {
			break
		}
		text = decoded
	}
	return text
}

func once(text string) (string, bool) {
	bytes := make([]byte, 0, len(text))
	for _, r := range text {
		b, ok := charmap.Windows1252.EncodeRune(r)
		if !ok {
			// The five bytes that Windows-1252 leaves open are read as they are.
			if r > 0x9f || r < 0x80 {
				return text, false
			}
			b = byte(r)
		}
		bytes = append(bytes, b)
	}
	if len(bytes) == len(text) || !utf8.Valid(bytes) {
		return text, false // nothing but ASCII, or no UTF-8
	}
	decoded := string(bytes)
	return decoded, strings.IndexFunc(decoded, isUnlikely) < 0
}

// isUnlikely tells the characters that a text which is right would more likely
// decode into by chance than one that is not would hold: "RENÉ’S" is valid
// UTF-8 by chance, with U+0252 in it. Those of Latin letters, punctuation and
// signs of currencies begin with Â, Ã, Ä, Å and â€ or â‚, which hardly stand
// before a sign of punctuation; Ä and Å may before a quote or a dash.
func isUnlikely(r rune) bool {
	switch last := r&0x3f | 0x80; {
	case r <= 0xff, r >= 0x2000 && r <= 0x203f, r >= 0x20a0 && r <= 0x20bf:
		return false
	case r <= 0x17f:
		return last >= 0x91 && last <= 0x97
	default:
		return true
	}
}

// replacer replaces texts, the longest first, so that the order of a map does
// not matter.
func replacer(replace map[string]string) *strings.Replacer {
	from := make([]string, 0, len(replace))
	for text := range replace {
		from = append(from, text)
	}
	sort.Slice(from, func(i, j int) bool {
		return len(from[i]) > len(from[j]) || len(from[i]) == len(from[j]) && from[i] < from[j]
	})
	pairs := make([]string, 0, 2*len(from))
	for _, text := range from {
		pairs = append(pairs, text, replace[text])
	}
	return strings.NewReplacer(pairs...)
}

// isDamaged tells whether a text has lost letters: the mark that decoders set in
// their place, or control characters that no text has on purpose.
func isDamaged(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return r == utf8.RuneError || r >= 0x80 && r <= 0x9f })
}

// hasControl tells whether a text has control characters beside white space,
// which a database would not take (NUL) or nobody could read.
func hasControl(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return r < ' ' && !unicode.IsSpace(r) || r == 0x7f })
}
