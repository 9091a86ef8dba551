package sqlstore_test

import (
	"context"
	"errors"
	neturl "net/url"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"zomato/modules/restaurants"
	"zomato/modules/restaurants/internal/core"
	"zomato/modules/restaurants/restaurantstest"
	"zomato/platform/database/databasetest"
	"zomato/platform/eventbus"
	"zomato/platform/fault"
	"zomato/platform/patch"
	"zomato/platform/testkit"
)

func TestService_keeps_the_contract(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f fixture) {
		restaurantstest.RunSuite(t, func(*testing.T) restaurantstest.Subject {
			return restaurantstest.Subject{Service: f.service, Seed: func(t *testing.T, name string) restaurants.Restaurant {
				t.Helper()
				return f.create(t, name)
			}, SeedItem: func(t *testing.T, item restaurants.MenuItem) restaurants.MenuItem {
				t.Helper()
				return f.insertItem(t, item)
			}}
		})
	})
}

// create makes a restaurant the way the API does.
func (f fixture) create(t *testing.T, name string) restaurants.Restaurant {
	t.Helper()
	made, err := f.service.Create(databasetest.Context(t), core.NewRestaurant{Name: name, Cuisines: core.CuisineNames{List: []string{"Indian"}}})
	require.NoError(t, err)
	return made
}

func TestEvery_change_publishes_its_event_and_no_other(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f fixture) {
		ctx := databasetest.Context(t)
		made := f.create(t, "Home")
		changed := restaurants.Changed{RestaurantID: made.ID}
		assert.Equal(t, []eventbus.Event{changed}, f.events.take())

		_, err := f.service.Update(ctx, made.ID, core.Changes{Name: patch.To("New")}, nil)
		require.NoError(t, err)
		assert.Equal(t, []eventbus.Event{changed}, f.events.take())
		require.NoError(t, f.service.Rate(ctx, made.ID, restaurants.RatingChange{Stars: 5, Count: 1}))
		assert.Equal(t, []eventbus.Event{restaurants.Rated{RestaurantID: made.ID}}, f.events.take())

		item, err := f.service.AddItem(ctx, core.NewItem{RestaurantID: made.ID, Name: "Naan", Category: "Bread", Price: 1})
		require.NoError(t, err)
		menu := restaurants.MenuChanged{RestaurantID: made.ID, MenuItemID: item.ID}
		assert.Equal(t, []eventbus.Event{menu}, f.events.take())
		_, err = f.service.UpdateItem(ctx, item.ID, core.ItemChanges{IsAvailable: patch.To(false)}, nil)
		require.NoError(t, err)
		assert.Equal(t, []eventbus.Event{menu}, f.events.take())
		require.NoError(t, f.service.DeleteItem(ctx, item.ID, nil))
		assert.Equal(t, []eventbus.Event{menu}, f.events.take())

		_, err = f.service.Update(ctx, made.ID, core.Changes{Name: patch.To("")}, nil)
		require.Error(t, err)
		require.Error(t, f.service.Rate(ctx, made.ID, restaurants.RatingChange{Stars: 9, Count: 1}))
		require.Error(t, f.service.DeleteItem(ctx, item.ID, nil))
		require.Error(t, f.service.Delete(ctx, made.ID, []int64{99}))
		assert.Empty(t, f.events.take(), "what was refused has not happened")

		require.NoError(t, f.service.Delete(ctx, made.ID, nil))
		assert.Equal(t, []eventbus.Event{restaurants.Deleted{RestaurantID: made.ID}}, f.events.take())
	})
}

func TestUpdate_changes_what_is_set_and_nothing_else(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f fixture) {
		ctx := databasetest.Context(t)
		before := f.insert(t, complete())
		updated, err := f.service.Update(ctx, before.ID, core.Changes{
			Name: patch.To(" Renamed "), Address: patch.ToNull[string](), City: patch.To("  "), IsActive: patch.To(false),
		}, []int64{7, before.Version})
		require.NoError(t, err)
		want := before
		want.Name, want.Address, want.City, want.IsActive, want.Version = "Renamed", nil, nil, false, 2
		assert.Equal(t, want, updated)
		stored, err := f.service.Get(ctx, before.ID)
		require.NoError(t, err)
		assert.Equal(t, want, stored)

		_, err = f.service.Update(ctx, before.ID, core.Changes{Name: patch.To("Lost")}, []int64{before.Version})
		assert.True(t, fault.Is(err, "version_changed"), "%v", err)
		_, err = f.service.Update(ctx, 999, core.Changes{}, nil)
		assert.True(t, fault.Is(err, restaurants.CodeNotFound), "%v", err)
		_, err = f.service.Update(ctx, before.ID, core.Changes{
			Latitude: patch.ToNull[float64](), Timezone: patch.To("Nowhere"), Name: patch.To(" "), Cuisines: core.CuisineNames{List: []string{"a,b"}},
		}, nil)
		found, ok := fault.As(err)
		require.True(t, ok, "%v", err)
		var pointers []string
		for _, field := range found.Fields {
			pointers = append(pointers, field.Pointer)
		}
		assert.ElementsMatch(t, []string{"#/latitude", "#/timezone", "#/name", "#/cuisines/0"}, pointers, "all at once")

		updated, err = f.service.Update(ctx, before.ID, core.Changes{Cuisines: core.CuisineNames{Text: new("Thai, FRENCH,")}}, nil)
		require.NoError(t, err)
		assert.Equal(t, []string{"Thai", "French"}, updated.Cuisines)
	})
}

func TestRate_counts_for_a_deleted_restaurant_too(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f fixture) {
		made := f.create(t, "Gone")
		require.NoError(t, f.service.Rate(t.Context(), made.ID, restaurants.RatingChange{Stars: 5, Count: 1}))
		require.NoError(t, f.service.Delete(t.Context(), made.ID, nil))
		require.NoError(t, f.service.Rate(t.Context(), made.ID, restaurants.RatingChange{Stars: -5, Count: -1}))
		totals := f.totals(t)
		assert.Equal(t, core.Rating{}, totals)
	})
}

func TestRate_is_undone_with_the_unit_of_work_around_it(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f fixture) {
		made := f.create(t, "Home")
		broken := errors.New("the review could not be stored")
		err := f.db.Write(t.Context(), func(ctx context.Context) error {
			require.NoError(t, f.service.Rate(ctx, made.ID, restaurants.RatingChange{Stars: 5, Count: 1}))
			inside, err := f.service.Get(ctx, made.ID)
			require.NoError(t, err)
			assert.Equal(t, int64(1), inside.RatingCount, "it is seen where it was made")
			return broken
		})
		require.ErrorIs(t, err, broken)
		got, err := f.service.Get(t.Context(), made.ID)
		require.NoError(t, err)
		assert.Equal(t, made, got)
		totals := f.totals(t)
		assert.Equal(t, core.Rating{}, totals)
	})
}

func TestRate_counts_what_comes_at_once(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f fixture) {
		made, other := f.create(t, "Home"), f.create(t, "Other")
		var raters sync.WaitGroup
		for i := range 20 {
			raters.Go(func() {
				id := made.ID
				if i%4 == 0 {
					id = other.ID
				}
				assert.NoError(t, f.service.Rate(t.Context(), id, restaurants.RatingChange{Stars: 3, Count: 1}))
			})
		}
		raters.Wait()
		got, err := f.service.Get(t.Context(), made.ID)
		require.NoError(t, err)
		assert.Equal(t, int64(15), got.RatingCount)
		totals := f.totals(t)
		assert.Equal(t, core.Rating{Sum: 60, Count: 20}, totals)
	})
}

func TestMenu_tells_an_empty_one_from_none(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f fixture) {
		made := f.create(t, "Home")
		menu, err := f.service.Menu(t.Context(), core.ItemSearch{RestaurantID: made.ID})
		require.NoError(t, err)
		assert.Empty(t, menu)
		assert.NotNil(t, menu)
		_, err = f.service.Menu(t.Context(), core.ItemSearch{RestaurantID: made.ID + 1})
		assert.True(t, fault.Is(err, restaurants.CodeNotFound), "%v", err)
		require.NoError(t, f.service.Delete(t.Context(), made.ID, nil))
		_, err = f.service.Menu(t.Context(), core.ItemSearch{RestaurantID: made.ID})
		assert.True(t, fault.Is(err, restaurants.CodeNotFound), "%v", err)
	})
}

func TestUpdateItem_changes_what_is_set_and_nothing_else(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f fixture) {
		ctx := databasetest.Context(t)
		before := f.insertItem(t, completeDish(f.create(t, "Home").ID))
		updated, err := f.service.UpdateItem(ctx, before.ID, core.ItemChanges{
			Name: patch.To("Flan"), Description: patch.ToNull[string](), Stock: patch.To(3), IsVegan: patch.To(false),
		}, []int64{before.Version})
		require.NoError(t, err)
		want := before
		want.Name, want.Description, want.Stock, want.IsVegan, want.Version = "Flan", nil, new(3), false, 2
		assert.Equal(t, want, updated)
		stored, err := f.service.Item(ctx, before.ID)
		require.NoError(t, err)
		assert.Equal(t, want, stored)

		_, err = f.service.UpdateItem(ctx, before.ID, core.ItemChanges{}, []int64{1})
		assert.True(t, fault.Is(err, "version_changed"), "%v", err)
		assert.True(t, fault.Is(f.service.DeleteItem(ctx, before.ID, []int64{1}), "version_changed"))
		_, err = f.service.UpdateItem(ctx, before.ID, core.ItemChanges{IsVegan: patch.To(true), IsVegetarian: patch.To(false)}, nil)
		assert.True(t, fault.IsKind(err, fault.Invalid), "%v", err)
		_, err = f.service.UpdateItem(ctx, 999, core.ItemChanges{}, nil)
		assert.True(t, fault.Is(err, restaurants.CodeItemNotFound), "%v", err)
	})
}

func TestItems_of_a_deleted_restaurant_are_gone(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f fixture) {
		ctx := databasetest.Context(t)
		made := f.create(t, "Home")
		item := f.insertItem(t, dish(made.ID, "Naan"))
		require.NoError(t, f.service.Delete(ctx, made.ID, []int64{made.Version}))
		_, err := f.service.Item(ctx, item.ID)
		assert.True(t, fault.Is(err, restaurants.CodeItemNotFound), "%v", err)
		_, err = f.service.UpdateItem(ctx, item.ID, core.ItemChanges{Name: patch.To("Roti")}, nil)
		assert.True(t, fault.Is(err, restaurants.CodeItemNotFound), "%v", err)
		assert.True(t, fault.Is(f.service.DeleteItem(ctx, item.ID, nil), restaurants.CodeItemNotFound))
		_, err = f.service.AddItem(ctx, core.NewItem{RestaurantID: made.ID, Name: "x", Category: "x", Price: 1})
		assert.True(t, fault.Is(err, restaurants.CodeNotFound), "%v", err)
		assert.True(t, fault.Is(f.service.Delete(ctx, made.ID, nil), restaurants.CodeNotFound), "once")
		again := f.create(t, "Next")
		assert.Greater(t, again.ID, made.ID, "an id is never given twice")
	})
}

func TestA_menu_is_bounded_also_when_items_are_added_at_once(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f fixture) {
		made, other := f.create(t, "Home"), f.create(t, "Other")
		f.write(t, func(ctx context.Context) error {
			for range 998 {
				if _, err := f.store.InsertItem(ctx, dish(made.ID, "x"), now()); err != nil {
					return err
				}
			}
			return nil
		})
		var adders sync.WaitGroup
		errs := make([]error, 6)
		for i := range errs {
			adders.Go(func() {
				_, errs[i] = f.service.AddItem(databasetest.Context(t), core.NewItem{RestaurantID: made.ID, Name: "x", Category: "x", Price: 1})
			})
		}
		adders.Wait()
		refused := 0
		for _, err := range errs {
			if err != nil {
				assert.True(t, fault.Is(err, "too_many_items"), "%v", err)
				refused++
			}
		}
		assert.Equal(t, 4, refused)
		_, err := f.service.AddItem(databasetest.Context(t), core.NewItem{RestaurantID: other.ID, Name: "x", Category: "x", Price: 1})
		require.NoError(t, err, "another menu has room")
	})
}

func TestChanges_of_one_restaurant_wait_for_each_other_on_Postgres(t *testing.T) {
	t.Parallel()
	url := testkit.Postgres(t)
	first := open(t, url)
	made := first.create(t, "Home")
	item := first.insertItem(t, dish(made.ID, "Naan"))
	impatient, err := neturl.Parse(url)
	require.NoError(t, err)
	query := impatient.Query()
	query.Set("lock_timeout", "20") // milliseconds, after which waiting fails
	impatient.RawQuery = query.Encode()
	second := open(t, impatient.String())

	first.write(t, func(ctx context.Context) error {
		_, err := first.service.AddItem(ctx, core.NewItem{RestaurantID: made.ID, Name: "x", Category: "x", Price: 1})
		require.NoError(t, err)
		for name, change := range map[string]func(context.Context) error{
			"update": func(ctx context.Context) error {
				_, err := second.service.Update(ctx, made.ID, core.Changes{}, nil)
				return err
			},
			"delete": func(ctx context.Context) error { return second.service.Delete(ctx, made.ID, nil) },
			"rate": func(ctx context.Context) error {
				return second.service.Rate(ctx, made.ID, restaurants.RatingChange{Stars: 5, Count: 1})
			},
			"add an item": func(ctx context.Context) error {
				_, err := second.service.AddItem(ctx, core.NewItem{RestaurantID: made.ID, Name: "x", Category: "x", Price: 1})
				return err
			},
			"update an item": func(ctx context.Context) error {
				_, err := second.service.UpdateItem(ctx, item.ID, core.ItemChanges{}, nil)
				return err
			},
			"delete an item": func(ctx context.Context) error { return second.service.DeleteItem(ctx, item.ID, nil) },
		} {
			err := change(t.Context())
			assert.True(t, fault.Is(err, "database_unavailable"), "%s did not wait: %v", name, err)
		}
		return nil
	})
}
