package sqlstore_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"zomato/modules/restaurants"
	"zomato/modules/restaurants/internal/core"
	"zomato/platform/database/databasetest"
	"zomato/platform/eventbus"
	"zomato/platform/fault"
	"zomato/platform/patch"
)

// limited stores an item of which there are so many pieces.
func (f fixture) limited(t *testing.T, restaurantID int64, pieces int) restaurants.MenuItem {
	t.Helper()
	item := dish(restaurantID, "Scarce")
	item.Stock = &pieces
	return f.insertItem(t, item)
}

func of(home restaurants.Restaurant, item restaurants.MenuItem, quantity int) restaurants.Basket {
	return restaurants.Basket{
		Restaurant: home, Items: []restaurants.MenuItem{item}, Portions: []restaurants.Portion{{MenuItemID: item.ID, Quantity: quantity}},
	}
}

func TestTakeStock_sells_each_piece_once(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f fixture) {
		home := f.create(t, "Home")
		item := f.limited(t, home.ID, 10)
		var buyers sync.WaitGroup
		errs := make([]error, 64)
		for i := range errs {
			buyers.Go(func() { errs[i] = f.service.TakeStock(databasetest.Context(t), of(home, item, 1)) })
		}
		buyers.Wait()
		sold := 0
		for _, err := range errs {
			if err == nil {
				sold++
				continue
			}
			assert.True(t, fault.Is(err, restaurants.CodeMenuChanged), "%v", err)
		}
		assert.Equal(t, 10, sold)
		got, err := f.service.Item(t.Context(), item.ID)
		require.NoError(t, err)
		assert.Equal(t, 0, *got.Stock)
	})
}

func TestTakeStock_is_undone_with_the_unit_of_work_around_it(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f fixture) {
		home := f.create(t, "Home")
		item := f.limited(t, home.ID, 10)
		f.events.take()
		broken := errors.New("the order could not be stored")
		err := f.db.Write(t.Context(), func(ctx context.Context) error {
			require.NoError(t, f.service.TakeStock(ctx, of(home, item, 3)))
			return broken
		})
		require.ErrorIs(t, err, broken)
		got, err := f.service.Item(t.Context(), item.ID)
		require.NoError(t, err)
		assert.Equal(t, item, got)
		assert.Empty(t, f.events.take())
	})
}

func TestTakeStock_refuses_a_restaurant_that_takes_no_orders(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f fixture) {
		ctx := databasetest.Context(t)
		closed, gone := f.create(t, "Closed"), f.create(t, "Gone")
		inClosed, inGone := f.limited(t, closed.ID, 5), f.limited(t, gone.ID, 5)
		closed, err := f.service.Update(ctx, closed.ID, core.Changes{IsActive: patch.To(false)}, nil)
		require.NoError(t, err)
		require.NoError(t, f.service.Delete(ctx, gone.ID, nil))
		for _, basket := range []restaurants.Basket{of(closed, inClosed, 1), of(gone, inGone, 1)} {
			err := f.service.TakeStock(ctx, basket)
			assert.True(t, fault.Is(err, restaurants.CodeMenuChanged), "%v", err)
		}
		items, err := f.service.Items(ctx, []int64{inGone.ID, inClosed.ID})
		require.NoError(t, err)
		assert.Equal(t, []restaurants.MenuItem{inClosed}, items, "the menu of a deleted restaurant is gone")
	})
}

func TestStock_that_changes_is_published(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f fixture) {
		ctx := databasetest.Context(t)
		home := f.create(t, "Home")
		item, plenty := f.limited(t, home.ID, 5), f.insertItem(t, dish(home.ID, "Plenty"))
		f.events.take()
		basket := of(home, item, 2)
		basket.Items = append(basket.Items, plenty)
		basket.Portions = append(basket.Portions, restaurants.Portion{MenuItemID: plenty.ID, Quantity: 1})
		changed := []eventbus.Event{restaurants.StockChanged{RestaurantID: home.ID, MenuItemID: item.ID}}

		require.NoError(t, f.service.TakeStock(ctx, basket))
		assert.Equal(t, changed, f.events.take(), "what is unlimited looks as before")
		require.Error(t, f.service.TakeStock(ctx, of(home, item, 4)))
		assert.Empty(t, f.events.take())
		require.NoError(t, f.service.ReturnStock(ctx, basket.Portions))
		assert.Equal(t, changed, f.events.take())
	})
}
