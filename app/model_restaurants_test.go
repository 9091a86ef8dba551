package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// What the model knows of restaurants and menus (design: api.md §2, domain.md §6).

func restaurantNames() []string { return []string{"Spice Route", "Wok", "Zaytoun"} }
func dishNames() []string       { return []string{"Paneer Tikka", "Dosa", "Uttapam", "apam"} }
func currencies() []string      { return []string{"INR", "USD", "EUR"} }

// zones are 25 hours apart at most; Cairo has days without a midnight.
func zones() []string {
	return []string{"Asia/Kolkata", "America/New_York", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Africa/Cairo"}
}

func (w *world) createRestaurant() {
	r := &modelRestaurant{shownRestaurant: shownRestaurant{
		Name: one(w, restaurantNames()), Currency: one(w, currencies()[:2]), Timezone: one(w, zones()),
		IsActive: true, MinOrderAmount: one(w, []cents{0, 0, 0, 50_00}), DeliveryFee: one(w, []cents{0, 40_00}),
		CreatedAt: w.now, UpdatedAt: w.now,
	}}
	a := w.ask("POST", "/restaurants/", map[string]any{
		"name": r.Name, "cuisine": "Thai", "currency": r.Currency, "timezone": r.Timezone,
		"min_order_amount": r.MinOrderAmount, "delivery_fee": r.DeliveryFee,
	})
	r.ID = w.made(a, "/restaurants/")
	shows(w, a, 201, r.shownRestaurant)
	w.restaurants = append(w.restaurants, r)
}

func (w *world) changeRestaurant() {
	r := w.someRestaurant()
	changed, body := r.shownRestaurant, map[string]any{}
	switch w.number(0, 5) {
	case 0:
		changed.Name = one(w, restaurantNames())
		body["name"] = changed.Name
	case 1:
		changed.Currency = one(w, currencies())
		body["currency"] = changed.Currency
	case 2:
		changed.Timezone = one(w, zones())
		body["timezone"] = changed.Timezone
	case 3:
		changed.DeliveryFee = one(w, []cents{0, 30_00})
		body["delivery_fee"] = changed.DeliveryFee
	case 4:
		changed.MinOrderAmount = one(w, []cents{0, 100_00})
		body["min_order_amount"] = changed.MinOrderAmount
	default:
		changed.IsActive = !w.rarely()
		body["is_active"] = changed.IsActive
	}
	a := w.ask("PUT", fmt.Sprintf("/restaurants/%d", r.ID), body)
	if r.deleted {
		w.refused(a, 404, "restaurant_not_found")
		return
	}
	changed.UpdatedAt = w.now
	shows(w, a, 200, changed)
	r.shownRestaurant = changed
}

func (w *world) deleteRestaurant() {
	r := w.someRestaurant()
	a := w.ask("DELETE", fmt.Sprintf("/restaurants/%d", r.ID), nil)
	if r.deleted {
		w.refused(a, 404, "restaurant_not_found")
		return
	}
	w.gone(a)
	r.deleted = true
}

func (w *world) addItem() { w.addItemTo(w.someRestaurant()) }

func (w *world) addItemTo(r *modelRestaurant) {
	i := &modelItem{restaurant: r, shownItem: shownItem{
		RestaurantID: r.ID, Name: one(w, dishNames()), Category: one(w, []string{"Main", "Sides"}),
		Price: cents(w.number(1, 50)) * 4_99, IsAvailable: !w.rarely(),
	}}
	body := map[string]any{"name": i.Name, "category": i.Category, "price": i.Price, "is_available": i.IsAvailable}
	if w.number(0, 1) == 1 {
		i.Stock = new(int64(w.number(0, 30)))
		body["stock"] = *i.Stock
	}
	a := w.ask("POST", fmt.Sprintf("/restaurants/%d/menu-items/", r.ID), body)
	if r.deleted {
		w.refused(a, 404, "restaurant_not_found")
		return
	}
	i.ID = w.made(a, "/menu-items/")
	shows(w, a, 201, i.shownItem)
	w.items = append(w.items, i)
}

func (w *world) changeItem() {
	i := w.someItem()
	changed, body := i.shownItem, map[string]any{}
	switch w.number(0, 5) {
	case 0:
		changed.Name = one(w, dishNames())
		body["name"] = changed.Name
	case 1:
		changed.Price = cents(w.number(1, 50)) * 3_33
		body["price"] = changed.Price
	case 2:
		changed.Stock = new(int64(w.number(0, 30)))
		body["stock"] = *changed.Stock
	case 3:
		changed.Stock = nil
		body["stock"] = nil
	case 4:
		changed.IsAvailable = !w.rarely()
		body["is_available"] = changed.IsAvailable
	default:
		changed.Category = one(w, []string{"Main", "Sides"})
		body["category"] = changed.Category
	}
	a := w.ask("PUT", fmt.Sprintf("/menu-items/%d", i.ID), body)
	if !i.there() {
		w.refused(a, 404, "item_not_found")
		return
	}
	shows(w, a, 200, changed)
	i.shownItem = changed
}

func (w *world) deleteItem() {
	i := w.someItem()
	a := w.ask("DELETE", fmt.Sprintf("/menu-items/%d", i.ID), nil)
	if !i.there() {
		w.refused(a, 404, "item_not_found")
		return
	}
	w.gone(a)
	i.deleted = true
}

// lookAtRestaurant reads all that is shown of a restaurant, its figures of these
// days too.
func (w *world) lookAtRestaurant(r *modelRestaurant, limit int, periods []period) {
	path := fmt.Sprintf("/restaurants/%d", r.ID)
	if r.deleted {
		for _, part := range []string{"", "/menu", "/orders", "/reviews", "/analytics"} {
			w.refused(w.get("%s", path+part), 404, "restaurant_not_found")
		}
		return
	}
	shows(w, w.get("%s", path), 200, r.shownRestaurant)
	menu := []shownItem{}
	for _, i := range w.items {
		if i.there() && i.restaurant == r {
			menu = append(menu, i.shownItem)
		}
	}
	slices.SortFunc(menu, func(a, b shownItem) int {
		return cmp.Or(cmp.Compare(a.Category, b.Category), cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), cmp.Compare(a.ID, b.ID))
	})
	shows(w, w.get("%s/menu", path), 200, menu)
	w.lookAtOrdersOf(r, limit, periods)
	w.lookAtReviewsOf(r, limit)
	for _, p := range periods {
		if p.backward() {
			w.refused(w.get("%s/analytics?%s", path, p.query()), 422, "out_of_range")
			continue
		}
		shows(w, w.get("%s/analytics?%s", path, p.query()), 200, w.figuresOfRestaurant(r, p), "figures of restaurant %d from %q to %q", r.ID, p.from, p.to)
	}
}
