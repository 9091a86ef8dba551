package sqlstore_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"zomato/modules/restaurants"
	"zomato/modules/restaurants/internal/core"
	"zomato/platform/fault"
	"zomato/platform/paging"
)

// complete is a restaurant with every field.
func complete() restaurants.Restaurant {
	r := named("Café Pushkin", "French", "Russian")
	r.Description, r.Address, r.City, r.Location = new("Old 'books' and \"tea\""), new("5 Church Street"), new("Bengaluru"), new("Indiranagar")
	r.Latitude, r.Longitude, r.PhoneNumber, r.PriceLevel = new(12.9719), new(-77.6412), new("+918041234567"), new(3)
	r.Currency, r.Timezone = "EUR", "Europe/Paris"
	r.MinOrderAmount, r.DeliveryFee = 19999, 3050
	r.ConfirmWithinMinutes, r.MaxActiveOrders, r.SlotCapacity, r.SlotMinutes = new(10), new(20), new(4), new(15)
	return r
}

func TestStore_keeps_every_field_of_a_restaurant(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f fixture) {
		for _, given := range []restaurants.Restaurant{complete(), named("Plain")} {
			stored := f.insert(t, given)
			given.ID = stored.ID
			assert.Positive(t, stored.ID)
			assert.Equal(t, given, stored)
			got, err := f.store.Get(t.Context(), stored.ID)
			require.NoError(t, err)
			assert.Equal(t, given, got)
		}
	})
}

func TestStore_updates_every_field_of_one_restaurant(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f fixture) {
		other := f.insert(t, complete())
		for _, step := range []struct{ from, to restaurants.Restaurant }{{named("Plain"), complete()}, {complete(), named("Plain")}} {
			changed := step.to
			changed.ID = f.insert(t, step.from).ID
			changed.Version, changed.UpdatedAt, changed.IsActive = 2, now().Add(time.Hour), false
			f.write(t, func(ctx context.Context) error {
				stored, err := f.store.Update(ctx, changed)
				assert.Equal(t, changed, stored)
				return err
			})
			got, err := f.store.Get(t.Context(), changed.ID)
			require.NoError(t, err)
			assert.Equal(t, changed, got)
		}
		got, err := f.store.Get(t.Context(), other.ID)
		require.NoError(t, err)
		assert.Equal(t, other, got)
	})
}

func TestStore_knows_no_other_restaurants(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f fixture) {
		_, err := f.store.Get(t.Context(), 1)
		assert.True(t, fault.Is(err, restaurants.CodeNotFound), "%v", err)
		f.write(t, func(ctx context.Context) error {
			_, err := f.store.Lock(ctx, 1)
			assert.True(t, fault.Is(err, restaurants.CodeNotFound), "%v", err)
			_, err = f.store.LockRating(ctx, 1)
			assert.True(t, fault.Is(err, restaurants.CodeNotFound), "%v", err)
			return nil
		})
	})
}

func TestStore_lists_restaurants_by_id(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f fixture) {
		var ids []int64
		for i := range 5 {
			r := named(fmt.Sprint(i), "Indian", fmt.Sprint("Cuisine ", i))
			r.IsActive = i%2 == 0
			ids = append(ids, f.insert(t, r).ID)
		}
		for _, c := range []struct {
			filter core.Filter
			window paging.Window
			want   []string
			count  int64
		}{
			{core.Filter{}, paging.Window{Limit: 10}, []string{"0", "1", "2", "3", "4"}, 5},
			{core.Filter{}, paging.Window{Limit: 2}, []string{"0", "1", "2"}, 5}, // one more, since there is one
			{core.Filter{}, paging.Window{Limit: 2, Skip: 3}, []string{"3", "4"}, 5},
			{core.Filter{}, paging.Window{Limit: 2, After: ids[1]}, []string{"2", "3", "4"}, 5},
			{core.Filter{IsActive: new(true)}, paging.Window{Limit: 10}, []string{"0", "2", "4"}, 3},
			{core.Filter{IsActive: new(false)}, paging.Window{Limit: 10, After: ids[1]}, []string{"3"}, 2},
		} {
			got, err := f.store.List(t.Context(), c.filter, c.window)
			require.NoError(t, err)
			assert.Equal(t, c.want, names(got), "%+v", c)
			for _, r := range got {
				assert.Equal(t, []string{"Indian", "Cuisine " + r.Name}, r.Cuisines)
			}
			count, err := f.store.Count(t.Context(), c.filter)
			require.NoError(t, err)
			assert.Equal(t, c.count, count)
		}
	})
}

func TestStore_reads_restaurants_by_ids(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f fixture) {
		a, b := f.insert(t, complete()), f.insert(t, named("B", "Thai"))
		got, err := f.store.ByIDs(t.Context(), []int64{b.ID, a.ID, b.ID + 100, b.ID})
		require.NoError(t, err)
		assert.ElementsMatch(t, []restaurants.Restaurant{a, b}, got)
		got, err = f.store.ByIDs(t.Context(), nil)
		require.NoError(t, err)
		assert.Empty(t, got)
	})
}

func TestStore_hides_a_deleted_restaurant_everywhere(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f fixture) {
		gone, stays := f.insert(t, complete()), f.insert(t, named("Stays"))
		item := f.insertItem(t, dish(gone.ID, "Borscht"))
		kept := f.insertItem(t, dish(stays.ID, "Borscht"))
		f.write(t, func(ctx context.Context) error { return f.store.Delete(ctx, gone) })

		_, err := f.store.Get(t.Context(), gone.ID)
		assert.True(t, fault.Is(err, restaurants.CodeNotFound), "%v", err)
		f.write(t, func(ctx context.Context) error {
			_, err := f.store.Lock(ctx, gone.ID)
			assert.True(t, fault.Is(err, restaurants.CodeNotFound), "%v", err)
			rating, err := f.store.LockRating(ctx, gone.ID)
			assert.Equal(t, core.StoredRating{}, rating, "its reviews may still go")
			return err
		})
		_, err = f.store.Item(t.Context(), item.ID)
		assert.True(t, fault.Is(err, restaurants.CodeItemNotFound), "%v", err)

		listed, err := f.store.List(t.Context(), core.Filter{}, paging.Window{Limit: 10})
		require.NoError(t, err)
		assert.Equal(t, []restaurants.Restaurant{stays}, listed)
		count, err := f.store.Count(t.Context(), core.Filter{})
		require.NoError(t, err)
		assert.Equal(t, int64(1), count)
		byID, err := f.store.ByIDs(t.Context(), []int64{gone.ID})
		require.NoError(t, err)
		assert.Empty(t, byID)
		menu, err := f.store.Menu(t.Context(), core.ItemFilter{RestaurantID: gone.ID})
		require.NoError(t, err)
		assert.Empty(t, menu)
		items, err := f.store.SearchItems(t.Context(), core.ItemFilter{}, paging.Window{Limit: 10})
		require.NoError(t, err)
		assert.Equal(t, []restaurants.MenuItem{kept}, items)
		cuisines, err := f.store.Cuisines(t.Context())
		require.NoError(t, err)
		require.Len(t, cuisines, 1)
		assert.Equal(t, "Indian", cuisines[0].Name)
		for _, c := range []core.Criteria{{}, {Words: []string{"borscht"}}, {Location: []string{"indiranagar"}}, {Cuisines: []string{"french"}}} {
			found, err := f.store.Search(t.Context(), c, core.Ranking{Limit: 10})
			require.NoError(t, err)
			for _, r := range found {
				assert.Equal(t, stays.ID, r.ID, "%+v", c)
			}
		}
		var words int
		require.NoError(t, f.db.Get(t.Context(), &words, `SELECT COUNT(*) FROM restaurants_words WHERE restaurant_id = ?`, gone.ID))
		assert.Zero(t, words, "its words would slow every search")
	})
}

func TestStore_calls_a_cuisine_as_it_was_called_first(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f fixture) {
		assert.Equal(t, []string{"Café", "Thai"}, f.insert(t, named("A", "Café", "Thai")).Cuisines)
		b := f.insert(t, named("B", "THAI", "Sushi", "cafe"))
		assert.Equal(t, []string{"Thai", "Sushi", "Café"}, b.Cuisines, "in the order given")
		b.Cuisines = []string{"SUSHI"}
		f.write(t, func(ctx context.Context) error {
			stored, err := f.store.Update(ctx, b)
			assert.Equal(t, []string{"Sushi"}, stored.Cuisines)
			return err
		})
		closed := named("C", "sushi", "Zulu")
		closed.IsActive = false
		f.insert(t, closed)

		got, err := f.store.Cuisines(t.Context())
		require.NoError(t, err)
		for i := range got {
			assert.Positive(t, got[i].ID)
			got[i].ID = 0
		}
		assert.Equal(t, []core.Cuisine{{Name: "Café", Restaurants: 1}, {Name: "Sushi", Restaurants: 1}, {Name: "Thai", Restaurants: 1}}, got)
	})
}

func TestStore_lets_many_use_new_cuisines_at_once(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f fixture) {
		var writers sync.WaitGroup
		for i := range 8 {
			writers.Go(func() {
				cuisines := []string{"Alpha", "Beta", "Gamma"}
				if i%2 == 1 {
					cuisines = []string{"GAMMA", "BETA", "ALPHA"}
				}
				assert.NoError(t, f.db.Write(t.Context(), func(ctx context.Context) error {
					_, err := f.store.Insert(ctx, named(fmt.Sprint(i), cuisines...))
					return err
				}))
			})
		}
		writers.Wait()
		got, err := f.store.Cuisines(t.Context())
		require.NoError(t, err)
		require.Len(t, got, 3)
		for _, c := range got {
			assert.Equal(t, int64(8), c.Restaurants)
		}
	})
}

func TestStore_keeps_ratings(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f fixture) {
		made, other := f.insert(t, named("Rated")), f.insert(t, named("Other"))
		f.write(t, func(ctx context.Context) error {
			rating, err := f.store.LockRating(ctx, made.ID)
			require.NoError(t, err)
			assert.Equal(t, core.StoredRating{}, rating)
			parts := core.StoredRating{Reviews: core.Rating{Sum: 4, Count: 1}, Imported: core.Rating{Sum: 7, Count: 2}}
			require.NoError(t, f.store.SetRating(ctx, made.ID, parts))
			require.NoError(t, f.store.AddToTotals(ctx, restaurants.RatingChange{Stars: 11, Count: 3}))
			rating, err = f.store.LockRating(ctx, made.ID)
			assert.Equal(t, parts, rating)
			return err
		})
		got, err := f.store.Get(t.Context(), made.ID)
		require.NoError(t, err)
		made.Rating, made.RatingCount = 3.67, 3
		assert.Equal(t, made, got)
		got, err = f.store.Get(t.Context(), other.ID)
		require.NoError(t, err)
		assert.Equal(t, other, got)

		f.write(t, func(ctx context.Context) error {
			return f.store.AddToTotals(ctx, restaurants.RatingChange{Stars: -1})
		})
		totals := f.totals(t)
		assert.Equal(t, core.Rating{Sum: 10, Count: 3}, totals)
	})
}
