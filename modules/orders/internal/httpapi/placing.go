package httpapi

import (
	"context"
	"time"

	"zomato/modules/orders"
	"zomato/modules/orders/internal/core"
	"zomato/modules/restaurants"
	"zomato/platform/httpserver"
	"zomato/platform/money"
	"zomato/platform/patch"
)

// newOrder is the body of POST …/orders/ and …/orders/validate.
type newOrder struct {
	RestaurantID        int64                                 `json:"restaurant_id" minimum:"1" example:"2"`
	DeliveryAddress     string                                `json:"delivery_address" minLength:"1" maxLength:"500" example:"123 Main St"`
	SpecialInstructions *string                               `json:"special_instructions,omitempty" nullable:"true" maxLength:"1000" example:"Leave at door"`
	OrderItems          []newLine                             `json:"order_items" minItems:"1" maxItems:"50" doc:"Several lines may have the same item"`
	DeliverySlot        *time.Time                            `json:"delivery_slot,omitempty" nullable:"true" doc:"Start of a delivery slot; as soon as possible if absent"`
	ExpectedTotal       httpserver.Nullable[httpserver.Money] `json:"expected_total,omitempty" minimum:"0" doc:"Refuse with 409 price_changed when the total is another"`
}

// newLine is one line of a newOrder.
type newLine struct {
	MenuItemID      int64   `json:"menu_item_id" minimum:"1" example:"5"`
	Quantity        int     `json:"quantity" minimum:"1" maximum:"99" example:"2"`
	SpecialRequests *string `json:"special_requests,omitempty" nullable:"true" maxLength:"500" example:"extra spicy"`
}

type placeInput struct {
	ByCustomer
	Body newOrder
}

// validation is the answer of …/orders/validate.
type validation struct {
	Valid   bool             `json:"valid" doc:"It could be placed now"`
	Pricing *possiblePricing `json:"pricing" doc:"null when a line has no price"`
	Errors  []blocker        `json:"errors" doc:"What stands in the way"`
}

// possiblePricing is a pricing that may be null.
type possiblePricing struct {
	orders.Pricing
	_ struct{} `nullable:"true"`
}

// blocker is one thing that stands in the way.
type blocker struct {
	Pointer string `json:"pointer" example:"#/order_items/0/menu_item_id"`
	Code    string `json:"code" example:"item_unavailable"`
	Detail  string `json:"detail"`
	Cure    *cure  `json:"cure" doc:"What would help; null when nothing is known"`
}

// cure is what would help against a blocker.
type cure struct {
	Missing  *money.Amount         `json:"missing,omitempty" doc:"What the subtotal needs to reach the minimum"`
	MenuItem *restaurants.MenuItem `json:"menu_item,omitempty" doc:"A similar item that is there"`
	_        struct{}              `nullable:"true"`
}

// order translates the body.
func (in *placeInput) order() orders.NewOrder {
	b := in.Body
	n := orders.NewOrder{
		CustomerID: in.CustomerID, RestaurantID: b.RestaurantID, DeliveryAddress: b.DeliveryAddress,
		SpecialInstructions: b.SpecialInstructions, DeliverySlot: b.DeliverySlot,
		ExpectedTotal: patch.Map(b.ExpectedTotal.Field, httpserver.Money.Amount).ApplyNullable(nil),
		Lines:         make([]orders.NewLine, len(b.OrderItems)),
	}
	for i, line := range b.OrderItems {
		n.Lines[i] = orders.NewLine(line)
	}
	return n
}

func (h handlers) place(ctx context.Context, in *placeInput) (orders.Order, error) {
	return h.service.Place(ctx, in.order())
}

func placed(in *placeInput, made orders.Order) *httpserver.Created[orders.Order] {
	return httpserver.CreatedAt("/orders/", made.ID, made.Version, made).About(in.CustomerID)
}

func (h handlers) validate(ctx context.Context, in *placeInput) (*httpserver.Whole[validation], error) {
	found, err := h.service.Validate(ctx, in.order())
	if err != nil {
		return nil, err
	}
	out := validation{Valid: len(found.Blockers) == 0, Errors: make([]blocker, len(found.Blockers))}
	if found.Pricing != nil {
		out.Pricing = &possiblePricing{Pricing: *found.Pricing}
	}
	for i, b := range found.Blockers {
		out.Errors[i] = shownBlocker(b)
	}
	return httpserver.WholeOf(out), nil
}

func shownBlocker(b core.Blocker) blocker {
	out := blocker{Pointer: b.Pointer, Code: b.Code, Detail: b.Detail}
	if b.Cure != nil {
		out.Cure = &cure{Missing: b.Cure.Missing, MenuItem: b.Cure.MenuItem}
	}
	return out
}
