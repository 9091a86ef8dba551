package tiertest

import (
	"context"
	"fmt"
	"slices"
	"time"

	"zomato/modules/cache/internal/core"
)

func promisesOfTokens() []Promise {
	return []Promise{
		{"a tag gets a token and keeps it", keepsTokens},
		{"no token comes twice", uniqueTokens},
		{"a bump gives new tokens to its tags only", bumpsOnly},
		{"a token that was lost does not come back", staysLost},
	}
}

func keepsTokens(ctx context.Context, s Subject) error {
	c := &check{s: s}
	tags := []string{"b", "a", "", "kind with spaces:1", "*"}
	first := c.tokens(ctx, tags...)
	if again := c.tokens(ctx, tags...); !slices.Equal(first, again) {
		c.failf("%v, then %v", first, again)
	}
	slices.Reverse(tags)
	slices.Reverse(first)
	if again := c.tokens(ctx, tags...); !slices.Equal(first, again) {
		c.failf("they are not in the order of the tags")
	}
	if twice := c.tokens(ctx, "new", "new"); twice[0] != twice[1] {
		c.failf("one tag has two tokens: %v", twice)
	}
	c.tokens(ctx)
	return c.err()
}

func uniqueTokens(ctx context.Context, s Subject) error {
	c := &check{s: s}
	seen := map[core.Token]string{}
	for round := range 20 {
		for tag := range 50 {
			name := fmt.Sprint("tag:", tag)
			token := c.tokens(ctx, name)[0]
			if owner, known := seen[token]; known || token == (core.Token{}) {
				c.failf("round %d: the token %v of %s was that of %q before", round, token, name, owner)
			}
			seen[token] = name
			c.must(s.Bump(ctx, 0, []string{name}))
		}
	}
	return c.err()
}

func bumpsOnly(ctx context.Context, s Subject) error {
	c := &check{s: s}
	before := c.tokens(ctx, "a", "b", "c")
	c.must(s.Bump(ctx, 0, []string{"a", "c"}))
	after := c.tokens(ctx, "a", "b", "c")
	if after[0] == before[0] || after[1] != before[1] || after[2] == before[2] {
		c.failf("before %v, after %v", before, after)
	}
	c.must(s.Bump(ctx, 0, nil))
	c.must(s.Bump(ctx, 0, []string{}))
	if again := c.tokens(ctx, "a", "b", "c"); !slices.Equal(after, again) {
		c.failf("a bump of nothing has changed tokens")
	}
	c.must(s.Bump(ctx, 0, []string{"unknown"}))
	known := c.tokens(ctx, "unknown")
	if known[0] == (core.Token{}) {
		c.failf("a tag that was bumped before it was known has no token")
	}
	c.keep(ctx, "key", "of what was unknown", "unknown")
	c.has(ctx, "key", "of what was unknown")
	return c.err()
}

// staysLost loses tokens over and over again: what was kept with one before is
// never current again, however the tag gets its next one.
func staysLost(ctx context.Context, s Subject) error {
	c := &check{s: s}
	var tags []string
	for i := range 200 {
		tags = append(tags, fmt.Sprint("lost:", i))
	}
	seen := map[core.Token]bool{}
	entries := map[string]*core.Entry{}
	for round := range 5 {
		lost := 0
		for _, tag := range tags {
			if old := entries[tag]; old != nil {
				c.must(s.Set(ctx, tag, old))
			}
		}
		for _, tag := range tags {
			token, old := c.tokens(ctx, tag)[0], entries[tag]
			switch {
			case old == nil:
			case token == old.Tokens[0]:
				c.has(ctx, tag, string(old.Body)) // it was not lost
				continue
			default:
				lost++
				c.has(ctx, tag, "")
			}
			if seen[token] {
				c.failf("round %d: the token of %s has come back", round, tag)
			}
			seen[token] = true
			entries[tag] = entryOf(fmt.Sprint("round ", round), []string{tag}, []core.Token{token})
			c.must(s.Set(ctx, tag, entries[tag]))
		}
		if round > 0 && lost == 0 {
			c.failf("round %d: Lose has lost nothing: the suite sees nothing", round)
		}
		if round%2 == 0 { // that it was bumped does not matter
			c.must(s.Bump(ctx, 0, tags[:20]))
		}
		c.must(s.Lose(ctx, tags))
	}
	return c.err()
}

func promisesOfSweeps() []Promise {
	return []Promise{
		{"a sweep removes what is over or not current", sweeps},
		{"a sweep comes to its end and is complete", sweepsAll},
		{"usage counts what is kept", countsEntries},
	}
}

// sweep goes on until the end and tells what that has done.
func (c *check) sweep(ctx context.Context, at time.Time) (all core.Swept) {
	const rounds = 10_000 // none has so many
	for range rounds {
		one, err := c.s.Sweep(ctx, all.Cursor, at)
		c.must(err)
		all.Scanned, all.Removed, all.Orphaned, all.Cursor = all.Scanned+one.Scanned, all.Removed+one.Removed, all.Orphaned+one.Orphaned, one.Cursor
		if one.Cursor == 0 || err != nil {
			return all
		}
	}
	c.failf("a sweep does not come to an end")
	return all
}

func sweeps(ctx context.Context, s Subject) error {
	c := &check{s: s}
	c.keep(ctx, "good", "good", "a")
	c.keep(ctx, "orphaned", "orphaned", "b")
	over := entryOf("over", []string{"a"}, c.tokens(ctx, "a"))
	over.Fresh, over.Grace = noon().Add(time.Second), noon().Add(time.Minute)
	c.must(s.Set(ctx, "over", over))
	c.must(s.Bump(ctx, 0, []string{"b"}))
	if swept := c.sweep(ctx, noon().Add(30*time.Second)); swept.Removed != 1 || s.Counts && swept.Orphaned != 1 || swept.Orphaned < 1 {
		c.failf("one entry is orphaned, and one in its grace: %+v", swept)
	}
	c.has(ctx, "over", "over")
	if swept := c.sweep(ctx, noon().Add(time.Minute)); swept.Removed != 1 || swept.Orphaned != 0 {
		c.failf("one entry is over: %+v", swept)
	}
	for _, gone := range []string{"orphaned", "over"} {
		if e, _, err := s.Get(ctx, gone, nil); e != nil || err != nil {
			c.failf("%s is still there: %v", gone, err)
		}
	}
	c.has(ctx, "good", "good")
	if swept := c.sweep(ctx, noon()); s.Counts && swept.Scanned != 1 || swept.Removed != 0 || swept.Shared != 0 {
		c.failf("one good entry is left: %+v", swept)
	}
	return c.err()
}

func sweepsAll(ctx context.Context, s Subject) error {
	c := &check{s: s}
	const entries = 12_000
	good := c.tokens(ctx, "good")
	for i := range entries {
		e := entryOf("x", []string{"good"}, good)
		if i%5 != 0 {
			e.Grace = noon()
		}
		c.must(s.Set(ctx, fmt.Sprint("key:", i), e))
	}
	if swept := c.sweep(ctx, noon().Add(-time.Second)); swept.Scanned < entries || swept.Removed > 0 {
		c.failf("%d entries, of which none is over: %+v", entries, swept)
	}
	removed := 0
	for range 10 { // what moves meanwhile may be found the next time
		swept := c.sweep(ctx, noon())
		if removed += swept.Removed; swept.Removed == 0 {
			break
		}
	}
	if removed != entries/5*4 {
		c.failf("%d removed, not %d", removed, entries/5*4)
	}
	for i := 0; i < entries; i += 5 {
		c.has(ctx, fmt.Sprint("key:", i), "x")
	}
	return c.err()
}

func countsEntries(ctx context.Context, s Subject) error {
	c := &check{s: s}
	if s.Usage().Limit <= 0 {
		c.failf("it has no limit")
	}
	if !s.Counts {
		return c.err()
	}
	var size int64
	for i := range 100 {
		key := fmt.Sprint("key:", i)
		c.keep(ctx, key, "replaced", "a", "b")
		size += c.keep(ctx, key, "things of some length", "a").Size(key)
	}
	other := entryOf("of another namespace", []string{"c"}, c.tokens(ctx, "c"))
	other.Namespace = "others"
	c.must(s.Set(ctx, "other", other))
	want := map[string]core.Use{"things": {Entries: 100, Bytes: size}, "others": {Entries: 1, Bytes: other.Size("other")}}
	u := s.Usage()
	for name, use := range want {
		if u.ByNamespace[name] != use {
			c.failf("%s: %+v, not %+v", name, u.ByNamespace[name], use)
		}
	}
	if u.Entries != 101 || u.Bytes < size || u.Bytes > u.Limit {
		c.failf("%+v", u)
	}
	c.must(s.Bump(ctx, 0, []string{"a"}))
	c.sweep(ctx, noon())
	if u = s.Usage(); u.Entries != 1 || u.ByNamespace["things"] != (core.Use{}) {
		c.failf("after all of one namespace is gone: %+v", u)
	}
	return c.err()
}
