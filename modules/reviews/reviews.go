package reviews

import (
	"context"
	"time"

	"zomato/platform/fault"
)

// CodeNotFound is the code of the fault for a review that does not exist or was
// deleted.
const CodeNotFound = "review_not_found"

// NotFound is that fault.
func NotFound(id int64) *fault.Error {
	return fault.New(fault.NotFound, CodeNotFound, "There is no review %d.", id)
}

// Sentiment is whether a review is for or against a restaurant.
type Sentiment string

// The sentiments.
const (
	Positive Sentiment = "positive"
	Neutral  Sentiment = "neutral"
	Negative Sentiment = "negative"
)

// Review is a review as the API shows it.
type Review struct {
	ID             int64      `json:"id" example:"1"`
	OrderID        int64      `json:"order_id" example:"10"`
	CustomerID     int64      `json:"customer_id" example:"1"`
	RestaurantID   int64      `json:"restaurant_id" example:"2"`
	Rating         int        `json:"rating" doc:"Stars, 1 to 5" example:"5"`
	Comment        *string    `json:"comment" example:"Amazing food and fast delivery!"`
	Sentiment      Sentiment  `json:"sentiment" enum:"positive,neutral,negative" doc:"Of the comment; of the rating where there is none"`
	SentimentScore float64    `json:"sentiment_score" doc:"-1 to 1, with four decimals; from 0.05 it is positive, to -0.05 negative" example:"0.7"`
	Reply          *Reply     `json:"reply" doc:"The restaurant's; null while there is none"`
	Author         *string    `json:"author" doc:"First name and initial; null once the customer was erased" example:"Asha R."`
	CreatedAt      time.Time  `json:"created_at"`
	EditedAt       *time.Time `json:"edited_at" doc:"null if never"`

	// Version rises with every change and is compared by If-Match.
	Version int64 `json:"-"`
}

// Reply is what a restaurant replies to a review.
type Reply struct {
	Text string    `json:"text" example:"Thank you!"`
	At   time.Time `json:"at"`
	_    struct{}  `nullable:"true"`
}

// NewReview is what it takes to write a review.
type NewReview struct {
	OrderID int64
	Rating  int // stars, 1 to 5
	Comment *string
}

// Service is what other modules may ask of this one. Its methods join the unit
// of work of the context, if there is one. Safe for concurrent use.
type Service interface {
	// Get gives a review. Faults: review_not_found.
	Get(ctx context.Context, id int64) (Review, error)
	// Write stores the review of an order in a unit of work. A customer in the
	// context reviews their own orders; without one, the review is in the name of
	// the order's customer. Faults: order_not_found, restaurant_not_found,
	// customer_not_found, order_not_delivered, review_exists,
	// review_window_closed, or findings about the fields.
	Write(ctx context.Context, n NewReview) (Review, error)
}
