package orders

import (
	"context"
	"time"

	"zomato/platform/access"
	"zomato/platform/fault"
	"zomato/platform/money"
)

// CodeNotFound is the code of the fault for an order that does not exist, or is
// not the caller's.
const CodeNotFound = "order_not_found"

// NotFound is that fault.
func NotFound(id int64) *fault.Error {
	return fault.New(fault.NotFound, CodeNotFound, "There is no order %d.", id)
}

// Status is how far an order is.
type Status string

// The statuses, in the order of the workflow (design: domain.md §1). The last
// two are final.
const (
	StatusPlaced         Status = "placed"
	StatusConfirmed      Status = "confirmed"
	StatusPreparing      Status = "preparing"
	StatusOutForDelivery Status = "out_for_delivery"
	StatusDelivered      Status = "delivered"
	StatusCancelled      Status = "cancelled"
)

// Order is an order as the API shows it.
type Order struct {
	ID                  int64        `json:"id" example:"10"`
	CustomerID          int64        `json:"customer_id" example:"1"`
	RestaurantID        int64        `json:"restaurant_id" example:"2"`
	OrderStatus         Status       `json:"order_status" enum:"placed,confirmed,preparing,out_for_delivery,delivered,cancelled"`
	TotalAmount         money.Amount `json:"total_amount" doc:"The total of pricing"`
	Currency            string       `json:"currency" doc:"ISO 4217, that of the restaurant" example:"INR"`
	Pricing             Pricing      `json:"pricing"`
	DeliveryAddress     *string      `json:"delivery_address" doc:"null once the customer was erased" example:"123 Main St"`
	SpecialInstructions *string      `json:"special_instructions" example:"Leave at door"`
	OrderDate           time.Time    `json:"order_date"`
	DeliverySlot        *time.Time   `json:"delivery_slot" doc:"Start of the slot; null: as soon as possible"`
	DeliveryTime        *time.Time   `json:"delivery_time" doc:"null until delivered"`
	ConfirmBy           *time.Time   `json:"confirm_by" doc:"null: the restaurant may take its time"`
	PromisedAt          *time.Time   `json:"promised_at" doc:"When the delivery is expected; null: not known"`
	Version             int64        `json:"version" doc:"Rises with every change"`
	OrderItems          []Line       `json:"order_items" doc:"In the order they were placed"`
}

// Settled tells whether an order will hardly change any more: it is delivered or
// cancelled.
func (o Order) Settled() bool {
	return o.OrderStatus == StatusDelivered || o.OrderStatus == StatusCancelled
}

// ExistsFor tells whether an order, and what belongs to it, exists for a caller:
// to a customer or a restaurant another's does not. Orders are not assigned to
// couriers yet: to them all exist.
func (o Order) ExistsFor(who access.Principal) bool {
	switch who.Role {
	case access.Customer:
		return who.CustomerID == o.CustomerID
	case access.Restaurant:
		return who.RestaurantID == o.RestaurantID
	default:
		return true
	}
}

// Pricing is what a total is made of, in the order's currency: total = subtotal
// + delivery_fee - discount + tax.
type Pricing struct {
	Subtotal    money.Amount `json:"subtotal"`
	DeliveryFee money.Amount `json:"delivery_fee"`
	Discount    money.Amount `json:"discount"`
	Tax         money.Amount `json:"tax"`
	Total       money.Amount `json:"total"`
}

// Line is one line of an order, with the name and the price of the menu item at
// the time.
type Line struct {
	ID              int64        `json:"id" example:"1"`
	MenuItemID      int64        `json:"menu_item_id" example:"5"`
	Name            string       `json:"name" example:"Paneer Tikka"`
	Quantity        int          `json:"quantity" example:"2"`
	ItemPrice       money.Amount `json:"item_price" doc:"Of one piece"`
	LineTotal       money.Amount `json:"line_total"`
	SpecialRequests *string      `json:"special_requests" example:"extra spicy"`
}

// NewOrder is what it takes to place an order.
type NewOrder struct {
	CustomerID          int64
	RestaurantID        int64
	DeliveryAddress     string
	SpecialInstructions *string
	Lines               []NewLine
	// DeliverySlot is the start of the slot wanted; nil is as soon as possible.
	DeliverySlot *time.Time
	// ExpectedTotal is the total the customer has been shown, if any.
	ExpectedTotal *money.Amount
}

// NewLine is one line of a NewOrder. Several lines may have the same item.
type NewLine struct {
	MenuItemID      int64
	Quantity        int
	SpecialRequests *string
}

// Service is what other modules may ask of this one. Its methods join the unit
// of work of the context, if there is one. Safe for concurrent use.
type Service interface {
	// Get gives an order, whoever asks. Faults: order_not_found.
	Get(ctx context.Context, id int64) (Order, error)
	// Place places an order in a unit of work. The fault carries all that is
	// wrong, with the codes of domain.md §3; it is of the kind NotFound before
	// Invalid before Conflict. order_busy (Unavailable) says that the menu
	// changed again and again while the order was placed.
	Place(ctx context.Context, n NewOrder) (Order, error)
}
