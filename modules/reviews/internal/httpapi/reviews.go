package httpapi

import (
	"context"

	"zomato/modules/reviews"
	"zomato/modules/reviews/internal/core"
	"zomato/platform/httpserver"
)

// newReview is the body of POST /orders/{order_id}/review.
type newReview struct {
	Rating  int     `json:"rating" minimum:"1" maximum:"5" doc:"Stars" example:"5"`
	Comment *string `json:"comment,omitempty" nullable:"true" maxLength:"2000" example:"Amazing food and fast delivery!"`
}

// reviewChanges is the body of PUT /reviews/{review_id}.
type reviewChanges struct {
	Rating  httpserver.Field[int]       `json:"rating,omitempty" minimum:"1" maximum:"5"`
	Comment httpserver.Nullable[string] `json:"comment,omitempty" maxLength:"2000"`
}

// newReply is the body of PUT /reviews/{review_id}/reply.
type newReply struct {
	Text *string `json:"text" nullable:"true" minLength:"1" maxLength:"1000" doc:"null withdraws the reply" example:"Thank you!"`
}

type writeInput struct {
	ByOrder
	Body newReview
}

type editInput struct {
	ByReview
	httpserver.IfMatch
	Body reviewChanges
}

type deleteInput struct {
	ByReview
	httpserver.IfMatch
}

type replyInput struct {
	ByReview
	httpserver.IfMatch
	Body newReply
}

type restaurantListInput struct {
	RestaurantID int64 `path:"restaurant_id" minimum:"1" example:"2"`
	httpserver.PageQuery
	Rating    httpserver.Param[int] `query:"rating" minimum:"1" maximum:"5" doc:"Only with exactly so many stars"`
	MinRating httpserver.Param[int] `query:"min_rating" minimum:"1" maximum:"5" doc:"Only with at least so many stars"`
	Sentiment string                `query:"sentiment" enum:"positive,neutral,negative"`
	Sort      string                `query:"sort" enum:"newest,oldest,highest,lowest" default:"newest"`
}

type customerListInput struct {
	CustomerID int64 `path:"customer_id" minimum:"1" example:"1"`
	httpserver.PageQuery
}

func (h handlers) write(ctx context.Context, in *writeInput) (reviews.Review, error) {
	return h.service.Write(ctx, reviews.NewReview{OrderID: in.OrderID, Rating: in.Body.Rating, Comment: in.Body.Comment})
}

func written(_ *writeInput, made reviews.Review) *httpserver.Created[reviews.Review] {
	return httpserver.CreatedAt("/reviews/", made.ID, made.Version, made).About(made.CustomerID)
}

func (h handlers) ofOrder(ctx context.Context, in *ByOrder) (*httpserver.Item[reviews.Review], error) {
	return one(h.service.OfOrder(ctx, in.OrderID))
}

func (h handlers) get(ctx context.Context, in *ByReview) (*httpserver.Item[reviews.Review], error) {
	return one(h.service.Get(ctx, in.ReviewID))
}

func (h handlers) edit(ctx context.Context, in *editInput) (*httpserver.Item[reviews.Review], error) {
	return one(h.service.Edit(ctx, in.ReviewID, core.Changes{Rating: in.Body.Rating.Field, Comment: in.Body.Comment.Field}, in.Versions()))
}

func (h handlers) delete(ctx context.Context, in *deleteInput) (*httpserver.Empty, error) {
	return &httpserver.Empty{}, h.service.Delete(ctx, in.ReviewID, in.Versions())
}

func (h handlers) reply(ctx context.Context, in *replyInput) (*httpserver.Item[reviews.Review], error) {
	return one(h.service.Reply(ctx, in.ReviewID, in.Body.Text, in.Versions()))
}

func one(r reviews.Review, err error) (*httpserver.Item[reviews.Review], error) {
	if err != nil {
		return nil, err
	}
	return httpserver.ItemOf(r, r.Version), nil
}

func (h handlers) ofRestaurant(ctx context.Context, in *restaurantListInput) (*httpserver.List[reviews.Review], error) {
	page, err := h.service.OfRestaurant(ctx, core.Filter{
		RestaurantID: in.RestaurantID, Rating: in.Rating.Pointer(), MinRating: in.MinRating.Pointer(), Sentiment: reviews.Sentiment(in.Sentiment),
	}, core.Sort(in.Sort), in.Query())
	if err != nil {
		return nil, err
	}
	return httpserver.ListOf(&in.PageQuery, page), nil
}

func (h handlers) ofCustomer(ctx context.Context, in *customerListInput) (*httpserver.List[reviews.Review], error) {
	page, err := h.service.OfCustomer(ctx, in.CustomerID, in.Query())
	if err != nil {
		return nil, err
	}
	return httpserver.ListOf(&in.PageQuery, page), nil
}
