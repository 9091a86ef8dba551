package core

import (
	"context"

	"zomato/modules/customers"
	"zomato/modules/orders"
	"zomato/modules/restaurants"
	"zomato/platform/fault"
	"zomato/platform/money"
)

// Validation is what would become of a new order.
type Validation struct {
	Pricing  *orders.Pricing // nil: a line has no price
	Blockers []Blocker       // none: it can be placed
}

// Blocker is one thing that is wrong with a new order, and what would help.
type Blocker struct {
	fault.Field
	Cure *Cure // nil: nothing we know
}

// Cure is what would help. One of its parts is not nil.
type Cure struct {
	// Missing is what the subtotal needs to reach the minimum.
	Missing *money.Amount
	// MenuItem is a similar item that is there.
	MenuItem *restaurants.MenuItem
}

// Validate does all that Place does but placing, and finds what would help.
// Faults: customer_not_found.
func (s *Service) Validate(ctx context.Context, n orders.NewOrder) (Validation, error) {
	x, err := s.examine(ctx, n)
	if err != nil {
		return Validation{}, err
	}
	for _, f := range x.findings {
		if f.Code == customers.CodeNotFound {
			return Validation{}, customers.NotFound(n.CustomerID)
		}
	}
	similar, err := s.substitutes(ctx, x)
	if err != nil {
		return Validation{}, err
	}
	out := Validation{Pricing: x.pricing, Blockers: make([]Blocker, len(x.findings))}
	for i, f := range x.findings {
		out.Blockers[i] = Blocker{Field: f.Field, Cure: x.cure(f, similar)}
	}
	return out, nil
}

// cure gives what would help against one finding, nil when nothing is known.
func (x *examination) cure(f finding, similar map[int64]restaurants.MenuItem) *Cure {
	switch f.Code {
	case "below_minimum":
		missing := x.restaurant.MinOrderAmount - x.pricing.Subtotal
		return &Cure{Missing: &missing}
	case "item_unavailable", "out_of_stock":
		if item, ok := similar[x.order.Lines[f.line].MenuItemID]; ok {
			return &Cure{MenuItem: &item}
		}
	}
	return nil
}

// substitutes looks for items in place of those that cannot be had. It reads
// nothing when all can.
func (s *Service) substitutes(ctx context.Context, x *examination) (map[int64]restaurants.MenuItem, error) {
	blocked := false
	for _, f := range x.findings {
		blocked = blocked || f.Code == "item_unavailable" || f.Code == "out_of_stock"
	}
	if !blocked {
		return nil, nil //nolint:nilnil // no substitutes are no error
	}
	// All items of the order are told, so that none of them is proposed.
	var wanted []restaurants.Portion
	for _, line := range x.order.Lines[:min(len(x.order.Lines), maxLines)] {
		wanted = append(wanted, restaurants.Portion{MenuItemID: line.MenuItemID, Quantity: line.Quantity})
	}
	return s.restaurants.Substitutes(ctx, x.order.RestaurantID, wanted)
}
