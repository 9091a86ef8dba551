package core_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"zomato/modules/orders"
	"zomato/modules/reviews"
	"zomato/modules/reviews/internal/core"
	"zomato/platform/access"
	"zomato/platform/fault"
	"zomato/platform/patch"
)

// callers are those who may call by their routes, as far as a use case has to
// tell them apart.
func callers() map[string]access.Principal {
	return map[string]access.Principal{
		"author":           {Role: access.Customer, CustomerID: 1},
		"another customer": {Role: access.Customer, CustomerID: 4},
		"restaurant":       {Role: access.Restaurant, RestaurantID: 2},
		"another one":      {Role: access.Restaurant, RestaurantID: 3},
		"staff":            {Role: access.Staff},
		"admin":            {Role: access.Admin},
	}
}

func TestReviews_of_others_do_not_exist(t *testing.T) {
	t.Parallel()
	type use = func(ctx context.Context, d desk) error
	for name, c := range map[string]struct {
		run  use
		may  []string
		not  []string
		code string
	}{
		"edit": {func(ctx context.Context, d desk) error {
			_, err := d.Edit(ctx, 1, core.Changes{Rating: patch.To(5)}, nil)
			return err
		}, []string{"author", "staff", "admin"}, []string{"another customer"}, reviews.CodeNotFound},
		"delete": {func(ctx context.Context, d desk) error {
			return d.Delete(ctx, 1, nil)
		}, []string{"author", "staff", "admin"}, []string{"another customer"}, reviews.CodeNotFound},
		"reply": {func(ctx context.Context, d desk) error {
			_, err := d.Reply(ctx, 1, new("Thank you!"), nil)
			return err
		}, []string{"restaurant", "staff", "admin"}, []string{"another one"}, reviews.CodeNotFound},
		"read that of an order": {func(ctx context.Context, d desk) error {
			_, err := d.OfOrder(ctx, 10)
			return err
		}, []string{"author", "restaurant", "staff", "admin"}, []string{"another customer", "another one"}, orders.CodeNotFound},
		"read": {func(ctx context.Context, d desk) error {
			_, err := d.Get(ctx, 1)
			return err
		}, []string{"author", "another customer", "restaurant", "another one", "staff", "admin"}, nil, ""},
	} {
		for _, who := range c.may {
			d := open()
			d.written(t, 4, nil)
			require.NoError(t, c.run(as(t, callers()[who]), d), "%s by %s", name, who)
		}
		for _, who := range c.not {
			d := open()
			d.written(t, 4, nil)
			d.unchanged(t, func() error { return c.run(as(t, callers()[who]), d) }, fault.NotFound, c.code)
		}
	}
}
