package recall_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"zomato/modules/orders/internal/recall"
	"zomato/modules/restaurants"
)

func TestRecall_gives_what_was_read_last(t *testing.T) {
	t.Parallel()
	m := recall.New()
	_, _, known := m.Recall(2, []int64{5})
	require.False(t, known, "nothing yet")
	m.Remember(restaurants.Restaurant{ID: 2, Version: 1}, []restaurants.MenuItem{{ID: 5, Price: 1}, {ID: 7}})
	m.Remember(restaurants.Restaurant{ID: 2, Version: 2}, []restaurants.MenuItem{{ID: 5, Price: 2}})
	r, items, known := m.Recall(2, []int64{7, 5})
	require.True(t, known)
	require.Equal(t, restaurants.Restaurant{ID: 2, Version: 2}, r)
	require.Equal(t, []restaurants.MenuItem{{ID: 7}, {ID: 5, Price: 2}}, items)
	_, _, known = m.Recall(2, []int64{5, 6})
	require.False(t, known, "an item that was never read")
	_, _, known = m.Recall(3, []int64{5})
	require.False(t, known, "a restaurant that was never read")
	m.Forget(2)
	_, _, known = m.Recall(2, []int64{5})
	require.False(t, known, "a restaurant that is gone")
}

func TestRecall_keeps_no_more_than_its_limit(t *testing.T) {
	t.Parallel()
	m := recall.New()
	for id := range int64(3 * 5_000) {
		m.Remember(restaurants.Restaurant{ID: id}, nil)
	}
	known := 0
	for id := range int64(3 * 5_000) {
		if _, _, is := m.Recall(id, nil); is {
			known++
		}
	}
	require.Less(t, known, 2*5_000)
}
