package byid_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"zomato/platform/byid"
)

func TestInOrder_gives_what_was_asked_for_each_once(t *testing.T) {
	t.Parallel()
	self := func(id int64) int64 { return id }
	require.Equal(t, []int64{3, 1}, byid.InOrder([]int64{3, 9, 1, 3}, []int64{1, 2, 3}, self))
	require.Equal(t, []int64{}, byid.InOrder(nil, []int64{1}, self))
	require.Equal(t, []int64{}, byid.InOrder([]int64{1}, nil, self))
}
