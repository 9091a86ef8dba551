package sqlstore_test

import (
	"cmp"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"zomato/modules/customers"
	"zomato/modules/restaurants"
	"zomato/modules/reviews"
	"zomato/modules/reviews/internal/core"
	"zomato/platform/fault"
	"zomato/platform/paging"
)

// sorts are all orders of a list, and how two reviews compare in them.
func sorts() map[core.Sort]func(a, b reviews.Review) int {
	byTime := func(a, b reviews.Review) int {
		return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.ID, b.ID))
	}
	byRating := func(a, b reviews.Review) int { return cmp.Or(cmp.Compare(a.Rating, b.Rating), byTime(a, b)) }
	return map[core.Sort]func(a, b reviews.Review) int{
		core.ByOldest: byTime, core.ByNewest: func(a, b reviews.Review) int { return byTime(b, a) },
		core.ByLowest: byRating, core.ByHighest: func(a, b reviews.Review) int { return byRating(b, a) },
	}
}

// filters are all filters of a restaurant's list, alone and together, and
// which reviews they let through.
func filters() map[string]struct {
	filter core.Filter
	passes func(r reviews.Review) bool
} {
	type row = struct {
		filter core.Filter
		passes func(r reviews.Review) bool
	}
	return map[string]row{
		"all":             {core.Filter{}, func(reviews.Review) bool { return true }},
		"rating":          {core.Filter{Rating: new(4)}, func(r reviews.Review) bool { return r.Rating == 4 }},
		"min rating":      {core.Filter{MinRating: new(3)}, func(r reviews.Review) bool { return r.Rating >= 3 }},
		"sentiment":       {core.Filter{Sentiment: reviews.Negative}, func(r reviews.Review) bool { return r.Sentiment == reviews.Negative }},
		"rating, mood":    {core.Filter{Rating: new(4), Sentiment: reviews.Positive}, func(r reviews.Review) bool { return r.Rating == 4 && r.Sentiment == reviews.Positive }},
		"both ratings":    {core.Filter{Rating: new(4), MinRating: new(3)}, func(r reviews.Review) bool { return r.Rating == 4 }},
		"no such ratings": {core.Filter{Rating: new(2), MinRating: new(3)}, func(reviews.Review) bool { return false }},
		"everything": {core.Filter{Rating: new(4), MinRating: new(4), Sentiment: reviews.Neutral}, func(r reviews.Review) bool {
			return r.Rating == 4 && r.Sentiment == reviews.Neutral
		}},
		"min rating, mood": {core.Filter{MinRating: new(4), Sentiment: reviews.Negative}, func(r reviews.Review) bool {
			return r.Rating >= 4 && r.Sentiment == reviews.Negative
		}},
	}
}

// follow reads a list page by page.
func follow(t *testing.T, total int, read func(q paging.Query) (paging.Page[reviews.Review], error)) []reviews.Review {
	t.Helper()
	out := []reviews.Review{}
	for q := (paging.Query{Limit: 2, Count: true}); ; {
		page, err := read(q)
		require.NoError(t, err)
		require.EqualValues(t, total, *page.Total)
		out = append(out, page.Items...)
		require.LessOrEqual(t, len(out), total, "a page that begins where it ended would go on for ever")
		if page.Next == "" {
			return out
		}
		require.Len(t, page.Items, 2)
		q.After = page.Next
	}
}

// collection writes reviews of three customers at restaurant 2, of which many
// have the same rating, and many are of the same moment; and others that must
// not be in its lists.
func collection(t *testing.T, w world) []reviews.Review {
	t.Helper()
	var all []reviews.Review
	begin := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for i := range 24 {
		w.time.set(begin.Add(time.Duration(i/4) * time.Millisecond))
		all = append(all, w.write(t, []int{4, 4, 5, 1, 3}[i%5], []string{"Good", "", "Bad", "Table"}[i%4], by([]int64{1, 4, 6}[i%3])))
		if i%6 == 0 {
			w.write(t, 4, "Good", at(3), by(6))
			require.NoError(t, w.Delete(w.ctx, w.write(t, 4, "Good").ID, nil))
		}
	}
	return all
}

func TestLists_are_sorted_filtered_and_paged_without_gap_or_repetition(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		all := collection(t, w)
		for sort, compare := range sorts() {
			for name, f := range filters() {
				want := []reviews.Review{}
				for _, r := range all {
					if f.passes(r) {
						want = append(want, r)
					}
				}
				slices.SortFunc(want, compare)
				f.filter.RestaurantID = 2
				got := follow(t, len(want), func(q paging.Query) (paging.Page[reviews.Review], error) {
					return w.OfRestaurant(w.ctx, f.filter, sort, q)
				})
				assert.Equal(t, want, got, "%s, %s", sort, name)
				page, err := w.OfRestaurant(w.ctx, f.filter, sort, paging.Query{Limit: 100, Skip: 3})
				require.NoError(t, err)
				assert.Equal(t, want[min(3, len(want)):], page.Items, "%s, %s", sort, name)
			}
		}
	})
}

func TestLists_of_a_customer_are_the_newest_first(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		var want []reviews.Review
		for _, r := range collection(t, w) {
			if r.CustomerID == 4 {
				want = append(want, r)
			}
		}
		slices.SortFunc(want, sorts()[core.ByNewest])
		require.Len(t, want, 8)
		require.Equal(t, want, follow(t, len(want), func(q paging.Query) (paging.Page[reviews.Review], error) {
			return w.OfCustomer(w.ctx, 4, q)
		}))
		elsewhere := w.write(t, 2, "", by(4), at(3))
		page, err := w.OfCustomer(w.ctx, 4, paging.Query{Limit: 1})
		require.NoError(t, err)
		require.Equal(t, []reviews.Review{elsewhere}, page.Items, "whatever the restaurant")
		require.Equal(t, "Ravi", *elsewhere.Author)
	})
}

func TestLists_go_on_by_time_where_reviews_come_and_go(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		a, b, c := w.write(t, 3, ""), w.write(t, 3, ""), w.write(t, 3, "")
		f := core.Filter{RestaurantID: 2}
		page, err := w.OfRestaurant(w.ctx, f, core.ByNewest, paging.Query{Limit: 2})
		require.NoError(t, err)
		require.Equal(t, []reviews.Review{c, b}, page.Items)
		require.NoError(t, w.Delete(w.ctx, b.ID, nil)) // the last of that page
		w.write(t, 3, "")
		page, err = w.OfRestaurant(w.ctx, f, core.ByNewest, paging.Query{Limit: 2, After: page.Next})
		require.NoError(t, err)
		require.Equal(t, []reviews.Review{a}, page.Items)
	})
}

func TestLists_refuse_cursors_that_are_not_theirs(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		for range 3 {
			w.write(t, 3, "")
		}
		f := core.Filter{RestaurantID: 2}
		for made := range sorts() {
			page, err := w.OfRestaurant(w.ctx, f, made, paging.Query{Limit: 1})
			require.NoError(t, err)
			for used := range sorts() {
				_, err = w.OfRestaurant(w.ctx, f, used, paging.Query{Limit: 1, After: page.Next})
				require.Equal(t, made != used, fault.IsKind(err, fault.Invalid), "a cursor by %s, used by %s: %v", made, used, err)
			}
		}
		_, err := w.OfRestaurant(w.ctx, f, core.ByNewest, paging.Query{Limit: 1, After: "%%%"})
		require.True(t, fault.IsKind(err, fault.Invalid), "%v", err)
		_, err = w.OfRestaurant(w.ctx, core.Filter{RestaurantID: 99}, core.ByNewest, paging.Query{Limit: 1})
		require.True(t, fault.Is(err, restaurants.CodeNotFound), "%v", err)
		_, err = w.OfCustomer(w.ctx, 99, paging.Query{Limit: 1})
		require.True(t, fault.Is(err, customers.CodeNotFound), "%v", err)
		none, err := w.OfCustomer(w.ctx, 6, paging.Query{Limit: 1, Count: true})
		require.NoError(t, err)
		require.Equal(t, paging.Page[reviews.Review]{Items: []reviews.Review{}, Total: new(int64(0))}, none, "of somebody who has written none")
	})
}
