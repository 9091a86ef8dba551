package counts

import "time"

// Durations are counted in buckets, each a quarter of an octave wide.
const (
	buckets   = 96
	perOctave = 4
	smallest  = time.Microsecond
)

// bucket gives the place of a duration: the highest bit, and the two after it.
func bucket(took time.Duration) int {
	n, place := uint64(max(took/smallest, 1)), 0
	for ; n >= 2*perOctave; n >>= 1 {
		place += perOctave
	}
	return min(place+int(n), buckets-1)
}

// bound is the least duration beyond a bucket.
func bound(place int) time.Duration {
	if place < perOctave {
		return time.Duration(place+1) * smallest
	}
	octave, quarter := place/perOctave-1, place%perOctave
	return time.Duration(perOctave+quarter+1) * smallest << octave
}

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

// HitLatency is how long hits took to be answered.
func (v *Values) HitLatency() Latency {
	return Latency{quantileOf(v.HitTime[:], 0.5), quantileOf(v.HitTime[:], 0.95)}
}

// MissLatency is the same of misses.
func (v *Values) MissLatency() Latency {
	return Latency{quantileOf(v.MissTime[:], 0.5), quantileOf(v.MissTime[:], 0.95)}
}
