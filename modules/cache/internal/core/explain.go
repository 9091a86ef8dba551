package core

import (
	"context"
	"slices"
	"time"
)

// Explanation tells how an answer is kept.
type Explanation struct {
	// State is fresh, stale (its time is over), invalid (something has changed) or
	// absent (nothing is kept).
	State string
	// Left is how long it may still be served.
	Left time.Duration
	// Tags are what it shows; those that the path names when nothing is kept.
	Tags []string
	// Took is how long it took to load; 0 when nothing is kept.
	Took time.Duration
	// Outside says that it had to be fetched from outside the process.
	Outside bool
}

// Explain tells what is kept under a key.
func (r *Route) Explain(ctx context.Context, q Request) (Explanation, error) {
	e, current, err := r.cache.Tier.Get(ctx, q.Key, r.tagsOf(q))
	if err != nil {
		return Explanation{}, err
	}
	if e == nil {
		return Explanation{State: "absent", Tags: r.tagsOf(q)}, nil
	}
	x := Explanation{State: "fresh", Left: max(0, e.Fresh.Sub(r.cache.Now())), Tags: e.Tags, Took: e.Took, Outside: e.arrives()}
	switch {
	case !current:
		x.State, x.Left = "invalid", 0
	case x.Left == 0:
		x.State = "stale"
	}
	return x, nil
}

// Events are the names of those that change the route's answers, sorted.
func (r *Route) Events() []string {
	var events []string
	for _, kind := range r.Kinds() {
		for _, change := range kind.Changes() {
			events = append(events, change.Event())
		}
	}
	slices.Sort(events)
	return slices.Compact(events)
}
