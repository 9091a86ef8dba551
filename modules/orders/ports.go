package orders

import (
	"context"
	"time"
)

// ReviewLookup is what this module asks of the one that keeps reviews.
type ReviewLookup interface {
	// ReviewOfOrder gives the review of an order, whose customer has that name;
	// nil is for one who was erased. False says that there is no review, or
	// nobody who keeps them.
	ReviewOfOrder(ctx context.Context, orderID int64, customerName *string) (Review, bool, error)
}

// Review is the review of an order as the order shows it: the same fields that
// the review itself has.
type Review struct {
	ID             int64        `json:"id" example:"1"`
	OrderID        int64        `json:"order_id" example:"10"`
	CustomerID     int64        `json:"customer_id" example:"1"`
	RestaurantID   int64        `json:"restaurant_id" example:"2"`
	Rating         int          `json:"rating" doc:"Stars, 1 to 5" example:"5"`
	Comment        *string      `json:"comment" example:"Amazing food and fast delivery!"`
	Sentiment      string       `json:"sentiment" enum:"positive,neutral,negative"`
	SentimentScore float64      `json:"sentiment_score" doc:"-1 to 1, with four decimals" example:"0.7"`
	Reply          *ReviewReply `json:"reply" doc:"The restaurant's; null while there is none"`
	Author         *string      `json:"author" doc:"First name and initial; null once the customer was erased" example:"Asha R."`
	CreatedAt      time.Time    `json:"created_at"`
	EditedAt       *time.Time   `json:"edited_at" doc:"null if never"`
	_              struct{}     `nullable:"true"`
}

// ReviewReply is what the restaurant replied to a review.
type ReviewReply struct {
	Text string    `json:"text" example:"Thank you!"`
	At   time.Time `json:"at"`
	_    struct{}  `nullable:"true"`
}
