package paging_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"zomato/platform/fault"
	"zomato/platform/paging"
)

func self(id int64) int64 { return id }

func TestPages_follow_one_another_without_gap_or_repetition(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		length, limit := rapid.Int64Range(0, 40).Draw(t, "length"), rapid.IntRange(1, 10).Draw(t, "limit")
		q, seen := paging.Query{Limit: limit}, []int64(nil)
		for {
			window, err := paging.WindowOf(q)
			require.NoError(t, err)
			var read []int64 // as a store would, one more than asked for
			for id := window.After + 1; id <= length && len(read) <= window.Limit; id++ {
				read = append(read, id)
			}
			page := paging.CutByID(read, window.Limit, self)
			require.LessOrEqual(t, len(page.Items), limit)
			seen = append(seen, page.Items...)
			if q.After = page.Next; q.After == "" {
				break
			}
		}
		require.Len(t, seen, int(length))
		for i, id := range seen {
			require.EqualValues(t, i+1, id)
		}
	})
}

func TestA_cursor_of_another_list_is_refused(t *testing.T) {
	t.Parallel()
	type other struct {
		ID string `json:"i"`
	}
	foreign := paging.Cut([]int{1, 2}, 1, func(int) other { return other{"x"} }).Next
	for _, cursor := range []string{foreign, "%%%", "bm90IGpzb24"} {
		_, err := paging.WindowOf(paging.Query{Limit: 1, After: cursor})
		f, ok := fault.As(err)
		require.True(t, ok, cursor)
		require.Equal(t, fault.Invalid, f.Kind)
		require.Equal(t, "query/cursor", f.Fields[0].Pointer)
	}
}

func TestCounted_counts_only_when_asked(t *testing.T) {
	t.Parallel()
	page := paging.Page[int64]{Items: []int64{1}}
	plain, err := paging.Counted(page, paging.Query{}, func() (int64, error) { return 0, errors.New("not asked") })
	require.NoError(t, err)
	require.Nil(t, plain.Total)
	counted, err := paging.Counted(page, paging.Query{Count: true}, func() (int64, error) { return 7, nil })
	require.NoError(t, err)
	require.EqualValues(t, 7, *counted.Total)
	_, err = paging.Counted(page, paging.Query{Count: true}, func() (int64, error) { return 0, errors.New("broken") })
	require.ErrorContains(t, err, "broken")
}

func TestConvert_keeps_what_a_page_is(t *testing.T) {
	t.Parallel()
	total := int64(9)
	page := paging.Convert(paging.Page[int64]{Items: []int64{1, 2}, Next: "n", Total: &total}, func(i int64) string { return string(rune('a' + i)) })
	require.Equal(t, paging.Page[string]{Items: []string{"b", "c"}, Next: "n", Total: &total}, page)
}
