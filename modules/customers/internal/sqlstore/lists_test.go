package sqlstore_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"zomato/modules/customers/internal/core"
	"zomato/modules/customers/internal/sqlstore"
	"zomato/modules/restaurants"
	"zomato/platform/database/databasetest"
	"zomato/platform/fault"
	"zomato/platform/patch"
	"zomato/platform/testkit"
)

func TestAddresses_have_at_most_one_default(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		w := open(t, url)
		asha, other := w.create(t, "Asha", "asha@example.com", nil), w.create(t, "Ravi", "ravi@example.com", nil)
		north, east := 12.97, 77.64
		home, err := w.AddAddress(w.ctx, core.Address{CustomerID: asha.ID, Label: "Home", Address: "12 MG Road", Latitude: &north, Longitude: &east, IsDefault: true})
		require.NoError(t, err)
		work, err := w.AddAddress(w.ctx, core.Address{CustomerID: asha.ID, Label: "Work", Address: "1 Ring Road"})
		require.NoError(t, err)

		work, err = w.UpdateAddress(w.ctx, asha.ID, work.ID, core.AddressChanges{IsDefault: patch.To(true)}, []int64{work.Version})
		require.NoError(t, err)
		saved, err := w.Addresses(w.ctx, asha.ID)
		require.NoError(t, err)
		home.IsDefault, home.Version = false, home.Version+1
		require.Equal(t, []core.Address{home, work}, saved)

		_, err = w.UpdateAddress(w.ctx, asha.ID, home.ID, core.AddressChanges{Label: patch.To("Lost")}, []int64{1})
		require.True(t, fault.Is(err, "version_changed"), "%v", err)
		_, err = w.UpdateAddress(w.ctx, asha.ID, home.ID, core.AddressChanges{Latitude: patch.ToNull[float64]()}, nil)
		require.True(t, fault.IsKind(err, fault.Invalid), "half a place: %v", err)
		_, err = w.UpdateAddress(w.ctx, other.ID, home.ID, core.AddressChanges{}, nil)
		require.True(t, fault.Is(err, "address_not_found"), "another's: %v", err)
		require.True(t, fault.Is(w.DeleteAddress(w.ctx, other.ID, home.ID, nil), "address_not_found"))

		require.NoError(t, w.DeleteAddress(w.ctx, asha.ID, home.ID, nil))
		saved, err = w.Addresses(w.ctx, asha.ID)
		require.NoError(t, err)
		require.Equal(t, []core.Address{work}, saved)
	})
}

func TestAddresses_are_bounded_also_when_added_at_once(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		w := open(t, url)
		asha := w.create(t, "Asha", "asha@example.com", nil)
		errs := make([]error, 60)
		var group sync.WaitGroup
		for i := range errs {
			group.Go(func() {
				_, errs[i] = w.AddAddress(databasetest.Context(t), core.Address{CustomerID: asha.ID, Label: fmt.Sprint(i), Address: "x"})
			})
		}
		group.Wait()
		refused := 0
		for _, err := range errs {
			if err != nil {
				require.True(t, fault.Is(err, "too_many_addresses"), "%v", err)
				refused++
			}
		}
		require.Equal(t, 10, refused)
	})
}

func TestFavourites_follow_the_restaurants(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		w := open(t, url)
		asha := w.create(t, "Asha", "asha@example.com", nil)
		for _, id := range []int64{3, 2, 3} {
			require.NoError(t, w.AddFavourite(w.ctx, asha.ID, id))
		}
		require.Equal(t, []string{"Spice Route", "Wok"}, w.favourites(t, asha.ID), "the latest first, each once")
		require.True(t, fault.Is(w.AddFavourite(w.ctx, asha.ID, 99), restaurants.CodeNotFound))
		require.True(t, fault.Is(w.AddFavourite(w.ctx, 99, 2), "customer_not_found"))

		require.NoError(t, w.RemoveFavourite(w.ctx, asha.ID, 2))
		require.NoError(t, w.RemoveFavourite(w.ctx, asha.ID, 2), "again changes nothing")
		require.Equal(t, []string{"Wok"}, w.favourites(t, asha.ID))
		require.NoError(t, w.ForgetRestaurant(w.ctx, restaurants.Deleted{RestaurantID: 3}))
		require.NoError(t, w.ForgetRestaurant(w.ctx, restaurants.Deleted{RestaurantID: 3}), "events may come twice")
		require.Empty(t, w.favourites(t, asha.ID))
	})
}

func (w world) favourites(t *testing.T, customerID int64) []string {
	t.Helper()
	found, err := w.Favourites(w.ctx, customerID)
	require.NoError(t, err)
	var names []string
	for _, r := range found {
		names = append(names, r.Name)
	}
	return names
}

func TestBoth_databases_have_the_same_schema(t *testing.T) {
	t.Parallel()
	sqlite := databasetest.Open(t, testkit.SQLite(t), sqlstore.Migrations())
	postgres := databasetest.Open(t, testkit.Postgres(t), sqlstore.Migrations())
	require.Equal(t, databasetest.Schema(t, sqlite, "customers"), databasetest.Schema(t, postgres, "customers"))
}
