// Package reviewstest lets other teams test against the reviews module: a fake,
// and the suite that the fake and the real service both pass.
//
// team: reviews
package reviewstest

import (
	"context"
	"sync"
	"time"

	"zomato/modules/orders"
	"zomato/modules/reviews"
	"zomato/modules/reviews/internal/core"
	"zomato/platform/access"
)

// Fake is a reviews.Service in memory. It knows no customers and no
// restaurants, and does not read comments: every author is "Asha R.", and the
// sentiment is that of the stars. It knows no unit of work either: what was
// written stays. Its time is that of the last delivery that it was told of.
// Create it with New. Safe for concurrent use.
type Fake struct {
	mu       sync.Mutex
	byID     map[int64]reviews.Review
	orders   map[int64]orders.Order
	reviewed map[int64]bool // by order
	now      time.Time
	last     int64
}

var _ reviews.Service = (*Fake)(nil)

// New gives a fake that knows these reviews.
func New(known ...reviews.Review) *Fake {
	f := &Fake{byID: map[int64]reviews.Review{}, orders: map[int64]orders.Order{}, reviewed: map[int64]bool{}}
	for _, r := range known {
		f.byID[r.ID], f.reviewed[r.OrderID] = r, true
		f.last = max(f.last, r.ID)
	}
	return f
}

// AddOrder makes the fake know an order, which can be reviewed when it is a
// delivered one; one with the same id is replaced.
func (f *Fake) AddOrder(o orders.Order) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.orders[o.ID] = o
	if o.DeliveryTime != nil && o.DeliveryTime.After(f.now) {
		f.now = *o.DeliveryTime
	}
}

// Get implements reviews.Service.
func (f *Fake) Get(_ context.Context, id int64) (reviews.Review, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	r, ok := f.byID[id]
	if !ok {
		return reviews.Review{}, reviews.NotFound(id)
	}
	return r, nil
}

// Write implements reviews.Service.
func (f *Fake) Write(ctx context.Context, n reviews.NewReview) (reviews.Review, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	order, known := f.orders[n.OrderID]
	if !known || !order.ExistsFor(access.From(ctx)) {
		return reviews.Review{}, orders.NotFound(n.OrderID)
	}
	findings := core.Tidy(&n)
	if err := findings.Err(); err != nil {
		return reviews.Review{}, err
	}
	if err := core.Reviewable(order, f.reviewed[n.OrderID], f.now); err != nil {
		return reviews.Review{}, err
	}
	f.last++
	score, author := core.StarScore(n.Rating), core.Author("Asha Rao")
	r := reviews.Review{
		ID: f.last, OrderID: order.ID, CustomerID: order.CustomerID, RestaurantID: order.RestaurantID, Rating: n.Rating, Comment: n.Comment,
		Sentiment: core.Label(score), SentimentScore: score, Author: &author, CreatedAt: f.now, Version: 1,
	}
	f.byID[r.ID], f.reviewed[r.OrderID] = r, true
	return r, nil
}
