package tiertest

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"zomato/modules/cache/internal/core"
)

func promisesUnderCrowds() []Promise {
	return []Promise{
		{"all who ask for a new token at once get the same", sameToken},
		{"what was bumped is never current again, whatever others do", neverAgain},
		{"a sweep leaves what has taken the place of what is over", sweepsCarefully},
	}
}

// crowd is how many do the same at once.
const crowd = 8

// atOnce runs a function in several goroutines and waits for them.
func atOnce(run func(who int)) {
	begin := make(chan struct{})
	var all sync.WaitGroup
	for who := range crowd {
		all.Go(func() {
			<-begin
			run(who)
		})
	}
	close(begin)
	all.Wait()
}

func sameToken(ctx context.Context, s Subject) error {
	c := &check{s: s}
	for round := range 200 {
		tag := fmt.Sprint("new:", round)
		var got [crowd]core.Taken
		atOnce(func(who int) { got[who], _ = s.Tokens(ctx, []string{tag}) })
		now := c.tokens(ctx, tag)[0]
		for _, taken := range got {
			tokens := taken.Tokens
			if len(tokens) != 1 || tokens[0] != now {
				c.failf("round %d: %v, and it is %v now", round, tokens, now)
			}
		}
	}
	return c.err()
}

// neverAgain has a source whose version goes up before each bump. Whatever is
// current after a bump shows at least the version of before it.
func neverAgain(ctx context.Context, s Subject) error {
	const rounds, things = 500, 3
	var versions, bumped [things]atomic.Int64
	var mu sync.Mutex
	c := &check{s: s}
	complain := func(format string, args ...any) {
		mu.Lock()
		defer mu.Unlock()
		c.failf(format, args...)
	}
	load := func(thing int) error {
		tags := []string{"all", fmt.Sprint("thing:", thing)}
		taken, err := s.Tokens(ctx, tags)
		if err != nil {
			return err
		}
		return s.Set(ctx, fmt.Sprint("key:", thing), entryOf(strconv.FormatInt(versions[thing].Load(), 10), tags, taken.Tokens))
	}
	change := func(thing, round int) error {
		version := versions[thing].Add(1)
		tags := []string{fmt.Sprint("thing:", thing), "all"}
		err := s.Bump(ctx, 0, tags[round%2:][:1])
		for old := bumped[thing].Load(); err == nil && version > old && !bumped[thing].CompareAndSwap(old, version); {
			old = bumped[thing].Load()
		}
		return err
	}
	look := func(thing int) error {
		least := bumped[thing].Load()
		e, current, err := s.Get(ctx, fmt.Sprint("key:", thing), nil)
		if err != nil || !current {
			return err
		}
		if version, _ := strconv.ParseInt(string(e.Body), 10, 64); version < least {
			complain("version %d of thing %d is current after the bump of %d", version, thing, least)
		}
		return nil
	}
	atOnce(func(who int) {
		for round := range rounds {
			thing := (who + round) % things
			var err error
			switch who % 4 {
			case 0:
				err = change(thing, round)
			case 1:
				_, err = s.Sweep(ctx, 0, noon())
				s.Usage()
			default:
				if err = load(thing); err == nil {
					err = look(thing)
				}
			}
			if err != nil {
				complain("%w", err)
			}
		}
	})
	return c.err()
}

func sweepsCarefully(ctx context.Context, s Subject) error {
	c := &check{s: s}
	const keys = 200
	token := c.tokens(ctx, "a")
	for round := range 5 {
		for i := range keys {
			over := entryOf("over", []string{"a"}, token)
			over.Grace = noon()
			c.must(s.Set(ctx, fmt.Sprint("key:", i), over))
		}
		atOnce(func(who int) {
			for i := who; i < keys; i += crowd {
				if who%2 == 0 {
					_, _ = s.Sweep(ctx, 0, noon().Add(time.Second))
				}
				_ = s.Set(ctx, fmt.Sprint("key:", i), entryOf(fmt.Sprint("round ", round), []string{"a"}, token))
			}
		})
		for i := range keys {
			c.has(ctx, fmt.Sprint("key:", i), fmt.Sprint("round ", round))
		}
	}
	return c.err()
}
