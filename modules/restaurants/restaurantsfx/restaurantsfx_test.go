package restaurantsfx_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/fx"
	"go.uber.org/zap"

	"zomato/modules/restaurants"
	"zomato/modules/restaurants/restaurantsfx"
	"zomato/modules/restaurants/restaurantstest"
	"zomato/platform/clock"
	"zomato/platform/database"
	"zomato/platform/eventbus"
	"zomato/platform/fault"
	"zomato/platform/httpserver"
	"zomato/platform/module"
	"zomato/platform/testkit"
)

// given is what the module gives to the application.
type given struct {
	fx.In

	Service    restaurants.Service
	Importer   restaurants.Importer
	Routes     []httpserver.Routes   `group:"routes"`
	Migrations []database.Migrations `group:"migrations"`
}

// build makes a graph of the option and of what the application supplies.
func build(t *testing.T, option fx.Option, timezone string) (given, error) {
	t.Helper()
	db, err := database.Open(t.Context(), database.Config{URL: testkit.SQLite(t)}, zap.NewNop())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	var out given
	app := fx.New(fx.NopLogger, option, fx.Supply(db, module.Enabled{}, restaurantsfx.Config{Timezone: timezone}),
		fx.Supply(fx.Annotate(restaurantstest.Figures{}, fx.As(new(restaurants.OrderFigures)), fx.As(new(restaurants.ReviewFigures)))),
		fx.Provide(func() clock.Clock { return clock.System{} }, eventbus.NewPublisher), fx.Populate(&out))
	return out, app.Err()
}

func TestModule_gives_its_contract_its_routes_and_its_migrations(t *testing.T) {
	t.Parallel()
	got, err := build(t, restaurantsfx.Module(), "Asia/Kolkata")
	require.NoError(t, err)
	require.NotNil(t, got.Service)
	require.NotNil(t, got.Importer)
	require.Len(t, got.Routes, 1)
	require.Equal(t, "restaurants", got.Routes[0].Module)
	require.Len(t, got.Routes[0].Endpoints, 14)
	require.Len(t, got.Migrations, 1)
	require.Equal(t, "restaurants", got.Migrations[0].Module)
}

func TestModule_does_not_start_with_a_time_zone_that_does_not_exist(t *testing.T) {
	t.Parallel()
	_, err := build(t, restaurantsfx.Module(), "Nowhere")
	require.ErrorContains(t, err, `"Nowhere"`)
}

func TestDisabled_says_so_and_gives_nothing_else(t *testing.T) {
	t.Parallel()
	got, err := build(t, restaurantsfx.Disabled(), "")
	require.NoError(t, err)
	require.Empty(t, got.Routes)
	require.Empty(t, got.Migrations)
	ctx := context.Background()
	_, get := got.Service.Get(ctx, 1)
	_, byIDs := got.Service.ByIDs(ctx, nil)
	_, items := got.Service.Items(ctx, nil)
	_, substitutes := got.Service.Substitutes(ctx, 1, nil)
	_, importing := got.Importer.ImportRestaurants(ctx, nil, restaurants.Import{})
	_, importingItems := got.Importer.ImportMenuItems(ctx, nil, restaurants.Import{})
	_, isEmpty := got.Importer.IsEmpty(ctx)
	for _, err := range []error{
		importing, importingItems, isEmpty, get, byIDs, items, substitutes, got.Service.TakeStock(ctx, restaurants.Basket{}), got.Service.ReturnStock(ctx, nil),
		got.Service.Rate(ctx, 1, restaurants.RatingChange{}),
	} {
		require.True(t, fault.Is(err, "module_disabled"), "%v", err)
		require.True(t, fault.IsKind(err, fault.Unavailable))
	}
}
