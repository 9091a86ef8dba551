// Package restaurantsfx wires the restaurants module.
//
// team: restaurants
package restaurantsfx

import (
	"context"
	"io"

	"go.uber.org/fx"

	"zomato/modules/cache"
	"zomato/modules/restaurants"
	"zomato/modules/restaurants/internal/core"
	"zomato/modules/restaurants/internal/csvfile"
	"zomato/modules/restaurants/internal/httpapi"
	"zomato/modules/restaurants/internal/policies"
	"zomato/modules/restaurants/internal/sqlstore"
	"zomato/platform/clock"
	"zomato/platform/database"
	"zomato/platform/eventbus"
	"zomato/platform/fault"
	"zomato/platform/httpserver"
	"zomato/platform/module"
)

// Config is what the module takes from the configuration. The application
// supplies it.
type Config struct {
	// Timezone is the IANA name of the zone of a restaurant that names none. The
	// start fails when there is no such zone.
	Timezone string
}

// Module wires the restaurants module.
func Module() fx.Option {
	return fx.Module("restaurants",
		fx.Provide(fx.Private, sqlstore.New, newCore, newAnalytics),
		fx.Provide(
			func(c *core.Service) restaurants.Service { return c },
			func(c *core.Service) restaurants.Importer { return csvfile.New(c) },
			fx.Annotate(routes, fx.ResultTags(`group:"routes"`)),
			fx.Annotate(sqlstore.Migrations, fx.ResultTags(`group:"migrations"`)),
			fx.Annotate(policies.All, fx.ResultTags(`group:"cache.policies,flatten"`)),
			fx.Annotate(popular, fx.ResultTags(`group:"cache.popular"`)),
		),
	)
}

// Disabled stands in for the module where it is switched off.
func Disabled() fx.Option {
	return fx.Module("restaurants",
		fx.Supply(fx.Annotate(disabled{}, fx.As(new(restaurants.Service)), fx.As(new(restaurants.Importer)))),
	)
}

type needs struct {
	fx.In

	Config    Config
	DB        *database.DB
	Publisher *eventbus.Publisher
	Clock     clock.Clock
	Store     *sqlstore.Store
}

func newCore(n needs) (*core.Service, error) {
	return core.New(core.Dependencies{
		Store: n.Store, Transactions: n.DB, Events: n.Publisher, Clock: n.Clock, Timezone: n.Config.Timezone,
	})
}

func newAnalytics(store *sqlstore.Store, db *database.DB, orders restaurants.OrderFigures, reviews restaurants.ReviewFigures) *core.Analytics {
	return core.NewAnalytics(store, db, orders, reviews)
}

func routes(service *core.Service, analytics *core.Analytics, enabled module.Enabled) httpserver.Routes {
	return httpapi.Routes(service, analytics, httpapi.Parts{Orders: enabled.Has("orders"), Reviews: enabled.Has("reviews")})
}

// popular is a guess by ratings, for where nobody counts orders.
func popular(s *sqlstore.Store) cache.Popular {
	return cache.Popular{Preference: 1, Restaurants: s.BestRanked}
}

// disabled answers that the module is switched off.
type disabled struct{}

// Get implements restaurants.Service.
func (disabled) Get(context.Context, int64) (restaurants.Restaurant, error) {
	return restaurants.Restaurant{}, unavailable()
}

// ByIDs implements restaurants.Service.
func (disabled) ByIDs(context.Context, []int64) ([]restaurants.Restaurant, error) {
	return nil, unavailable()
}

// Items implements restaurants.Service.
func (disabled) Items(context.Context, []int64) ([]restaurants.MenuItem, error) {
	return nil, unavailable()
}

// Substitutes implements restaurants.Service.
func (disabled) Substitutes(context.Context, int64, []restaurants.Portion) (map[int64]restaurants.MenuItem, error) {
	return nil, unavailable()
}

// TakeStock implements restaurants.Service.
func (disabled) TakeStock(context.Context, restaurants.Basket) error { return unavailable() }

// ReturnStock implements restaurants.Service.
func (disabled) ReturnStock(context.Context, []restaurants.Portion) error { return unavailable() }

// Rate implements restaurants.Service.
func (disabled) Rate(context.Context, int64, restaurants.RatingChange) error { return unavailable() }

// IsEmpty implements restaurants.Importer.
func (disabled) IsEmpty(context.Context) (bool, error) { return false, unavailable() }

// ImportRestaurants implements restaurants.Importer.
func (disabled) ImportRestaurants(context.Context, io.Reader, restaurants.Import) (restaurants.ImportReport, error) {
	return restaurants.ImportReport{}, unavailable()
}

// ImportMenuItems implements restaurants.Importer.
func (disabled) ImportMenuItems(context.Context, io.Reader, restaurants.Import) (restaurants.ImportReport, error) {
	return restaurants.ImportReport{}, unavailable()
}

func unavailable() error {
	return fault.New(fault.Unavailable, "module_disabled", "The restaurants module is disabled.")
}
