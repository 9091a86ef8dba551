package core

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"zomato/modules/customers"
	"zomato/modules/orders"
	"zomato/modules/restaurants"
	"zomato/platform/fault"
	"zomato/platform/money"
)

// The limits of an order (design: domain.md §3); texts in characters.
const (
	maxLines        = 50
	maxQuantity     = 99
	maxAddress      = 500
	maxInstructions = 1000
	maxRequests     = 500
)

// finding is one thing that is wrong with a new order.
type finding struct {
	fault.Field
	kind fault.Kind
	// extra are further members of the problem.
	extra map[string]any
	// line is the line that it is about, or -1.
	line int
}

// examination is all that is known of a new order: what was read, the price and
// what is wrong.
type examination struct {
	order      orders.NewOrder
	restaurant *restaurants.Restaurant // nil: there is none
	items      []restaurants.MenuItem  // of the lines, each once
	byID       map[int64]restaurants.MenuItem
	pricing    *orders.Pricing // nil: a line has no price
	findings   []finding
}

// examine reads what a new order is about, and finds everything that is wrong
// with it. The error says that it could not be read.
func (s *Service) examine(ctx context.Context, n orders.NewOrder) (*examination, error) {
	customer, err := s.customers.Get(ctx, n.CustomerID)
	if err != nil && !fault.Is(err, customers.CodeNotFound) {
		return nil, err
	}
	about := subject{order: n, customer: known(customer, err)}
	restaurant, err := s.restaurants.Get(ctx, n.RestaurantID)
	if fault.Is(err, restaurants.CodeNotFound) {
		s.menus.Forget(n.RestaurantID)
		return about.examine(), nil // nothing can be said about the lines
	}
	if err != nil {
		return nil, err
	}
	about.restaurant = &restaurant
	items, err := s.restaurants.Items(ctx, itemsOf(n))
	if err != nil {
		return nil, err
	}
	s.menus.Remember(restaurant, items)
	return about.examineWith(items), nil
}

// examineWith examines the order with the items of its lines.
func (about subject) examineWith(items []restaurants.MenuItem) *examination {
	about.items = make(map[int64]restaurants.MenuItem, len(items))
	for _, item := range items {
		about.items[item.ID] = item
	}
	x := about.examine()
	x.items = items
	return x
}

// itemsOf are the ids of the items that a new order names, each once.
func itemsOf(n orders.NewOrder) []int64 {
	ids := make([]int64, 0, len(n.Lines))
	for _, line := range n.Lines[:min(len(n.Lines), maxLines)] {
		if !slices.Contains(ids, line.MenuItemID) {
			ids = append(ids, line.MenuItemID)
		}
	}
	return ids
}

// known gives what was read, nil where there was none.
func known[T any](value T, err error) *T {
	if err != nil {
		return nil
	}
	return &value
}

// subject is a new order with all that was read of what it names: nil, or not
// among the items, is what does not exist.
type subject struct {
	order      orders.NewOrder
	customer   *customers.Customer
	restaurant *restaurants.Restaurant
	items      map[int64]restaurants.MenuItem
}

// examine finds everything that is wrong with the order.
func (about subject) examine() *examination {
	x := &examination{order: about.order, restaurant: about.restaurant, byID: about.items}
	for _, f := range Tidy(&x.order) {
		x.findings = append(x.findings, finding{Field: f, kind: fault.Invalid, line: -1})
	}
	switch {
	case about.customer == nil:
		x.add(fault.NotFound, "path/customer_id", customers.CodeNotFound, "There is no customer %d.", x.order.CustomerID)
	case !about.customer.IsActive:
		x.add(fault.Conflict, "path/customer_id", "customer_inactive", "This customer is not active and cannot order.")
	}
	if x.restaurant == nil {
		x.add(fault.NotFound, "#/restaurant_id", restaurants.CodeNotFound, "There is no restaurant %d.", x.order.RestaurantID)
		return x
	}
	if !x.restaurant.IsActive {
		x.add(fault.Conflict, "#/restaurant_id", "restaurant_inactive", "This restaurant takes no orders.")
	}
	x.checkLines()
	x.checkOpening()
	x.checkPrice()
	return x
}

// Tidy trims the texts of a new order and finds what is wrong with it by
// itself, whatever the menu says.
func Tidy(n *orders.NewOrder) fault.Findings {
	var findings fault.Findings
	findings.Text("#/delivery_address", &n.DeliveryAddress, maxAddress)
	findings.OptionalText("#/special_instructions", &n.SpecialInstructions, maxInstructions)
	switch {
	case len(n.Lines) == 0:
		findings.Add("#/order_items", "required", "An order has at least one line.")
	case len(n.Lines) > maxLines:
		findings.Add("#/order_items", "too_long", "An order has at most %d lines.", maxLines)
	}
	lines := make([]orders.NewLine, len(n.Lines)) // the caller's stay as they are
	copy(lines, n.Lines)
	n.Lines = lines
	for i := range lines {
		if lines[i].Quantity < 1 || lines[i].Quantity > maxQuantity {
			findings.Add(at(i, "quantity"), "out_of_range", "The quantity must be from 1 to %d.", maxQuantity)
		}
		findings.OptionalText(at(i, "special_requests"), &lines[i].SpecialRequests, maxRequests)
	}
	return findings
}

// checkLines holds the lines against the menu. Lines of one item share its
// stock: the line that exceeds it is the one that is wrong.
func (x *examination) checkLines() {
	taken := map[int64]int{}
	for i, line := range x.order.Lines {
		if i == maxLines {
			return
		}
		item, ok := x.byID[line.MenuItemID]
		switch {
		case !ok:
			x.addLine(i, fault.Invalid, "menu_item_id", restaurants.CodeItemNotFound, "There is no menu item %d.", line.MenuItemID)
		case item.RestaurantID != x.order.RestaurantID:
			x.addLine(i, fault.Invalid, "menu_item_id", "item_of_other_restaurant", "Menu item %d is on the menu of another restaurant.", item.ID)
		case !item.IsAvailable:
			x.addLine(i, fault.Conflict, "menu_item_id", "item_unavailable", "%s is not available now.", item.Name)
		case item.Stock != nil:
			if taken[item.ID] += line.Quantity; taken[item.ID] > *item.Stock {
				x.addLine(i, fault.Conflict, "quantity", "out_of_stock", "Of %s there are %d left.", item.Name, *item.Stock)
				x.with("available", *item.Stock)
			}
		}
	}
}

// checkOpening is where hours, pause, slots and the limit of the kitchen are
// checked (restaurant_closed, restaurant_paused, slot_invalid, slot_full,
// at_capacity). None of them can be configured yet, and what is not configured
// does not restrict; but a slot that nobody offers cannot be had.
func (x *examination) checkOpening() {
	if x.order.DeliverySlot != nil {
		x.add(fault.Invalid, "#/delivery_slot", "slot_invalid",
			"There is no delivery slot at %s: leave it out to order for now.", x.order.DeliverySlot.UTC().Format(time.RFC3339))
	}
}

// checkPrice works out the price, if every line has one, and holds it against
// the minimum and what the customer expects.
func (x *examination) checkPrice() {
	if len(x.order.Lines) == 0 || len(x.order.Lines) > maxLines {
		return
	}
	p := orders.Pricing{DeliveryFee: x.restaurant.DeliveryFee}
	for _, line := range x.order.Lines {
		item, ok := x.byID[line.MenuItemID]
		if !ok || item.RestaurantID != x.order.RestaurantID || line.Quantity < 1 || line.Quantity > maxQuantity {
			return
		}
		p.Subtotal += item.Price * money.Amount(line.Quantity)
	}
	p.Total = p.Subtotal + p.DeliveryFee - p.Discount + p.Tax
	x.pricing = &p
	if missing := x.restaurant.MinOrderAmount - p.Subtotal; missing > 0 {
		x.add(fault.Invalid, "#/order_items", "below_minimum",
			"This restaurant takes orders from %s; %s is missing.", x.restaurant.MinOrderAmount, missing)
		x.with("missing", missing)
	}
	if expected := x.order.ExpectedTotal; expected != nil && *expected != p.Total {
		x.add(fault.Conflict, "#/expected_total", "price_changed", "The total is %s, not %s.", p.Total, *expected)
		x.with("old", *expected)
		x.with("new", p.Total)
	}
}

func (x *examination) add(kind fault.Kind, pointer, code, detail string, args ...any) {
	x.findings = append(x.findings, finding{
		Field: fault.Field{Pointer: pointer, Code: code, Detail: fmt.Sprintf(detail, args...)}, kind: kind, line: -1,
	})
}

func (x *examination) addLine(line int, kind fault.Kind, field, code, detail string, args ...any) {
	x.add(kind, at(line, field), code, detail, args...)
	x.findings[len(x.findings)-1].line = line
}

// with gives the last finding a further member of the problem.
func (x *examination) with(name string, value any) {
	last := &x.findings[len(x.findings)-1]
	if last.extra == nil {
		last.extra = map[string]any{}
	}
	last.extra[name] = value
}

// at points at a field of a line.
func at(line int, field string) string { return "#/order_items/" + strconv.Itoa(line) + "/" + field }

// err gives the fault for what was found, nil for nothing. The first of the
// findings that weigh most (404 before 422 before 409) gives status, code and
// sentence; all of them stand in its fields, and what they add, the first of
// each name.
func (x *examination) err() error {
	if len(x.findings) == 0 {
		return nil
	}
	lead := x.findings[0]
	for _, f := range x.findings {
		if weight(f.kind) < weight(lead.kind) {
			lead = f
		}
	}
	refusal := fault.New(lead.kind, lead.Code, "%s", lead.Detail)
	for _, f := range append([]finding{lead}, x.findings...) {
		for name, value := range f.extra {
			if _, known := refusal.Extra[name]; !known {
				refusal = refusal.With(name, value)
			}
		}
	}
	for _, f := range x.findings {
		refusal.Fields = append(refusal.Fields, f.Field)
	}
	return refusal
}

// weight orders the kinds of findings for the status line.
func weight(kind fault.Kind) int {
	switch kind {
	case fault.NotFound:
		return 0
	case fault.Invalid:
		return 1
	default:
		return 2
	}
}
