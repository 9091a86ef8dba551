package sqlstore_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"zomato/modules/customers"
	"zomato/modules/customers/customerstest"
	"zomato/modules/customers/internal/core"
	"zomato/modules/customers/internal/sqlstore"
	"zomato/modules/restaurants"
	"zomato/modules/restaurants/restaurantstest"
	"zomato/platform/fault"
	"zomato/platform/testkit"
)

// ordered is a customers.OrderActivity that tells the same of everybody.
type ordered struct {
	customerstest.Orders

	summary func() customers.OrderSummary
}

func (o ordered) OrdersOfCustomer(context.Context, int64) (customers.OrderSummary, bool, error) {
	return o.summary(), true, nil
}

func TestAnalytics_put_the_figures_together(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		w := open(t, url)
		made := w.create(t, "Asha Rao", "asha@example.com", nil)
		menu := restaurantstest.New(restaurants.Restaurant{ID: 2, Name: "Spice Road"})
		menu.AddItem(restaurants.MenuItem{ID: 5, RestaurantID: 2, Name: "Paneer"})
		orders := ordered{summary: func() customers.OrderSummary {
			return customers.OrderSummary{
				TotalOrders:          4,
				FavouriteRestaurants: []customers.FavouriteRestaurant{{RestaurantID: 9, Name: "Gone", Orders: 2}, {RestaurantID: 2, Name: "Spice Route", Orders: 1}},
				FavouriteItems:       []customers.FavouriteItem{{MenuItemID: 5, Name: "Paneer Tikka", Quantity: 2}, {MenuItemID: 7, Name: "Eaten up", Quantity: 1}},
			}
		}}
		got, err := core.NewAnalytics(sqlstore.New(w.db), w.db, orders, customerstest.Reviews{}, menu).Of(w.ctx, made.ID)
		require.NoError(t, err)
		require.Equal(t, core.Figures{CustomerID: made.ID, Reviews: &customers.ReviewSummary{}, Orders: &customers.OrderSummary{
			TotalOrders:          4,
			FavouriteRestaurants: []customers.FavouriteRestaurant{{RestaurantID: 9, Name: "Gone", Orders: 2}, {RestaurantID: 2, Name: "Spice Road", Orders: 1}},
			FavouriteItems:       []customers.FavouriteItem{{MenuItemID: 5, Name: "Paneer", Quantity: 2}, {MenuItemID: 7, Name: "Eaten up", Quantity: 1}},
		}}, got, "what there is, is called as it is called now")

		_, err = w.Erase(w.ctx, made.ID, nil)
		require.NoError(t, err)
		_, err = core.NewAnalytics(sqlstore.New(w.db), w.db, orders, customerstest.Reviews{}, menu).Of(w.ctx, made.ID)
		require.True(t, fault.Is(err, customers.CodeNotFound), "%v", err)
	})
}
