package main

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/stretchr/testify/require"
)

// What the model knows of orders (design: domain.md §1–3).

// workflow are the statuses in their order, and what ends it early.
func workflow() []string {
	return []string{"placed", "confirmed", "preparing", "out_for_delivery", "delivered", "cancelled"}
}

// next gives what may follow a status.
func next(status string) []string {
	if at := slices.Index(workflow(), status); at < 4 {
		return []string{workflow()[at+1], "cancelled"}
	}
	return []string{}
}

// wish is an order that a customer would like to place.
type wish struct {
	customer   *modelCustomer
	restaurant *modelRestaurant
	lines      []wishedLine
	expected   *cents
	note       *string
}

type wishedLine struct {
	item     *modelItem
	quantity int64
	requests *string
}

// wrong is something that is wrong with a wish.
type wrong struct {
	status        int
	pointer, code string
	member        string // of the problem document
	value         any    // as JSON is read
}

func (w *world) placeOrder() {
	o := w.wish()
	a := w.ask("POST", fmt.Sprintf("/customers/%d/orders/", o.customer.ID), o.body())
	if slices.ContainsFunc(o.lines, func(l wishedLine) bool { return l.quantity == 0 }) {
		w.refused(a, 422, "out_of_range") // before anything is looked up
		return
	}
	if found := o.wrongs(); len(found) > 0 {
		w.refusedFor(a, found)
		return
	}
	placed := w.placed(o)
	placed.ID = w.made(a, "/orders/")
	var ids struct {
		Lines []struct{ ID int64 } `json:"order_items"`
	}
	a.JSON(w.t, &ids)
	for i := range min(len(ids.Lines), len(placed.OrderItems)) {
		placed.OrderItems[i].ID = ids.Lines[i].ID
	}
	shows(w, a, 201, placed.shownOrder)
	w.orders = append(w.orders, placed)
	for _, line := range o.lines {
		if line.item.Stock != nil {
			line.item.Stock = new(*line.item.Stock - line.quantity)
		}
	}
}

// wish draws an order, most often one that can be placed.
func (w *world) wish() wish {
	o := wish{customer: w.someCustomer(), restaurant: w.someRestaurant()}
	whatSells := w.number(0, 3) > 0
	menu := slices.DeleteFunc(slices.Clone(w.items), func(i *modelItem) bool {
		return !i.there() || i.restaurant != o.restaurant || whatSells && !i.sells()
	})
	for range w.number(1, 4) {
		line := wishedLine{quantity: int64(w.number(1, 4))}
		if len(menu) == 0 || w.onceIn(25) {
			line.item = some(w, append([]*modelItem{w.noItem()}, w.items...))
		} else {
			line.item = some(w, menu)
		}
		if w.rarely() {
			line.requests = new("extra spicy")
		}
		o.lines = append(o.lines, line)
	}
	switch w.number(0, 20) {
	case 20:
		o.lines[0].quantity = 0
	case 19:
		o.expected = new(o.subtotal() + o.restaurant.DeliveryFee + 1)
	case 18:
		o.expected = new(o.subtotal() + o.restaurant.DeliveryFee)
	case 17:
		o.note = new("Leave at door")
	}
	return o
}

// sells tells whether some pieces can be had.
func (i *modelItem) sells() bool { return i.IsAvailable && (i.Stock == nil || *i.Stock > 3) }

func (o *wish) subtotal() (sum cents) {
	for _, line := range o.lines {
		sum += line.item.Price * cents(line.quantity)
	}
	return sum
}

func (o *wish) body() map[string]any {
	lines := []map[string]any{}
	for _, line := range o.lines {
		lines = append(lines, map[string]any{"menu_item_id": line.item.ID, "quantity": line.quantity, "special_requests": line.requests})
	}
	body := map[string]any{"restaurant_id": o.restaurant.ID, "delivery_address": "123 Main St", "order_items": lines}
	if o.expected != nil {
		body["expected_total"] = *o.expected
	}
	if o.note != nil {
		body["special_instructions"] = *o.note
	}
	return body
}

// wrongs are all that is wrong with a wish (design: domain.md §3).
func (o *wish) wrongs() (found []wrong) {
	add := func(status int, pointer, code string) {
		found = append(found, wrong{status: status, pointer: pointer, code: code})
	}
	if o.customer.erased {
		add(404, "path/customer_id", "customer_not_found")
	} else if !o.customer.IsActive {
		add(409, "path/customer_id", "customer_inactive")
	}
	if o.restaurant.deleted {
		add(404, "#/restaurant_id", "restaurant_not_found")
		return found // nothing can be said about the items
	}
	if !o.restaurant.IsActive {
		add(409, "#/restaurant_id", "restaurant_inactive")
	}
	priced, taken := true, map[*modelItem]int64{}
	for n, line := range o.lines {
		at := fmt.Sprintf("#/order_items/%d/", n)
		switch i := line.item; {
		case !i.there():
			priced = false
			add(422, at+"menu_item_id", "item_not_found")
		case i.restaurant != o.restaurant:
			priced = false
			add(422, at+"menu_item_id", "item_of_other_restaurant")
		case !i.IsAvailable:
			add(409, at+"menu_item_id", "item_unavailable")
		case i.Stock != nil:
			if taken[i] += line.quantity; taken[i] > *i.Stock {
				found = append(found, wrong{409, at + "quantity", "out_of_stock", "available", float64(*i.Stock)})
			}
		}
	}
	if !priced {
		return found
	}
	if missing := o.restaurant.MinOrderAmount - o.subtotal(); missing > 0 {
		found = append(found, wrong{422, "#/order_items", "below_minimum", "missing", float64(missing) / 100})
	}
	if total := o.subtotal() + o.restaurant.DeliveryFee; o.expected != nil && *o.expected != total {
		found = append(found, wrong{409, "#/expected_total", "price_changed", "new", float64(total) / 100})
	}
	return found
}

// refusedFor holds an answer against all that is wrong: the status is that of
// what weighs most, 404 before 422 before 409, and everything is told.
func (w *world) refusedFor(a answer, found []wrong) {
	w.Helper()
	weight := []int{404, 422, 409}
	lead := slices.MinFunc(found, func(a, b wrong) int {
		return cmp.Compare(slices.Index(weight, a.status), slices.Index(weight, b.status))
	})
	var codes []string
	want, members := []told{}, map[string][]any{}
	for _, f := range found {
		if f.status == lead.status {
			codes = append(codes, f.code)
		}
		if f.member != "" {
			members[f.member] = append(members[f.member], f.value)
		}
		want = append(want, told{f.pointer, f.code})
	}
	problem := w.refused(a, lead.status, codes...)
	w.tells(a, want)
	for member, values := range members {
		if !slices.Contains(values, problem[member]) {
			w.Fatalf("the problem has another %q than the model", member)
		}
	}
}

// placed is the order that a wish becomes, without ids.
func (w *world) placed(o wish) *modelOrder {
	subtotal, local := o.subtotal(), w.now.at(o.restaurant.Timezone)
	made := &modelOrder{
		customer: o.customer, restaurant: o.restaurant, restaurantName: o.restaurant.Name,
		day: local.Format("2006-01-02"), hour: local.Hour(), timeline: []shownEntry{{Event: "placed", At: w.now, By: "staff"}},
		shownOrder: shownOrder{
			CustomerID: o.customer.ID, RestaurantID: o.restaurant.ID, OrderStatus: "placed", Currency: o.restaurant.Currency,
			TotalAmount:     subtotal + o.restaurant.DeliveryFee,
			Pricing:         shownPricing{Subtotal: subtotal, DeliveryFee: o.restaurant.DeliveryFee, Total: subtotal + o.restaurant.DeliveryFee},
			DeliveryAddress: new("123 Main St"), SpecialInstructions: o.note, OrderDate: w.now, Version: 1,
		},
	}
	for _, line := range o.lines {
		made.items = append(made.items, line.item)
		made.fromStock = append(made.fromStock, line.item.Stock != nil)
		made.OrderItems = append(made.OrderItems, shownLine{
			MenuItemID: line.item.ID, Name: line.item.Name, Quantity: line.quantity, ItemPrice: line.item.Price,
			LineTotal: line.item.Price * cents(line.quantity), SpecialRequests: line.requests,
		})
	}
	return made
}

// someOrder draws an order that fits, rarely another.
func (w *world) someOrder(fits func(*modelOrder) bool) *modelOrder {
	if len(w.orders) == 0 {
		w.Skip("no orders")
	}
	return drawn(w, w.orders, func(o *modelOrder) bool { return !fits(o) }, w.orders[0])
}

func underWay(o *modelOrder) bool { return len(next(o.OrderStatus)) > 0 }

// moveOrder changes the status of an order, most often as the workflow allows.
func (w *world) moveOrder() {
	o := w.someOrder(underWay)
	to := one(w, workflow())
	if underWay(o) && !w.rarely() {
		to = next(o.OrderStatus)[w.number(0, 7)/7] // cancelled once in eight times
	}
	var note *string
	if w.rarely() {
		note = new("rang twice")
	}
	w.move(o, to, note)
}

// deliverOrder brings an order to its end.
func (w *world) deliverOrder() {
	for o := w.someOrder(underWay); underWay(o); {
		w.move(o, next(o.OrderStatus)[0], nil)
	}
}

func (w *world) move(o *modelOrder, to string, note *string) {
	body := map[string]any{"order_status": to}
	if note != nil {
		body["note"] = *note
	}
	a := w.ask("PUT", fmt.Sprintf("/orders/%d/status", o.ID), body)
	if to != o.OrderStatus && !slices.Contains(next(o.OrderStatus), to) {
		problem, allowed := w.refused(a, 409, "invalid_transition"), []any{}
		for _, status := range next(o.OrderStatus) {
			allowed = append(allowed, status)
		}
		require.Equal(w.T, []any{o.OrderStatus, to, allowed}, []any{problem["current_status"], problem["requested_status"], problem["allowed"]})
		return
	}
	if to != o.OrderStatus { // the same again changes nothing
		w.moved(o, to, note)
	}
	shows(w, a, 200, o.shownOrder)
}

// moved is what a change of status does. Stock goes back until the kitchen is
// at it, to items that still have one.
func (w *world) moved(o *modelOrder, to string, note *string) {
	if to == "cancelled" && (o.OrderStatus == "placed" || o.OrderStatus == "confirmed") {
		for n, i := range o.items {
			if o.fromStock[n] && i.Stock != nil && !i.deleted {
				i.Stock = new(*i.Stock + o.OrderItems[n].Quantity)
			}
		}
	}
	if to == "delivered" {
		o.DeliveryTime = new(w.now)
	}
	o.OrderStatus = to
	o.Version++
	o.timeline = append(o.timeline, shownEntry{Event: to, At: w.now, By: "staff", Note: note})
}
