package httpapi_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"zomato/modules/restaurants"
	"zomato/modules/restaurants/internal/core"
)

// town creates restaurants 1 to 4, the last of them inactive.
func town(t *testing.T, c served) {
	t.Helper()
	for _, body := range []string{
		`{"name":"Spice Route","cuisines":["North Indian"],"city":"Bengaluru","location":"Indiranagar","price_level":2}`,
		`{"name":"Café Noir","cuisines":["French","Café"],"city":"Paris","price_level":4}`,
		`{"name":"Curry, House","cuisines":["North Indian","Chinese"],"address":"MG Road"}`,
		`{"name":"Closed","cuisines":["French"],"is_active":false}`,
	} {
		c.Do(t, "POST", "/restaurants/", body).Expect(t, 201)
	}
	c.Do(t, "POST", "/restaurants/3/menu-items/", `{"name":"Paneer Tikka","category":"Main","price":1,"is_vegetarian":true}`).Expect(t, 201)
	require.NoError(t, c.core.Rate(t.Context(), 2, restaurants.RatingChange{Stars: 9, Count: 2}))
	require.NoError(t, c.core.Rate(t.Context(), 1, restaurants.RatingChange{Stars: 1, Count: 1}))
}

func TestSearch_by_its_parameters(t *testing.T) {
	t.Parallel()
	c := serve(t)
	town(t, c)
	for query, want := range map[string][]int64{
		"":                                     {2, 3, 1},
		"?cuisine=north%20indian":              {3, 1},
		"?cuisine=chinese,FRENCH":              {2, 3},
		"?cuisine=chinese&cuisine=french":      {2, 3},
		"?cuisine=&cuisine=french":             {2},
		"?cuisine=nowhere,%20chinese&cuisine=": {3},
		"?cuisine=,":                           {2, 3, 1},
		"?cuisine=":                            {2, 3, 1},
		"?rating=4.5":                          {2},
		"?min_rating=4.51":                     {},
		"?rating=0":                            {2, 3, 1},
		"?location=beng":                       {1},
		"?location=mg%20road":                  {3},
		"?q=cafe":                              {2},
		"?q=caf%C3%A9":                         {2},
		"?q=tikka":                             {3},
		"?q=%22%25_*(":                         {2, 3, 1},
		"?price_level=4":                       {2},
		"?vegetarian=true":                     {3},
		"?vegetarian=false":                    {2, 3, 1},
		"?sort=newest":                         {3, 2, 1},
		"?sort=rating&limit=1":                 {2},
		"?sort=popularity&skip=1":              {1, 3},
		"?cuisine=french&q=noir&rating=4&location=paris&price_level=4": {2},
	} {
		require.Equal(t, want, ids(t, c.Do(t, "GET", "/restaurants/search"+query, "")), query)
	}
	empty := c.Do(t, "GET", "/restaurants/search/?q=nowhere&count=true", "").Expect(t, 200)
	require.JSONEq(t, "[]", empty.Body)
	require.Equal(t, "0", empty.Header.Get("X-Total-Count"))
	require.NotEmpty(t, empty.Header.Get("ETag"))
	require.Equal(t, "public, no-cache", empty.Header.Get("Cache-Control"))
}

func TestA_hit_is_a_restaurant_with_its_dishes_when_there_is_a_q(t *testing.T) {
	t.Parallel()
	c := serve(t)
	town(t, c)
	var plain, hits []map[string]any
	c.Do(t, "GET", "/restaurants/search?cuisine=chinese", "").Expect(t, 200).JSON(t, &plain)
	record := c.Do(t, "GET", "/restaurants/3", "").Object(t)
	require.Equal(t, []map[string]any{record}, plain, "without q it is the restaurant as it is")

	c.Do(t, "GET", "/restaurants/search?q=indian", "").Expect(t, 200).JSON(t, &hits)
	require.Len(t, hits, 2)
	require.Equal(t, []any{}, hits[0]["matched_dishes"])
	c.Do(t, "GET", "/restaurants/search?q=indian%20tik", "").Expect(t, 200).JSON(t, &hits)
	require.Len(t, hits, 1)
	record["matched_dishes"] = []any{c.Do(t, "GET", "/menu-items/1", "").Object(t)}
	require.Equal(t, record, hits[0])
}

func TestRefusals_of_searches(t *testing.T) {
	t.Parallel()
	c := serve(t)
	town(t, c)
	rated := c.Do(t, "GET", "/restaurants/search?sort=rating&limit=1", "").Next(t)
	for query, want := range map[string]map[string]string{
		"rating=7":                {"query/rating": "out_of_range"},
		"rating=-1":               {"query/rating": "out_of_range"},
		"rating=NaN":              {"query/rating": "out_of_range"},
		"min_rating=5.5":          {"query/min_rating": "out_of_range"},
		"rating=four":             {"query/rating": "invalid"},
		"rating=4&min_rating=4":   {"query/min_rating": "invalid"},
		"price_level=5":           {"query/price_level": "out_of_range"},
		"sort=distance":           {"query/sort": "invalid"},
		"lat=12.9&lon=77":         {"query/lat": "unknown_field", "query/lon": "unknown_field"},
		"radius_km=5":             {"query/radius_km": "unknown_field"},
		"open_now=true":           {"query/open_now": "unknown_field"},
		"explain=true":            {"query/explain": "unknown_field"},
		"vegetarian=perhaps":      {"query/vegetarian": "invalid"},
		"limit=101":               {"query/limit": "out_of_range"},
		"limit=0":                 {"query/limit": "out_of_range"},
		"skip=10001":              {"query/skip": "out_of_range"},
		"q=a+b+c+d+e+f+g+h+i+j+k": {"query/q": "too_long"},
		"cuisine=a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,u":                                {"query/cuisine": "too_long"},
		"sort=newest&" + rated[len("/restaurants/search?"):len(rated)-len("&sort=rating")]: {"query/cursor": "invalid"},
		"cursor=nonsense": {"query/cursor": "invalid"},
	} {
		problem := c.Do(t, "GET", "/restaurants/search?"+query, "").Expect(t, 422).Object(t)
		require.Equal(t, want, findings(problem), query)
	}
	c.Do(t, "GET", "/restaurants/search?q=a%00b", "").Problem(t, 400, "malformed_query")
	c.Do(t, "GET", "/restaurants/search?q=%zz", "").Problem(t, 400, "malformed_query")
}

func TestLinks_lead_through_all_without_gap_or_double(t *testing.T) {
	t.Parallel()
	c := serve(t)
	const many = 107
	require.NoError(t, c.db.Write(t.Context(), func(ctx context.Context) error {
		for i := range many {
			made, err := c.store.Insert(ctx, restaurants.Restaurant{
				Name: fmt.Sprint("Place ", i), Cuisines: []string{"Thai"}, Currency: "INR", Timezone: "Asia/Kolkata", IsActive: true, Version: 1,
			})
			if err != nil {
				return err
			}
			rating := core.StoredRating{Imported: core.Rating{Sum: int64(i % 7 * 3), Count: int64(i % 7)}} // many ties
			if err = c.store.SetRating(ctx, made.ID, rating); err != nil {
				return err
			}
		}
		return nil
	}))
	for _, path := range []string{
		"/restaurants/?limit=10", "/restaurants/search?limit=10", "/restaurants/search?limit=10&sort=relevance",
		"/restaurants/search?limit=10&sort=rating", "/restaurants/search?limit=10&sort=popularity",
		"/restaurants/search?limit=10&sort=newest", "/restaurants/search?limit=10&cuisine=thai,x&cuisine=y&q=place",
	} {
		seen := map[int64]bool{}
		pages := 0
		for at := path + "&count=true"; at != ""; pages++ {
			page := c.Do(t, "GET", at, "").Expect(t, 200)
			if pages == 0 {
				require.Equal(t, fmt.Sprint(many), page.Header.Get("X-Total-Count"), path)
			} else {
				require.Empty(t, page.Header.Get("X-Total-Count"), path)
			}
			for _, id := range ids(t, page) {
				require.False(t, seen[id], "%d twice by %s", id, path)
				seen[id] = true
			}
			at = page.Next(t)
		}
		require.Len(t, seen, many, path)
		require.Equal(t, 11, pages, path)
	}
}
