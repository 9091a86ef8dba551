// Package httpapi is the HTTP side of the customers module: it translates
// between requests and use cases.
//
// team: customers
package httpapi

import (
	"net/http"

	"zomato/modules/customers/internal/core"
	"zomato/platform/access"
	"zomato/platform/httpserver"
)

// handlers answer the module's operations.
type handlers struct{ service *core.Service }

// ByCustomer is the input of what needs only a customer's id.
type ByCustomer struct {
	CustomerID int64 `path:"customer_id" minimum:"1" example:"1"`
}

// Parts are the parts of the module that exist only together with another one.
type Parts struct {
	// Restaurants brings favourites.
	Restaurants bool
	// Orders and Reviews bring their figures; those who keep reviews need orders.
	Orders, Reviews bool
}

// Routes are the module's operations.
func Routes(service *core.Service, analytics *core.Analytics, parts Parts) httpserver.Routes {
	h := handlers{service}
	endpoints := append(h.records(), h.addresses()...)
	endpoints = append(endpoints, figures(analytics, parts))
	if parts.Restaurants {
		endpoints = append(endpoints, h.favourites()...)
	}
	return httpserver.Routes{Module: "customers", Endpoints: endpoints}
}

// own lets staff call, and a customer for their own records.
func own() access.Rule { return access.Only(access.Customer | access.Staff).Own("customer_id") }

func (h handlers) records() []httpserver.Endpoint {
	return []httpserver.Endpoint{
		httpserver.Create(httpserver.Operation{
			ID: "create-customer", Method: http.MethodPost, Path: "/customers/", Access: access.Only(access.Staff),
			Summary: "Create a customer", Status: http.StatusCreated, Errors: []int{http.StatusConflict},
			Description: "409 `email_taken` or `phone_taken` when another customer has it.",
		}, h.create, created),
		httpserver.Handle(httpserver.Operation{
			ID: "list-customers", Method: http.MethodGet, Path: "/customers/", Access: access.Only(access.Staff),
			Summary: "List customers, the oldest first",
		}, h.list),
		httpserver.Handle(httpserver.Operation{
			ID: "get-customer", Method: http.MethodGet, Path: "/customers/{customer_id}", Access: own(),
			Summary: "Read a customer", Errors: []int{http.StatusNotFound},
		}, h.get),
		httpserver.Handle(httpserver.Operation{
			ID: "update-customer", Method: http.MethodPut, Path: "/customers/{customer_id}", Access: own(),
			Summary:     "Change a customer",
			Description: "What is absent stays; null empties `phone_number` or `address`.",
			Errors:      []int{http.StatusNotFound, http.StatusConflict, http.StatusPreconditionFailed},
		}, h.update),
		httpserver.Handle(httpserver.Operation{
			ID: "erase-customer", Method: http.MethodDelete, Path: "/customers/{customer_id}", Access: own(),
			Summary: "Erase a customer",
			Description: "Everything personal is erased, also from the customer's orders; e-mail and phone number become free again. " +
				"The answer shows the customer as it was. 409 `customer_has_active_orders` while an order is under way.",
			Errors: []int{http.StatusNotFound, http.StatusConflict, http.StatusPreconditionFailed},
		}, h.erase),
	}
}

func (h handlers) addresses() []httpserver.Endpoint {
	return []httpserver.Endpoint{
		httpserver.Handle(httpserver.Operation{
			ID: "list-addresses", Method: http.MethodGet, Path: "/customers/{customer_id}/addresses/", Access: own(),
			Summary: "List a customer's saved addresses", Errors: []int{http.StatusNotFound},
		}, h.listAddresses),
		httpserver.Create(httpserver.Operation{
			ID: "add-address", Method: http.MethodPost, Path: "/customers/{customer_id}/addresses/", Access: own(),
			Summary: "Save an address", Status: http.StatusCreated, Errors: []int{http.StatusNotFound, http.StatusConflict},
			Description: "A new default takes the place of the one before. 409 `too_many_addresses` beyond 50.",
		}, h.addAddress, addedAddress),
		httpserver.Handle(httpserver.Operation{
			ID: "update-address", Method: http.MethodPut, Path: "/customers/{customer_id}/addresses/{address_id}", Access: own(),
			Summary: "Change a saved address", Errors: []int{http.StatusNotFound, http.StatusPreconditionFailed},
		}, h.updateAddress),
		httpserver.Handle(httpserver.Operation{
			ID: "delete-address", Method: http.MethodDelete, Path: "/customers/{customer_id}/addresses/{address_id}", Access: own(),
			Summary: "Remove a saved address", Errors: []int{http.StatusNotFound, http.StatusPreconditionFailed},
		}, h.deleteAddress),
	}
}

func (h handlers) favourites() []httpserver.Endpoint {
	return []httpserver.Endpoint{
		httpserver.Handle(httpserver.Operation{
			ID: "list-favourites", Method: http.MethodGet, Path: "/customers/{customer_id}/favourites", Access: own(),
			Summary: "List a customer's favourite restaurants, the latest first", Errors: []int{http.StatusNotFound},
		}, h.listFavourites),
		httpserver.Handle(httpserver.Operation{
			ID: "add-favourite", Method: http.MethodPut, Path: "/customers/{customer_id}/favourites/{restaurant_id}", Access: own(),
			Summary: "Make a restaurant a favourite", Errors: []int{http.StatusNotFound, http.StatusConflict},
			Description: "Again changes nothing. 409 `too_many_favourites` beyond 200.",
		}, h.addFavourite),
		httpserver.Handle(httpserver.Operation{
			ID: "remove-favourite", Method: http.MethodDelete, Path: "/customers/{customer_id}/favourites/{restaurant_id}", Access: own(),
			Summary: "Make a restaurant no favourite any more", Errors: []int{http.StatusNotFound},
		}, h.removeFavourite),
	}
}
