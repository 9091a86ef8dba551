package redistier

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

// How the stream is read.
const (
	changesWait = 300 * time.Millisecond // for the next one
	changesRead = 1_000                  // at once
)

// Mark is a place in the stream of changes.
type Mark struct {
	space *space
	id    string
	count int64
	// Behind says that there may be more at once.
	Behind bool
}

// Change is what somebody has told.
type Change struct {
	// Event is the number of the event, 0 for none.
	Event int64
	// Same says that it was told by a program with our policies.
	Same bool
	Tags []string
}

// ErrGap says that changes were lost: what was kept before the mark must not be
// served any more.
var ErrGap = errors.New("changes were lost in the stream of Redis")

// End is where the stream ends at present.
func (r *Redis) End(ctx context.Context) (m Mark, err error) {
	err = r.within(ctx, func(s *space) error {
		m = Mark{space: s, id: "0-0"}
		last, err := r.client.XRevRangeN(ctx, s.changes(), "+", "-", 1).Result()
		if err != nil {
			return fmt.Errorf("find the end of the changes: %w", err)
		}
		if len(last) > 0 {
			m.id, m.count = last[0].ID, number(last[0], "n")
		}
		return nil
	})
	return m, err
}

// Changes gives those after a mark, and the next mark. It waits for some, not
// for long: none is an answer.
func (r *Redis) Changes(ctx context.Context, from Mark) (told []Change, next Mark, err error) {
	ctx, cancel := context.WithTimeout(ctx, changesWait+2*ioTimeout)
	defer cancel()
	read, err := r.client.XRead(ctx, &goredis.XReadArgs{
		Streams: []string{from.space.changes(), from.id}, Count: changesRead, Block: changesWait,
	}).Result()
	switch {
	case r.space.Load() != from.space:
		return nil, from, ErrMoved
	case errors.Is(err, goredis.Nil):
		from.Behind = false
		return nil, from, nil
	case err != nil:
		return nil, from, fmt.Errorf("read the changes: %w", err)
	}
	next = from
	for _, stream := range read {
		for _, message := range stream.Messages {
			if next.id, next.count = message.ID, next.count+1; number(message, "n") != next.count {
				return nil, from, ErrGap
			}
			told = append(told, r.changeOf(message))
		}
	}
	next.Behind = len(told) == changesRead
	return told, next, nil
}

func (r *Redis) changeOf(m goredis.XMessage) Change {
	by, _ := m.Values["by"].(string)
	tags, _ := m.Values["tags"].(string)
	return Change{Event: number(m, "id"), Same: by == r.options.Policies, Tags: strings.Split(tags, "\n")}
}

// number reads a number of a message; what is none is 0.
func number(m goredis.XMessage, name string) int64 {
	text, _ := m.Values[name].(string)
	value, _ := strconv.ParseInt(text, 10, 64)
	return value
}
