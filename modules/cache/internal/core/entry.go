package core

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"time"

	"zomato/modules/cache/internal/counts"
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
	// Strict says that it must not be served when another process may have changed
	// what it shows.
	Strict bool

	// claimed is which work one request has been chosen for.
	claimed atomic.Uint32
	// fetched says that it has come from outside the process, and that nobody has
	// got it since.
	fetched atomic.Bool
}

// Fetched says that a tier has just read the entry from outside the process. Who
// gets it first is told so; who gets it then finds it in memory.
func (e *Entry) Fetched() { e.fetched.Store(true) }

// arrives tells whether this is the first one who gets what was fetched.
func (e *Entry) arrives() bool { return e.fetched.CompareAndSwap(true, false) }

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

// Taken are the tokens of tags at one moment.
type Taken struct {
	Tokens []Token
	// Strict says that they would not be the present ones any more if any process
	// had changed anything, or were about to.
	Strict bool
}

// ErrChanging says that tags have no tokens at this moment, as something of theirs
// is just being changed.
var ErrChanging = errors.New("it is being changed")

// Tier keeps entries, and the tokens of tags. It may lose either at any time; a
// tag that lost its token gets a new one. Safe for concurrent use.
type Tier interface {
	// Peek gives what this process keeps under a key, nil when there is nothing.
	Peek(key string) *Entry
	// Near is Get of what this process keeps itself.
	Near(ctx context.Context, key string) (e *Entry, current bool, err error)
	// Get gives the entry under a key and whether it is current; nil when there
	// is none. A strict one is current only while Strict. The tags are those that it
	// most likely has, which may save a trip.
	Get(ctx context.Context, key string, likely []string) (e *Entry, current bool, err error)
	// Set keeps an entry in the place of the one before.
	Set(ctx context.Context, key string, e *Entry) error
	// Tokens gives the present tokens of tags, in their order. A tag without one
	// gets one. ErrChanging and other errors say that nothing may be kept now.
	Tokens(ctx context.Context, tags []string) (Taken, error)
	// Announce tells other processes that the things of these tags are about to be
	// changed, by the event with that number (eventbus.ID). Bump tells the end. An
	// error says that strict answers elsewhere could be wrong: do not change them.
	Announce(ctx context.Context, event int64, tags []string) error
	// Bump gives each tag a new token. What was kept with the one before is not
	// current from the moment that Bump returns, nor is what is loaded now and
	// began before. The event is the one that was announced, here or elsewhere; 0
	// is none.
	Bump(ctx context.Context, event int64, tags []string) error
	// Strict tells whether strict answers may be kept, and served, at present.
	Strict() bool
	// Sweep looks at some entries after the cursor, 0 at first, and removes those
	// that are not current, or over at the instant given. The next cursor is 0
	// when it has come to the end.
	Sweep(ctx context.Context, cursor uint64, at time.Time) (s Swept, err error)
	// Usage tells what is kept in this process.
	Usage() Usage
	// Sum is where instances that share the tier add up what they count.
	counts.Pool
	// Shared tells how it is with what is kept outside.
	Shared() Shared
}

// Swept is what a Sweep has done.
type Swept struct {
	// Scanned counts the keys looked at, Removed the entries removed from memory,
	// Shared those from outside; Orphaned are those of the removed that were not
	// current, the others were over.
	Scanned, Removed, Shared, Orphaned int
	// Endless are keys of ours that would have stayed for ever.
	Endless int
	// Cursor is where to go on, 0 at the end.
	Cursor uint64
}

// Status is how it is with what is kept outside the process.
type Status string

// The values of Status.
const (
	Absent Status = "absent" // nothing is expected there
	Up     Status = "up"
	Down   Status = "down"
)

// Shared is how it is with what is kept outside the process.
type Shared struct {
	Status Status
	// Latency is how long an answer took a moment ago.
	Latency time.Duration
	Version string
	// LastError is why it was down last.
	LastError string
	// Breaker is closed while it is asked, else open or half-open.
	Breaker string
	// Used and Limit are the bytes of all that is there, of others too.
	Used, Limit int64
	// ByNamespace is what was found in a sample of so many keys.
	ByNamespace map[string]Use
	Sampled     int64
	// Garbage counts what was found in the place of answers.
	Garbage int64
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
