// Package ordersfx wires the orders module.
//
// team: orders
package ordersfx

import (
	"context"

	"go.uber.org/fx"

	"zomato/modules/cache"
	"zomato/modules/customers"
	"zomato/modules/orders"
	"zomato/modules/orders/internal/core"
	"zomato/modules/orders/internal/httpapi"
	"zomato/modules/orders/internal/policies"
	"zomato/modules/orders/internal/recall"
	"zomato/modules/orders/internal/sqlstore"
	"zomato/modules/restaurants"
	"zomato/platform/calendar"
	"zomato/platform/clock"
	"zomato/platform/database"
	"zomato/platform/eventbus"
	"zomato/platform/fault"
)

// Module wires the orders module.
func Module() fx.Option {
	return fx.Module("orders",
		fx.Provide(fx.Private, sqlstore.New, recall.New, newCore),
		fx.Provide(
			func(c *core.Service) orders.Service { return c },
			func(c *core.Service) orders.Importer { return c },
			fx.Annotate(httpapi.Routes, fx.ResultTags(`group:"routes"`)),
			fx.Annotate(sqlstore.Migrations, fx.ResultTags(`group:"migrations"`)),
			fx.Annotate(func(s *sqlstore.Store) []cache.Policy { return policies.All(s) }, fx.ResultTags(`group:"cache.policies,flatten"`)),
			fx.Annotate(popular, fx.ResultTags(`group:"cache.popular"`)),
			// From the store and not from the core, which itself needs customers.
			func(s *sqlstore.Store) customers.OrderActivity { return s },
			func(s *sqlstore.Store) restaurants.OrderFigures { return s },
			fx.Annotate(func(s *sqlstore.Store) customers.Eraser { return s }, fx.ResultTags(`group:"customers.erasers"`)),
		),
	)
}

// Disabled stands in for the module where it is switched off.
func Disabled() fx.Option {
	return fx.Module("orders",
		fx.Supply(fx.Annotate(disabled{}, fx.As(new(orders.Service)), fx.As(new(orders.Importer)),
			fx.As(new(customers.OrderActivity)), fx.As(new(restaurants.OrderFigures)))),
	)
}

type needs struct {
	fx.In

	DB          *database.DB
	Publisher   *eventbus.Publisher
	Clock       clock.Clock
	Store       *sqlstore.Store
	Menus       *recall.Menus
	Customers   customers.Service
	Restaurants restaurants.Service
	Reviews     orders.ReviewLookup
}

func newCore(n needs) *core.Service {
	return core.New(core.Dependencies{
		Store: n.Store, Transactions: n.DB, Events: n.Publisher, Clock: n.Clock,
		Customers: n.Customers, Restaurants: n.Restaurants, Menus: n.Menus, Reviews: n.Reviews,
	})
}

// popular knows better than ratings what guests will ask for.
func popular(s *sqlstore.Store) cache.Popular {
	return cache.Popular{Preference: 2, Restaurants: s.MostOrdered}
}

// disabled answers that the module is switched off.
type disabled struct{}

// Get implements orders.Service.
func (disabled) Get(context.Context, int64) (orders.Order, error) {
	return orders.Order{}, unavailable()
}

// Place implements orders.Service.
func (disabled) Place(context.Context, orders.NewOrder) (orders.Order, error) {
	return orders.Order{}, unavailable()
}

// IsEmpty implements orders.Importer.
func (disabled) IsEmpty(context.Context) (bool, error) { return false, unavailable() }

// ImportOrders implements orders.Importer.
func (disabled) ImportOrders(context.Context, []orders.PastOrder) ([]orders.Order, error) {
	return nil, unavailable()
}

// HasActiveOrders implements customers.OrderActivity.
func (disabled) HasActiveOrders(context.Context, int64) (bool, error) { return false, nil }

// OrdersOfCustomer implements customers.OrderActivity.
func (disabled) OrdersOfCustomer(context.Context, int64) (customers.OrderSummary, bool, error) {
	return customers.OrderSummary{}, false, nil
}

// OrdersOfRestaurant implements restaurants.OrderFigures.
func (disabled) OrdersOfRestaurant(context.Context, int64, string, calendar.Days) (restaurants.OrderSummary, bool, error) {
	return restaurants.OrderSummary{}, false, nil
}

func unavailable() error {
	return fault.New(fault.Unavailable, "module_disabled", "The orders module is disabled.")
}
