// Package words turns text into the words it is searched by, the same on every
// database: case and accents do not matter.
//
// A module keeps the words of its records in a table of its own and finds them
// by prefix; nothing a user types is ever an operator (ADR 0005).
//
// team: platform
package words

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxLength is how many bytes of a word count. Longer ones are cut, on both
// sides of a comparison, so that an index row stays small.
const maxLength = 64

// The block of combining accents. Marks beyond it, such as the vowel signs of
// Indian scripts, are part of the spelling and stay.
const firstAccent, lastAccent = '\u0300', '\u036f'

// Of gives the distinct words of the texts in the order of their first
// occurrence: runs of letters, digits and marks, folded.
func Of(texts ...string) []string {
	var out []string
	seen := map[string]bool{}
	for _, text := range texts {
		for _, word := range strings.FieldsFunc(Fold(text), separates) {
			if word = cut(word); !seen[word] {
				seen[word] = true
				out = append(out, word)
			}
		}
	}
	return out
}

// Fold gives the text without case and accents: "Café" and "CAFE" fold alike.
func Fold(text string) string {
	var out strings.Builder
	// Behind bytes that are not UTF-8 the normalisation leaves letters as they are.
	for _, r := range norm.NFKD.String(strings.ToValidUTF8(text, string(utf8.RuneError))) {
		if r < firstAccent || r > lastAccent {
			out.WriteRune(unicode.ToLower(r))
		}
	}
	return out.String()
}

// Range gives the bounds of all words that begin with the prefix, for a
// comparison by bytes: prefix <= word and word < end.
func Range(prefix string) (from, end string) {
	// No folded word holds the last code point, and in UTF-8 the order of the
	// bytes is the order of the code points.
	return prefix, prefix + string(utf8.MaxRune)
}

func separates(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
}

func cut(word string) string {
	if len(word) <= maxLength {
		return word
	}
	end := maxLength
	for !utf8.RuneStart(word[end]) {
		end--
	}
	return word[:end]
}
