package stats_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"zomato/bench/internal/stats"
)

func TestSummarize(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		values []float64
		want   stats.Summary
	}{
		"nothing":      {nil, stats.Summary{}},
		"one":          {[]float64{3}, stats.Summary{Median: 3, Min: 3, Max: 3}},
		"an odd count": {[]float64{9, 1, 2}, stats.Summary{Median: 2, Min: 1, Max: 9}},
		"an even one":  {[]float64{4, 1, 2, 100}, stats.Summary{Median: 3, Min: 1, Max: 100}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, c.want, stats.Summarize(c.values))
		})
	}
}

func TestSummarize_leaves_the_order_of_the_rounds(t *testing.T) {
	t.Parallel()
	values := []float64{3, 1, 2}
	stats.Summarize(values)
	assert.Equal(t, []float64{3, 1, 2}, values)
}

func TestRatios_are_taken_round_by_round(t *testing.T) {
	t.Parallel()
	assert.Equal(t, []float64{0.5, 2}, stats.Ratios([]float64{1, 4}, []float64{2, 2}))
	assert.Equal(t, []float64{2}, stats.Ratios([]float64{1, 4, 9}, []float64{0, 2}), "a round without both is left out")
	assert.Empty(t, stats.Ratios(nil, []float64{1}))
}

func TestPercentile(t *testing.T) {
	t.Parallel()
	var hundred []time.Duration
	for i := range 100 {
		hundred = append(hundred, time.Duration(100-i))
	}
	assert.Equal(t, time.Duration(50), stats.Percentile(hundred, 0.50))
	assert.Equal(t, time.Duration(99), stats.Percentile(hundred, 0.99))
	assert.Equal(t, time.Duration(100), stats.Percentile(hundred, 1))
	assert.Equal(t, time.Duration(1), stats.Percentile(hundred, 0))
	assert.Zero(t, stats.Percentile(nil, 0.5))
	assert.Equal(t, time.Duration(7), stats.Percentile([]time.Duration{7}, 0.99))
}
