package cache

import (
	"context"
	"time"

	"zomato/platform/httpserver"
)

// Service is the cache of a running application.
type Service interface {
	// Open looks for what is outside the process, which need not be there: after
	// the migrations and before anything is published.
	Open(ctx context.Context) error
	// Close gives it back, the last of all.
	Close(ctx context.Context) error
	// Start tells the cache what it can use from now on, and lets it warm what is
	// asked for most. Before, it keeps answers already.
	Start(live Live)
	// Stop ends what goes on in the background, and waits for it until ctx ends.
	Stop(ctx context.Context) error
}

// Live is what the cache uses of a running application.
type Live struct {
	// Ask answers a GET request for a path, through the cache, as anybody.
	Ask func(ctx context.Context, path string) (status int, err error)
	// Find tells which operation answers a GET request for a path, and with what
	// request for the cache; ok is false where none does.
	Find func(ctx context.Context, path string) (operation string, request httpserver.CacheRequest, ok bool)
	// Heard tells when this instance has last begun to ask for changes of other
	// instances, and was answered.
	Heard func() time.Time
	// Pending counts the changes that are still to be made known.
	Pending func(ctx context.Context) (int64, error)
}
