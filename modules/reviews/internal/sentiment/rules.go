package sentiment

// How far the rules reach, and how much they weigh. The weights were set on the
// tuning half of the labelled reviews; none is delicate.
const (
	// A negator turns what follows within so many words: "I don't think that
	// the food was any good".
	reach = 6
	// A factor strengthens the word behind it, and one that is farther only
	// across an article or the like: "really a great place".
	factorReach = 2
	// Factors multiply ("so very good"), but a row of a thousand says no more.
	maxStrength = 2

	// What is not good is less bad than what is bad; what is not bad is hardly good.
	notLiked    = -0.8
	notDisliked = -0.4
	// Too much is a fault, also of what is liked.
	tooAnything = -0.8
	tooDisliked = 1.3
	// "Not" and "no" that turn nothing known still tell of something missing.
	nothingTurned = -0.6

	// What stands before "but" counts less than what stands behind it.
	beforeTurn, behindTurn = 0.5, 1.3
	conceded               = 0.5
)

// reader goes through the tokens once and adds up what they say.
type reader struct {
	words  *lexicon
	shouts int

	total    float64 // of the sentences that have ended
	last     float64 // of which the last that said anything
	sentence float64 // of the one being read

	weight    float64 // of what is said now: 1, or less or more around "but"
	conceding bool

	strength float64 // of the next valence
	factors  int     // for how many words

	negated int  // for how many words
	turned  bool // the negator has done so
	tooMuch bool // the last word was "too"
}

func newReader(words *lexicon) *reader {
	return &reader{words: words, weight: 1, strength: 1}
}

// read takes in the first token, or the phrase that begins there, and says how
// many tokens that was.
func (r *reader) read(tokens []token) int {
	switch tokens[0].kind {
	case shouting:
		r.shouts++
		r.endSentence()
		return 1
	case stop:
		r.endSentence()
		return 1
	case pause:
		r.endClause()
		return 1
	case emoji:
		r.endClause()
	case word:
	}
	e, n := r.words.phrases.longest(tokens)
	if e == nil {
		r.plain(tokens[0])
		return 1
	}
	r.apply(*e)
	return n
}

func (r *reader) apply(e entry) {
	switch e.role {
	case valence:
		r.say(e.value)
	case factor:
		r.strength = min(r.strength*e.value, maxStrength)
		r.factors = factorReach
	case negator:
		r.endNegation()
		r.negated = reach
	case excess:
		r.tooMuch = r.negated == 0 // "not too" is no more than "not very"
	case turn:
		r.endClause()
		r.turnAround()
	case concession:
		r.endClause()
		r.weight = conceded
		r.conceding = true
	}
}

// turnAround is "but". At the beginning of a sentence it is about the one before.
func (r *reader) turnAround() {
	if r.sentence == 0 {
		r.total -= r.last * (1 - beforeTurn)
		r.last = 0
	}
	r.sentence *= beforeTurn
	r.weight = behindTurn
}

// say adds a valence, as what stands before it turns and strengthens it.
func (r *reader) say(value float64) {
	if value == 0 {
		r.step()
		return
	}
	value *= r.strength
	r.strength, r.factors = 1, 0
	switch {
	case r.tooMuch && value > 0:
		value = tooAnything
	case r.tooMuch:
		value *= tooDisliked
	}
	r.tooMuch = false
	if r.negated > 0 {
		r.turned = true
		if value > 0 {
			value = min(value*notLiked, nothingTurned)
		} else {
			value *= notDisliked
		}
	}
	r.sentence += value * r.weight
	r.step()
}

// plain passes a word that the lexicon does not know.
func (r *reader) plain(t token) {
	if t.kind == emoji {
		return
	}
	if r.tooMuch {
		r.tooMuch = false
		r.say(tooAnything)
		return
	}
	r.step()
}

// step makes negators and factors reach one word less far.
func (r *reader) step() {
	if r.negated == 1 {
		r.endNegation()
	}
	r.negated = max(r.negated-1, 0)
	if r.factors--; r.factors <= 0 {
		r.strength, r.factors = 1, 0
	}
}

func (r *reader) endNegation() {
	if r.negated > 0 && !r.turned {
		r.sentence += nothingTurned * r.weight
	}
	r.negated, r.turned = 0, false
}

func (r *reader) endClause() {
	r.endNegation()
	r.strength, r.factors = 1, 0
	r.tooMuch = false
	if r.conceding {
		r.weight, r.conceding = 1, false
	}
}

func (r *reader) endSentence() {
	r.endClause()
	if r.sentence != 0 { // else it was a second mark: "!!"
		r.last = r.sentence
	}
	r.total += r.sentence
	r.sentence, r.weight = 0, 1
}
