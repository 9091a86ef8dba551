package httpapi

import (
	"context"
	"strconv"
	"time"

	"zomato/modules/cache/internal/core"
	"zomato/platform/httpserver"
)

// Responses gives the server the cache.
type Responses struct{ cache *core.Cache }

// NewResponses makes the server's view of the cache.
func NewResponses(c *core.Cache) Responses { return Responses{c} }

// Route implements httpserver.ResponseCache.
func (r Responses) Route(operation string) (httpserver.CachedRoute, bool) {
	if found := r.cache.Route(operation); found != nil {
		return route{found}, true
	}
	return nil, false
}

// route is a core.Route in the server's types, which are the same but for their
// names.
type route struct{ *core.Route }

// Hit implements httpserver.CachedRoute.
func (r route) Hit(key string) (*httpserver.Answer, time.Duration, bool) {
	answer, age, ok := r.Route.Hit(key)
	return (*httpserver.Answer)(answer), age, ok
}

// Answer implements httpserver.CachedRoute.
func (r route) Answer(ctx context.Context, q httpserver.CacheRequest, load httpserver.Loader) (httpserver.Kept, error) {
	found, err := r.Route.Answer(ctx, requestOf(q), func(ctx context.Context) (*core.Answer, error) {
		answer, err := load(ctx)
		return (*core.Answer)(answer), err
	})
	if found.Outside {
		found.State = core.HitOutside
	}
	return httpserver.Kept{
		Answer: (*httpserver.Answer)(found.Answer), State: httpserver.CacheState(found.State), Age: found.Age,
	}, err
}

// Served implements httpserver.CachedRoute.
func (r route) Served(state httpserver.CacheState, took time.Duration) {
	r.Route.Served(core.State(state), took)
}

func requestOf(q httpserver.CacheRequest) core.Request {
	return core.Request{Key: q.Key, Refresh: q.Refresh, Param: func(name string) int64 {
		id, err := strconv.ParseInt(q.Param(name), 10, 64)
		if err != nil {
			return 0
		}
		return id
	}}
}
