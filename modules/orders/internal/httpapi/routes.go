// Package httpapi is the HTTP side of the orders module: it translates between
// requests and use cases.
//
// team: orders
package httpapi

import (
	"net/http"

	"zomato/modules/orders/internal/core"
	"zomato/platform/access"
	"zomato/platform/httpserver"
)

// handlers answer the module's operations.
type handlers struct{ service *core.Service }

// ByOrder is the input of what needs only an order's id.
type ByOrder struct {
	OrderID int64 `path:"order_id" minimum:"1" example:"10"`
}

// ByCustomer is the input of what is about a customer's orders.
type ByCustomer struct {
	CustomerID int64 `path:"customer_id" minimum:"1" example:"1"`
}

// Routes are the module's operations.
func Routes(service *core.Service) httpserver.Routes {
	h := handlers{service}
	endpoints := append(h.placing(), h.lists()...)
	return httpserver.Routes{Module: "orders", Endpoints: append(endpoints, h.single()...)}
}

// ofCustomer lets staff call, and a customer for their own orders.
func ofCustomer() access.Rule {
	return access.Only(access.Customer | access.Staff).Own("customer_id")
}

// ofRestaurant lets staff call, and a restaurant for its own orders.
func ofRestaurant() access.Rule {
	return access.Only(access.Restaurant | access.Staff).Own("restaurant_id")
}

// parties lets those call who take part in an order. Whose order it is, the use
// case knows: to others it does not exist.
func parties() access.Rule {
	return access.Only(access.Customer | access.Restaurant | access.Staff)
}

// movers are the parties and who delivers.
func movers() access.Rule {
	return access.Only(access.Customer | access.Restaurant | access.Courier | access.Staff)
}

func (h handlers) placing() []httpserver.Endpoint {
	return []httpserver.Endpoint{
		httpserver.Create(httpserver.Operation{
			ID: "place-order", Method: http.MethodPost, Path: "/customers/{customer_id}/orders/", Access: ofCustomer(),
			Summary: "Place an order", Status: http.StatusCreated,
			Description: "Names and prices are copied into the order. Everything that is wrong is reported at once, in `errors`; the status is that of " +
				"the finding that weighs most: 404 before 422 before 409. `out_of_stock` adds `available`, `below_minimum` `missing`, `price_changed` `old` and `new`.",
			Errors: []int{http.StatusNotFound, http.StatusConflict},
		}, h.place, placed),
		httpserver.Handle(httpserver.Operation{
			ID: "validate-order", Method: http.MethodPost, Path: "/customers/{customer_id}/orders/validate", Access: ofCustomer(),
			Summary:     "Try an order without placing it",
			Description: "The price and everything that stands in the way, with what would help: what is missing to the minimum, or a similar item that is there. Nothing is stored.",
			Errors:      []int{http.StatusNotFound}, StoresNothing: true,
		}, h.validate),
	}
}

func (h handlers) lists() []httpserver.Endpoint {
	return []httpserver.Endpoint{
		httpserver.Handle(httpserver.Operation{
			ID: "list-customer-orders", Method: http.MethodGet, Path: "/customers/{customer_id}/orders", Access: ofCustomer(),
			Summary: "List a customer's orders, the newest first", Errors: []int{http.StatusNotFound},
		}, h.ofCustomer),
		httpserver.Handle(httpserver.Operation{
			ID: "list-restaurant-orders", Method: http.MethodGet, Path: "/restaurants/{restaurant_id}/orders", Access: ofRestaurant(),
			Summary:     "List a restaurant's orders, the newest first",
			Description: "`from` and `to` are dates in the restaurant's time zone; `to` itself is not included.",
			Errors:      []int{http.StatusNotFound},
		}, h.ofRestaurant),
	}
}

func (h handlers) single() []httpserver.Endpoint {
	return []httpserver.Endpoint{
		httpserver.Handle(httpserver.Operation{
			ID: "get-order", Method: http.MethodGet, Path: "/orders/{order_id}", Access: parties(),
			Summary: "Read an order with customer, restaurant, menu items, review and timeline", Errors: []int{http.StatusNotFound},
		}, h.get),
		httpserver.Handle(httpserver.Operation{
			ID: "change-order-status", Method: http.MethodPut, Path: "/orders/{order_id}/status", Access: movers(),
			Summary: "Move an order along its workflow",
			Description: "placed, confirmed, preparing, out_for_delivery, delivered; cancelled from each but the last. The same status again changes nothing. " +
				"409 `invalid_transition` says in `allowed` what may follow; of two changes at once one gets 409. A restaurant that cancels gives a `reason_code`.",
			Errors: []int{http.StatusForbidden, http.StatusNotFound, http.StatusConflict, http.StatusPreconditionFailed},
		}, h.changeStatus),
		httpserver.Handle(httpserver.Operation{
			ID: "get-order-events", Method: http.MethodGet, Path: "/orders/{order_id}/events", Access: parties(),
			Summary: "Read the timeline of an order, the oldest entry first", Errors: []int{http.StatusNotFound},
		}, h.timeline),
	}
}
