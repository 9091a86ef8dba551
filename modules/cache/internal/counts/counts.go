// Package counts counts what happens in a cache, and adds it up with what happens
// in the other instances of the service. It knows neither of them.
//
// team: cache
package counts

import (
	"maps"
	"strconv"
	"sync/atomic"
	"time"
)

// Of are all counts of a namespace, as numbers of one kind or another. What each
// gives grows, and never shrinks.
type Of[T any] struct {
	// These are answers sent, by where they come from: of the hits, MemoryHits were
	// in memory and OutsideHits outside of the process.
	MemoryHits, OutsideHits, Misses, Stale, Bypasses T
	// AbsentHits are those of the hits that said that there is no such record.
	AbsentHits T
	// Loads are those that succeeded, LoadTime the nanoseconds that they took.
	Loads, LoadTime T
	// Coalesced are requests that waited for the load of another one.
	Coalesced T
	// Sets are answers that were kept, Refused those that something had changed
	// of while they were loaded, TooLarge those that are not worth it.
	Sets, Refused, TooLarge T
	// Invalidations are events that changed something, and clearings.
	Invalidations T
	// Errors are failures of loads and of what keeps the answers.
	Errors T
	// Checked are hits that were compared with their source, Inconsistent those
	// that were wrong.
	Checked, Inconsistent T
	// TimeSaved is in nanoseconds: what the hits would have taken to load.
	TimeSaved T
	// HitTime and MissTime are how long answers took, in the server.
	HitTime, MissTime [buckets]T
}

// label is by what instances of other versions know a count: a name, and which of
// several it is.
type label struct {
	name  string
	place int // -1: there is one
}

// String is how it is written in a pool.
func (l label) String() string {
	if l.place < 0 {
		return l.name
	}
	return l.name + "." + strconv.Itoa(l.place)
}

// each visits all of them, always in one order.
func (o *Of[T]) each(visit func(l label, at *T)) {
	for _, one := range [...]struct {
		name string
		at   *T
	}{
		{"memory_hits", &o.MemoryHits},
		{"outside_hits", &o.OutsideHits},
		{"misses", &o.Misses},
		{"stale", &o.Stale},
		{"bypasses", &o.Bypasses},
		{"absent_hits", &o.AbsentHits},
		{"loads", &o.Loads},
		{"load_time", &o.LoadTime},
		{"coalesced", &o.Coalesced},
		{"sets", &o.Sets},
		{"refused", &o.Refused},
		{"too_large", &o.TooLarge},
		{"invalidations", &o.Invalidations},
		{"errors", &o.Errors},
		{"checked", &o.Checked},
		{"inconsistent", &o.Inconsistent},
		{"time_saved", &o.TimeSaved},
	} {
		visit(label{one.name, -1}, one.at)
	}
	for i := range buckets {
		visit(label{"hit_time", i}, &o.HitTime[i])
		visit(label{"miss_time", i}, &o.MissTime[i])
	}
}

// all gives all of them in the order of each.
func (o *Of[T]) all() (all []*T) {
	o.each(func(_ label, at *T) { all = append(all, at) })
	return all
}

// Counts are what has happened since the start. Safe for concurrent use.
type Counts struct{ Of[atomic.Int64] }

// TookHit notes how long a hit took.
func (c *Counts) TookHit(took time.Duration) { c.HitTime[bucket(took)].Add(1) }

// TookMiss notes how long a miss took.
func (c *Counts) TookMiss(took time.Duration) { c.MissTime[bucket(took)].Add(1) }

// Now gives the counts of this moment.
func (c *Counts) Now() *Values {
	v := &Values{}
	from, to := c.all(), v.all()
	for i := range to {
		*to[i] = from[i].Load()
	}
	return v
}

// Values are counts of one moment.
type Values struct{ Of[int64] }

// Hits are all of them.
func (v *Values) Hits() int64 { return v.MemoryHits + v.OutsideHits }

// Named gives those that are not 0, by name.
func (v *Values) Named() map[string]int64 {
	named := map[string]int64{}
	v.each(func(l label, at *int64) {
		if *at != 0 {
			named[l.String()] = *at
		}
	})
	return named
}

// FromNamed reads what Named gave. What this version does not count is left out.
func FromNamed(named map[string]int64) *Values {
	v := &Values{}
	v.each(func(l label, at *int64) { *at = named[l.String()] })
	return v
}

// Plus gives a sum.
func (v *Values) Plus(w *Values) *Values { return v.plus(1, w) }

// plus gives a sum, with the factor -1 a difference.
func (v *Values) plus(factor int64, w *Values) *Values {
	sum := &Values{}
	to, a, b := sum.all(), v.all(), w.all()
	for i := range to {
		*to[i] = *a[i] + factor**b[i]
	}
	return sum
}

// Set are the counts of namespaces. It is never changed once made.
type Set map[string]*Values

// Of gives the counts of a namespace.
func (s Set) Of(namespace string) *Values {
	if v := s[namespace]; v != nil {
		return v
	}
	return &Values{}
}

// Total adds the namespaces up.
func (s Set) Total() *Values {
	total := &Values{}
	for _, v := range s {
		total = total.Plus(v)
	}
	return total
}

// plus adds another one, with the factor -1 takes it away.
func (s Set) plus(factor int64, t Set) Set {
	sum := maps.Clone(s)
	if sum == nil {
		sum = Set{}
	}
	for name, v := range t {
		sum[name] = s.Of(name).plus(factor, v)
	}
	return sum
}
