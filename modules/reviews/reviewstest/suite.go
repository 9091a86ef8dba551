package reviewstest

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"zomato/modules/orders"
	"zomato/modules/reviews"
	"zomato/platform/access"
	"zomato/platform/fault"
)

// Subject is a service under test, and orders that it knows, none of which has
// been reviewed.
type Subject struct {
	Service reviews.Service
	// Delivered are three orders that can be reviewed.
	Delivered [3]orders.Order
	// UnderWay is not delivered yet; Old was, more than 30 days ago.
	UnderWay, Old int64
}

// unknown is an id that no subject has given to anything.
const unknown = 1 << 40

// RunSuite checks what the contract promises.
func RunSuite(t *testing.T, s Subject) {
	t.Helper()
	t.Run("refuses what cannot be reviewed", func(t *testing.T) { suiteRefuse(t, s) })
	t.Run("writes a review and gives it whole", func(t *testing.T) { suiteWrite(t, s) })
	t.Run("customers review their own orders", func(t *testing.T) { suiteOwn(t, s) })
	t.Run("knows no review that never was", func(t *testing.T) {
		for _, id := range []int64{unknown, 0, -1} {
			_, err := s.Service.Get(t.Context(), id)
			requireFault(t, err, fault.NotFound, reviews.CodeNotFound)
		}
	})
}

// suiteRefuse goes from the refusal that leads all others to the last one.
func suiteRefuse(t *testing.T, s Subject) {
	t.Helper()
	long := strings.Repeat("é", 2001)
	bad := reviews.NewReview{OrderID: unknown, Rating: 6, Comment: &long}
	_, err := s.Service.Write(t.Context(), bad)
	requireFault(t, err, fault.NotFound, orders.CodeNotFound)

	bad.OrderID = s.UnderWay
	_, err = s.Service.Write(t.Context(), bad)
	requireFault(t, err, fault.Invalid, "invalid")
	f, _ := fault.As(err)
	codes := map[string]string{}
	for _, field := range f.Fields {
		codes[field.Pointer] = field.Code
	}
	require.Equal(t, map[string]string{"#/rating": "out_of_range", "#/comment": "too_long"}, codes)

	_, err = s.Service.Write(t.Context(), reviews.NewReview{OrderID: s.UnderWay, Rating: 5})
	requireFault(t, err, fault.Conflict, "order_not_delivered")
	_, err = s.Service.Write(t.Context(), reviews.NewReview{OrderID: s.Old, Rating: 5})
	requireFault(t, err, fault.Conflict, "review_window_closed")
}

func suiteWrite(t *testing.T, s Subject) {
	t.Helper()
	first, second := s.Delivered[0], s.Delivered[1]
	written, err := s.Service.Write(t.Context(), reviews.NewReview{OrderID: first.ID, Rating: 5, Comment: new(" Good! ")})
	require.NoError(t, err)
	got, err := s.Service.Get(t.Context(), written.ID)
	require.NoError(t, err)
	require.Equal(t, written, got)

	assert.Equal(t, first.ID, got.OrderID)
	assert.Equal(t, first.CustomerID, got.CustomerID)
	assert.Equal(t, first.RestaurantID, got.RestaurantID)
	assert.Equal(t, 5, got.Rating)
	assert.Equal(t, new("Good!"), got.Comment)
	assert.Equal(t, reviews.Positive, got.Sentiment)
	assert.Positive(t, got.SentimentScore)
	require.NotNil(t, got.Author)
	assert.NotEmpty(t, *got.Author)
	assert.Nil(t, got.Reply)
	assert.Nil(t, got.EditedAt)
	assert.False(t, got.CreatedAt.Before(*first.DeliveryTime))
	assert.Positive(t, got.Version)

	_, err = s.Service.Write(t.Context(), reviews.NewReview{OrderID: first.ID, Rating: 1})
	requireFault(t, err, fault.Conflict, "review_exists")
	again, err := s.Service.Get(t.Context(), written.ID)
	require.NoError(t, err)
	require.Equal(t, written, again, "what was refused has changed nothing")

	bare, err := s.Service.Write(t.Context(), reviews.NewReview{OrderID: second.ID, Rating: 1, Comment: new(" ")})
	require.NoError(t, err)
	require.NotEqual(t, written.ID, bare.ID)
	assert.Nil(t, bare.Comment)
	assert.Equal(t, reviews.Negative, bare.Sentiment)
	assert.InDelta(t, -1, bare.SentimentScore, 0)
}

func suiteOwn(t *testing.T, s Subject) {
	t.Helper()
	order := s.Delivered[2]
	as := func(customerID int64) context.Context {
		return access.With(t.Context(), access.Principal{Role: access.Customer, CustomerID: customerID})
	}
	_, err := s.Service.Write(as(order.CustomerID+1), reviews.NewReview{OrderID: order.ID, Rating: 5})
	requireFault(t, err, fault.NotFound, orders.CodeNotFound)
	written, err := s.Service.Write(as(order.CustomerID), reviews.NewReview{OrderID: order.ID, Rating: 5})
	require.NoError(t, err)
	require.Equal(t, order.CustomerID, written.CustomerID)
}

func requireFault(t *testing.T, err error, kind fault.Kind, code string) {
	t.Helper()
	f, ok := fault.As(err)
	require.True(t, ok, "%v", err)
	require.Equal(t, code, f.Code)
	require.Equal(t, kind, f.Kind)
}
