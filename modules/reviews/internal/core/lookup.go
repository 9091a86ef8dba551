package core

import (
	"context"

	"zomato/modules/customers"
	"zomato/modules/orders"
)

// Lookup implements orders.ReviewLookup. It stands apart from Service, which
// itself needs orders. Create it with NewLookup. Safe for concurrent use.
type Lookup struct {
	store     Store
	customers customers.Service
}

var _ orders.ReviewLookup = (*Lookup)(nil)

// NewLookup gives the port.
func NewLookup(store Store, authors customers.Service) *Lookup {
	return &Lookup{store: store, customers: authors}
}

// ReviewOfOrder implements orders.ReviewLookup.
func (l *Lookup) ReviewOfOrder(ctx context.Context, orderID int64) (orders.Review, bool, error) {
	record, there, err := l.store.OfOrder(ctx, orderID)
	if err != nil || !there {
		return orders.Review{}, false, err
	}
	records := []Record{record}
	err = nameAuthors(ctx, l.customers, records)
	r := records[0]
	out := orders.Review{
		ID: r.ID, OrderID: r.OrderID, CustomerID: r.CustomerID, RestaurantID: r.RestaurantID, Rating: r.Rating, Comment: r.Comment,
		Sentiment: string(r.Sentiment), SentimentScore: r.SentimentScore, Author: r.Author, CreatedAt: r.CreatedAt, EditedAt: r.EditedAt,
	}
	if r.Reply != nil {
		out.Reply = &orders.ReviewReply{Text: r.Reply.Text, At: r.Reply.At}
	}
	return out, true, err
}
