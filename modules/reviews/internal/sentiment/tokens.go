package sentiment

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"zomato/platform/words"
)

// A token is a word, an emoji, or a mark that separates what is said.
type token struct {
	kind kind
	text string // of a word or emoji: folded, contractions written out
}

func (t token) isNumber() bool { return t.text != "" && '0' <= t.text[0] && t.text[0] <= '9' }

type kind int

const (
	word  kind = iota
	emoji      // also an emoticon, in the form of the table below
	pause      // a comma and its like: "not" does not reach across
	stop       // the end of a sentence: "but" does not reach across
	shouting
)

// Emoticons are read as one of three, whatever their eyes and noses.
const (
	eyes, noses = ":;=", "-'^o"
	smiling     = ")]}dp*" // ":D" is folded by then
	frowning    = "([{c"
	wry         = `/\|`
)

// split gives the tokens of a text. A word is a run of letters, digits, marks and
// inner apostrophes; a number ends where letters begin, so "45min" is two words.
func split(text string) []token {
	text = words.Fold(strings.Map(straighten, text))
	var out []token
	for text != "" {
		if n := wordLength(text); n > 0 {
			out = appendWords(out, text[:n])
			text = text[n:]
		} else {
			t, n := mark(text)
			if n == 0 {
				_, n = utf8.DecodeRuneInString(text)
			} else {
				out = append(out, t)
			}
			text = text[n:]
		}
	}
	return out
}

// straighten makes one apostrophe of those that keyboards produce.
func straighten(r rune) rune {
	switch r {
	case '’', '‘', 'ʼ', '´', '`', '＇':
		return '\''
	}
	return r
}

func wordLength(text string) int {
	digits := true
	end := 0
	for i, r := range text {
		switch {
		case unicode.IsDigit(r):
		case unicode.IsLetter(r), end > 0 && unicode.IsMark(r):
			if digits && end > 0 {
				return end
			}
			digits = false
		case r == '\'' && end == i && end > 0:
			continue // part of the word if a letter follows
		default:
			return end
		}
		end = i + utf8.RuneLen(r)
	}
	return end
}

// appendWords adds a word, or the two of a contraction: "isn't" is "is not". What
// else is contracted ("they're", "it's", "we'll") has no meaning here.
func appendWords(out []token, text string) []token {
	base, contracted := strings.CutSuffix(text, "n't")
	if contracted {
		switch base {
		case "wo":
			base = "will"
		case "ca":
			base = "can"
		case "ai":
			base = "is"
		}
		return append(out, token{word, base}, token{word, "not"})
	}
	base, _, _ = strings.Cut(text, "'")
	return append(out, token{word, base})
}

// mark reads what is no word, and its length in bytes; 0 when it says nothing.
func mark(text string) (token, int) {
	if face, n := emoticon(text); n > 0 {
		return token{emoji, face}, n
	}
	r, n := utf8.DecodeRuneInString(text)
	switch {
	case r == '!':
		return token{kind: shouting}, n
	case strings.ContainsRune(".?;\n\r।", r):
		return token{kind: stop}, n
	case strings.ContainsRune(",:()[]–—\"", r), strings.HasPrefix(text, "- "):
		return token{kind: pause}, n
	case unicode.IsSymbol(r):
		return token{emoji, string(r)}, n
	}
	return token{}, 0
}

func emoticon(text string) (face string, n int) {
	if strings.HasPrefix(text, "<3") {
		return "<3", 2
	}
	if !strings.ContainsRune(eyes, rune(text[0])) {
		return "", 0
	}
	mouth := 1
	if len(text) > 2 && strings.IndexByte(noses, text[1]) >= 0 {
		mouth = 2
	}
	if len(text) <= mouth {
		return "", 0
	}
	// ":dinner" and "http://" are no faces. Behind the end there is no letter.
	if next, _ := utf8.DecodeRuneInString(text[mouth+1:]); next == '/' || unicode.IsLetter(next) || unicode.IsDigit(next) {
		return "", 0
	}
	switch n := mouth + 1; {
	case strings.IndexByte(smiling, text[mouth]) >= 0:
		return ":)", n
	case strings.IndexByte(frowning, text[mouth]) >= 0:
		return ":(", n
	case strings.IndexByte(wry, text[mouth]) >= 0:
		return ":/", n
	}
	return "", 0
}
