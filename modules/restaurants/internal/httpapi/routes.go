// Package httpapi is the HTTP side of the restaurants module: it translates
// between requests and use cases.
//
// team: restaurants
package httpapi

import (
	"net/http"

	"zomato/modules/restaurants/internal/core"
	"zomato/platform/access"
	"zomato/platform/httpserver"
)

// handlers answer the module's operations.
type handlers struct{ service *core.Service }

// ByRestaurant is the input of what needs only a restaurant's id.
type ByRestaurant struct {
	RestaurantID int64 `path:"restaurant_id" minimum:"1" example:"2"`
}

// ByItem is the input of what needs only a menu item's id.
type ByItem struct {
	MenuItemID int64 `path:"menu_item_id" minimum:"1" example:"5"`
}

// Routes are the module's operations. The figures have the parts that other
// modules know.
func Routes(service *core.Service, analytics *core.Analytics, parts Parts) httpserver.Routes {
	h := handlers{service}
	endpoints := append(h.records(), h.items()...)
	endpoints = append(endpoints, h.searches()...)
	return httpserver.Routes{Module: "restaurants", Endpoints: append(endpoints, figures(analytics, parts))}
}

// keepers lets staff and restaurants call.
func keepers() access.Rule { return access.Only(access.Restaurant | access.Staff) }

// own lets staff call, and a restaurant for its own records.
func own() access.Rule { return keepers().Own("restaurant_id") }

func (h handlers) records() []httpserver.Endpoint {
	return []httpserver.Endpoint{
		httpserver.Create(httpserver.Operation{
			ID: "create-restaurant", Method: http.MethodPost, Path: "/restaurants/", Access: access.Only(access.Staff),
			Summary: "Create a restaurant", Status: http.StatusCreated,
			Description: "It takes a name and at least one cuisine: a list in `cuisines`, or a text with commas in `cuisine`.",
		}, h.create, created),
		httpserver.Handle(httpserver.Operation{
			ID: "list-restaurants", Method: http.MethodGet, Path: "/restaurants/", Access: access.Public(),
			Summary: "List restaurants, the oldest first",
		}, h.list),
		httpserver.Handle(httpserver.Operation{
			ID: "get-restaurant", Method: http.MethodGet, Path: "/restaurants/{restaurant_id}", Access: access.Public(),
			Summary: "Read a restaurant", Errors: []int{http.StatusNotFound},
		}, h.get),
		httpserver.Handle(httpserver.Operation{
			ID: "update-restaurant", Method: http.MethodPut, Path: "/restaurants/{restaurant_id}", Access: own(),
			Summary:     "Change a restaurant",
			Description: "What is absent stays; null empties what can be empty.",
			Errors:      []int{http.StatusNotFound, http.StatusPreconditionFailed},
		}, h.update),
		httpserver.Handle(httpserver.Operation{
			ID: "delete-restaurant", Method: http.MethodDelete, Path: "/restaurants/{restaurant_id}", Access: own(),
			Summary:     "Delete a restaurant and its menu",
			Description: "Its orders stay readable.",
			Errors:      []int{http.StatusNotFound, http.StatusPreconditionFailed},
		}, h.delete),
	}
}

func (h handlers) items() []httpserver.Endpoint {
	return []httpserver.Endpoint{
		httpserver.Handle(httpserver.Operation{
			ID: "get-menu", Method: http.MethodGet, Path: "/restaurants/{restaurant_id}/menu", Access: access.Public(),
			Summary: "Read a menu, by category and name", Errors: []int{http.StatusNotFound},
			Description: "The whole menu, also what is not available now.",
		}, h.menu),
		httpserver.Create(httpserver.Operation{
			ID: "add-menu-item", Method: http.MethodPost, Path: "/restaurants/{restaurant_id}/menu-items/", Access: own(),
			Summary: "Add an item to a menu", Status: http.StatusCreated,
			Description: "409 `too_many_items` beyond 1,000.",
			Errors:      []int{http.StatusNotFound, http.StatusConflict},
		}, h.addItem, addedItem),
		httpserver.Handle(httpserver.Operation{
			ID: "get-menu-item", Method: http.MethodGet, Path: "/menu-items/{menu_item_id}", Access: access.Public(),
			Summary: "Read a menu item", Errors: []int{http.StatusNotFound},
		}, h.getItem),
		httpserver.Handle(httpserver.Operation{
			ID: "update-menu-item", Method: http.MethodPut, Path: "/menu-items/{menu_item_id}", Access: keepers(),
			Summary:     "Change a menu item",
			Description: "What is absent stays; null empties `description`, `preparation_time` or `stock`.",
			Errors:      []int{http.StatusNotFound, http.StatusPreconditionFailed},
		}, h.updateItem),
		httpserver.Handle(httpserver.Operation{
			ID: "delete-menu-item", Method: http.MethodDelete, Path: "/menu-items/{menu_item_id}", Access: keepers(),
			Summary: "Remove an item from its menu", Errors: []int{http.StatusNotFound, http.StatusPreconditionFailed},
		}, h.deleteItem),
	}
}

func (h handlers) searches() []httpserver.Endpoint {
	return []httpserver.Endpoint{
		httpserver.Handle(httpserver.Operation{
			ID: "search-restaurants", Method: http.MethodGet, Path: "/restaurants/search", Access: access.Public(),
			Summary: "Search active restaurants",
			Description: "All conditions must hold; without any, all active restaurants are ranked. Case and accents do not matter. " +
				"`relevance` ranks by the ratings, where a few count less than many.",
		}, h.search),
		httpserver.Handle(httpserver.Operation{
			ID: "search-menu-items", Method: http.MethodGet, Path: "/menu-items/search", Access: access.Public(),
			Summary: "Search the menus of active restaurants, the oldest item first",
		}, h.searchItems),
		httpserver.Handle(httpserver.Operation{
			ID: "list-cuisines", Method: http.MethodGet, Path: "/cuisines/", Access: access.Public(),
			Summary: "List the cuisines of active restaurants, by name",
		}, h.cuisines),
	}
}
