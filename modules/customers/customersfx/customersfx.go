// Package customersfx wires the customers module.
//
// team: customers
package customersfx

import (
	"context"

	"go.uber.org/fx"

	"zomato/modules/cache"
	"zomato/modules/customers"
	"zomato/modules/customers/internal/core"
	"zomato/modules/customers/internal/httpapi"
	"zomato/modules/customers/internal/policies"
	"zomato/modules/customers/internal/sqlstore"
	"zomato/modules/restaurants"
	"zomato/platform/clock"
	"zomato/platform/database"
	"zomato/platform/eventbus"
	"zomato/platform/fault"
	"zomato/platform/httpserver"
	"zomato/platform/module"
)

// Module wires the customers module.
func Module() fx.Option {
	return fx.Module("customers",
		fx.Provide(fx.Private, sqlstore.New, newCore, newAnalytics),
		fx.Provide(
			func(c *core.Service) customers.Service { return c },
			func(c *core.Service) customers.Importer { return c },
			fx.Annotate(routes, fx.ResultTags(`group:"routes"`)),
			fx.Annotate(sqlstore.Migrations, fx.ResultTags(`group:"migrations"`)),
			fx.Annotate(keeping, fx.ResultTags(`group:"cache.policies,flatten"`)),
			fx.Annotate(forgetRestaurant, fx.ResultTags(`group:"subscriptions"`)),
		),
	)
}

// Disabled stands in for the module where it is switched off.
func Disabled() fx.Option {
	return fx.Module("customers",
		fx.Supply(fx.Annotate(disabled{}, fx.As(new(customers.Service)), fx.As(new(customers.Importer)))),
	)
}

type needs struct {
	fx.In

	DB          *database.DB
	Publisher   *eventbus.Publisher
	Clock       clock.Clock
	Store       *sqlstore.Store
	Restaurants restaurants.Service
	Orders      customers.OrderActivity
	Erasers     []customers.Eraser `group:"customers.erasers"`
}

func newCore(n needs) *core.Service {
	return core.New(core.Dependencies{
		Store: n.Store, Transactions: n.DB, Events: n.Publisher, Clock: n.Clock, Restaurants: n.Restaurants,
		Orders: n.Orders, Erasers: n.Erasers,
	})
}

func newAnalytics(
	store *sqlstore.Store, db *database.DB, orders customers.OrderActivity, reviews customers.ReviewFigures, names restaurants.Service,
) *core.Analytics {
	return core.NewAnalytics(store, db, orders, reviews, names)
}

func routes(service *core.Service, analytics *core.Analytics, enabled module.Enabled) httpserver.Routes {
	return httpapi.Routes(service, analytics, httpapi.Parts{
		Restaurants: enabled.Has("restaurants"), Orders: enabled.Has("orders"), Reviews: enabled.Has("reviews"),
	})
}

func keeping(store *sqlstore.Store, enabled module.Enabled) []cache.Policy {
	return policies.All(store, enabled.Has("restaurants"))
}

func forgetRestaurant(service *core.Service) eventbus.Subscription {
	return eventbus.After("customers.favourites", service.ForgetRestaurant)
}

// disabled answers that the module is switched off.
type disabled struct{}

// Get implements customers.Service.
func (disabled) Get(context.Context, int64) (customers.Customer, error) {
	return customers.Customer{}, unavailable()
}

// ByIDs implements customers.Service.
func (disabled) ByIDs(context.Context, []int64) ([]customers.Customer, error) {
	return nil, unavailable()
}

// Lock implements customers.Service.
func (disabled) Lock(context.Context, int64) (customers.Customer, error) {
	return customers.Customer{}, unavailable()
}

// IsEmpty implements customers.Importer.
func (disabled) IsEmpty(context.Context) (bool, error) { return false, unavailable() }

// ImportCustomers implements customers.Importer.
func (disabled) ImportCustomers(context.Context, []customers.PastCustomer) ([]customers.Customer, error) {
	return nil, unavailable()
}

func unavailable() error {
	return fault.New(fault.Unavailable, "module_disabled", "The customers module is disabled.")
}
