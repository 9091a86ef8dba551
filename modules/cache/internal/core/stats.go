package core

import (
	"context"
	"errors"
	"slices"
	"time"

	"go.uber.org/zap"
	"golang.org/x/sync/semaphore"

	"zomato/modules/cache/internal/counts"
)

// Namespace is a group of routes with their counts.
type Namespace struct {
	counts.Counts

	name    string
	routes  []*Route
	loading *semaphore.Weighted
}

// Name is the word under which operators see and clear it.
func (n *Namespace) Name() string { return n.name }

// Class is that of the namespace's routes; where they differ, of the one that is
// kept for the shortest time.
func (n *Namespace) Class() string { return string(n.shortest().Class) }

// TTL is the shortest of its routes.
func (n *Namespace) TTL() time.Duration { return n.shortest().TTL }

func (n *Namespace) shortest() *Route {
	return slices.MinFunc(n.routes, func(a, b *Route) int { return int(a.TTL - b.TTL) })
}

// Routes are those of the namespace, by operation.
func (n *Namespace) Routes() []*Route { return n.routes }

// loaded counts a load.
func (n *Namespace) loaded(took time.Duration) {
	n.Loads.Add(1)
	n.LoadTime.Add(int64(took))
}

// Served counts an answer that was sent, and how long it took.
func (r *Route) Served(state State, took time.Duration) {
	switch state {
	case Hit, hitOutside:
		if state == Hit {
			r.space.MemoryHits.Add(1)
		} else {
			r.space.OutsideHits.Add(1)
		}
		r.space.TookHit(took)
		if loads := r.space.Loads.Load(); loads > 0 {
			r.space.TimeSaved.Add(max(0, r.space.LoadTime.Load()/loads-int64(took)))
		}
	case Miss:
		r.space.Misses.Add(1)
		r.space.TookMiss(took)
	case Stale:
		r.space.Stale.Add(1)
	case Bypass:
		r.space.Bypasses.Add(1)
	}
}

// own are the counts of this instance.
func (c *Cache) own() counts.Set {
	set := counts.Set{}
	for name, ns := range c.namespaces {
		set[name] = ns.Now()
	}
	return set
}

// Counts gives those of all instances and when they were added up, where the tier
// is shared; else all is false, and they are those of this instance. Its own are
// always those of this moment.
func (c *Cache) Counts() (set counts.Set, asOf time.Time, all bool) {
	return c.sums.With(c.own(), c.Now())
}

// Share adds the counts up with those of other instances now, as is done once a
// second from Start to Stop.
func (c *Cache) Share(ctx context.Context) {
	err := c.sums.Exchange(ctx, c.Tier, c.own, c.Now)
	if err != nil && !errors.Is(err, counts.ErrAlone) {
		c.Log.Debug("the counts could not be added up", zap.Error(err))
	}
}

// ratio is that of this instance, since its start.
func (c *Cache) ratio() counts.Ratio { return c.own().Total().Ratio() }

// Window tells what this instance was asked in the last so many minutes.
func (c *Cache) Window(minutes int) counts.Ratio { return c.windows.Last(minutes, c.ratio()) }
