package load_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"zomato/bench/internal/load"
)

func choices(seed uint64, n, times int) []int {
	z := load.NewZipf(rand.New(rand.NewPCG(seed, seed)), n)
	out := make([]int, times)
	for i := range out {
		out[i] = z.Next()
	}
	return out
}

func TestZipf_chooses_what_is_k_th_a_k_th_as_often(t *testing.T) {
	t.Parallel()
	const n, times = 100, 100_000
	counted := make([]int, n)
	for _, chosen := range choices(1, n, times) {
		counted[chosen]++
	}
	slices.Sort(counted)
	slices.Reverse(counted)
	harmonic := 0.0
	for k := 1; k <= n; k++ {
		harmonic += 1 / float64(k)
	}
	for _, k := range []int{1, 2, 4, 10} {
		assert.InEpsilon(t, times/harmonic/float64(k), counted[k-1], 0.1, "the most popular but %d", k-1)
	}
	require.Positive(t, counted[n-1], "each is chosen at times")
}

func TestZipf_chooses_the_same_for_the_same_seed(t *testing.T) {
	t.Parallel()
	first := choices(1, 50, 1000)
	assert.Equal(t, first, choices(1, 50, 1000))
	assert.NotEqual(t, first, choices(2, 50, 1000))
	assert.Equal(t, []int{0, 0, 0}, choices(1, 1, 3))
}
