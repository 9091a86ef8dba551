package csvfile_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"zomato/modules/restaurants"
	"zomato/modules/restaurants/internal/core"
	"zomato/platform/paging"
	"zomato/platform/patch"
	"zomato/platform/testkit"
)

// sample are real rows, one of each oddity.
func sample(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("testdata/zomato_sample.csv")
	require.NoError(t, err)
	return string(text)
}

func TestReal_rows_are_taken_over_without_being_told_how(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f fixture) {
		got := f.restaurants(t, sample(t), restaurants.Import{})
		assert.Equal(t, "zomato", got.Mapping, "the headers fit")
		assert.Equal(t, int64(39), got.Created)
		assert.Empty(t, got.rejected)
		assert.Equal(t, map[string]int64{
			"coordinates_unknown": 4, "cuisines_missing": 2, "text_damaged": 8, "text_line_break": 2, "text_repaired": 2,
			"votes_without_rating": 2,
		}, got.odd())
		all := f.all(t)
		assert.Equal(t, restaurants.Restaurant{
			Name: "Le Petit Souffle", Cuisines: []string{"French", "Japanese", "Desserts"},
			Address: new("Third Floor, Century City Mall, Kalayaan Avenue, Poblacion, Makati City"), City: new("Makati City"),
			Location: new("Century City Mall, Poblacion, Makati City"), Latitude: new(14.565443), Longitude: new(121.027535),
			PriceLevel: new(3), Currency: "PHP", Timezone: "Asia/Manila", IsActive: true, IsOpen: true,
			Rating: 4.8, RatingCount: 314, Version: 1,
		}, all["Le Petit Souffle"], "the file says Botswana Pula")
		assert.Equal(t, []string{"Other"}, all["Cookie Shoppe"].Cuisines)
		assert.Equal(t, "America/Boise", all["Bardenay"].Timezone)
		assert.Nil(t, all["InnerChef"].Latitude, "one coordinate of zero is none")
		assert.Equal(t, "The Quayside 60 Roberston Quay #01-13 238252", *all["Super Loco"].Address)
		assert.Contains(t, all, "Hattena Hatay Sofrası")
		assert.Contains(t, all, "Sandubas Caf\ufffd")
		assert.Equal(t, map[string]int{"restaurants.changed": 39}, f.events.take())
	})
}

func TestThe_same_file_again_changes_nothing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f fixture) {
		f.restaurants(t, sample(t), restaurants.Import{})
		before := f.all(t)
		sum, count := f.total(t)
		f.events.take()
		got := f.restaurants(t, sample(t), restaurants.Import{})
		assert.Equal(t, got.Read, got.Unchanged)
		assert.Empty(t, f.events.take())
		assert.Equal(t, before, f.all(t))
		sumAgain, countAgain := f.total(t)
		assert.Equal(t, [2]int64{sum, count}, [2]int64{sumAgain, countAgain})
	})
}

func TestNew_restaurants_came_when_the_import_says(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f fixture) {
		f.restaurants(t, own+"1,A,Thai,,,\n", restaurants.Import{})
		a := f.find(t, "A")
		require.Equal(t, int64(7), a.CreatedAt.UnixMilli(), "now")
		long := time.Date(1969, 12, 24, 18, 0, 0, 1_999_999, time.FixedZone("", 5*3600))
		got := f.restaurants(t, own+"1,A,Thai,Goa,4,2\n2,B,Thai,,,\n", restaurants.Import{Since: long})
		require.Equal(t, [2]int64{1, 1}, [2]int64{got.Created, got.Updated})
		require.Equal(t, a.CreatedAt, f.find(t, "A").CreatedAt, "it was there before")
		require.Equal(t, int64(7), f.find(t, "A").UpdatedAt.UnixMilli())
		require.Equal(t, long.Truncate(time.Millisecond).UTC(), f.find(t, "B").CreatedAt)
		again := f.restaurants(t, own+"2,B,Thai,,,\n", restaurants.Import{Since: long.Add(time.Hour)})
		require.Equal(t, int64(1), again.Unchanged)
		require.Equal(t, long.Truncate(time.Millisecond).UTC(), f.find(t, "B").CreatedAt)
	})
}

func TestIsEmpty_until_there_was_a_restaurant(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f fixture) {
		empty := func() bool {
			is, err := f.IsEmpty(t.Context())
			require.NoError(t, err)
			return is
		}
		require.True(t, empty())
		f.restaurants(t, own+"1,A,Thai,,,\n", restaurants.Import{DryRun: true})
		require.True(t, empty(), "nothing was stored")
		f.restaurants(t, own+"1,A,Thai,,,\n", restaurants.Import{})
		require.False(t, empty())
		require.NoError(t, f.service.Delete(t.Context(), f.find(t, "A").ID, nil))
		require.False(t, empty(), "what was deleted was there")
	})
}

const own = "external_id,name,cuisines,city,rating,votes\n"

func TestWhat_a_file_says_anew_is_set_and_never_added(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f fixture) {
		f.restaurants(t, own+"1,A,Thai,Goa,4.0,10\n2,B,Thai,,3.0,2\n", restaurants.Import{})
		a := f.find(t, "A")
		require.NoError(t, f.service.Rate(t.Context(), a.ID, restaurants.RatingChange{Stars: 1, Count: 1}))
		f.events.take()

		votes := f.restaurants(t, own+"1,A,THAI,Goa,4.5,20\n2,B,Thai,,3.0,2\n", restaurants.Import{})
		assert.Equal(t, [2]int64{1, 1}, [2]int64{votes.Updated, votes.Unchanged})
		assert.Equal(t, map[string]int{"restaurants.rated": 1}, f.events.take(), "the record is as before")
		sum, count := f.total(t)
		assert.Equal(t, [2]int64{90 + 1 + 6, 20 + 1 + 2}, [2]int64{sum, count})
		rated := f.find(t, "A")
		assert.Equal(t, a.Version, rated.Version)
		assert.Equal(t, int64(21), rated.RatingCount)
		assert.InDelta(t, 4.33, rated.Rating, 0, "91 stars of 21")

		// An edited review changes its own part only, and so does the next import.
		require.NoError(t, f.service.Rate(t.Context(), a.ID, restaurants.RatingChange{Stars: -1, Count: -1}))
		f.events.take()
		city := f.restaurants(t, own+"1,A,Thai,Panaji,0,0\n2,B,Thai,,3.0,2\n", restaurants.Import{})
		assert.Equal(t, int64(1), city.Updated)
		assert.Equal(t, map[string]int{"restaurants.changed": 1, "restaurants.rated": 1}, f.events.take())
		sum, count = f.total(t)
		assert.Equal(t, [2]int64{6, 2}, [2]int64{sum, count})
		assert.Zero(t, f.find(t, "A").RatingCount)
	})
}

// find gives the restaurant of that name.
func (f fixture) find(t *testing.T, name string) restaurants.Restaurant {
	t.Helper()
	page, err := f.service.Search(t.Context(), core.Search{Q: name, Sort: core.ByRelevance}, paging.Query{Limit: 1})
	require.NoError(t, err)
	require.Len(t, page.Items, 1)
	return page.Items[0].Restaurant
}

func TestWhat_a_file_does_not_know_stays_as_it_is_here(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f fixture) {
		const file = "external_id,name,cuisines,city,latitude,longitude\n1,A,Thai,,0,0\n"
		f.restaurants(t, file, restaurants.Import{})
		_, err := f.service.Update(t.Context(), f.find(t, "A").ID, core.Changes{
			City: patch.Field[string]{Set: true, Value: "Goa"}, Latitude: patch.Field[float64]{Set: true, Value: 15},
			Longitude: patch.Field[float64]{Set: true, Value: 74}, Currency: patch.Field[string]{Set: true, Value: "EUR"},
		}, nil)
		require.NoError(t, err)
		before := f.all(t)
		got := f.restaurants(t, file, restaurants.Import{})
		assert.Equal(t, int64(1), got.Unchanged)
		assert.Equal(t, before, f.all(t))
	})
}

func TestA_restaurant_that_was_deleted_here_stays_deleted(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f fixture) {
		const file = own + "1,A,Thai,Goa,4.0,10\n"
		f.restaurants(t, file, restaurants.Import{})
		require.NoError(t, f.service.Delete(t.Context(), f.find(t, "A").ID, nil))
		got := f.restaurants(t, own+"1,A,Thai,Panaji,4.0,99\n", restaurants.Import{})
		assert.Equal(t, int64(1), got.Unchanged)
		assert.Equal(t, map[string]int64{"deleted_here": 1}, got.odd())
		assert.Empty(t, f.all(t))
	})
}

func TestA_dry_run_counts_the_same_and_writes_nothing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f fixture) {
		const file = own + "1,A,Thai,Goa,4.0,10\n1,B,Thai,Goa,4.0,10\n3,,Thai,,,\n"
		dry := f.restaurants(t, file, restaurants.Import{DryRun: true})
		assert.Empty(t, f.all(t))
		assert.Empty(t, f.events.take())
		assert.Equal(t, dry, f.restaurants(t, file, restaurants.Import{}))
		dry = f.restaurants(t, own+"1,A,Thai,Panaji,4.0,10\n", restaurants.Import{DryRun: true})
		assert.Equal(t, int64(1), dry.Updated)
		assert.Equal(t, "Goa", *f.find(t, "A").City)
	})
}

func TestAn_import_that_was_stopped_ends_the_same_when_it_is_done_again(t *testing.T) {
	t.Parallel()
	var file strings.Builder
	file.WriteString(own)
	for i := range 1000 {
		file.WriteString(strings.ReplaceAll("#,Place #,Thai,Goa,4.0,10\n", "#", strings.Repeat("x", i/26)+string(rune('a'+i%26))))
	}
	each(t, func(t *testing.T, f fixture) {
		ctx, stop := context.WithCancel(t.Context())
		report, err := f.ImportRestaurants(ctx, strings.NewReader(file.String()), restaurants.Import{
			Progress: func(p restaurants.ImportProgress) {
				if p.Rows >= 400 {
					stop()
				}
			},
		})
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, int64(400), report.Created)
		got := f.restaurants(t, file.String(), restaurants.Import{})
		assert.Equal(t, [2]int64{600, 400}, [2]int64{got.Created, got.Unchanged})
		sum, count := f.total(t)
		assert.Equal(t, [2]int64{40_000, 10_000}, [2]int64{sum, count})
	})
}

func TestTwo_imports_of_one_file_at_once_end_as_one(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f fixture) {
		var both sync.WaitGroup
		reports, errs := make([]restaurants.ImportReport, 2), make([]error, 2)
		for i := range reports {
			both.Go(func() {
				reports[i], errs[i] = f.ImportRestaurants(t.Context(), strings.NewReader(sample(t)), restaurants.Import{})
			})
		}
		both.Wait()
		require.NoError(t, errors.Join(errs...))
		assert.Equal(t, int64(39), reports[0].Created+reports[1].Created)
		assert.Len(t, f.all(t), 39)
		again := f.restaurants(t, sample(t), restaurants.Import{})
		assert.Equal(t, int64(39), again.Unchanged)
	})
}

func TestSources_do_not_share_their_ids(t *testing.T) {
	t.Parallel()
	f := open(t, testkit.SQLite(t))
	f.restaurants(t, own+"1,A,Thai,,,\n", restaurants.Import{})
	assert.Equal(t, int64(1), f.restaurants(t, own+"1,B,Thai,,,\n", restaurants.Import{Source: "other"}).Created)
	assert.Len(t, f.all(t), 2)
}

func TestA_default_is_for_new_restaurants_only(t *testing.T) {
	t.Parallel()
	f := open(t, testkit.SQLite(t))
	in := restaurants.Import{MappingFile: []byte(`{"source": "s", "columns": {"external_id": "id", "name": "n", "cuisines": "c"},
		"defaults": {"cuisines": "Other", "city": "Goa"}}`)}
	const file = "id,n,c\n1,A,\n"
	f.restaurants(t, file, in)
	made := f.find(t, "A")
	assert.Equal(t, "Goa", *made.City)
	assert.Equal(t, []string{"Other"}, made.Cuisines)
	_, err := f.service.Update(t.Context(), made.ID, core.Changes{
		City: patch.Field[string]{Set: true, Value: "Pune"}, Cuisines: core.CuisineNames{List: []string{"Thai"}},
	}, nil)
	require.NoError(t, err)
	assert.Equal(t, int64(1), f.restaurants(t, file, in).Unchanged)
}
