package load

import (
	"math/rand/v2"
	"sort"
)

// Zipf chooses as people do: the k-th of n most popular things 1/k times as often
// as the first. (rand.Zipf wants an exponent above 1.) It always chooses the same
// for the same source. Not for use by several at once.
type Zipf struct {
	random *rand.Rand
	order  []int     // which one is how popular: not the one with the first id
	until  []float64 // sum of the weights up to each
}

// NewZipf makes one that chooses among n, at least 1, things.
func NewZipf(random *rand.Rand, n int) *Zipf {
	z := &Zipf{random: random, order: random.Perm(n), until: make([]float64, n)}
	sum := 0.0
	for k := range n {
		sum += 1 / float64(k+1)
		z.until[k] = sum
	}
	return z
}

// Next chooses one: 0 to n-1.
func (z *Zipf) Next() int {
	at := z.random.Float64() * z.until[len(z.until)-1]
	return z.order[min(sort.SearchFloat64s(z.until, at), len(z.order)-1)]
}
