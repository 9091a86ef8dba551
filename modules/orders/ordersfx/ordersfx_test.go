package ordersfx_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/fx"
	"go.uber.org/zap"

	"zomato/modules/customers"
	"zomato/modules/customers/customerstest"
	"zomato/modules/orders"
	"zomato/modules/orders/ordersfx"
	"zomato/modules/orders/orderstest"
	"zomato/modules/restaurants"
	"zomato/modules/restaurants/restaurantstest"
	"zomato/platform/clock"
	"zomato/platform/database"
	"zomato/platform/eventbus"
	"zomato/platform/fault"
	"zomato/platform/httpserver"
	"zomato/platform/testkit"
)

// given is what the module gives to the application.
type given struct {
	fx.In

	Service    orders.Service
	Importer   orders.Importer
	Routes     []httpserver.Routes   `group:"routes"`
	Migrations []database.Migrations `group:"migrations"`
}

// build makes a graph of the option and of what the application supplies.
func build(t *testing.T, option fx.Option) given {
	t.Helper()
	db, err := database.Open(t.Context(), database.Config{URL: testkit.SQLite(t)}, zap.NewNop())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	var out given
	app := fx.New(fx.NopLogger, option, fx.Supply(db), fx.Provide(
		func() clock.Clock { return clock.System{} }, eventbus.NewPublisher,
		func() customers.Service { return customerstest.New() },
		func() restaurants.Service { return restaurantstest.New() },
		func() orders.ReviewLookup { return orderstest.Reviews{} },
	), fx.Populate(&out))
	require.NoError(t, app.Err())
	return out
}

func TestModule_gives_its_contract_its_routes_and_its_migrations(t *testing.T) {
	t.Parallel()
	got := build(t, ordersfx.Module())
	require.NotNil(t, got.Service)
	require.NotNil(t, got.Importer)
	require.Len(t, got.Routes, 1)
	require.Equal(t, "orders", got.Routes[0].Module)
	require.Len(t, got.Routes[0].Endpoints, 7)
	require.Len(t, got.Migrations, 1)
	require.Equal(t, "orders", got.Migrations[0].Module)
}

func TestDisabled_says_so_and_gives_nothing_else(t *testing.T) {
	t.Parallel()
	got := build(t, ordersfx.Disabled())
	require.Empty(t, got.Routes)
	require.Empty(t, got.Migrations)
	_, get := got.Service.Get(context.Background(), 1)
	_, place := got.Service.Place(context.Background(), orders.NewOrder{})
	_, isEmpty := got.Importer.IsEmpty(context.Background())
	_, importing := got.Importer.ImportOrders(context.Background(), nil)
	for _, err := range []error{get, place, isEmpty, importing} {
		require.True(t, fault.Is(err, "module_disabled"), "%v", err)
		require.True(t, fault.IsKind(err, fault.Unavailable))
	}
}
