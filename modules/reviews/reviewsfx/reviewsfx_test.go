package reviewsfx_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/fx"
	"go.uber.org/zap"

	"zomato/modules/customers"
	"zomato/modules/customers/customerstest"
	"zomato/modules/orders"
	"zomato/modules/orders/orderstest"
	"zomato/modules/restaurants"
	"zomato/modules/restaurants/restaurantstest"
	"zomato/modules/reviews"
	"zomato/modules/reviews/reviewsfx"
	"zomato/platform/calendar"
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

	Service      reviews.Service
	Importer     reviews.Importer
	OfRestaurant restaurants.ReviewFigures
	OfCustomer   customers.ReviewFigures
	OfOrder      orders.ReviewLookup
	Routes       []httpserver.Routes   `group:"routes"`
	Migrations   []database.Migrations `group:"migrations"`
	Erasers      []customers.Eraser    `group:"customers.erasers"`
}

// build makes a graph of the option and of what the application supplies.
func build(t *testing.T, option fx.Option) (given, *database.DB) {
	t.Helper()
	db, err := database.Open(t.Context(), database.Config{URL: testkit.SQLite(t)}, zap.NewNop())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	var out given
	app := fx.New(fx.NopLogger, option, fx.Supply(db), fx.Provide(
		func() clock.Clock { return clock.System{} }, eventbus.NewPublisher,
		func() customers.Service { return customerstest.New() },
		func() restaurants.Service { return restaurantstest.New() },
		func() orders.Service { return orderstest.New() },
	), fx.Populate(&out))
	require.NoError(t, app.Err())
	return out, db
}

func TestModule_gives_its_contract_its_routes_its_migrations_and_its_ports(t *testing.T) {
	t.Parallel()
	got, db := build(t, reviewsfx.Module())
	require.Len(t, got.Routes, 1)
	require.Equal(t, "reviews", got.Routes[0].Module)
	require.Len(t, got.Routes[0].Endpoints, 8)
	require.Len(t, got.Migrations, 1)
	require.Equal(t, "reviews", got.Migrations[0].Module)
	require.Len(t, got.Erasers, 1)

	_, err := db.Migrate(t.Context(), got.Migrations)
	require.NoError(t, err)
	_, err = got.Service.Get(t.Context(), 1)
	require.True(t, fault.Is(err, reviews.CodeNotFound), "%v", err)
	empty, err := got.Importer.IsEmpty(t.Context())
	require.NoError(t, err)
	require.True(t, empty)
	_, known, err := got.OfRestaurant.ReviewsOfRestaurant(t.Context(), 2, calendar.Days{})
	require.NoError(t, err)
	require.True(t, known, "there is a module to ask")
	_, known, err = got.OfCustomer.ReviewsOfCustomer(t.Context(), 1)
	require.NoError(t, err)
	require.True(t, known)
	_, there, err := got.OfOrder.ReviewOfOrder(t.Context(), 10, nil)
	require.NoError(t, err)
	require.False(t, there)
}

func TestDisabled_says_so_and_gives_nothing_else(t *testing.T) {
	t.Parallel()
	got, _ := build(t, reviewsfx.Disabled())
	require.Empty(t, got.Routes)
	require.Empty(t, got.Migrations)
	require.Empty(t, got.Erasers)
	_, get := got.Service.Get(t.Context(), 1)
	_, write := got.Service.Write(t.Context(), reviews.NewReview{})
	_, isEmpty := got.Importer.IsEmpty(t.Context())
	_, importing := got.Importer.ImportReviews(t.Context(), nil)
	for _, err := range []error{get, write, isEmpty, importing} {
		require.True(t, fault.Is(err, "module_disabled"), "%v", err)
		require.True(t, fault.IsKind(err, fault.Unavailable))
	}
	ofRestaurant, known, err := got.OfRestaurant.ReviewsOfRestaurant(t.Context(), 2, calendar.Days{})
	require.NoError(t, err)
	require.False(t, known)
	require.Zero(t, ofRestaurant)
	ofCustomer, known, err := got.OfCustomer.ReviewsOfCustomer(t.Context(), 1)
	require.NoError(t, err)
	require.False(t, known)
	require.Zero(t, ofCustomer)
	ofOrder, there, err := got.OfOrder.ReviewOfOrder(t.Context(), 10, nil)
	require.NoError(t, err)
	require.False(t, there)
	require.Zero(t, ofOrder)
}
