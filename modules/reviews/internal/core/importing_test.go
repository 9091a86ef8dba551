package core_test

import (
	"context"
	"testing"

	"zomato/modules/customers/customerstest"
	"zomato/modules/reviews"
	"zomato/modules/reviews/internal/core"
	"zomato/platform/fault"
)

// late is a store in which a review appears right after somebody looked for it.
type late struct{ *memory }

// Exists implements core.Store.
func (late) Exists(context.Context, int64) (bool, error) { return false, nil }

func TestImport_refuses_a_review_that_somebody_writes_at_the_same_moment(t *testing.T) {
	t.Parallel()
	d := open()
	d.written(t, 3, nil)
	d.Service = core.New(core.Dependencies{
		Store: late{d.store}, Transactions: d.store, Events: d.store, Clock: d.watch, Sentiment: d.ear,
		Customers: customerstest.New(asha()), Orders: d.orders, Restaurants: d.places,
	})
	d.unchanged(t, func() error {
		_, err := d.ImportReviews(staff(t), []reviews.PastReview{{NewReview: reviews.NewReview{OrderID: 10, Rating: 5}, WrittenAt: noon()}})
		return err
	}, fault.Conflict, "review_exists")
}
