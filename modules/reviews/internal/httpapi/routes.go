// Package httpapi is the HTTP side of the reviews module: it translates between
// requests and use cases.
//
// team: reviews
package httpapi

import (
	"net/http"

	"zomato/modules/reviews/internal/core"
	"zomato/platform/access"
	"zomato/platform/httpserver"
)

// handlers answer the module's operations.
type handlers struct{ service *core.Service }

// ByOrder is the input of what needs only an order's id.
type ByOrder struct {
	OrderID int64 `path:"order_id" minimum:"1" example:"10"`
}

// ByReview is the input of what needs only a review's id.
type ByReview struct {
	ReviewID int64 `path:"review_id" minimum:"1" example:"1"`
}

// Routes are the module's operations.
func Routes(service *core.Service) httpserver.Routes {
	h := handlers{service}
	endpoints := append(h.ofOrders(), h.lists()...)
	return httpserver.Routes{Module: "reviews", Endpoints: append(endpoints, h.single()...)}
}

// authors lets staff call, and customers for their own reviews. Whose review it
// is, the use case knows: to others it does not exist.
func authors() access.Rule { return access.Only(access.Customer | access.Staff) }

func (h handlers) ofOrders() []httpserver.Endpoint {
	return []httpserver.Endpoint{
		httpserver.Create(httpserver.Operation{
			ID: "write-review", Method: http.MethodPost, Path: "/orders/{order_id}/review", Access: authors(),
			Summary: "Review a delivered order", Status: http.StatusCreated,
			Description: "In the name of the order's customer, once, within 30 days of the delivery: 409 `order_not_delivered`, `review_exists` (also when it was " +
				"deleted) or `review_window_closed`. The restaurant's rating changes with it.",
			Errors: []int{http.StatusNotFound, http.StatusConflict},
		}, h.write, written),
		httpserver.Handle(httpserver.Operation{
			ID: "get-order-review", Method: http.MethodGet, Path: "/orders/{order_id}/review",
			Access:  access.Only(access.Customer | access.Restaurant | access.Staff),
			Summary: "Read the review of an order", Errors: []int{http.StatusNotFound},
		}, h.ofOrder),
	}
}

func (h handlers) lists() []httpserver.Endpoint {
	return []httpserver.Endpoint{
		httpserver.Handle(httpserver.Operation{
			ID: "list-restaurant-reviews", Method: http.MethodGet, Path: "/restaurants/{restaurant_id}/reviews", Access: access.Public(),
			Summary: "List the reviews of a restaurant, the newest first", Errors: []int{http.StatusNotFound},
			Description: "`sort` is another order. Of the same rating, `highest` shows the newest first and `lowest` the oldest.",
		}, h.ofRestaurant),
		httpserver.Handle(httpserver.Operation{
			ID: "list-customer-reviews", Method: http.MethodGet, Path: "/customers/{customer_id}/reviews",
			Access:  authors().Own("customer_id"),
			Summary: "List a customer's reviews, the newest first", Errors: []int{http.StatusNotFound},
		}, h.ofCustomer),
	}
}

func (h handlers) single() []httpserver.Endpoint {
	return []httpserver.Endpoint{
		httpserver.Handle(httpserver.Operation{
			ID: "get-review", Method: http.MethodGet, Path: "/reviews/{review_id}", Access: access.Public(),
			Summary: "Read a review", Errors: []int{http.StatusNotFound},
		}, h.get),
		httpserver.Handle(httpserver.Operation{
			ID: "edit-review", Method: http.MethodPut, Path: "/reviews/{review_id}", Access: authors(),
			Summary:     "Change a review",
			Description: "Within 7 days, else 409 `edit_window_closed`. What is absent stays; null empties `comment`.",
			Errors:      []int{http.StatusNotFound, http.StatusConflict, http.StatusPreconditionFailed},
		}, h.edit),
		httpserver.Handle(httpserver.Operation{
			ID: "delete-review", Method: http.MethodDelete, Path: "/reviews/{review_id}", Access: authors(),
			Summary: "Remove a review for good", Description: "It no longer counts, and its order cannot be reviewed again.",
			Errors: []int{http.StatusNotFound, http.StatusPreconditionFailed},
		}, h.delete),
		httpserver.Handle(httpserver.Operation{
			ID: "reply-to-review", Method: http.MethodPut, Path: "/reviews/{review_id}/reply", Access: access.Only(access.Restaurant | access.Staff),
			Summary: "Reply to a review", Description: "A reply takes the place of the one before; null withdraws it.",
			Errors: []int{http.StatusNotFound, http.StatusPreconditionFailed},
		}, h.reply),
	}
}
