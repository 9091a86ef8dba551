package sqlstore_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"zomato/modules/restaurants"
	"zomato/modules/restaurants/internal/core"
	"zomato/platform/fault"
	"zomato/platform/paging"
)

// town stores a few restaurants that differ in what can be searched. The order
// by relevance is that of the names: the number of ratings counts.
func town(t *testing.T, f fixture) {
	t.Helper()
	for _, place := range []struct {
		name, location, city string
		cuisines             []string
		priceLevel           *int
		stars, count         int64
		dishes               []restaurants.MenuItem
	}{
		{"E Dhaba", "Koramangala", "Bengaluru", []string{"North Indian"}, nil, 2, 2, nil},
		{"D Noodle Bar", "Indiranagar", "Bengaluru", []string{"Chinese", "Thai"}, new(1), 0, 0, []restaurants.MenuItem{{Name: "Paneer 65"}}},
		{"C Curry House", "MG Road", "Bengaluru", []string{"North Indian", "Chinese"}, new(2), 9, 2, []restaurants.MenuItem{
			{Name: "Tandoori Chicken"}, {Name: "Paneer Tikka", IsVegetarian: true},
		}},
		{"B Café Noir", "Saint-Germain", "Paris", []string{"Café", "French"}, new(4), 15, 3, []restaurants.MenuItem{
			{Name: "Crème brûlée", IsVegetarian: true},
		}},
		{"A Spice Route", "Indiranagar 100ft", "Bengaluru", []string{"North Indian"}, new(2), 48, 10, []restaurants.MenuItem{
			{Name: "Chicken Tikka"},
		}},
	} {
		r := named(place.name, place.cuisines...)
		r.Location, r.City, r.PriceLevel = &place.location, &place.city, place.priceLevel
		id := f.insert(t, r).ID
		for _, d := range place.dishes {
			d.RestaurantID, d.Category, d.Price, d.IsAvailable = id, "Main", 1, true
			f.insertItem(t, d)
		}
		require.NoError(t, f.service.Rate(t.Context(), id, restaurants.RatingChange{Stars: place.stars, Count: place.count}))
	}
	closed := named("Closed Spice", "North Indian", "Chinese")
	closed.IsActive, closed.City = false, new("Bengaluru")
	f.insert(t, closed)
}

// letters gives the first letters of the restaurants found, in order.
func (f fixture) letters(t *testing.T, search core.Search, q paging.Query) string {
	t.Helper()
	if q.Limit == 0 {
		q.Limit = 100
	}
	q.Count = true
	page, err := f.service.Search(t.Context(), search, q)
	require.NoError(t, err, "%+v", search)
	out := ""
	for _, found := range page.Items {
		out += found.Name[:1]
		assert.NotEmpty(t, found.Cuisines)
		assert.Equal(t, search.Q != "", found.Dishes != nil, "dishes are there with q only")
	}
	assert.Equal(t, int64(len(out)), *page.Total, "%+v", search)
	return out
}

func TestSearch_finds_by_each_condition_and_by_all(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f fixture) {
		town(t, f)
		for _, c := range []struct {
			name   string
			search core.Search
			want   string
		}{
			{"nothing given", core.Search{}, "ABCDE"},
			{"a cuisine, whatever its case", core.Search{Cuisines: []string{"CHINESE"}}, "CD"},
			{"a cuisine without its accent", core.Search{Cuisines: []string{" cafe "}}, "B"},
			{"any of several cuisines", core.Search{Cuisines: []string{"thai", "French", "Martian"}}, "BD"},
			{"no part of a cuisine", core.Search{Cuisines: []string{"Indian"}}, ""},
			{"an unknown cuisine", core.Search{Cuisines: []string{"Martian"}}, ""},
			{"at least that many stars", core.Search{Rating: new(4.5)}, "ABC"},
			{"a little more", core.Search{MinRating: new(4.51)}, "AB"},
			{"exactly the mean that is shown", core.Search{Rating: new(4.8)}, "AB"},
			{"five stars", core.Search{Rating: new(5.0)}, "B"},
			{"no stars", core.Search{Rating: new(0.0)}, "ABCDE"},
			{"a location", core.Search{Location: "indira"}, "AD"},
			{"a city", core.Search{Location: "PARIS"}, "B"},
			{"location and city, in any order", core.Search{Location: "beng 100ft"}, "A"},
			{"words of a location only", core.Search{Location: "nagar"}, ""},
			{"no name in the location", core.Search{Location: "Spice"}, ""},
			{"a price level", core.Search{PriceLevel: new(2)}, "AC"},
			{"a vegetarian dish", core.Search{Vegetarian: true}, "BC"},
			{"a name", core.Search{Q: "spice"}, "A"},
			{"a name without its accent", core.Search{Q: "cafe"}, "B"},
			{"a name with its accent in other letters", core.Search{Q: "Cafe\u0301"}, "B"},
			{"a cuisine by q", core.Search{Q: "thai"}, "D"},
			{"a dish", core.Search{Q: "tikka"}, "AC"},
			{"words of name, cuisine and dish", core.Search{Q: "house indian TIK"}, "C"},
			{"words of different dishes", core.Search{Q: "tandoori paneer"}, "C"},
			{"one word that is nowhere", core.Search{Q: "tikka nowhere"}, ""},
			{"a city is not in q", core.Search{Q: "bengaluru"}, ""},
			{"all at once", core.Search{
				Cuisines: []string{"chinese"}, Rating: new(4.0), Location: "mg", PriceLevel: new(2), Vegetarian: true, Q: "curry",
			}, "C"},
			{"all but one", core.Search{Cuisines: []string{"chinese"}, Location: "mg", PriceLevel: new(1), Q: "curry"}, ""},
		} {
			assert.Equal(t, c.want, f.letters(t, c.search, paging.Query{}), c.name)
		}
	})
}

func TestSearch_never_takes_text_for_operators(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f fixture) {
		town(t, f)
		for text, want := range map[string]string{
			`"`: "ABCDE", "(": "ABCDE", "%": "ABCDE", "_": "ABCDE", "*": "ABCDE", "'": "ABCDE", "' OR 1=1 --": "", "?": "ABCDE",
			"$1": "", "NEAR": "", "NEAR(": "", "a AND": "", "spice OR curry": "", "spice*": "A", `"spice route"`: "A", "-spice": "A",
			"%pice": "", "s_ice": "", "spice\\": "A", "ＳＰＩＣＥ": "A", "\U0010ffff": "ABCDE", "\xff\xfe": "ABCDE", "a": "A",
		} {
			assert.Equal(t, want, f.letters(t, core.Search{Q: text}, paging.Query{}), "q %q", text)
			_, err := f.service.Search(t.Context(), core.Search{Location: text, Cuisines: []string{text}}, paging.Query{Limit: 1})
			require.NoError(t, err, "location and cuisine %q", text)
			_, err = f.service.SearchItems(t.Context(), core.ItemSearch{Q: text, Category: text}, paging.Query{Limit: 1})
			require.NoError(t, err, "items %q", text)
		}
	})
}

func TestSearch_sorts(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f fixture) {
		town(t, f) // stored in the order E to A
		for sort, want := range map[core.Sort]string{
			core.ByRelevance: "ABCDE", core.ByRating: "BACED", core.ByPopularity: "ABCED", core.ByNewest: "ABCDE",
		} {
			assert.Equal(t, want, f.letters(t, core.Search{Sort: sort}, paging.Query{}), sort)
		}
		// The mean of all is 74 stars / 17 = 4.352941, by hand:
		page, err := f.store.Search(t.Context(), core.Criteria{}, core.Ranking{Sort: core.ByRelevance, Mean: new(int64(4_352_941)), Limit: 5})
		require.NoError(t, err)
		var keys []int64
		for _, r := range page {
			keys = append(keys, r.Key)
		}
		assert.Equal(t, []int64{4576470, 4502262, 4377450, 4352941, 3794117}, keys)
	})
}

func TestSearch_pages_without_gap_or_double_while_ratings_come(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f fixture) {
		var ids []int64
		f.write(t, func(ctx context.Context) error {
			ids = ids[:0] // the function runs twice
			for i := range 23 {
				r, err := f.store.Insert(ctx, named(fmt.Sprint(i)))
				if err != nil {
					return err
				}
				ids = append(ids, r.ID)
				if i%3 > 0 { // many ties
					rating := core.StoredRating{Reviews: core.Rating{Sum: int64(i % 3), Count: 1}, Imported: core.Rating{Sum: int64(i % 3), Count: 1}}
					if err = f.store.SetRating(ctx, r.ID, rating); err != nil {
						return err
					}
				}
			}
			return nil
		})
		late := f.create(t, "Rated between the pages").ID
		require.NoError(t, f.service.Rate(t.Context(), late, restaurants.RatingChange{Stars: 2, Count: 1})) // the mean of all is 2 at first
		for _, sort := range []core.Sort{core.ByRelevance, core.ByRating, core.ByPopularity, core.ByNewest} {
			whole, err := f.service.Search(t.Context(), core.Search{Sort: sort}, paging.Query{Limit: 100})
			require.NoError(t, err)
			want := hitIDs(whole.Items, late)
			require.ElementsMatch(t, ids, want)
			var seen []int64
			for q := (paging.Query{Limit: 4}); ; {
				page, err := f.service.Search(t.Context(), core.Search{Sort: sort}, q)
				require.NoError(t, err)
				seen = append(seen, hitIDs(page.Items, late)...)
				if page.Next == "" {
					break
				}
				q.After = page.Next
				// The mean of all moves with each page.
				require.NoError(t, f.service.Rate(t.Context(), late, restaurants.RatingChange{Stars: 5, Count: 1}))
			}
			assert.Equal(t, want, seen, sort)
			skipped, err := f.service.Search(t.Context(), core.Search{Sort: sort}, paging.Query{Limit: 3, Skip: 20})
			require.NoError(t, err)
			again, err := f.service.Search(t.Context(), core.Search{Sort: sort}, paging.Query{Limit: 100})
			require.NoError(t, err)
			assert.Equal(t, hitIDs(again.Items[20:23], 0), hitIDs(skipped.Items, 0), sort)
		}
	})
}

func hitIDs(hits []core.Hit, without int64) []int64 {
	var out []int64
	for _, hit := range hits {
		if hit.ID != without {
			out = append(out, hit.ID)
		}
	}
	return out
}

func TestSearch_shows_the_best_dishes(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f fixture) {
		home, away, none := f.create(t, "Home").ID, f.create(t, "Tikka Away").ID, f.create(t, "Tikka Paneer None").ID
		sold := dish(home, "Paneer Tikka, sold out")
		sold.IsAvailable = false
		for _, item := range []restaurants.MenuItem{
			dish(home, "Tikka tikka Roll"), dish(home, "Tikka tikkala"), sold, dish(home, "Paneer Tikka"), dish(home, "Naan"),
			dish(home, "Tikka Paneer Pizza"), dish(away, "Tikka"), dish(away, "Paneer Fry"), dish(away, "Tea"),
		} {
			f.insertItem(t, item)
		}
		page, err := f.service.Search(t.Context(), core.Search{Q: "tikka pan"}, paging.Query{Limit: 10})
		require.NoError(t, err)
		got := map[int64][]string{}
		for _, hit := range page.Items {
			got[hit.ID] = dishNames(hit.Dishes)
			require.NotNil(t, hit.Dishes)
		}
		assert.Equal(t, map[int64][]string{
			home: {"Paneer Tikka", "Tikka Paneer Pizza", "Paneer Tikka, sold out"}, // both words, then those available
			away: {"Tikka", "Paneer Fry"},
			none: {},
		}, got)

		page, err = f.service.Search(t.Context(), core.Search{Q: "*"}, paging.Query{Limit: 10})
		require.NoError(t, err)
		require.Len(t, page.Items, 3)
		assert.Equal(t, []restaurants.MenuItem{}, page.Items[0].Dishes, "q without words finds all, and no dish")
	})
}

func TestSearch_refuses_cursors_of_another_search(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f fixture) {
		town(t, f)
		page, err := f.service.Search(t.Context(), core.Search{Sort: core.ByRating}, paging.Query{Limit: 1})
		require.NoError(t, err)
		list, err := f.service.List(t.Context(), core.Filter{}, paging.Query{Limit: 1})
		require.NoError(t, err)
		for _, cursor := range []string{page.Next, list.Next, "nonsense", "e30", "bnVsbA" /* {} and null */} {
			_, err = f.service.Search(t.Context(), core.Search{Sort: core.ByNewest}, paging.Query{Limit: 1, After: cursor})
			found, ok := fault.As(err)
			require.True(t, ok, "%q: %v", cursor, err)
			require.Len(t, found.Fields, 1)
			assert.Equal(t, "query/cursor", found.Fields[0].Pointer)
		}
		// {"s":"relevance","m":9223372036854775807,"k":1,"i":1} would overflow.
		forged := "eyJzIjoicmVsZXZhbmNlIiwibSI6OTIyMzM3MjAzNjg1NDc3NTgwNywiayI6MSwiaSI6MX0"
		_, err = f.service.Search(t.Context(), core.Search{Sort: core.ByRelevance}, paging.Query{Limit: 1, After: forged})
		assert.True(t, fault.IsKind(err, fault.Invalid), "%v", err)
	})
}
