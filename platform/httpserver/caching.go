package httpserver

import (
	"context"
	"net/url"
	"strings"
	"time"

	"zomato/platform/fault"
)

// ResponseCache keeps finished answers to GET requests. The cache module
// implements it; a server without one answers the same.
type ResponseCache interface {
	// Route gives how the answers of an operation are kept. Known is false where
	// nobody has decided about it, which a server refuses to start with. The
	// route is nil where the cache keeps nothing at all.
	Route(operation string) (route CachedRoute, known bool)
}

// CachedRoute keeps the answers of one operation. Safe for concurrent use.
type CachedRoute interface {
	// Hit gives an answer that may be served at once. When ok is false the
	// request goes on to Answer.
	Hit(key string) (answer *Answer, age time.Duration, ok bool)
	// Answer answers what Hit did not. The function loads the answer: it is
	// called on a context and in a goroutine of its own, at most once for several
	// requests that ask the same, and perhaps after the request has ended. Its
	// fault of the kind NotFound may be kept as well. The error is that of load,
	// or that of ctx.
	Answer(ctx context.Context, r CacheRequest, load Loader) (Kept, error)
	// Served counts an answer that was sent, whatever it was.
	Served(state CacheState, took time.Duration)
}

// Loader makes an answer from the database.
type Loader func(ctx context.Context) (*Answer, error)

// CacheRequest is a request as the cache sees it.
type CacheRequest struct {
	// Key tells answers of the operation apart: see CacheKey.
	Key string
	// Param gives the parameters of the path. It may be called after the request
	// has ended.
	Param func(name string) string
	// Refresh asks for an answer that is loaded now, and kept.
	Refresh bool
}

// CacheKey is the key of a request: the caller's scope, "" where everybody gets
// the same (access.Rule.IsPublic), the path without a slash at its end and the
// query sorted by name.
func CacheKey(scope, path string, query url.Values) string {
	return cacheKey(scope, path, query.Encode())
}

func cacheKey(scope, path, canonical string) string {
	return scope + " " + strings.TrimRight(path, "/") + "?" + canonical
}

// Kept is an answer with where it comes from.
type Kept struct {
	*Answer

	State CacheState
	// Age is for how long the answer has been kept; 0 for a new one.
	Age time.Duration
}

// CacheState is the value of X-Cache, but for HitOutside.
type CacheState string

// The states.
const (
	// Hit was kept.
	Hit CacheState = "HIT"
	// HitOutside was kept outside of this process. Clients see a Hit.
	HitOutside CacheState = "HIT_OUTSIDE"
	// Miss was loaded, by this request or by another one at the same time.
	Miss CacheState = "MISS"
	// Stale was kept beyond its time, since loading failed.
	Stale CacheState = "STALE"
	// Bypass was loaded because the client wanted that, or because it must not be
	// kept.
	Bypass CacheState = "BYPASS"
)

// Answer is a finished answer. It is never changed once made.
type Answer struct {
	// ETag is complete, with its quotes.
	ETag string
	// Link and TotalCount are headers of lists; "" means without. The path in
	// Link has no slash at its end; where the request's has one, it is sent with.
	Link, TotalCount string
	// Body is the JSON.
	Body []byte
	// Absent is the refusal instead of all that, where the record does not exist.
	Absent *fault.Error
	// Settled says that the answer will hardly change any more.
	Settled bool
	// ValidUntil is the instant at which the answer becomes wrong by itself; zero
	// for most.
	ValidUntil time.Time
}

// Settled may be implemented by the body of an Item: it tells whether the record
// will hardly change any more, so that its answer may be kept for longer.
type Settled interface {
	// Settled tells it.
	Settled() bool
}
