package core_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"zomato/modules/restaurants"
	"zomato/modules/restaurants/internal/core"
	"zomato/platform/access"
	"zomato/platform/clock"
	"zomato/platform/eventbus"
	"zomato/platform/fault"
	"zomato/platform/paging"
)

// keeping is a store that keeps one restaurant and one item, and notes the
// order in which it was asked. It answers nothing else.
type keeping struct {
	core.Store

	restaurant restaurants.Restaurant
	item       restaurants.MenuItem
	asked      []string
	criteria   core.Criteria
}

func (k *keeping) Insert(_ context.Context, r restaurants.Restaurant) (restaurants.Restaurant, error) {
	r.ID = 1
	k.restaurant = r
	return r, nil
}

func (k *keeping) Lock(context.Context, int64) (restaurants.Restaurant, error) {
	k.asked = append(k.asked, "lock restaurant")
	return k.restaurant, nil
}

func (k *keeping) MenuSize(context.Context, int64) (int, error) { return 0, nil }

func (k *keeping) InsertItem(_ context.Context, i restaurants.MenuItem, _ time.Time) (int64, error) {
	k.item = i
	return 5, nil
}

func (k *keeping) Item(context.Context, int64) (restaurants.MenuItem, error) { return k.item, nil }

func (k *keeping) LockItem(context.Context, int64) (restaurants.MenuItem, error) {
	k.asked = append(k.asked, "lock item")
	return k.item, nil
}

func (k *keeping) UpdateItem(_ context.Context, i restaurants.MenuItem, _ time.Time) error {
	k.item = i
	return nil
}

func (k *keeping) DeleteItem(context.Context, restaurants.MenuItem) error {
	k.asked = append(k.asked, "delete item")
	return nil
}

func (k *keeping) Search(_ context.Context, c core.Criteria, _ core.Ranking) ([]core.Ranked, error) {
	k.criteria = c
	return nil, nil
}

// Write implements core.Transactions without a transaction.
func (*keeping) Write(ctx context.Context, fn func(context.Context) error) error { return fn(ctx) }

// Publish implements core.Events for nobody.
func (*keeping) Publish(context.Context, eventbus.Event) error { return nil }

func shop(t *testing.T) (*core.Service, *keeping) {
	t.Helper()
	store := &keeping{}
	s, err := core.New(core.Dependencies{
		Store: store, Transactions: store, Events: store, Timezone: "Asia/Kolkata",
		Clock: clock.Func(func() time.Time { return time.UnixMilli(7).UTC() }),
	})
	require.NoError(t, err)
	return s, store
}

func TestCreate_fills_in_what_was_not_given(t *testing.T) {
	t.Parallel()
	s, store := shop(t)
	made, err := s.Create(context.Background(), core.NewRestaurant{
		Name: " Spice Route ", Cuisines: core.CuisineNames{List: []string{" Thai ", "THAI", "Café", "cafe"}}, City: new(" "),
	})
	require.NoError(t, err)
	require.Equal(t, restaurants.Restaurant{
		ID: 1, Name: "Spice Route", Cuisines: []string{"Thai", "Café"}, Currency: "INR", Timezone: "Asia/Kolkata",
		IsActive: true, IsOpen: true, CreatedAt: time.UnixMilli(7).UTC(), UpdatedAt: time.UnixMilli(7).UTC(), Version: 1,
	}, made)
	require.Equal(t, store.restaurant, made)

	made, err = s.Create(context.Background(), core.NewRestaurant{
		Name: "X", Cuisines: core.CuisineNames{Text: new("Paneer, Tandoor,, paneer")}, Currency: new("EUR"),
		Timezone: new("Europe/Paris"), IsActive: new(false),
	})
	require.NoError(t, err)
	require.Equal(t, []string{"Paneer", "Tandoor"}, made.Cuisines)
	require.Equal(t, "EUR", made.Currency)
	require.Equal(t, "Europe/Paris", made.Timezone)
	require.False(t, made.IsActive)
}

func TestAddItem_fills_in_what_was_not_given(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		vegetarian *bool
		vegan      bool
		want       bool
	}{{nil, false, false}, {nil, true, true}, {new(true), false, true}, {new(true), true, true}, {new(false), false, false}} {
		s, _ := shop(t)
		made, err := s.AddItem(context.Background(), core.NewItem{
			RestaurantID: 2, Name: " Naan ", Category: " Bread ", Price: 1, IsVegetarian: c.vegetarian, IsVegan: c.vegan, Description: new(""),
		})
		require.NoError(t, err)
		require.Equal(t, restaurants.MenuItem{
			ID: 5, RestaurantID: 2, Name: "Naan", Category: "Bread", Price: 1, IsVegetarian: c.want, IsVegan: c.vegan,
			IsAvailable: true, Version: 1,
		}, made)
	}
}

func TestItems_are_changed_by_their_own_restaurant_only(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		who     access.Principal
		allowed bool
	}{
		{access.Principal{Role: access.Restaurant, RestaurantID: 2}, true},
		{access.Principal{Role: access.Restaurant, RestaurantID: 3}, false},
		{access.Principal{Role: access.Restaurant}, false},
		{access.Principal{Role: access.Staff}, true},
		{access.Principal{Role: access.Admin}, true},
	} {
		s, store := shop(t)
		store.item = restaurants.MenuItem{ID: 5, RestaurantID: 2, Name: "Naan", Category: "Bread", Price: 1, Version: 1}
		ctx := access.With(context.Background(), c.who)
		_, changing := s.UpdateItem(ctx, 5, core.ItemChanges{}, nil)
		deleting := s.DeleteItem(ctx, 5, nil)
		if c.allowed {
			require.NoError(t, changing)
			require.NoError(t, deleting)
			continue
		}
		for _, err := range []error{changing, deleting} {
			require.True(t, fault.Is(err, restaurants.CodeItemNotFound), "%+v: %v", c.who, err)
		}
		require.Empty(t, store.asked)
	}
}

func TestRows_are_locked_in_one_order(t *testing.T) {
	t.Parallel()
	s, store := shop(t)
	store.item = restaurants.MenuItem{ID: 5, RestaurantID: 2, Name: "Naan", Category: "Bread", Price: 1, Version: 1}
	require.NoError(t, s.DeleteItem(context.Background(), 5, nil))
	require.Equal(t, []string{"lock restaurant", "lock item", "delete item"}, store.asked)
}

func TestSearch_by_a_rating_means_the_mean_as_it_is_shown(t *testing.T) {
	t.Parallel()
	s, store := shop(t)
	asked := map[float64]int64{3.999: 400, 4.001: 401, 0.0001: 1}
	for hundredths := range int64(501) {
		asked[core.Stars(hundredths)] = hundredths
	}
	for stars, hundredths := range asked {
		_, err := s.Search(context.Background(), core.Search{Rating: &stars}, paging.Query{Limit: 1})
		require.NoError(t, err)
		require.Equal(t, hundredths, store.criteria.MinRating, stars)
	}
}
