package redistier

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"zomato/modules/cache/internal/core"
)

// How long what we write stays.
const (
	// tokenTime is longer than any answer is fresh. What is kept for its grace may
	// be lost with its token.
	tokenTime = 2 * time.Hour
	bornTime  = 24 * time.Hour
	// A change is announced for so long. Whoever does not commit in that time must
	// not be able to: package database ends transactions that idle for longer than
	// 4 s. After Redis has lost something, nothing that is strict is served for as
	// long: it may have lost the word of somebody who has not committed yet.
	announceTime = 5 * time.Second
	toldTime     = 15 * time.Minute // longer than the outbox keeps events
	changesTime  = time.Hour
	changesKept  = 10_000
)

// Seen is what was found of some tags.
type Seen struct {
	// Tokens are those present, in the order of the tags.
	Tokens []core.Token
	// Changing says that somebody is about to change what one of them stands for,
	// or that one has no token.
	Changing bool
	// Steady says that nothing was lost for so long that strict answers may be
	// trusted.
	Steady bool
}

// Take gives the tokens of tags. One without a token gets one.
func (r *Redis) Take(ctx context.Context, tags []string) (seen Seen, err error) {
	args := make([]any, 0, 3+len(tags))
	args = append(args, seconds(tokenTime), seconds(bornTime), announceTime.Milliseconds())
	for range tags {
		args = append(args, tokenText(newToken()))
	}
	err = r.served(ctx, func(s *space) error {
		said, err := takeTokens.Run(ctx, r.client, s.namesOf(nil, tags), args...).Slice()
		if err != nil {
			return fmt.Errorf("take tokens: %w", err)
		}
		seen = seenOf(said[1:], said[0] == int64(0))
		return nil
	})
	return seen, err
}

// Compare gives the tokens of tags as they are.
func (r *Redis) Compare(ctx context.Context, tags []string) (seen Seen, err error) {
	err = r.served(ctx, func(s *space) error {
		said, err := r.looks.MGet(ctx, s.namesOf(nil, tags)...).Result()
		if err != nil {
			return fmt.Errorf("compare tokens: %w", err)
		}
		seen = seenOf(said[2:], said[0] != nil && said[1] == nil)
		return nil
	})
	return seen, err
}

// namesOf are the keys that a look asks for.
func (s *space) namesOf(first, tags []string) []string {
	keys := append(make([]string, 0, len(first)+2+len(tags)), first...)
	keys = append(keys, s.born(), s.young())
	for _, tag := range tags {
		keys = append(keys, s.token(tag))
	}
	return keys
}

// marksOf are the keys that a change of tags concerns.
func (s *space) marksOf(first, tags []string) []string {
	keys := append(make([]string, 0, len(first)+2*len(tags)), first...)
	for _, tag := range tags {
		keys = append(keys, s.token(tag), s.writers(tag))
	}
	return keys
}

// seenOf reads tokens as Redis gives them.
func seenOf(said []any, steady bool) Seen {
	seen := Seen{Tokens: make([]core.Token, len(said)), Steady: steady}
	for i, one := range said {
		text, _ := one.(string)
		token, ok := tokenOf(text)
		seen.Tokens[i], seen.Changing = token, seen.Changing || !ok
	}
	return seen
}

// Get gives the entry under a key, nil when there is none, with what was seen of
// its tags. With the tags that it is likely to have it takes one trip, else two.
func (r *Redis) Get(ctx context.Context, key string, likely []string) (e *core.Entry, seen Seen, err error) {
	err = r.served(ctx, func(s *space) error {
		e = nil
		said, err := r.looks.MGet(ctx, s.namesOf([]string{s.entry(key)}, likely)...).Result()
		if err != nil {
			return fmt.Errorf("get an answer: %w", err)
		}
		text, found := said[0].(string)
		if !found {
			return nil
		}
		if e, err = r.open(ctx, s, key, text); e == nil {
			return err
		}
		seen = seenOf(said[3:], said[1] != nil && said[2] == nil)
		return nil
	})
	if err != nil || e == nil || slices.Equal(e.Tags, likely) {
		return e, seen, err
	}
	seen, err = r.Compare(ctx, e.Tags)
	return e, seen, err
}

// Fetch gives the entry under a key, nil when there is none, whatever its tokens.
func (r *Redis) Fetch(ctx context.Context, key string) (e *core.Entry, err error) {
	err = r.within(ctx, func(s *space) error {
		e = nil
		value, err := r.looks.Get(ctx, s.entry(key)).Result()
		switch {
		case errors.Is(err, goredis.Nil):
			return nil
		case err != nil:
			return fmt.Errorf("get an answer: %w", err)
		}
		e, err = r.open(ctx, s, key, value)
		return err
	})
	return e, err
}

// open takes the entry of a key out of its envelope. What is none is removed, and
// gives nil.
func (r *Redis) open(ctx context.Context, s *space, key, envelope string) (*core.Entry, error) {
	e, err := decode(envelope)
	if err != nil {
		r.garbage.Add(1)
		return nil, r.storage.DeleteWithContext(ctx, s.entry(key))
	}
	return e, nil
}

// Set keeps an entry until the end of its grace.
func (r *Redis) Set(ctx context.Context, key string, e *core.Entry) error {
	left := e.Grace.Sub(e.Stored)
	if left < time.Millisecond || len(e.Tags) != len(e.Tokens) {
		return nil // it can never be served
	}
	value, err := encode(e)
	if err != nil {
		return err
	}
	return r.within(ctx, func(s *space) error {
		if err := r.storage.SetWithContext(ctx, s.entry(key), value, left); err != nil {
			return fmt.Errorf("keep an answer: %w", err)
		}
		return nil
	})
}

// Announce marks tags whose things somebody is about to change, under the number
// of the event that will tell of it. From now on, and for 5 s, there is no token
// for them, unless Tell has been called for all who have announced.
func (r *Redis) Announce(ctx context.Context, event int64, tags []string) error {
	return r.within(ctx, func(s *space) error {
		if err := announceChange.Run(ctx, r.client, s.marksOf(nil, tags), event, announceTime.Milliseconds()).Err(); err != nil {
			return fmt.Errorf("announce a change: %w", err)
		}
		return nil
	})
}

// Tell ends the tokens of tags, once their things have changed. An event that was
// told already, by this or another instance, is not told again; 0 is no event.
func (r *Redis) Tell(ctx context.Context, event int64, tags []string) error {
	return r.within(ctx, func(s *space) error { return r.tell(ctx, s, event, tags) })
}

func (r *Redis) tell(ctx context.Context, s *space, event int64, tags []string) error {
	keys := s.marksOf([]string{s.told(r.options.Policies, event), s.changes(), s.count()}, tags)
	err := tellChange.Run(ctx, r.client, keys, event, r.options.Policies, strings.Join(tags, "\n"),
		seconds(toldTime), seconds(changesTime), changesKept).Err()
	if err != nil {
		return fmt.Errorf("tell of a change: %w", err)
	}
	return nil
}

// Probe tells whether Redis can be written to, and keeps in mind how long that
// took.
func (r *Redis) Probe(ctx context.Context) error {
	return r.within(ctx, func(s *space) error {
		began := time.Now()
		if err := tryWriting.Run(ctx, r.client, []string{s.probe(), s.born()}, seconds(bornTime)).Err(); err != nil {
			return fmt.Errorf("write to Redis: %w", err)
		}
		r.latency.Store(int64(time.Since(began)))
		return nil
	})
}

// Enter ends all answers that have one of these tags, and lets others be served
// and kept from then on.
func (r *Redis) Enter(ctx context.Context, everything []string) error {
	return r.within(ctx, func(s *space) error {
		if err := r.tell(ctx, s, 0, everything); err != nil {
			return err
		}
		s.entered.Store(true)
		return nil
	})
}

// Place names where our keys are: instances with another one do not hear of each
// other in Redis.
func (r *Redis) Place() string {
	if s := r.space.Load(); s != nil {
		return s.base
	}
	return ""
}

// Settle says that nothing of ours that Redis may have lost matters: there was
// nobody who could have announced anything.
func (r *Redis) Settle(ctx context.Context) error {
	return r.within(ctx, func(s *space) error {
		if err := r.client.SetNX(ctx, s.born(), "1", bornTime).Err(); err != nil {
			return fmt.Errorf("settle in Redis: %w", err)
		}
		return nil
	})
}

// Health is what is known of a Redis.
type Health struct {
	// Latency is that of the last probe; Version that of the server.
	Latency time.Duration
	Version string
	// Breaker is whether it is asked: closed, open or half-open.
	Breaker string
	// Garbage counts what was found in the place of answers.
	Garbage int64
}

// Health gives it without asking.
func (r *Redis) Health() Health {
	h := Health{Latency: time.Duration(r.latency.Load()), Breaker: r.breaker.State().String(), Garbage: r.garbage.Load()}
	if version := r.version.Load(); version != nil {
		h.Version = *version
	}
	return h
}

// IsOutage tells whether an error says that Redis cannot be used.
func IsOutage(err error) bool {
	return isOutage(err) || errors.Is(err, errResting) || errors.Is(err, ErrMoved)
}

func seconds(d time.Duration) int64 { return int64(d / time.Second) }

// newToken gives 128 random bits.
func newToken() core.Token { return core.Token{rand.Uint64(), rand.Uint64()} } //nolint:gosec // unique, not secret
