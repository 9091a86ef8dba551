package cache

import (
	"context"
	"fmt"
	"time"
)

// Class is how an answer is kept, in the words of the documentation.
type Class string

// The classes.
const (
	// Static changes seldom.
	Static Class = "static"
	// Dynamic changes often.
	Dynamic Class = "dynamic"
	// Conditional is kept for long only when the answer is settled.
	Conditional Class = "conditional"
	// Aside are figures: loaded when asked for, and costly.
	Aside Class = "cache-aside"
)

// Terms are how long an answer is kept, and how carefully.
type Terms struct {
	Class Class
	// TTL is how long an answer may be served without being loaded again, above
	// 0. Configuration may say otherwise; each answer gets 10 % more or less.
	TTL time.Duration
	// Strict answers are never older than the last change that any instance has
	// acknowledged: where that cannot be known, they are not kept.
	Strict bool
	// Grace is how long beyond its TTL an answer of which nothing has changed may
	// be served while loading fails. 0: not at all.
	Grace time.Duration
}

// Policy says how the answers of one GET operation are kept.
type Policy struct {
	// Operation is the id of the operation in the document, such as "get-menu".
	Operation string
	// Namespace is the single word under which operators see and clear it.
	Namespace string
	Terms
	// Settled are the terms of answers that say of themselves that they will
	// hardly change any more (httpserver.Settled); nil: the same.
	Settled *Terms
	// Tags are what the answers show. Each names something whose change ends
	// them. At least one.
	Tags []Tag
	// Related are further tags that the path does not name.
	Related *Relation
	// Warm gives the paths to load before anybody asks, about the restaurants
	// that are ordered from most; nil: none. Only for what is public.
	Warm func(restaurantIDs []int64) []string
	// Through are changes after which the answers that Warm names for the ids are
	// loaded again at once, so that the next reader need not wait.
	Through []Change
}

// WarmEach warms a path of each restaurant: a format with a %d for its id.
func WarmEach(format string) func(restaurantIDs []int64) []string {
	return func(restaurantIDs []int64) []string {
		paths := make([]string, len(restaurantIDs))
		for i, id := range restaurantIDs {
			paths[i] = fmt.Sprintf(format, id)
		}
		return paths
	}
}

// Kinds are those of all tags that the policy's answers have.
func (p Policy) Kinds() []*Kind {
	var kinds []*Kind
	for _, tag := range p.Tags {
		kinds = append(kinds, tag.Kind)
	}
	if p.Related != nil {
		kinds = append(kinds, p.Related.Kinds...)
	}
	return kinds
}

// Params gives the parameters of a request's path as ids, 0 for one that is none.
type Params func(name string) int64

// Relation finds tags in the database: that an order belongs to a customer, say.
//
// It is asked after the tokens of the policy's other tags were taken and before
// the answer is loaded. So it may depend on whatever never changes, or changes
// only together with one of those tags.
type Relation struct {
	// Kinds are those of the tags that Find gives.
	Kinds []*Kind
	// Find gives the tags of a request. Where the record does not exist it
	// answers the fault of the kind NotFound.
	Find func(ctx context.Context, of Params) ([]Named, error)
}

// Popular names the restaurants that are asked for most, for warming. A module
// that knows contributes it to the fx group "cache.popular".
type Popular struct {
	// Preference decides when several know: the highest one is asked.
	Preference int
	// Restaurants gives the ids of some restaurants, the most popular first.
	Restaurants func(ctx context.Context, limit int) ([]int64, error)
}
