package redistier

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"zomato/modules/cache/internal/core"
)

// sweepSize is how many keys of Redis a step of Sweep passes, ours or not.
const sweepSize = 500

// sampleSize is how many a step of Sample passes.
const sampleSize = 100

// Sweep looks at some of our keys after the cursor, which makes Redis remove what
// is over, and removes answers that cannot be served any more: of a run that is
// over, with tokens that are not the present ones, or no answers at all. Where the
// tokens are not in Redis, holds tells whether they are those of an entry.
func (r *Redis) Sweep(ctx context.Context, cursor uint64, at time.Time, holds func(*core.Entry) bool) (core.Swept, error) {
	keys, next, err := r.client.Scan(ctx, cursor, escaped(r.home)+"*", sweepSize).Result()
	if err != nil {
		return core.Swept{}, fmt.Errorf("look through Redis: %w", err)
	}
	swept := core.Swept{Cursor: next}
	s := r.space.Load()
	for _, key := range keys {
		swept.Scanned++
		if s == nil || !strings.HasPrefix(key, s.answers) {
			err = r.sweepOther(ctx, s, key, &swept)
		} else {
			err = r.sweepAnswer(ctx, strings.TrimPrefix(key, s.answers), at, holds, &swept)
		}
		if err != nil {
			return swept, err
		}
	}
	return swept, nil
}

// sweepOther removes what is left of another run, and what would stay for ever.
func (r *Redis) sweepOther(ctx context.Context, s *space, key string, swept *core.Swept) error {
	left, err := r.client.PTTL(ctx, key).Result()
	switch {
	case err != nil:
		return fmt.Errorf("look at a key: %w", err)
	case left == -2: // it is gone by now: its time was over
		swept.Shared++
		return nil
	case left == -1:
		swept.Endless++
	case s == nil || strings.HasPrefix(key, s.base):
		return nil
	}
	swept.Orphaned++
	return r.drop(ctx, key, swept)
}

// sweepAnswer removes an answer of this run that is not to be served.
func (r *Redis) sweepAnswer(ctx context.Context, key string, at time.Time, holds func(*core.Entry) bool, swept *core.Swept) error {
	e, err := r.Fetch(ctx, key)
	if err == nil && e != nil && holds == nil {
		var seen Seen
		seen, err = r.Compare(ctx, e.Tags)
		holds = func(e *core.Entry) bool { return e.Current(seen.Tokens) }
	}
	switch {
	case err != nil:
		return err
	case e == nil: // gone, or garbage that Fetch has removed
		swept.Shared++
		return nil
	case !holds(e):
		swept.Orphaned++
	case at.Before(e.Grace):
		return nil
	}
	return r.drop(ctx, r.space.Load().entry(key), swept)
}

func (r *Redis) drop(ctx context.Context, name string, swept *core.Swept) error {
	swept.Shared++
	if err := r.storage.DeleteWithContext(ctx, name); err != nil {
		return fmt.Errorf("remove a key: %w", err)
	}
	return nil
}

// Memory is what Redis says of its own.
type Memory struct{ Used, Limit int64 }

// Memory asks for it.
func (r *Redis) Memory(ctx context.Context) (m Memory, err error) {
	text, err := r.client.Info(ctx, "memory").Result()
	if err != nil {
		return m, fmt.Errorf("ask Redis for its memory: %w", err)
	}
	said := saidIn(text)
	for name, to := range map[string]*int64{"used_memory": &m.Used, "maxmemory": &m.Limit} {
		value, ok := said[name]
		if !ok {
			continue
		}
		if *to, err = strconv.ParseInt(value, 10, 64); err != nil {
			return m, fmt.Errorf("read what Redis says of its memory: %w", err)
		}
	}
	return m, nil
}

// Sample looks at some answers after the cursor, and gives how many bytes they
// take, by namespace.
func (r *Redis) Sample(ctx context.Context, cursor uint64) (found map[string]core.Use, next uint64, err error) {
	s := r.space.Load()
	if s == nil {
		return nil, 0, nil
	}
	keys, next, err := r.client.Scan(ctx, cursor, escaped(s.answers)+"*", sampleSize).Result()
	if err != nil {
		return nil, 0, fmt.Errorf("look through Redis: %w", err)
	}
	found = map[string]core.Use{}
	for _, key := range keys {
		text, err := r.client.Get(ctx, key).Result()
		if err != nil && !errors.Is(err, goredis.Nil) {
			return nil, 0, fmt.Errorf("look at an answer: %w", err)
		}
		e, broken := decode(text)
		if broken != nil {
			continue
		}
		bytes, err := r.client.MemoryUsage(ctx, key).Result()
		if err != nil && !errors.Is(err, goredis.Nil) {
			return nil, 0, fmt.Errorf("ask for the memory of an answer: %w", err)
		}
		use := found[e.Namespace]
		found[e.Namespace] = core.Use{Entries: use.Entries + 1, Bytes: use.Bytes + bytes}
	}
	return found, next, nil
}
