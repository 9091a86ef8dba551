package demo_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"zomato/app/demo"
	"zomato/modules/customers"
	"zomato/modules/orders"
	"zomato/modules/restaurants"
	"zomato/modules/reviews"
)

// answer is what a module says that is asked whether it is empty.
type answer struct {
	empty bool
	err   error
}

// IsEmpty implements the importers of all modules.
func (a answer) IsEmpty(context.Context) (bool, error) { return a.empty, a.err }

// The importers as far as they are asked.
type (
	ofRestaurants struct {
		restaurants.Importer
		answer
	}
	ofCustomers struct {
		customers.Importer
		answer
	}
	ofOrders struct {
		orders.Importer
		answer
	}
	ofReviews struct {
		reviews.Importer
		answer
	}
)

// IsEmpty implements restaurants.Importer.
func (o ofRestaurants) IsEmpty(ctx context.Context) (bool, error) { return o.answer.IsEmpty(ctx) }

// IsEmpty implements customers.Importer.
func (o ofCustomers) IsEmpty(ctx context.Context) (bool, error) { return o.answer.IsEmpty(ctx) }

// IsEmpty implements orders.Importer.
func (o ofOrders) IsEmpty(ctx context.Context) (bool, error) { return o.answer.IsEmpty(ctx) }

// IsEmpty implements reviews.Importer.
func (o ofReviews) IsEmpty(ctx context.Context) (bool, error) { return o.answer.IsEmpty(ctx) }

func TestFill_stores_nothing_where_one_module_is_not_empty(t *testing.T) {
	t.Parallel()
	options := demo.Options{Orders: 10, Now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	for at := range 4 {
		for want, said := range map[string]answer{"the database is not empty": {}, "no answer": {err: errors.New("no answer")}} {
			answers := [4]answer{{empty: true}, {empty: true}, {empty: true}, {empty: true}}
			answers[at] = said
			_, err := demo.Fill(t.Context(), demo.Modules{
				RestaurantImport: ofRestaurants{answer: answers[0]}, Customers: ofCustomers{answer: answers[1]},
				Orders: ofOrders{answer: answers[2]}, Reviews: ofReviews{answer: answers[3]},
			}, options) // whatever it called else would panic
			require.ErrorContains(t, err, want)
		}
	}
}
