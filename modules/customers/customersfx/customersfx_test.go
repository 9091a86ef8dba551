package customersfx_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/fx"
	"go.uber.org/zap"

	"zomato/modules/customers"
	"zomato/modules/customers/customersfx"
	"zomato/modules/customers/customerstest"
	"zomato/modules/restaurants"
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

	Service       customers.Service
	Importer      customers.Importer
	Routes        []httpserver.Routes     `group:"routes"`
	Migrations    []database.Migrations   `group:"migrations"`
	Subscriptions []eventbus.Subscription `group:"subscriptions"`
}

// build makes a graph of the option and of what the application supplies.
func build(t *testing.T, option fx.Option) (given, *database.DB) {
	t.Helper()
	db, err := database.Open(t.Context(), database.Config{URL: testkit.SQLite(t)}, zap.NewNop())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	var out given
	app := fx.New(fx.NopLogger, option, fx.Supply(db, module.Enabled{}), fx.Provide(
		func() clock.Clock { return clock.System{} }, eventbus.NewPublisher,
		func() restaurants.Service { return restaurantstest.New() },
		func() customers.OrderActivity { return customerstest.Orders{} },
		func() customers.ReviewFigures { return customerstest.Reviews{} },
	), fx.Populate(&out))
	require.NoError(t, app.Err())
	return out, db
}

func TestModule_gives_its_contract_its_routes_and_its_migrations(t *testing.T) {
	t.Parallel()
	got, db := build(t, customersfx.Module())
	require.Len(t, got.Routes, 1)
	require.Equal(t, "customers", got.Routes[0].Module)
	require.Len(t, got.Subscriptions, 1)
	require.Len(t, got.Migrations, 1)
	_, err := db.Migrate(t.Context(), got.Migrations)
	require.NoError(t, err)
	_, err = got.Service.Get(t.Context(), 1)
	require.True(t, fault.Is(err, customers.CodeNotFound), "%v", err)
	empty, err := got.Importer.IsEmpty(t.Context())
	require.NoError(t, err)
	require.True(t, empty)
}

func TestDisabled_says_so_and_gives_nothing_else(t *testing.T) {
	t.Parallel()
	got, _ := build(t, customersfx.Disabled())
	require.Empty(t, got.Routes)
	require.Empty(t, got.Migrations)
	require.Empty(t, got.Subscriptions)
	_, get := got.Service.Get(t.Context(), 1)
	_, byIDs := got.Service.ByIDs(t.Context(), nil)
	_, lock := got.Service.Lock(t.Context(), 1)
	_, isEmpty := got.Importer.IsEmpty(t.Context())
	_, importing := got.Importer.ImportCustomers(t.Context(), nil)
	for _, err := range []error{get, byIDs, lock, isEmpty, importing} {
		require.True(t, fault.Is(err, "module_disabled"), "%v", err)
		require.True(t, fault.IsKind(err, fault.Unavailable))
	}
}
