// Package reviewsfx wires the reviews module.
//
// team: reviews
package reviewsfx

import (
	"context"

	"go.uber.org/fx"

	"zomato/modules/customers"
	"zomato/modules/orders"
	"zomato/modules/restaurants"
	"zomato/modules/reviews"
	"zomato/modules/reviews/internal/core"
	"zomato/modules/reviews/internal/httpapi"
	"zomato/modules/reviews/internal/policies"
	"zomato/modules/reviews/internal/sentiment"
	"zomato/modules/reviews/internal/sqlstore"
	"zomato/platform/calendar"
	"zomato/platform/clock"
	"zomato/platform/database"
	"zomato/platform/eventbus"
	"zomato/platform/fault"
)

// Module wires the reviews module.
func Module() fx.Option {
	return fx.Module("reviews",
		fx.Provide(fx.Private, sqlstore.New, newCore),
		fx.Provide(
			func(c *core.Service) reviews.Service { return c },
			func(c *core.Service) reviews.Importer { return c },
			fx.Annotate(httpapi.Routes, fx.ResultTags(`group:"routes"`)),
			fx.Annotate(sqlstore.Migrations, fx.ResultTags(`group:"migrations"`)),
			fx.Annotate(policies.All, fx.ResultTags(`group:"cache.policies,flatten"`)),
			// From the store and not from the core, which itself needs those who ask.
			func(s *sqlstore.Store) restaurants.ReviewFigures { return s },
			func(s *sqlstore.Store) customers.ReviewFigures { return s },
			func(s *sqlstore.Store) orders.ReviewLookup { return core.NewLookup(s) },
			fx.Annotate(func(s *sqlstore.Store) customers.Eraser { return s }, fx.ResultTags(`group:"customers.erasers"`)),
		),
	)
}

// Disabled stands in for the module where it is switched off.
func Disabled() fx.Option {
	return fx.Module("reviews",
		fx.Supply(fx.Annotate(disabled{}, fx.As(new(reviews.Service)), fx.As(new(reviews.Importer)), fx.As(new(restaurants.ReviewFigures)),
			fx.As(new(customers.ReviewFigures)), fx.As(new(orders.ReviewLookup)))),
	)
}

type needs struct {
	fx.In

	DB          *database.DB
	Publisher   *eventbus.Publisher
	Clock       clock.Clock
	Store       *sqlstore.Store
	Customers   customers.Service
	Orders      orders.Service
	Restaurants restaurants.Service
}

func newCore(n needs) *core.Service {
	return core.New(core.Dependencies{
		Store: n.Store, Transactions: n.DB, Events: n.Publisher, Clock: n.Clock, Sentiment: sentiment.New(),
		Customers: n.Customers, Orders: n.Orders, Restaurants: n.Restaurants,
	})
}

// disabled answers that the module is switched off.
type disabled struct{}

// Get implements reviews.Service.
func (disabled) Get(context.Context, int64) (reviews.Review, error) {
	return reviews.Review{}, unavailable()
}

// Write implements reviews.Service.
func (disabled) Write(context.Context, reviews.NewReview) (reviews.Review, error) {
	return reviews.Review{}, unavailable()
}

// IsEmpty implements reviews.Importer.
func (disabled) IsEmpty(context.Context) (bool, error) { return false, unavailable() }

// ImportReviews implements reviews.Importer.
func (disabled) ImportReviews(context.Context, []reviews.PastReview) ([]reviews.Review, error) {
	return nil, unavailable()
}

// ReviewsOfRestaurant implements restaurants.ReviewFigures.
func (disabled) ReviewsOfRestaurant(context.Context, int64, calendar.Days) (restaurants.ReviewSummary, bool, error) {
	return restaurants.ReviewSummary{}, false, nil
}

// ReviewsOfCustomer implements customers.ReviewFigures.
func (disabled) ReviewsOfCustomer(context.Context, int64) (customers.ReviewSummary, bool, error) {
	return customers.ReviewSummary{}, false, nil
}

// ReviewOfOrder implements orders.ReviewLookup.
func (disabled) ReviewOfOrder(context.Context, int64, *string) (orders.Review, bool, error) {
	return orders.Review{}, false, nil
}

func unavailable() error {
	return fault.New(fault.Unavailable, "module_disabled", "The reviews module is disabled.")
}
