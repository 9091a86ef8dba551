package core_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"zomato/modules/customers"
	"zomato/modules/orders"
	"zomato/modules/restaurants"
	"zomato/modules/reviews"
	"zomato/modules/reviews/internal/core"
	"zomato/platform/access"
	"zomato/platform/calendar"
	"zomato/platform/eventbus"
	"zomato/platform/fault"
)

// march1 is the date of noon at restaurant 2.
func march1(t *testing.T) calendar.Day {
	t.Helper()
	d, err := calendar.ParseDay("2026-03-01")
	require.NoError(t, err)
	return d
}

func TestWrite_keeps_a_review_and_all_that_follows_from_it(t *testing.T) {
	t.Parallel()
	d := open()
	n := reviews.NewReview{OrderID: 11, Rating: 5, Comment: new(" Good ")}
	got, err := d.Write(staff(t), n)
	require.NoError(t, err)
	want := reviews.Review{
		ID: 1, OrderID: 11, CustomerID: 1, RestaurantID: 2, Rating: 5, Comment: new("Good"), Sentiment: reviews.Positive, SentimentScore: 0.4404,
		Author: new("Asha R."), CreatedAt: noon(), Version: 1,
	}
	require.Equal(t, want, got)
	require.Equal(t, " Good ", *n.Comment, "the caller's stays as it is")
	want.Author = nil
	require.Equal(t, map[int64]core.Record{1: {Day: march1(t), Review: want}}, d.store.records, "the name is not kept")

	sum, count := d.rated(t)
	require.Equal(t, [2]int64{5, 1}, [2]int64{sum, count})
	require.Equal(t, []core.Tally{{
		RestaurantID: 2, CustomerID: 1, Day: march1(t), After: &core.Mark{Rating: 5, Sentiment: reviews.Positive},
	}}, d.store.tallies)
	require.Equal(t, []eventbus.Event{reviews.Written{ReviewID: 1, OrderID: 11, CustomerID: 1, RestaurantID: 2}}, d.store.events)
}

func TestWrite_takes_the_sentiment_from_the_comment_else_from_the_stars(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		rating  int
		comment *string
		score   float64
		want    reviews.Sentiment
	}{
		{1, new("Good"), 0.4404, reviews.Positive},
		{5, new("Bad"), -0.5423, reviews.Negative},
		{5, new("Table"), 0, reviews.Neutral},
		{5, nil, 1, reviews.Positive},
		{1, new("  "), -1, reviews.Negative},
	} {
		d := open()
		got, err := d.Write(staff(t), reviews.NewReview{OrderID: 10, Rating: c.rating, Comment: c.comment})
		require.NoError(t, err)
		require.InDelta(t, c.score, got.SentimentScore, 0)
		require.Equal(t, c.want, got.Sentiment)
		require.Equal(t, c.want, d.store.tallies[0].After.Sentiment)
	}
}

// obstacles are all that can stand against a review, the one that is reported
// first before the others.
func obstacles() []struct {
	name   string
	change func(n *reviews.NewReview, o *orders.Order, d desk)
	kind   fault.Kind
	code   string
} {
	type row = struct {
		name   string
		change func(n *reviews.NewReview, o *orders.Order, d desk)
		kind   fault.Kind
		code   string
	}
	return []row{
		{"no such order", func(n *reviews.NewReview, _ *orders.Order, _ desk) { n.OrderID = 99 }, fault.NotFound, orders.CodeNotFound},
		{"no such rating", func(n *reviews.NewReview, _ *orders.Order, _ desk) { n.Rating = 6 }, fault.Invalid, "out_of_range"},
		{"not delivered", func(_ *reviews.NewReview, o *orders.Order, _ desk) { o.OrderStatus = orders.StatusOutForDelivery }, fault.Conflict, "order_not_delivered"},
		{"reviewed", func(_ *reviews.NewReview, _ *orders.Order, d desk) { d.store.deleted[10] = noon() }, fault.Conflict, "review_exists"},
		{"too late", func(_ *reviews.NewReview, o *orders.Order, _ desk) {
			*o.DeliveryTime = noon().Add(-31 * 24 * time.Hour)
		}, fault.Conflict, "review_window_closed"},
		{"no such restaurant", func(_ *reviews.NewReview, o *orders.Order, _ desk) { o.RestaurantID = 9 }, fault.NotFound, restaurants.CodeNotFound},
	}
}

func TestWrite_refuses_with_what_matters_most(t *testing.T) {
	t.Parallel()
	all := obstacles()
	for i, first := range all {
		t.Run(first.name, func(t *testing.T) {
			t.Parallel()
			d, n, o := open(), reviews.NewReview{OrderID: 10, Rating: 5}, delivered(10, noon())
			for _, obstacle := range all[i:] {
				obstacle.change(&n, &o, d)
			}
			d.orders.Add(o)
			d.unchanged(t, func() error {
				_, err := d.Write(staff(t), n)
				return err
			}, first.kind, first.code)
		})
	}
}

func TestWrite_for_a_customer_who_was_erased_is_refused(t *testing.T) {
	t.Parallel()
	d := open(customers.Customer{ID: 4, Name: "Ravi"})
	got, err := d.Write(staff(t), reviews.NewReview{OrderID: 10, Rating: 5})
	require.True(t, fault.Is(err, customers.CodeNotFound), "%v", err)
	require.Zero(t, got)
	require.Empty(t, d.store.events)
	require.Empty(t, d.store.tallies)
}

func TestWrite_is_open_for_30_days_after_the_delivery(t *testing.T) {
	t.Parallel()
	for after, open30 := range map[time.Duration]bool{
		0: true, 30 * 24 * time.Hour: true, 30*24*time.Hour + time.Millisecond: false, -time.Minute: true, // clocks differ
	} {
		d := open()
		d.orders.Add(delivered(10, noon().Add(-after)))
		_, err := d.Write(staff(t), reviews.NewReview{OrderID: 10, Rating: 5})
		if open30 {
			require.NoError(t, err, after)
		} else {
			require.True(t, fault.Is(err, "review_window_closed") && fault.IsKind(err, fault.Conflict), "%s: %v", after, err)
		}
	}
}

func TestWrite_is_for_delivered_orders_only(t *testing.T) {
	t.Parallel()
	for _, status := range []orders.Status{
		orders.StatusPlaced, orders.StatusConfirmed, orders.StatusPreparing, orders.StatusOutForDelivery, orders.StatusCancelled,
	} {
		d, o := open(), delivered(10, noon())
		o.OrderStatus = status
		d.orders.Add(o)
		_, err := d.Write(staff(t), reviews.NewReview{OrderID: 10, Rating: 5})
		require.True(t, fault.Is(err, "order_not_delivered"), "%s: %v", status, err)
		require.ErrorContains(t, err, string(status))
	}
}

func TestWrite_of_two_at_once_the_second_is_refused(t *testing.T) {
	t.Parallel()
	d := open()
	d.store.between = func() {
		d.store.records[7] = core.Record{Review: reviews.Review{ID: 7, OrderID: 10, Rating: 1}}
	}
	got, err := d.Write(staff(t), reviews.NewReview{OrderID: 10, Rating: 5})
	require.True(t, fault.Is(err, "review_exists") && fault.IsKind(err, fault.Conflict), "%v", err)
	require.Zero(t, got)
	require.Len(t, d.store.records, 1)
	require.Empty(t, d.store.events)
	require.Empty(t, d.store.tallies)
	_, count := d.rated(t)
	require.Zero(t, count)
}

func TestWrite_customers_review_their_own_orders(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		who  access.Principal
		mine bool
	}{
		{access.Principal{Role: access.Customer, CustomerID: 1}, true},
		{access.Principal{Role: access.Customer, CustomerID: 4}, false},
		{access.Principal{Role: access.Customer}, false},
		{access.Principal{Role: access.Staff}, true},
		{access.Principal{Role: access.Admin}, true},
	} {
		d := open()
		write := func(ctx context.Context) error {
			r, err := d.Write(ctx, reviews.NewReview{OrderID: 10, Rating: 5})
			if err == nil {
				require.Equal(t, int64(1), r.CustomerID, "in the name of the order's customer")
			}
			return err
		}
		if c.mine {
			require.NoError(t, write(as(t, c.who)), "%+v", c.who)
		} else {
			d.unchanged(t, func() error { return write(as(t, c.who)) }, fault.NotFound, orders.CodeNotFound)
		}
	}
}

func TestA_review_counts_for_the_day_on_the_restaurants_wall(t *testing.T) {
	t.Parallel()
	for zone, want := range map[string]string{"Asia/Kolkata": "2026-03-01", "Pacific/Kiritimati": "2026-03-02", "Etc/GMT+12": "2026-02-28", "UTC": "2026-03-01"} {
		d := open()
		d.watch.now = noon().Add(-time.Minute)
		d.places.Add(restaurants.Restaurant{ID: 2, Timezone: zone, IsActive: true})
		_, err := d.Write(staff(t), reviews.NewReview{OrderID: 10, Rating: 5})
		require.NoError(t, err)
		require.Equal(t, want, d.store.records[1].Day.String(), zone)
		require.Equal(t, want, d.store.tallies[0].Day.String(), zone)
	}
	d := open()
	d.places.Add(restaurants.Restaurant{ID: 2, Timezone: "Mars/Base"})
	_, err := d.Write(staff(t), reviews.NewReview{OrderID: 10, Rating: 5})
	require.ErrorContains(t, err, "restaurant 2")
	require.False(t, fault.IsKind(err, fault.Invalid), "it is a defect of ours")
}
