// Package sentiment tells from the words of a review whether its author liked
// the restaurant (design: domain.md §4). It is local and deterministic: a
// lexicon of words, phrases and emoji with valences, and rules for what turns,
// strengthens or weakens them. Why it is our own is ADR 0010; how it is
// measured stands in testdata/README.md.
//
// team: reviews
package sentiment

import "math"

const (
	// saturation is the valence of a comment that scores ±0.71. One "good"
	// (1.9) scores 0.44, and no amount of praise reaches 1.
	saturation = 3.87

	// shout is what an exclamation mark adds to the weight of all that is said,
	// up to shouts of them.
	shout, shouts = 0.06, 4

	// decimals of a score: it is stored as a whole number of ten-thousandths.
	decimals = 1e4
)

// Engine scores comments. Create it with New. It does not change after that and
// may be used by several goroutines.
type Engine struct{ words *lexicon }

// New gives an engine with the lexicon of restaurant reviews. It reads some
// thousand lines: make one and keep it.
func New() *Engine {
	words, _ := parse(lexiconFile) // fails only for a line that TestLexicon would have found
	return &Engine{words}
}

// Score is how much the author liked it: from -1 to 1, with four decimals; 0
// when nothing is said that the lexicon knows. Any text is accepted, and the time
// is linear in its length. Equal comments have equal scores, on every machine.
func (e *Engine) Score(comment string) float64 {
	tokens := e.words.spell(split(comment))
	r := newReader(e.words)
	for i := 0; i < len(tokens); {
		i += r.read(tokens[i:])
	}
	r.endSentence()

	sum := r.total * (1 + shout*float64(min(r.shouts, shouts)))
	return math.Round(sum/math.Sqrt(sum*sum+saturation*saturation)*decimals) / decimals
}
