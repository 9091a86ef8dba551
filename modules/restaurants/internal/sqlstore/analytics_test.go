package sqlstore_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"zomato/modules/restaurants"
	"zomato/modules/restaurants/internal/core"
	"zomato/modules/restaurants/restaurantstest"
	"zomato/platform/calendar"
	"zomato/platform/fault"
)

func TestAnalytics_put_the_figures_together(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f fixture) {
		made := f.create(t, "Spice Route")
		sold := f.insertItem(t, dish(made.ID, "Borscht"))
		above := restaurantstest.Figures{
			Orders: restaurants.OrderSummary{TotalOrders: 3, PopularItems: []restaurants.PopularItem{
				{MenuItemID: 1 << 40, Name: "Gone", Quantity: 2}, {MenuItemID: sold.ID, Name: "Soup", Quantity: 1},
			}},
			Reviews: restaurants.ReviewSummary{Distribution: restaurants.RatingDistribution{One: 1, Five: 2}},
		}
		analytics := core.NewAnalytics(f.store, f.db, above, above)
		all, some := calendar.Days{}, calendar.Days{From: new(calendar.Day(2))}

		got, err := analytics.Of(t.Context(), made.ID, all)
		require.NoError(t, err)
		assert.Equal(t, made.ID, got.RestaurantID)
		assert.Equal(t, made.Currency, got.Currency)
		assert.Equal(t, "Gone", got.Orders.PopularItems[0].Name, "as it was ordered")
		assert.Equal(t, "Borscht", got.Orders.PopularItems[1].Name, "as it is called now")
		assert.Nil(t, got.Ratings.Average, "nobody has rated it")
		assert.Equal(t, above.Reviews, got.Ratings.ReviewSummary)

		require.NoError(t, f.service.Rate(t.Context(), made.ID, restaurants.RatingChange{Stars: 9, Count: 2}))
		got, err = analytics.Of(t.Context(), made.ID, all)
		require.NoError(t, err)
		assert.InDelta(t, 4.5, *got.Ratings.Average, 0, "the rating itself, with what was imported")
		assert.Equal(t, int64(2), got.Ratings.Count)
		got, err = analytics.Of(t.Context(), made.ID, some)
		require.NoError(t, err)
		assert.InDelta(t, 3.67, *got.Ratings.Average, 0, "the mean of the reviews of these days")
		assert.Equal(t, int64(3), got.Ratings.Count)

		_, err = analytics.Of(t.Context(), 1<<40, all)
		assert.True(t, fault.Is(err, restaurants.CodeNotFound), "%v", err)
	})
}
