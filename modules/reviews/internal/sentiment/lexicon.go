package sentiment

import (
	_ "embed"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

//go:embed lexicon.txt
var lexiconFile string

// role is what an entry does to the sentence that it stands in.
type role int

const (
	valence    role = iota // says how much something is liked
	factor                 // strengthens or weakens the word behind it
	negator                // turns the words behind it
	excess                 // "too": what follows is more than was wanted
	turn                   // "but": what counts is what follows
	concession             // "although": what counts is the other part
)

// entry is a word or phrase of the lexicon. value is its valence, from about -4
// to 4, or its factor.
type entry struct {
	role  role
	value float64
}

// lexicon is the file as a tree: one step for each word of a phrase.
type lexicon struct {
	phrases *node
	aliases map[string][]string
	steps   map[string]bool // every word of a phrase
}

type node struct {
	next  map[string]*node
	entry *entry
}

// number is the step that every number may take, and how the file writes it.
const number = "N"

// parse reads the file. Its first lines say what it may hold.
func parse(file string) (*lexicon, error) {
	l := &lexicon{phrases: &node{}, aliases: map[string][]string{}, steps: map[string]bool{}}
	var errs []error
	for line := range strings.Lines(file) {
		line = strings.TrimRight(line, "\r\n")
		if line == "" || line[0] == '#' {
			continue
		}
		if err := l.add(line); err != nil {
			errs = append(errs, fmt.Errorf("%q: %w", line, err))
		}
	}
	for alias := range l.aliases {
		if l.steps[alias] {
			errs = append(errs, fmt.Errorf("%q stands in a phrase and for another word: the phrase is never found", alias))
		}
	}
	return l, errors.Join(errs...)
}

func (l *lexicon) add(line string) error {
	key, value, _ := strings.Cut(line, "\t")
	if meaning, is := strings.CutPrefix(value, "="); is {
		switch words := phrase(key); {
		case len(words) != 1 || words[0] != key:
			return errors.New("another way of writing is one word")
		case l.aliases[key] != nil:
			return errors.New("stands here twice")
		}
		l.aliases[key] = phrase(meaning)
		return nil
	}
	e, err := read(value)
	if err != nil {
		return err
	}
	at := l.phrases
	for _, step := range phrase(key) {
		l.steps[step] = true
		if at.next == nil {
			at.next = map[string]*node{}
		}
		if at.next[step] == nil {
			at.next[step] = &node{}
		}
		at = at.next[step]
	}
	if at == l.phrases || at.entry != nil {
		return errors.New("is nothing, or stands here twice")
	}
	at.entry = &e
	return nil
}

// phrase gives the words of a phrase, as a comment's words are read.
func phrase(text string) []string {
	var out []string
	for _, part := range strings.Fields(text) {
		if part == number {
			out = append(out, number)
			continue
		}
		for _, t := range split(part) {
			if t.text != "" {
				out = append(out, t.text)
			}
		}
	}
	return out
}

func read(value string) (entry, error) {
	switch value {
	case "not":
		return entry{role: negator}, nil
	case "too":
		return entry{role: excess}, nil
	case "but":
		return entry{role: turn}, nil
	case "although":
		return entry{role: concession}, nil
	}
	e := entry{role: valence}
	if times, is := strings.CutPrefix(value, "*"); is {
		e.role, value = factor, times
	}
	var err error
	e.value, err = strconv.ParseFloat(value, 64)
	return e, err
}

// longest finds the longest phrase that the tokens begin with, and its length;
// nil and 0 if there is none. It looks no farther than phrases are long.
func (n *node) longest(tokens []token) (found *entry, length int) {
	found = n.entry
	if len(tokens) == 0 {
		return found, 0
	}
	try := func(step string) {
		next := n.next[step]
		if next == nil {
			return
		}
		if e, l := next.longest(tokens[1:]); e != nil && l >= length {
			found, length = e, l+1
		}
	}
	first := tokens[0]
	try(first.text) // a mark has no text, and no step is empty
	if first.isNumber() {
		try(number)
	}
	return found, length
}
