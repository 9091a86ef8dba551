package httpapi

import (
	"context"
	"time"

	"zomato/modules/orders"
	"zomato/modules/orders/internal/core"
	"zomato/modules/restaurants"
	"zomato/platform/httpserver"
)

// details is the answer of GET /orders/{order_id}: the order and what belongs
// to it.
type details struct {
	orders.Order

	OrderItems []detailedLine `json:"order_items" doc:"In the order they were placed"`
	Customer   *whoOrdered    `json:"customer" doc:"null once the customer was erased"`
	Restaurant whoCooks       `json:"restaurant" doc:"As it was called when the order was placed"`
	Review     *orders.Review `json:"review" doc:"null while there is none"`
	Timeline   []entry        `json:"timeline" doc:"The oldest first"`
}

// Kept for long once the order is settled.
var _ httpserver.Settled = details{}

// detailedLine is a line with its menu item.
type detailedLine struct {
	orders.Line

	MenuItem *orderedItem `json:"menu_item" doc:"As it is now; null when it was deleted since"`
}

// orderedItem is a menu item that may be null.
type orderedItem struct {
	restaurants.MenuItem
	_ struct{} `nullable:"true"`
}

// whoOrdered is what an order shows of its customer.
type whoOrdered struct {
	ID          int64    `json:"id" example:"1"`
	Name        string   `json:"name" example:"Asha Rao"`
	PhoneNumber *string  `json:"phone_number" example:"+919876543210"`
	_           struct{} `nullable:"true"`
}

// whoCooks is what an order shows of its restaurant.
type whoCooks struct {
	ID   int64  `json:"id" example:"2"`
	Name string `json:"name" example:"Spice Route"`
}

// entry is an entry of a timeline.
type entry struct {
	Event      string    `json:"event" doc:"The status that the order got" example:"confirmed"`
	At         time.Time `json:"at"`
	By         string    `json:"by" enum:"customer,restaurant,courier,staff,system"`
	ReasonCode *string   `json:"reason_code" example:"too_busy"`
	Note       *string   `json:"note"`
}

// statusChange is the body of PUT /orders/{order_id}/status.
type statusChange struct {
	OrderStatus string  `json:"order_status" enum:"placed,confirmed,preparing,out_for_delivery,delivered,cancelled" example:"confirmed"`
	ReasonCode  *string `json:"reason_code,omitempty" nullable:"true" minLength:"1" maxLength:"50" doc:"Why; which there are depends on who says it" example:"too_busy"`
	Note        *string `json:"note,omitempty" nullable:"true" maxLength:"500"`
}

type statusInput struct {
	ByOrder
	httpserver.IfMatch
	Body statusChange
}

// ByStatus narrows a list of orders.
type ByStatus struct {
	Status string `query:"status" enum:"placed,confirmed,preparing,out_for_delivery,delivered,cancelled" doc:"Only orders with this status"`
}

type customerListInput struct {
	ByCustomer
	httpserver.PageQuery
	ByStatus
}

type restaurantListInput struct {
	RestaurantID int64 `path:"restaurant_id" minimum:"1" example:"2"`
	httpserver.PageQuery
	ByStatus
	httpserver.DaysQuery
}

func (h handlers) get(ctx context.Context, in *ByOrder) (*httpserver.Item[details], error) {
	found, err := h.service.Details(ctx, in.OrderID)
	if err != nil {
		return nil, err
	}
	return httpserver.ItemOf(shown(found), found.Version), nil
}

func shown(d core.Details) details {
	out := details{
		Order: d.Order, OrderItems: make([]detailedLine, len(d.OrderItems)),
		Restaurant: whoCooks{ID: d.RestaurantID, Name: d.RestaurantName}, Review: d.Review, Timeline: entries(d.Timeline),
	}
	for i, line := range d.OrderItems {
		out.OrderItems[i].Line = line
		if item, ok := d.MenuItems[line.MenuItemID]; ok {
			out.OrderItems[i].MenuItem = &orderedItem{MenuItem: item}
		}
	}
	if c := d.Customer; c != nil {
		out.Customer = &whoOrdered{ID: c.ID, Name: c.Name, PhoneNumber: c.PhoneNumber}
	}
	return out
}

func entries(timeline []core.Entry) []entry {
	out := make([]entry, len(timeline))
	for i, e := range timeline {
		out[i] = entry(e)
	}
	return out
}

func (h handlers) timeline(ctx context.Context, in *ByOrder) (*httpserver.Whole[[]entry], error) {
	found, err := h.service.Timeline(ctx, in.OrderID)
	if err != nil {
		return nil, err
	}
	return httpserver.WholeOf(entries(found)), nil
}

func (h handlers) changeStatus(ctx context.Context, in *statusInput) (*httpserver.Item[orders.Order], error) {
	b := in.Body
	changed, err := h.service.ChangeStatus(ctx, in.OrderID, core.Move{
		To: orders.Status(b.OrderStatus), ReasonCode: b.ReasonCode, Note: b.Note,
	}, in.Versions())
	if err != nil {
		return nil, err
	}
	return httpserver.ItemOf(changed, changed.Version), nil
}

func (h handlers) ofCustomer(ctx context.Context, in *customerListInput) (*httpserver.List[orders.Order], error) {
	page, err := h.service.OfCustomer(ctx, in.CustomerID, orders.Status(in.Status), in.Query())
	if err != nil {
		return nil, err
	}
	return httpserver.ListOf(&in.PageQuery, page), nil
}

func (h handlers) ofRestaurant(ctx context.Context, in *restaurantListInput) (*httpserver.List[orders.Order], error) {
	days, err := in.Days()
	if err != nil {
		return nil, err
	}
	page, err := h.service.OfRestaurant(ctx, in.RestaurantID, orders.Status(in.Status), days, in.Query())
	if err != nil {
		return nil, err
	}
	return httpserver.ListOf(&in.PageQuery, page), nil
}
