package sentiment

// spell writes words as the lexicon does: an alias as what it stands for, and
// "gooood" as "good".
func (l *lexicon) spell(tokens []token) []token {
	out := make([]token, 0, len(tokens))
	for _, t := range tokens {
		if t.kind == word && !l.knows(t.text) {
			t.text = l.shorten(t.text)
		}
		meaning := l.aliases[t.text]
		if meaning == nil {
			out = append(out, t)
		}
		for _, text := range meaning {
			out = append(out, token{word, text})
		}
	}
	return out
}

func (l *lexicon) knows(text string) bool { return l.steps[text] || l.aliases[text] != nil }

// shorten leaves two, or else one, of a letter that stands there three times or
// more, if that makes a word that is known.
func (l *lexicon) shorten(text string) string {
	for _, most := range []int{2, 1} {
		if short, shorter := squeeze(text, most); shorter && l.knows(short) {
			return short
		}
	}
	return text
}

func squeeze(text string, most int) (short string, shorter bool) {
	var out []rune
	runes := []rune(text)
	for from, to := 0, 0; from < len(runes); from = to {
		for to < len(runes) && runes[to] == runes[from] {
			to++
		}
		end := to
		if to-from > 2 {
			end = from + most
			shorter = true
		}
		out = append(out, runes[from:end]...)
	}
	return string(out), shorter
}
