// Package core is the cache itself: which answer may be served, when one is
// loaded, and what is forgotten. It knows neither where answers are kept nor
// that they are HTTP (docs/adr/0021 tells why it is right).
//
// team: cache
package core

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"go.uber.org/zap"
	"golang.org/x/sync/semaphore"
	"golang.org/x/sync/singleflight"

	"zomato/modules/cache"
	"zomato/modules/cache/internal/counts"
)

// Limits of the cache (design: cache.md §3).
const (
	loadTimeout = 5 * time.Second
	loadsAtOnce = 64        // in a namespace
	largest     = 256 << 10 // bytes of an answer that is kept
	absentTTL   = 10 * time.Second
	renewAt     = 0.8 // of the TTL
	jitter      = 0.1 // of the TTL, more or less
	// An instance that has not heard of others for so long serves nothing, and
	// after the other time it has to forget everything.
	deaf = time.Second
	gap  = 5 * time.Minute
	// A change is made known 300 ms after its commit at the latest.
	checkDistance = 500 * time.Millisecond
)

// Options are what a Cache is made of.
type Options struct {
	Tier     Tier
	Policies []cache.Policy
	Popular  []cache.Popular
	// TTLs by namespace, in the place of those of the policies. Those of settled
	// answers have the namespace with "_settled" behind it.
	TTLs map[string]time.Duration
	// Alone says that no other instance changes what this one shows. Else nothing
	// is served while it is not heard what they have changed.
	Alone bool
	// CheckEvery is of how many hits one is compared with its source; 0: none.
	CheckEvery uint32
	// Now tells the time.
	Now func() time.Time
	Log *zap.Logger
}

// Cache keeps answers. Create it with New. Safe for concurrent use.
type Cache struct {
	Options

	base       context.Context       //nolint:containedctx // that of all loads
	routes     map[string]*Route     // by operation
	namespaces map[string]*Namespace // by name
	effects    map[string]*effect    // by event
	flights    singleflight.Group
	hits       atomic.Uint32 // to choose those that are checked
	live       atomic.Pointer[cache.Live]
	heard      atomic.Int64 // of other instances, at last; nanoseconds
	stopped    atomic.Bool
	background background
	windows    counts.Windows
	sums       counts.Sums
	jobs       jobs
}

// New makes a cache. It refuses policies that cannot be right. Answers are loaded
// on contexts that come from ctx: they outlive the requests that cause them.
func New(ctx context.Context, o Options) (*Cache, error) {
	c := &Cache{
		Options: o, base: ctx, routes: map[string]*Route{}, namespaces: map[string]*Namespace{}, effects: map[string]*effect{},
	}
	var errs []error
	kinds := map[string]*cache.Kind{}
	for _, p := range o.Policies {
		err := c.add(p)
		for _, kind := range p.Kinds() {
			if known, ok := kinds[kind.Name()]; ok && known != kind {
				err = errors.Join(err, fmt.Errorf("two kinds of tags are called %q: rename one", kind.Name()))
			}
			kinds[kind.Name()] = kind
		}
		errs = append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, fmt.Errorf("the policies of the cache: %w", err)
	}
	for _, route := range c.routes {
		c.heed(route)
	}
	c.background.init(ctx)
	return c, nil
}

// add takes a policy.
func (c *Cache) add(p cache.Policy) error {
	switch {
	case p.Operation == "" || p.Namespace == "":
		return fmt.Errorf("operation %q, namespace %q: a policy has both", p.Operation, p.Namespace)
	case c.routes[p.Operation] != nil:
		return fmt.Errorf("%s has two policies: leave one out", p.Operation)
	case p.TTL <= 0 || p.Settled != nil && p.Settled.TTL <= 0:
		return fmt.Errorf("%s has no TTL", p.Operation)
	case len(p.Tags) == 0:
		return fmt.Errorf("%s has no tags: nothing could end its answers", p.Operation)
	}
	if ttl, ok := c.TTLs[p.Namespace]; ok {
		p.TTL = ttl
	}
	if p.Settled != nil {
		settled := *p.Settled
		if ttl, ok := c.TTLs[settledName(p.Namespace)]; ok {
			settled.TTL = ttl
		}
		p.Settled = &settled
	}
	ns := c.namespaces[p.Namespace]
	if ns == nil {
		ns = &Namespace{name: p.Namespace, loading: semaphore.NewWeighted(loadsAtOnce)}
		c.namespaces[p.Namespace] = ns
	}
	route := newRoute(c, ns, p)
	c.routes[p.Operation] = route
	ns.routes = append(ns.routes, route)
	slices.SortFunc(ns.routes, func(a, b *Route) int { return cmp.Compare(a.Operation, b.Operation) })
	return nil
}

// settledName is under which name the TTL of a namespace's settled answers is set.
func settledName(namespace string) string { return namespace + "_settled" }

// Route gives how the answers of an operation are kept, nil without a policy.
func (c *Cache) Route(operation string) *Route { return c.routes[operation] }

// Namespaces gives all of them, by name.
func (c *Cache) Namespaces() []*Namespace {
	out := make([]*Namespace, 0, len(c.namespaces))
	for _, ns := range c.namespaces {
		out = append(out, ns)
	}
	slices.SortFunc(out, func(a, b *Namespace) int { return cmp.Compare(a.name, b.name) })
	return out
}

// Namespace gives the one with that name, nil when there is none.
func (c *Cache) Namespace(name string) *Namespace { return c.namespaces[name] }

// Clear forgets all answers of a namespace.
func (c *Cache) Clear(ctx context.Context, ns *Namespace) error {
	if err := c.Tier.Bump(ctx, 0, []string{namespaceTag(ns.name)}); err != nil {
		return fmt.Errorf("clear %s: %w", ns.name, err)
	}
	ns.Invalidations.Add(1)
	return nil
}

// namespaceTag is the tag that every answer of a namespace has.
func namespaceTag(name string) string { return "namespace:" + name }

// Fingerprint tells apart policies that end different answers for one event.
func Fingerprint(policies []cache.Policy) string {
	var lines []string
	for _, p := range policies {
		for _, kind := range p.Kinds() {
			for _, change := range kind.Changes() {
				lines = append(lines, p.Operation+" "+kind.Name()+" "+change.Event())
			}
		}
	}
	slices.Sort(lines)
	sum := sha256.Sum256([]byte(strings.Join(slices.Compact(lines), "\n")))
	return hex.EncodeToString(sum[:6])
}

// NamespaceTags are the tags with which all answers of these policies end.
func NamespaceTags(policies []cache.Policy) []string {
	var tags []string
	for _, p := range policies {
		tags = append(tags, namespaceTag(p.Namespace))
	}
	slices.Sort(tags)
	return slices.Compact(tags)
}
