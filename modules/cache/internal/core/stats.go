package core

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"
)

// Namespace is a group of routes with their counts.
type Namespace struct {
	Counts

	name    string
	routes  []*Route
	loading *semaphore.Weighted
}

// Counts are what has happened since the start.
type Counts struct {
	// Hits, Misses, Stale and Bypasses are answers sent, by where they come from.
	Hits, Misses, Stale, Bypasses atomic.Int64
	// AbsentHits are those of the hits that said that there is no such record.
	AbsentHits atomic.Int64
	// Loads are those that succeeded, LoadTime the nanoseconds that they took.
	Loads, LoadTime atomic.Int64
	// LastLoad is how many nanoseconds the last of them took.
	LastLoad atomic.Int64
	// Coalesced are requests that waited for the load of another one.
	Coalesced atomic.Int64
	// Sets are answers that were kept, Refused those that something had changed
	// of while they were loaded, TooLarge those that are not worth it.
	Sets, Refused, TooLarge atomic.Int64
	// Invalidations are events that changed something, and clearings.
	Invalidations atomic.Int64
	// Errors are failures of loads and of what keeps the answers.
	Errors atomic.Int64
	// Checked are hits that were compared with their source, Inconsistent those
	// that were wrong.
	Checked, Inconsistent atomic.Int64
	// TimeSaved is in nanoseconds: what the hits would have taken to load.
	TimeSaved atomic.Int64
	// HitTime and MissTime are how long answers took, in the server.
	HitTime, MissTime histogram
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
	n.LastLoad.Store(int64(took))
}

// Served counts an answer that was sent, and how long it took.
func (r *Route) Served(state State, took time.Duration) {
	switch state {
	case Hit:
		r.space.Hits.Add(1)
		r.space.HitTime.add(took)
		if loads := r.space.Loads.Load(); loads > 0 {
			r.space.TimeSaved.Add(max(0, r.space.LoadTime.Load()/loads-int64(took)))
		}
	case Miss:
		r.space.Misses.Add(1)
		r.space.MissTime.add(took)
	case Stale:
		r.space.Stale.Add(1)
	case Bypass:
		r.space.Bypasses.Add(1)
	}
}

// histogram counts durations in buckets, each a quarter of an octave wide.
type histogram struct{ buckets [bucketCount]atomic.Int64 }

const (
	bucketCount = 96
	perOctave   = 4
	smallest    = time.Microsecond
)

// bucket gives the place of a duration: the highest bit, and the two after it.
func bucket(took time.Duration) int {
	n, place := uint64(max(took/smallest, 1)), 0
	for ; n >= 2*perOctave; n >>= 1 {
		place += perOctave
	}
	return min(place+int(n), bucketCount-1)
}

// bound is the least duration beyond a bucket.
func bound(place int) time.Duration {
	if place < perOctave {
		return time.Duration(place+1) * smallest
	}
	octave, quarter := place/perOctave-1, place%perOctave
	return time.Duration(perOctave+quarter+1) * smallest << octave
}

func (h *histogram) add(took time.Duration) { h.buckets[bucket(took)].Add(1) }

// quantileOf gives the bound of the bucket in which a quantile lies; 0 of none.
func quantileOf(counts []int64, q float64) time.Duration {
	var all, below int64
	for _, n := range counts {
		all += n
	}
	for i, n := range counts {
		if below += n; all > 0 && float64(below) >= q*float64(all) {
			return bound(i)
		}
	}
	return 0
}

// Latency are two quantiles.
type Latency struct{ P50, P95 time.Duration }

// latencyOf adds up a histogram over namespaces.
func (c *Cache) latencyOf(of func(*Counts) *histogram) Latency {
	counts := make([]int64, bucketCount)
	for _, ns := range c.namespaces {
		h := of(&ns.Counts)
		for i := range counts {
			counts[i] += h.buckets[i].Load()
		}
	}
	return Latency{quantileOf(counts, 0.5), quantileOf(counts, 0.95)}
}

// HitLatency is how long hits took to be answered, since the start.
func (c *Cache) HitLatency() Latency {
	return c.latencyOf(func(n *Counts) *histogram { return &n.HitTime })
}

// MissLatency is the same of misses.
func (c *Cache) MissLatency() Latency {
	return c.latencyOf(func(n *Counts) *histogram { return &n.MissTime })
}

// windowStep is how often the counts are noted, windowMarks how many notes are
// kept: a quarter of an hour.
const (
	windowStep  = 10 * time.Second
	windowMarks = 90
)

// windows remembers how the counts were a while ago.
type windows struct {
	mu    sync.Mutex
	marks []Ratio // the newest last
}

// Ratio counts hits and misses.
type Ratio struct{ Hits, Misses int64 }

// total is what there was since the start.
func (c *Cache) total() Ratio {
	var r Ratio
	for _, ns := range c.namespaces {
		r.Hits += ns.Hits.Load()
		r.Misses += ns.Misses.Load()
	}
	return r
}

// note remembers the counts of this moment.
func (c *Cache) note() {
	w, now := &c.windows, c.total()
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.marks = append(w.marks, now); len(w.marks) > windowMarks {
		w.marks = w.marks[1:]
	}
}

// Window tells what there was in the last so many minutes, to ten seconds.
func (c *Cache) Window(minutes int) Ratio {
	w, now := &c.windows, c.total()
	w.mu.Lock()
	defer w.mu.Unlock()
	back := int(time.Duration(minutes) * time.Minute / windowStep)
	if len(w.marks) < back {
		return now
	}
	then := w.marks[len(w.marks)-back]
	return Ratio{now.Hits - then.Hits, now.Misses - then.Misses}
}
