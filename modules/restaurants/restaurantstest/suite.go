package restaurantstest

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"zomato/modules/restaurants"
	"zomato/platform/fault"
)

// Subject is an implementation of the contract that knows no restaurant yet.
type Subject struct {
	Service restaurants.Service
	// Seed makes the subject know a restaurant of that name and gives it.
	Seed func(t *testing.T, name string) restaurants.Restaurant
	// SeedItem makes the subject know this item, of a restaurant that it knows,
	// and gives it with an id of its own.
	SeedItem func(t *testing.T, item restaurants.MenuItem) restaurants.MenuItem
}

// unknown is an id that no subject has given to a restaurant.
const unknown = 999_999_999

// RunSuite holds an implementation against the contract. The function gives a
// new subject to each part.
func RunSuite(t *testing.T, start func(t *testing.T) Subject) {
	t.Helper()
	t.Run("Get", func(t *testing.T) { t.Parallel(); suiteGet(t, start(t)) })
	t.Run("ByIDs", func(t *testing.T) { t.Parallel(); suiteByIDs(t, start(t)) })
	t.Run("Items", func(t *testing.T) { t.Parallel(); suiteItems(t, start(t)) })
	t.Run("Substitutes", func(t *testing.T) { t.Parallel(); suiteSubstitutes(t, start(t)) })
	t.Run("TakeStock and ReturnStock", func(t *testing.T) { t.Parallel(); suiteStock(t, start(t)) })
	t.Run("TakeStock refuses what has changed", func(t *testing.T) { t.Parallel(); suiteStockRefuses(t, start(t)) })
	t.Run("Rate", func(t *testing.T) { t.Parallel(); suiteRate(t, start(t)) })
	t.Run("Rate refuses what no reviews could have led to", func(t *testing.T) {
		t.Parallel()
		suiteRateRefuses(t, start(t))
	})
}

func suiteGet(t *testing.T, s Subject) {
	t.Helper()
	made := s.Seed(t, "Spice Route")
	got, err := s.Service.Get(t.Context(), made.ID)
	require.NoError(t, err)
	assert.Equal(t, made, got)
	assert.Equal(t, "Spice Route", got.Name)

	_, err = s.Service.Get(t.Context(), unknown)
	requireNotFound(t, err)
}

func suiteByIDs(t *testing.T, s Subject) {
	t.Helper()
	a, b, c := s.Seed(t, "A"), s.Seed(t, "B"), s.Seed(t, "C")
	got, err := s.Service.ByIDs(t.Context(), []int64{c.ID, unknown, a.ID, c.ID})
	require.NoError(t, err)
	assert.Equal(t, []restaurants.Restaurant{c, a}, got, "in the order asked for, each once, not %d", b.ID)

	for _, ids := range [][]int64{nil, {unknown}} {
		got, err = s.Service.ByIDs(t.Context(), ids)
		require.NoError(t, err)
		assert.Empty(t, got)
		assert.NotNil(t, got, "an empty list is shown as [], not as null")
	}
}

func suiteRate(t *testing.T, s Subject) {
	t.Helper()
	rated, other := s.Seed(t, "Rated"), s.Seed(t, "Other")
	for _, step := range []struct {
		change restaurants.RatingChange
		rating float64
		count  int64
	}{
		{restaurants.RatingChange{Stars: 5, Count: 1}, 5, 1},
		{restaurants.RatingChange{Stars: 2, Count: 1}, 3.5, 2},
		{restaurants.RatingChange{Stars: 4, Count: 1}, 3.67, 3}, // 11/3
		{restaurants.RatingChange{Stars: -1}, 3.33, 3},          // an edited review
		{restaurants.RatingChange{Stars: -5, Count: -1}, 2.5, 2},
		{restaurants.RatingChange{Stars: -5, Count: -2}, 0, 0},
	} {
		require.NoError(t, s.Service.Rate(t.Context(), rated.ID, step.change))
		got, err := s.Service.Get(t.Context(), rated.ID)
		require.NoError(t, err)
		want := rated // all else stays, the version too
		want.Rating, want.RatingCount = step.rating, step.count
		assert.Equal(t, want, got)
	}
	got, err := s.Service.Get(t.Context(), other.ID)
	require.NoError(t, err)
	assert.Equal(t, other, got)

	requireNotFound(t, s.Service.Rate(t.Context(), unknown, restaurants.RatingChange{Stars: 5, Count: 1}))
}

func suiteRateRefuses(t *testing.T, s Subject) {
	t.Helper()
	made := s.Seed(t, "Rated")
	require.NoError(t, s.Service.Rate(t.Context(), made.ID, restaurants.RatingChange{Stars: 4, Count: 1}))
	for _, change := range []restaurants.RatingChange{
		{Stars: 7, Count: 1}, {Stars: -3, Count: 1}, {Stars: 2}, {Stars: -4}, {Stars: 1, Count: -1}, {Stars: -9, Count: -2},
	} {
		require.Error(t, s.Service.Rate(t.Context(), made.ID, change), "%+v", change)
	}
	got, err := s.Service.Get(t.Context(), made.ID)
	require.NoError(t, err)
	assert.Equal(t, int64(1), got.RatingCount)
	assert.InDelta(t, 4.0, got.Rating, 0)
}

func requireNotFound(t *testing.T, err error) {
	t.Helper()
	f, ok := fault.As(err)
	require.True(t, ok, "%v", err)
	require.Equal(t, fault.NotFound, f.Kind)
	require.Equal(t, restaurants.CodeNotFound, f.Code)
}
