// Package stats sums up what several rounds have measured.
//
// team: platform
package stats

import (
	"slices"
	"time"
)

// Summary is what is told of several values: the middle one, which a disturbed
// round cannot move far, and the smallest and the largest, which show how far the
// middle one can be believed.
type Summary struct{ Median, Min, Max float64 }

// Summarize gives the zero Summary for no values. The values are not changed.
func Summarize(values []float64) Summary {
	if len(values) == 0 {
		return Summary{}
	}
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	median := sorted[middle]
	if len(sorted)%2 == 0 {
		median = (sorted[middle-1] + sorted[middle]) / 2
	}
	return Summary{Median: median, Min: sorted[0], Max: sorted[len(sorted)-1]}
}

// Ratios divides round by round, since what disturbs a round disturbs both. A
// round in which one of them has no value, or the divisor is 0, is left out.
func Ratios(values, divisors []float64) []float64 {
	var out []float64
	for i := range min(len(values), len(divisors)) {
		if divisors[i] != 0 {
			out = append(out, values[i]/divisors[i])
		}
	}
	return out
}

// Percentile gives the smallest of the durations that at least this share (0 to
// 1) of them does not exceed, and 0 for none.
func Percentile(durations []time.Duration, share float64) time.Duration {
	if len(durations) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(durations))
	for i, d := range sorted {
		if float64(i+1) >= share*float64(len(sorted)) {
			return d
		}
	}
	return sorted[len(sorted)-1]
}
