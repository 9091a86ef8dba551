package main

import (
	"fmt"
	"strings"
)

// What the model knows of customers (design: api.md §2, domain.md §6).

func customerNames() []string {
	return []string{"Asha Rao", "Émile Šimek", "Li", "Noor Khan"}
}

func (w *world) createCustomer() {
	w.serial++
	c := &modelCustomer{shownCustomer: shownCustomer{
		Name: one(w, customerNames()), Email: fmt.Sprintf("guest-%d@example.com", w.serial), IsActive: true, CreatedAt: w.now, UpdatedAt: w.now,
	}}
	if len(w.customers) > 0 && w.rarely() {
		// The case of an address does not count. That of an erased customer is free.
		c.Email = strings.ToUpper(some(w, w.customers).Email)
	}
	body := map[string]any{"name": c.Name, "email": c.Email}
	if w.rarely() {
		c.PhoneNumber = new(fmt.Sprintf("+91%010d", w.serial))
		body["phone_number"] = *c.PhoneNumber
	}
	a := w.ask("POST", "/customers/", body)
	for _, other := range w.customers {
		if !other.erased && strings.EqualFold(other.Email, c.Email) {
			w.refused(a, 409, "email_taken")
			return
		}
	}
	c.ID = w.made(a, "/customers/")
	shows(w, a, 201, c.shownCustomer)
	w.customers = append(w.customers, c)
}

func (w *world) changeCustomer() {
	c := w.someCustomer()
	changed, body := c.shownCustomer, map[string]any{}
	switch w.number(0, 3) {
	case 0:
		changed.Name = one(w, customerNames())
		body["name"] = changed.Name
	case 1:
		changed.IsActive = !w.rarely()
		body["is_active"] = changed.IsActive
	case 2:
		w.serial++
		changed.PhoneNumber = new(fmt.Sprintf("+91%010d", w.serial))
		body["phone_number"] = *changed.PhoneNumber
	default:
		changed.PhoneNumber = nil
		body["phone_number"] = nil
	}
	a := w.ask("PUT", fmt.Sprintf("/customers/%d", c.ID), body)
	if c.erased {
		w.refused(a, 404, "customer_not_found")
		return
	}
	changed.UpdatedAt = w.now
	shows(w, a, 200, changed)
	c.shownCustomer = changed
}

// eraseCustomer removes everything personal, unless an order is under way.
func (w *world) eraseCustomer() {
	c := w.someCustomer()
	a := w.ask("DELETE", fmt.Sprintf("/customers/%d", c.ID), nil)
	if c.erased {
		w.refused(a, 404, "customer_not_found")
		return
	}
	for _, o := range w.orders {
		if o.customer == c && o.OrderStatus != "delivered" && o.OrderStatus != "cancelled" {
			w.refused(a, 409, "customer_has_active_orders")
			return
		}
	}
	shows(w, a, 200, c.shownCustomer, "as it was before")
	c.erased = true
	for _, o := range w.orders {
		if o.customer == c {
			o.DeliveryAddress, o.SpecialInstructions = nil, nil
			o.Version++
			for i := range o.OrderItems {
				o.OrderItems[i].SpecialRequests = nil
			}
		}
	}
}

func (w *world) lookAtCustomer(c *modelCustomer, limit int) {
	path := fmt.Sprintf("/customers/%d", c.ID)
	if c.erased {
		for _, part := range []string{"", "/orders", "/reviews", "/analytics"} {
			w.refused(w.get("%s", path+part), 404, "customer_not_found")
		}
		return
	}
	shows(w, w.get("%s", path), 200, c.shownCustomer)
	shows(w, w.get("%s/analytics", path), 200, w.figuresOfCustomer(c), "figures of customer %d", c.ID)
	ours := func(o *modelOrder) bool { return o.customer == c }
	pages(w, path+"/orders", "", limit, w.newestOrders(ours))
	pages(w, path+"/orders", "&status=placed", limit, w.newestOrders(func(o *modelOrder) bool { return ours(o) && o.OrderStatus == "placed" }))
	pages(w, path+"/reviews", "", limit, w.reviewsBy("newest", func(r *modelReview) bool { return r.order.customer == c }))
}
