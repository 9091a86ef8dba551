package core

import (
	"context"

	"zomato/modules/orders"
)

// Lookup implements orders.ReviewLookup. It stands apart from Service, which
// itself needs orders. Create it with NewLookup. Safe for concurrent use.
type Lookup struct{ store Store }

var _ orders.ReviewLookup = (*Lookup)(nil)

// NewLookup gives the port.
func NewLookup(store Store) *Lookup { return &Lookup{store} }

// ReviewOfOrder implements orders.ReviewLookup.
func (l *Lookup) ReviewOfOrder(ctx context.Context, orderID int64, customerName *string) (orders.Review, bool, error) {
	r, there, err := l.store.OfOrder(ctx, orderID)
	if err != nil || !there {
		return orders.Review{}, false, err
	}
	if customerName != nil {
		r.Author = new(Author(*customerName))
	}
	out := orders.Review{
		ID: r.ID, OrderID: r.OrderID, CustomerID: r.CustomerID, RestaurantID: r.RestaurantID, Rating: r.Rating, Comment: r.Comment,
		Sentiment: string(r.Sentiment), SentimentScore: r.SentimentScore, Author: r.Author, CreatedAt: r.CreatedAt, EditedAt: r.EditedAt,
	}
	if r.Reply != nil {
		out.Reply = &orders.ReviewReply{Text: r.Reply.Text, At: r.Reply.At}
	}
	return out, true, nil
}
