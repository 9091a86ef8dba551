package core

import (
	"context"
	"fmt"
	"time"

	"zomato/modules/orders"
	"zomato/modules/restaurants"
	"zomato/modules/reviews"
	"zomato/platform/access"
	"zomato/platform/calendar"
	"zomato/platform/fault"
	"zomato/platform/idempotency"
)

// Write implements reviews.Service. It is prepared outside of the unit of work:
// a delivered order does not change any more, and of two that review it at once
// the second meets the first inside.
func (s *Service) Write(ctx context.Context, n reviews.NewReview) (reviews.Review, error) {
	record, err := s.prepare(ctx, n)
	if err != nil {
		return reviews.Review{}, err
	}
	return idempotency.Write(ctx, s.tx, func(ctx context.Context) (reviews.Review, error) {
		written, err := s.commit(ctx, record)
		return written.Review, err
	})
}

// prepare reads, checks and judges a new review.
func (s *Service) prepare(ctx context.Context, n reviews.NewReview) (Record, error) {
	order, err := s.order(ctx, n.OrderID)
	if err != nil {
		return Record{}, err
	}
	return s.draft(ctx, order, n, s.clock.Now())
}

// draft gives the review of an order as it is written at a time.
func (s *Service) draft(ctx context.Context, order orders.Order, n reviews.NewReview, at time.Time) (Record, error) {
	findings := Tidy(&n)
	err := findings.Err()
	if err != nil {
		return Record{}, err
	}
	reviewed, err := s.store.Exists(ctx, n.OrderID)
	if err != nil {
		return Record{}, err
	}
	if err = Reviewable(order, reviewed, at); err != nil {
		return Record{}, err
	}
	restaurant, err := s.restaurants.Get(ctx, order.RestaurantID)
	if err != nil {
		return Record{}, err
	}
	zone, err := s.zones.Zone(restaurant.Timezone)
	if err != nil {
		return Record{}, fmt.Errorf("find the time zone of restaurant %d: %w", restaurant.ID, err)
	}
	score := StarScore(n.Rating)
	if n.Comment != nil {
		score = s.score(*n.Comment)
	}
	return Record{Day: calendar.DayOf(at, zone), Review: reviews.Review{
		OrderID: order.ID, CustomerID: order.CustomerID, RestaurantID: order.RestaurantID, Rating: n.Rating, Comment: n.Comment,
		Sentiment: Label(score), SentimentScore: score, CreatedAt: at, Version: 1,
	}}, nil
}

// order gives an order that exists for the caller. Faults: order_not_found.
func (s *Service) order(ctx context.Context, id int64) (orders.Order, error) {
	order, err := s.orders.Get(ctx, id)
	if err == nil && !order.ExistsFor(access.From(ctx)) {
		return orders.Order{}, orders.NotFound(id)
	}
	return order, err
}

// commit stores a prepared review in the unit of work of the context. The rating
// comes last: all that rate, wherever, wait for each other there.
func (s *Service) commit(ctx context.Context, r Record) (Record, error) {
	id, isNew, err := s.store.Insert(ctx, r)
	if err != nil {
		return r, err
	}
	if !isNew {
		return r, exists()
	}
	r.ID = id
	customer, err := s.customers.Lock(ctx, r.CustomerID)
	if err != nil {
		return r, err
	}
	r.Author = new(Author(customer.Name))
	if err = s.store.AddToFigures(ctx, tally(nil, &r)); err != nil {
		return r, err
	}
	if err = s.restaurants.Rate(ctx, r.RestaurantID, restaurants.RatingChange{Stars: int64(r.Rating), Count: 1}); err != nil {
		return r, err
	}
	return r, s.events.Publish(ctx, reviews.Written{
		ReviewID: r.ID, OrderID: r.OrderID, CustomerID: r.CustomerID, RestaurantID: r.RestaurantID,
	})
}

// windowClosed is the fault for a review that is too old to be edited.
func windowClosed() *fault.Error {
	return fault.New(fault.Conflict, "edit_window_closed", "A review can be edited within 7 days; it can still be deleted.")
}
