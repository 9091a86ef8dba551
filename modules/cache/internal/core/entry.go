package core

import (
	"context"
	"slices"
	"sync/atomic"
	"time"

	"zomato/platform/fault"
)

// Answer is a finished answer, as httpserver.Answer documents it. It is never
// changed once made.
type Answer struct {
	ETag             string
	Link, TotalCount string
	Body             []byte
	Absent           *fault.Error
	Settled          bool
	ValidUntil       time.Time
}

// Token names a state of a tag: as long as a tag has the same token, nothing
// that it stands for has changed. Tokens are random, so that one that was lost
// never comes again, as a counter or a clock would.
type Token [2]uint64

// Entry is an answer that is kept. It is never changed once stored, but for its
// claims.
type Entry struct {
	*Answer

	Namespace string
	// Tags are what the answer shows, and Tokens what these had before it was
	// loaded, in the same order.
	Tags   []string
	Tokens []Token
	// Stored is when it was loaded; it may be served until Fresh, and while
	// loading fails until Grace. From Renew on it is worth loading anew.
	Stored, Renew, Fresh, Grace time.Time
	// Took is how long it took to load.
	Took time.Duration

	// claimed is which work one request has been chosen for.
	claimed atomic.Uint32
}

// Works that one request is chosen for.
const (
	nothing  uint32 = iota
	renewing        // load it anew, before its time is over
	checking        // compare it with its source
	working         // the request has got to it
)

// Size is about how many bytes of memory the entry takes under that key.
func (e *Entry) Size(key string) int64 {
	const overhead = 512 // the structs, and what the tier adds to each
	size := overhead + len(key) + len(e.ETag) + len(e.Link) + len(e.TotalCount) + len(e.Body) + len(e.Tokens)*16
	for _, tag := range e.Tags {
		size += 16 + len(tag)
	}
	return int64(size)
}

// Current tells whether these are still the tokens of the entry's tags. It is
// the whole of what makes an answer valid.
func (e *Entry) Current(present []Token) bool { return slices.Equal(e.Tokens, present) }

// Tier keeps entries, and the tokens of tags. It may lose either at any time; a
// tag that lost its token gets a new one. Safe for concurrent use.
type Tier interface {
	// Get gives the entry under a key and whether it is current; nil when there
	// is none.
	Get(ctx context.Context, key string) (e *Entry, current bool, err error)
	// Set keeps an entry in the place of the one before.
	Set(ctx context.Context, key string, e *Entry) error
	// Tokens gives the present tokens of tags, in their order. A tag without one
	// gets one.
	Tokens(ctx context.Context, tags []string) ([]Token, error)
	// Bump gives each tag a new token. What was kept with the one before is not
	// current from the moment that Bump returns, nor is what is loaded now and
	// began before.
	Bump(ctx context.Context, tags []string) error
	// Sweep looks at some entries after the cursor, 0 at first, and removes those
	// that are not current, or over at the instant given. The next cursor is 0
	// when it has come to the end.
	Sweep(ctx context.Context, cursor uint64, at time.Time) (s Swept, err error)
	// Usage tells what is kept.
	Usage() Usage
}

// Swept is what a Sweep has done.
type Swept struct {
	// Scanned and Removed count entries; Orphaned are those of the removed that
	// were not current, the others were over.
	Scanned, Removed, Orphaned int
	// Cursor is where to go on, 0 at the end.
	Cursor uint64
}

// Usage is what a tier keeps.
type Usage struct {
	// Limit is in bytes.
	Limit       int64
	Entries     int64
	Bytes       int64
	ByNamespace map[string]Use
}

// Use is what is kept of a namespace.
type Use struct{ Entries, Bytes int64 }
