// Package tiertest is what every core.Tier promises, as a suite that each of them
// passes: Run it in the tests of a tier.
//
// team: cache
package tiertest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"zomato/modules/cache/internal/core"
	"zomato/platform/fault"
)

// Subject is an empty tier that nobody else uses, with room for 64 MiB.
type Subject struct {
	core.Tier

	// Lose makes the tier lose the tokens of some of these tags, at least one.
	Lose func(ctx context.Context, tags []string) error
	// Counts says that Usage is exact, and not what was found in a sample.
	Counts bool
}

// Run holds a tier against everything that it promises.
func Run(t *testing.T, open func(t *testing.T) Subject) {
	t.Helper()
	for _, p := range Promises() {
		t.Run(p.Name, func(t *testing.T) {
			t.Parallel()
			if err := p.Check(t.Context(), open(t)); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// Promise is one that can be held against a tier. It gives errors, so that a
// test can see a broken tier fail.
type Promise struct {
	Name  string
	Check func(ctx context.Context, s Subject) error
}

// Promises are all of them.
func Promises() []Promise {
	return slices.Concat(promisesOfEntries(), promisesOfTokens(), promisesOfSweeps(), promisesUnderCrowds())
}

func promisesOfEntries() []Promise {
	return []Promise{
		{"an entry is got as it was set", wholeEntries},
		{"keys are told apart", oddKeys},
		{"an entry takes the place of the one before", replaced},
		{"an entry ends with each of its tags", endsWithEachTag},
		{"an entry that comes late is not current", late},
		{"an entry needs the token of each tag", needsAllTokens},
	}
}

// check gathers what is not as it should be.
type check struct {
	s     Subject
	wrong []error
}

func (c *check) failf(format string, args ...any) {
	if len(c.wrong) < 10 {
		c.wrong = append(c.wrong, fmt.Errorf(format, args...))
	}
}

// must notes an error of the tier, which has no reason to fail.
func (c *check) must(err error) {
	if err != nil {
		c.failf("the tier failed: %w", err)
	}
}

func (c *check) err() error { return errors.Join(c.wrong...) }

// noon is when the entries of the suite were loaded.
func noon() time.Time { return time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC) }

// tokens gives the present tokens of tags.
func (c *check) tokens(ctx context.Context, tags ...string) []core.Token {
	taken, err := c.s.Tokens(ctx, tags)
	tokens := taken.Tokens
	c.must(err)
	if len(tokens) != len(tags) {
		c.failf("%d tokens of %d tags", len(tokens), len(tags))
		return make([]core.Token, len(tags))
	}
	return tokens
}

// entryOf makes an entry that can be served for an hour.
func entryOf(body string, tags []string, tokens []core.Token) *core.Entry {
	return &core.Entry{
		Answer: &core.Answer{ETag: `"` + body + `"`, Body: []byte(body)}, Namespace: "things", Tags: tags, Tokens: tokens,
		Stored: noon(), Renew: noon().Add(50 * time.Minute), Fresh: noon().Add(time.Hour), Grace: noon().Add(2 * time.Hour),
	}
}

// keep sets an entry with the present tokens of its tags.
func (c *check) keep(ctx context.Context, key, body string, tags ...string) *core.Entry {
	e := entryOf(body, tags, c.tokens(ctx, tags...))
	c.must(c.s.Set(ctx, key, e))
	return e
}

// has holds that what is current under a key has this body; "" is that nothing
// is. What is not current may be there or not.
func (c *check) has(ctx context.Context, key, want string) {
	e, current, err := c.s.Get(ctx, key, nil)
	c.must(err)
	switch {
	case current && e == nil:
		c.failf("%q: current, but no entry", key)
	case current && want == "":
		c.failf("%q: %.40q is current, and must not be", key, e.Body)
	case !current && want != "":
		c.failf("%q: %.40q is not there, or not current", key, want)
	case current && string(e.Body) != want:
		c.failf("%q: %.40q, not %.40q", key, e.Body, want)
	}
}

func wholeEntries(ctx context.Context, s Subject) error {
	c := &check{s: s}
	if e, current, err := s.Get(ctx, "nobody has set this", nil); e != nil || current || err != nil {
		c.failf("an empty tier gives %v, %v, %v", e, current, err)
	}
	tags := []string{"namespace:things", "tests.thing:7"}
	list := entryOf("[]", tags, c.tokens(ctx, tags...))
	list.Link, list.TotalCount, list.Settled = `</things?cursor=x>; rel="next"`, "12", true
	list.ValidUntil, list.Took = noon().Add(time.Minute), 3*time.Millisecond
	binary := entryOf(string([]byte{0, 255, '\n', '"', 0}), tags, list.Tokens)
	empty := entryOf("", tags, list.Tokens)
	large := entryOf(strings.Repeat("x", 250<<10), tags, list.Tokens)
	absent := entryOf("", tags, list.Tokens)
	absent.Answer = &core.Answer{Absent: fault.New(fault.NotFound, "thing_not_found", "There is no thing 7.").With("thing_id", "7")}
	for name, want := range map[string]*core.Entry{"list": list, "binary": binary, "empty": empty, "large": large, "absent": absent} {
		c.must(s.Set(ctx, name, want))
		got, current, err := s.Get(ctx, name, nil)
		c.must(err)
		if got == nil || !current {
			c.failf("%s: %v, current %v", name, got, current)
			continue
		}
		if a, b := shown(want), shown(got); a != b {
			c.failf("%s: set\n%.300s\ngot\n%.300s", name, a, b)
		}
	}
	return c.err()
}

// shown is everything that makes an entry, in a form that can be compared.
func shown(e *core.Entry) string {
	absent := "none"
	if e.Absent != nil {
		absent = fmt.Sprint(e.Absent.Kind, e.Absent, e.Absent.Fields, e.Absent.Extra)
	}
	var times []int64
	for _, at := range []time.Time{e.Stored, e.Renew, e.Fresh, e.Grace, e.ValidUntil} {
		if at.IsZero() {
			times = append(times, -1)
		} else {
			times = append(times, at.UnixMilli())
		}
	}
	return fmt.Sprintf("%v %v %v %v %q %q %v absent %v %x",
		times, e.Took, e.Namespace, e.Tokens, e.Tags, []string{e.ETag, e.Link, e.TotalCount}, e.Settled, absent, e.Body)
}

func oddKeys(ctx context.Context, s Subject) error {
	c := &check{s: s}
	keys := []string{
		" /things?", "customer:1 /things?", "customer:1 /things?a=1", " /things?a=1", " /things?a=1%0A", " /things?a=1\n", "", "*", "[a-z]?",
		" /things/७", strings.Repeat("/long", 1000), strings.Repeat("/long", 1001), " /things?a=1&b=2", " /Things?",
	}
	for i, key := range keys {
		c.keep(ctx, key, fmt.Sprint("of key ", i), "tag")
	}
	for i, key := range keys {
		c.has(ctx, key, fmt.Sprint("of key ", i))
	}
	return c.err()
}

func replaced(ctx context.Context, s Subject) error {
	c := &check{s: s}
	c.keep(ctx, "key", "first", "a", "b")
	c.keep(ctx, "key", "second", "b")
	c.has(ctx, "key", "second")
	c.must(s.Bump(ctx, 0, []string{"a"}))
	c.has(ctx, "key", "second")
	c.must(s.Bump(ctx, 0, []string{"b"}))
	c.has(ctx, "key", "")
	c.keep(ctx, "key", "third", "c")
	c.has(ctx, "key", "third")
	return c.err()
}

func endsWithEachTag(ctx context.Context, s Subject) error {
	c := &check{s: s}
	tags := []string{"namespace:n", "kind.a:1", "kind.a:all", "kind.b:1", "kind.c:1", "kind.d:1", "kind.e:1", "kind.f:1", "kind.g:1", "kind.h:1"}
	for i, tag := range tags {
		c.keep(ctx, "all", "of all", tags...)
		c.keep(ctx, "others", "of the others", slices.Concat(tags[:i], tags[i+1:])...)
		c.must(s.Bump(ctx, 0, []string{tag}))
		c.has(ctx, "all", "")
		c.has(ctx, "others", "of the others")
	}
	c.keep(ctx, "all", "of all", tags...)
	c.must(s.Bump(ctx, 0, []string{"no such tag", tags[9], tags[9], "nor this"}))
	c.has(ctx, "all", "")
	return c.err()
}

// late is the race "a loader read the old row, the invalidation ran, the loader
// stored the old row".
func late(ctx context.Context, s Subject) error {
	c := &check{s: s}
	before := c.tokens(ctx, "a", "b")
	c.must(s.Bump(ctx, 0, []string{"b"}))
	c.must(s.Set(ctx, "key", entryOf("old", []string{"a", "b"}, before)))
	c.has(ctx, "key", "")
	c.keep(ctx, "key", "new", "a", "b")
	c.has(ctx, "key", "new")
	c.must(s.Set(ctx, "key", entryOf("old", []string{"a", "b"}, before)))
	c.has(ctx, "key", "")
	for range 100 {
		c.must(s.Bump(ctx, 0, []string{"a", "b"}))
		c.has(ctx, "key", "")
	}
	return c.err()
}

func needsAllTokens(ctx context.Context, s Subject) error {
	c := &check{s: s}
	known := c.tokens(ctx, "known")[0]
	for name, tokens := range map[string][]core.Token{
		"zero": {known, {}}, "invented": {known, {1, 2}}, "the other's": {known, known},
		"missing": {known}, "swapped": {{}, known}, "none": {}, "too many": {known, {}, {}},
	} {
		c.must(s.Set(ctx, name, entryOf(name, []string{"known", "never asked for " + name}, tokens)))
		c.has(ctx, name, "")
		c.tokens(ctx, "never asked for "+name)
		c.has(ctx, name, "")
	}
	return c.err()
}
