package sqlstore_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"zomato/modules/restaurants"
	"zomato/modules/restaurants/internal/core"
	"zomato/platform/fault"
	"zomato/platform/money"
	"zomato/platform/paging"
)

// completeDish is a menu item with every field.
func completeDish(restaurantID int64) restaurants.MenuItem {
	return restaurants.MenuItem{
		RestaurantID: restaurantID, Name: "Crème brûlée", Description: new("Burnt"), Category: "Desserts", Price: money.Max,
		IsVegetarian: true, IsVegan: true, IsAvailable: true, PreparationTime: new(15), Stock: new(0), Version: 1,
	}
}

func TestStore_keeps_every_field_of_a_menu_item(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f fixture) {
		home := f.insert(t, named("Home")).ID
		for _, given := range []restaurants.MenuItem{completeDish(home), dish(home, "Plain")} {
			stored := f.insertItem(t, given)
			assert.Positive(t, stored.ID)
			got, err := f.store.Item(t.Context(), stored.ID)
			require.NoError(t, err)
			assert.Equal(t, stored, got)
			f.write(t, func(ctx context.Context) error {
				locked, err := f.store.LockItem(ctx, stored.ID)
				assert.Equal(t, stored, locked)
				return err
			})
		}
	})
}

func TestStore_updates_and_deletes_one_menu_item(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f fixture) {
		home := f.insert(t, named("Home")).ID
		other := f.insertItem(t, dish(home, "Old name"))
		for _, step := range []struct{ from, to restaurants.MenuItem }{
			{dish(home, "Old name"), completeDish(home)},
			{completeDish(home), dish(home, "New name")},
		} {
			changed := step.to
			changed.ID = f.insertItem(t, step.from).ID
			changed.Version = 2
			f.write(t, func(ctx context.Context) error { return f.store.UpdateItem(ctx, changed, now()) })
			got, err := f.store.Item(t.Context(), changed.ID)
			require.NoError(t, err)
			assert.Equal(t, changed, got)
			assert.NotContains(t, f.itemsWith(t, strings.ToLower(step.from.Name[:3])), changed.ID, "the words of the old name are gone")

			f.write(t, func(ctx context.Context) error { return f.store.DeleteItem(ctx, changed) })
			_, err = f.store.Item(t.Context(), changed.ID)
			assert.True(t, fault.Is(err, restaurants.CodeItemNotFound), "%v", err)
			f.write(t, func(ctx context.Context) error {
				_, err := f.store.LockItem(ctx, changed.ID)
				assert.True(t, fault.Is(err, restaurants.CodeItemNotFound), "%v", err)
				return nil
			})
		}
		size, err := f.store.MenuSize(t.Context(), home)
		require.NoError(t, err)
		assert.Equal(t, 1, size)
		assert.Equal(t, []int64{other.ID}, f.itemsWith(t, "old"))
	})
}

// itemsWith gives the ids of the items that a word finds.
func (f fixture) itemsWith(t *testing.T, words ...string) []int64 {
	t.Helper()
	found, err := f.store.SearchItems(t.Context(), core.ItemFilter{Words: words}, paging.Window{Limit: 100})
	require.NoError(t, err)
	ids := make([]int64, len(found))
	for i, item := range found {
		ids[i] = item.ID
	}
	return ids
}

func TestStore_orders_a_menu_without_regard_to_case_and_accents(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f fixture) {
		home, elsewhere := f.insert(t, named("Home")).ID, f.insert(t, named("Elsewhere")).ID
		for _, d := range []struct{ category, name string }{
			{"mains", "zebra"},
			{"Mains", "Éclair"},
			{"MAINS", "apple"},
			{"Mains", "eclair"},
			{"Mains", "Zoo"},
			{"Äpfel", "x"},
			{"drinks", "x"},
			{"Zusätze", "x"},
			{"पेय", "x"},
			{"🍕", "x"},
		} {
			item := dish(home, d.name)
			item.Category = d.category
			f.insertItem(t, item)
		}
		f.insertItem(t, dish(elsewhere, "Elsewhere"))
		menu, err := f.store.Menu(t.Context(), core.ItemFilter{RestaurantID: home})
		require.NoError(t, err)
		var got []string
		for _, item := range menu {
			got = append(got, item.Category+" "+item.Name)
		}
		assert.Equal(t, []string{
			"Äpfel x", "drinks x", "MAINS apple", "Mains Éclair", "Mains eclair", "mains zebra", "Mains Zoo", "Zusätze x", "पेय x", "🍕 x",
		}, got)
	})
}

// kitchen stores four items that differ in what can be filtered.
func kitchen(t *testing.T, f fixture) (home int64) {
	t.Helper()
	home = f.insert(t, named("Home")).ID
	tofu, paneer, chicken, away := dish(home, "Tofu Tikka"), dish(home, "Paneer Tikka"), dish(home, "Chicken Café"), dish(home, "Away")
	tofu.IsVegan, tofu.IsVegetarian, tofu.Price, tofu.Category = true, true, 9999, "Starters"
	paneer.IsVegetarian, paneer.IsAvailable = true, false
	chicken.Price = 10001
	away.RestaurantID = f.insert(t, named("Away")).ID
	closed := named("Closed")
	closed.IsActive = false
	hidden := dish(f.insert(t, closed).ID, "Hidden Tikka")
	for _, item := range []restaurants.MenuItem{tofu, paneer, chicken, away, hidden} {
		f.insertItem(t, item)
	}
	return home
}

func TestStore_filters_items(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f fixture) {
		home := kitchen(t, f)
		for _, c := range []struct {
			filter core.ItemFilter
			want   []string
		}{
			{core.ItemFilter{}, []string{"Tofu Tikka", "Paneer Tikka", "Chicken Café", "Away"}},
			{core.ItemFilter{RestaurantID: home}, []string{"Tofu Tikka", "Paneer Tikka", "Chicken Café"}},
			{core.ItemFilter{Vegetarian: new(true)}, []string{"Tofu Tikka", "Paneer Tikka"}},
			{core.ItemFilter{Vegetarian: new(false)}, []string{"Chicken Café", "Away"}},
			{core.ItemFilter{Vegan: new(true)}, []string{"Tofu Tikka"}},
			{core.ItemFilter{Vegan: new(false)}, []string{"Paneer Tikka", "Chicken Café", "Away"}},
			{core.ItemFilter{Available: new(true)}, []string{"Tofu Tikka", "Chicken Café", "Away"}},
			{core.ItemFilter{Available: new(false)}, []string{"Paneer Tikka"}},
			{core.ItemFilter{Category: "starters"}, []string{"Tofu Tikka"}},
			{core.ItemFilter{Category: "start"}, []string{}},
			{core.ItemFilter{MaxPrice: new(money.Amount(10000))}, []string{"Tofu Tikka", "Paneer Tikka", "Away"}},
			{core.ItemFilter{Words: []string{"tik"}}, []string{"Tofu Tikka", "Paneer Tikka"}},
			{core.ItemFilter{Words: []string{"tikka", "pan"}}, []string{"Paneer Tikka"}},
			{core.ItemFilter{Words: []string{"ikka"}}, []string{}},
			{core.ItemFilter{Words: []string{"cafe"}}, []string{"Chicken Café"}},
			{core.ItemFilter{Words: []string{"tikka"}, Vegan: new(true), RestaurantID: home}, []string{"Tofu Tikka"}},
		} {
			found, err := f.store.SearchItems(t.Context(), c.filter, paging.Window{Limit: 10})
			require.NoError(t, err)
			assert.Equal(t, c.want, dishNames(found), "%+v", c.filter)
			count, err := f.store.CountItems(t.Context(), c.filter)
			require.NoError(t, err)
			assert.Equal(t, int64(len(c.want)), count, "%+v", c.filter)

			c.filter.RestaurantID = home
			menu, err := f.store.Menu(t.Context(), c.filter)
			require.NoError(t, err)
			assert.Subset(t, append(c.want, ""), dishNames(menu), "%+v", c.filter)
		}
	})
}

func TestStore_pages_items_by_id(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f fixture) {
		home := f.insert(t, named("Home")).ID
		a, _, c := f.insertItem(t, dish(home, "a")), f.insertItem(t, dish(home, "b")), f.insertItem(t, dish(home, "c"))
		for _, step := range []struct {
			window paging.Window
			want   []string
		}{
			{paging.Window{Limit: 1}, []string{"a", "b"}},
			{paging.Window{Limit: 1, After: a.ID}, []string{"b", "c"}},
			{paging.Window{Limit: 5, Skip: 2}, []string{"c"}},
			{paging.Window{Limit: 5, After: c.ID}, []string{}},
		} {
			got, err := f.store.SearchItems(t.Context(), core.ItemFilter{RestaurantID: home}, step.window)
			require.NoError(t, err)
			assert.Equal(t, step.want, dishNames(got))
		}
	})
}

func TestStore_keeps_texts_that_fold_into_much_longer_ones(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f fixture) {
		long := strings.Repeat("ﷺ", 50) // each folds into eighteen letters
		home := f.insert(t, named("Home", long)).ID
		item := dish(home, long+long)
		item.Category = long
		item = f.insertItem(t, item)
		found, err := f.store.Menu(t.Context(), core.ItemFilter{RestaurantID: home, Category: item.Category})
		require.NoError(t, err)
		assert.Equal(t, []restaurants.MenuItem{item}, found)
		var bytes int
		require.NoError(t, f.db.Get(t.Context(), &bytes, `
			SELECT OCTET_LENGTH(name_folded) + OCTET_LENGTH(category_folded) FROM restaurants_menu_items`))
		assert.Less(t, bytes, 2704, "what a row of an index of Postgres can hold")
	})
}
