package main

import (
	"github.com/stretchr/testify/require"
)

// keptFigures reads the tables with figures.
func keptFigures(t require.TestingT, app running, since records) figureTables {
	const counts = "placed, confirmed, preparing, out_for_delivery, delivered, cancelled"
	f := noFigures()
	for _, r := range selectAll[struct {
		hourKey
		hourFigures
	}](t, app, `SELECT restaurant_id, day, hour, currency, revenue, `+counts+` FROM orders_figures_hours WHERE restaurant_id > ?`, since.restaurant) {
		f.hours[r.hourKey] = r.hourFigures
	}
	type sold struct {
		itemKey
		soldFigures
	}
	for _, r := range selectAll[sold](t, app, `SELECT restaurant_id, menu_item_id, currency, name, quantity, revenue
		FROM orders_figures_items WHERE restaurant_id > ?`, since.restaurant) {
		f.items[r.itemKey] = r.soldFigures
	}
	for _, r := range selectAll[sold](t, app, `SELECT restaurant_id, day, menu_item_id, currency, '' AS name, quantity, revenue
		FROM orders_figures_item_days WHERE restaurant_id > ?`, since.restaurant) {
		f.itemDays[r.itemKey] = r.soldFigures
	}
	for _, r := range selectAll[struct {
		ID int64 `db:"restaurant_id"`
		visitFigures
	}](t, app, `SELECT restaurant_id, customers, repeat_customers FROM orders_figures_restaurants WHERE restaurant_id > ?`, since.restaurant) {
		f.visits[r.ID] = r.visitFigures
	}
	for _, r := range selectAll[struct {
		reviewDayKey
		reviewFigures
	}](t, app, `SELECT restaurant_id, day, stars1, stars2, stars3, stars4, stars5, positive, neutral, negative
		FROM reviews_figures_days WHERE restaurant_id > ?`, since.restaurant) {
		f.reviewDays[r.reviewDayKey] = r.reviewFigures
	}
	for _, r := range selectAll[struct {
		ID int64 `db:"id"`
		ratingFigures
	}](t, app, `SELECT id, rating, rating_count + imported_count AS reviews, rating_sum + imported_sum AS stars
		FROM restaurants_restaurants WHERE id > ?`, since.restaurant) {
		f.ratings[r.ID] = r.ratingFigures
	}
	f.total["all"] = selectAll[starFigures](t, app, `SELECT rating_count AS reviews, rating_sum AS stars FROM restaurants_totals`)[0]
	readCustomerFigures(t, app, since.customer, f)
	return f
}

// readCustomerFigures reads those that are about customers.
func readCustomerFigures(t require.TestingT, app running, since int64, f figureTables) {
	for _, r := range selectAll[struct {
		pairKey
		pairFigures
	}](t, app, `SELECT customer_id, restaurant_id AS other_id, restaurant_name, last_order_at,
		placed, confirmed, preparing, out_for_delivery, delivered, cancelled FROM orders_figures_customers WHERE customer_id > ?`, since) {
		f.pairs[r.pairKey] = r.pairFigures
	}
	for _, r := range selectAll[struct {
		pairKey
		soldFigures
	}](t, app, `SELECT customer_id, menu_item_id AS other_id, name, quantity FROM orders_figures_customer_items WHERE customer_id > ?`, since) {
		f.customerItems[r.pairKey] = r.soldFigures
	}
	for _, r := range selectAll[struct {
		spendingKey
		spentFigures
	}](t, app, `SELECT customer_id, currency, orders, spent FROM orders_figures_spending WHERE customer_id > ?`, since) {
		f.spending[r.spendingKey] = r.spentFigures
	}
	for _, r := range selectAll[struct {
		ID int64 `db:"customer_id"`
		starFigures
	}](t, app, `SELECT customer_id, reviews, stars FROM reviews_figures_customers WHERE customer_id > ?`, since) {
		f.reviewers[r.ID] = r.starFigures
	}
}

func noFigures() figureTables {
	return figureTables{
		map[hourKey]hourFigures{},
		map[itemKey]soldFigures{},
		map[itemKey]soldFigures{},
		map[int64]visitFigures{},
		map[pairKey]pairFigures{},
		map[pairKey]soldFigures{},
		map[spendingKey]spentFigures{},
		map[reviewDayKey]reviewFigures{},
		map[int64]starFigures{},
		map[int64]ratingFigures{},
		map[string]starFigures{},
	}
}

// orderRow is what figures need of an order.
type orderRow struct {
	ID             int64  `db:"id"`
	CustomerID     int64  `db:"customer_id"`
	RestaurantID   int64  `db:"restaurant_id"`
	RestaurantName string `db:"restaurant_name"`
	Status         string `db:"order_status"`
	Currency       string `db:"currency"`
	Total          int64  `db:"total"`
	OrderDate      int64  `db:"order_date"`
	Day            int64  `db:"local_day"`
	Hour           int64  `db:"local_hour"`
}

// rightFigures works out what the tables should hold.
func rightFigures(t require.TestingT, app running, since records) figureTables {
	f := noFigures()
	for _, r := range selectAll[struct {
		ID int64 `db:"id"`
		starFigures
	}](t, app, `SELECT id, imported_count AS reviews, imported_sum AS stars FROM restaurants_restaurants WHERE imported_count > 0 AND id > ?`, since.restaurant) {
		f.addStars(r.ID, r.starFigures)
	}
	erased := map[int64]bool{}
	for _, id := range selectAll[int64](t, app, `SELECT id FROM customers_customers WHERE erased_at IS NOT NULL AND id > ?`, since.customer) {
		erased[id] = true
	}
	orders, visits := map[int64]orderRow{}, map[pairKey]int64{}
	for _, o := range selectAll[orderRow](t, app, `SELECT id, customer_id, restaurant_id, restaurant_name, order_status, currency, total,
		order_date, local_day, local_hour FROM orders_orders WHERE restaurant_id > ? ORDER BY id`, since.restaurant) {
		orders[o.ID] = o
		f.addOrder(o, erased[o.CustomerID])
		visits[pairKey{o.CustomerID, o.RestaurantID}]++
	}
	for pair, n := range visits {
		v := f.visits[pair.Other]
		v.Customers++
		if n > 1 {
			v.Repeat++
		}
		f.visits[pair.Other] = v
	}
	for _, l := range selectAll[lineRow](t, app, `SELECT order_id, menu_item_id, name, quantity, line_total FROM orders_items
		WHERE order_id IN (SELECT id FROM orders_orders WHERE restaurant_id > ?) ORDER BY order_id, position`, since.restaurant) {
		o := orders[l.OrderID]
		addLine(f.items, itemKey{o.RestaurantID, 0, l.ItemID, o.Currency}, o, l, l.Total)
		nameless := l
		nameless.Name = ""
		addLine(f.itemDays, itemKey{o.RestaurantID, o.Day, l.ItemID, o.Currency}, o, nameless, l.Total)
		if !erased[o.CustomerID] {
			addLine(f.customerItems, pairKey{o.CustomerID, l.ItemID}, o, l, 0)
		}
	}
	for _, r := range selectAll[reviewRow](t, app, `SELECT customer_id, restaurant_id, rating, sentiment, local_day
		FROM reviews_reviews WHERE deleted_at IS NULL AND restaurant_id > ?`, since.restaurant) {
		f.addReview(r, erased[r.CustomerID])
	}
	return f
}

func (c *statusCounts) add(status string) {
	*map[string]*int64{
		"placed": &c.Placed, "confirmed": &c.Confirmed, "preparing": &c.Preparing,
		"out_for_delivery": &c.OutForDelivery, "delivered": &c.Delivered, "cancelled": &c.Cancelled,
	}[status]++
}

func (f figureTables) addOrder(o orderRow, erased bool) {
	at := hourKey{o.RestaurantID, o.Day, o.Hour, o.Currency}
	hour := f.hours[at]
	hour.add(o.Status)
	if o.Status == "delivered" {
		hour.Revenue += o.Total
	}
	f.hours[at] = hour
	if erased {
		return // counts for the restaurant only
	}
	pair := f.pairs[pairKey{o.CustomerID, o.RestaurantID}]
	pair.add(o.Status)
	if o.OrderDate >= pair.LastOrderAt {
		pair.Name, pair.LastOrderAt = o.RestaurantName, o.OrderDate
	}
	f.pairs[pairKey{o.CustomerID, o.RestaurantID}] = pair
	if o.Status == "delivered" {
		spent := f.spending[spendingKey{o.CustomerID, o.Currency}]
		spent.Orders++
		spent.Spent += o.Total
		f.spending[spendingKey{o.CustomerID, o.Currency}] = spent
	}
}

type lineRow struct {
	OrderID  int64  `db:"order_id"`
	ItemID   int64  `db:"menu_item_id"`
	Name     string `db:"name"`
	Quantity int64  `db:"quantity"`
	Total    int64  `db:"line_total"`
}

// addLine counts a line, unless its order is cancelled. The name is that of the
// last order, cancelled or not.
func addLine[K comparable](table map[K]soldFigures, key K, o orderRow, l lineRow, revenue int64) {
	sold := table[key]
	sold.Name = l.Name
	if o.Status != "cancelled" {
		sold.Quantity += l.Quantity
		sold.Revenue += revenue
	}
	table[key] = sold
}

type reviewRow struct {
	CustomerID   int64  `db:"customer_id"`
	RestaurantID int64  `db:"restaurant_id"`
	Rating       int64  `db:"rating"`
	Sentiment    string `db:"sentiment"`
	Day          int64  `db:"local_day"`
}

func (f figureTables) addReview(r reviewRow, erased bool) {
	day := f.reviewDays[reviewDayKey{r.RestaurantID, r.Day}]
	*[]*int64{&day.Stars1, &day.Stars2, &day.Stars3, &day.Stars4, &day.Stars5}[r.Rating-1]++
	*map[string]*int64{"positive": &day.Positive, "neutral": &day.Neutral, "negative": &day.Negative}[r.Sentiment]++
	f.reviewDays[reviewDayKey{r.RestaurantID, r.Day}] = day
	stars := starFigures{Reviews: 1, Stars: r.Rating}
	f.addStars(r.RestaurantID, stars)
	if !erased {
		f.reviewers[r.CustomerID] = f.reviewers[r.CustomerID].plus(stars)
	}
}

func (s starFigures) plus(more starFigures) starFigures {
	return starFigures{s.Reviews + more.Reviews, s.Stars + more.Stars}
}

// addStars counts ratings for a restaurant, those that were imported with it too.
func (f figureTables) addStars(restaurantID int64, stars starFigures) {
	restaurant := f.ratings[restaurantID]
	restaurant.starFigures = restaurant.plus(stars)
	restaurant.Rating = halfUp(100*restaurant.Stars, restaurant.Reviews)
	f.ratings[restaurantID] = restaurant
	f.total["all"] = f.total["all"].plus(stars)
}
