package core_test

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"zomato/modules/restaurants/internal/core"
)

func TestRating_is_the_mean_in_hundredths(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		rating     core.Rating
		hundredths int64
		stars      float64
	}{
		{core.Rating{}, 0, 0},
		{core.Rating{Sum: 5, Count: 1}, 500, 5},
		{core.Rating{Sum: 11, Count: 3}, 367, 3.67},
		{core.Rating{Sum: 10, Count: 3}, 333, 3.33},
		{core.Rating{Sum: 33, Count: 8}, 413, 4.13}, // 4.125: halves upwards
		{core.Rating{Sum: 8, Count: 7}, 114, 1.14},
	} {
		require.Equal(t, c.hundredths, c.rating.Hundredths(), "%+v", c.rating)
		require.InDelta(t, c.stars, core.Stars(c.hundredths), 0)
	}
}

func TestRating_rounds_as_exact_arithmetic_does(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		count := rapid.Int64Range(1, 1_000_000_000).Draw(t, "count")
		sum := rapid.Int64Range(count, 5*count).Draw(t, "sum")
		exact := new(big.Rat).SetFrac64(100*sum, count)
		want := exact.FloatString(0) // halves away from zero
		require.Equal(t, want, big.NewInt(core.Rating{Sum: sum, Count: count}.Hundredths()).String())
	})
}

func TestStoredRating_shows_reviews_and_imported_ratings_together(t *testing.T) {
	t.Parallel()
	r := core.StoredRating{Reviews: core.Rating{Sum: 5, Count: 1}, Imported: core.Rating{Sum: 6, Count: 2}}
	require.Equal(t, core.Rating{Sum: 11, Count: 3}, r.Shown())
}
