// Package httpapi is the HTTP side of the cache module: the routes that show and
// steer the cache, and the server's view of it.
//
// team: cache
package httpapi

import (
	"net/http"
	"sync/atomic"

	"zomato/modules/cache/internal/core"
	"zomato/platform/access"
	"zomato/platform/httpserver"
)

// notKept is why nothing is kept of the routes of this module.
const notKept = "it shows the cache as it is now"

// Admin are the routes of the cache. Create it with NewAdmin.
type Admin struct {
	cache *core.Cache
	// clearing is true while expired answers are being removed.
	clearing atomic.Bool
}

// NewAdmin makes the routes' use cases.
func NewAdmin(c *core.Cache) *Admin { return &Admin{cache: c} }

// Routes are the module's operations.
func (a *Admin) Routes() httpserver.Routes {
	return httpserver.Routes{Module: "cache", Endpoints: append(a.looks(), a.acts()...)}
}

func staff() access.Rule { return access.Only(access.Staff) }

func (a *Admin) looks() []httpserver.Endpoint {
	return []httpserver.Endpoint{
		httpserver.Handle(httpserver.Operation{
			ID: "get-cache-health", Method: http.MethodGet, Path: "/cache/health", Access: staff(), Uncached: notKept,
			Summary: "Read whether the cache works",
		}, a.health),
		httpserver.Handle(httpserver.Operation{
			ID: "get-cache-stats", Method: http.MethodGet, Path: "/cache/stats/namespaces", Access: staff(), Uncached: notKept,
			Summary: "Read what was served from the cache, by namespace",
			Description: "With Redis of all instances (`scope` cluster): once a second each adds what it has counted to the sums there, which begin anew when Redis " +
				"has lost them, with what the running instances have counted since their start. Else of this instance since its start. " +
				"`hit_ratio` is null while nobody has asked. `keys` and `bytes` are of the memory of this instance only: GET /cache/memory-usage has those of Redis.",
		}, a.stats),
		httpserver.Handle(httpserver.Operation{
			ID: "get-cache-memory", Method: http.MethodGet, Path: "/cache/memory-usage", Access: staff(), Uncached: notKept,
			Summary: "Read how much memory the cache takes",
		}, a.memory),
		httpserver.Handle(httpserver.Operation{
			ID: "get-cache-performance", Method: http.MethodGet, Path: "/analytics/cache-performance", Access: staff(), Uncached: notKept,
			Summary: "Read what the cache is worth",
			Description: "Of all instances, where `scope` is cluster, as in GET /cache/stats/namespaces; only `windows` are of this instance. `time_saved_ms` is what the hits would have taken to load, at the mean of their namespace. `inconsistent_per_million` is how many of " +
				"the hits that were compared with their source were wrong: more than 0 is a defect.",
		}, a.performance),
		httpserver.Handle(httpserver.Operation{
			ID: "explain-cache", Method: http.MethodGet, Path: "/cache/explain", Access: staff(), Uncached: notKept,
			Summary:     "Read how the answer to a path is kept",
			Description: "As it would be answered to you. `state` is fresh, stale (its time is over), invalid (something has changed since) or absent.",
		}, a.explain),
		httpserver.Handle(httpserver.Operation{
			ID: "get-warming", Method: http.MethodGet, Path: "/cache/warm/jobs/{job_id}", Access: staff(), Uncached: notKept,
			Summary: "Read how far a warming is", Errors: []int{http.StatusNotFound},
		}, a.job),
	}
}

func (a *Admin) acts() []httpserver.Endpoint {
	return []httpserver.Endpoint{
		httpserver.Handle(httpserver.Operation{
			ID: "clear-expired", Method: http.MethodDelete, Path: "/cache/clear/expired", Access: staff(),
			Summary: "Remove what must not be served any more", Status: http.StatusOK, Errors: []int{http.StatusConflict},
			Description: "For 200 ms at most: while `complete` is false, go on with `cursor`. 409 `clearing` while another one is at it.",
		}, a.clearExpired),
		httpserver.Handle(httpserver.Operation{
			ID: "clear-namespace", Method: http.MethodDelete, Path: "/cache/clear/{namespace}", Access: staff(),
			Summary: "Forget all answers of a namespace", Status: http.StatusOK, Errors: []int{http.StatusNotFound},
		}, a.clear),
		httpserver.Handle(httpserver.Operation{
			ID: "warm-namespace", Method: http.MethodPost, Path: "/cache/warm/{namespace}", Access: staff(), StoresNothing: true,
			Summary: "Load answers of a namespace before anybody asks", Status: http.StatusAccepted, Errors: []int{http.StatusNotFound},
			Description: "About the restaurants that are ordered from most. 422 `personal_namespace` where answers belong to somebody.",
		}, a.warm),
	}
}
