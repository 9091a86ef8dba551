package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// What the model knows of figures (design: domain.md §8): all of them are worked
// out anew from the orders and reviews.

// period bounds the days: from the one up to and without the other; "" does not
// bound.
type period struct{ from, to string }

// backward says that it ends before it begins, which is refused.
func (p period) backward() bool { return p.from != "" && p.to != "" && p.from > p.to }

func (p period) has(day string) bool {
	return (p.from == "" || day >= p.from) && (p.to == "" || day < p.to)
}

func (p period) query() string {
	var bounds []string
	if p.from != "" {
		bounds = append(bounds, "from="+p.from)
	}
	if p.to != "" {
		bounds = append(bounds, "to="+p.to)
	}
	return strings.Join(bounds, "&")
}

type restaurantFigures struct {
	RestaurantID       int64            `json:"restaurant_id"`
	Currency           string           `json:"currency"`
	TotalOrders        int64            `json:"total_orders"`
	OrdersByStatus     map[string]int64 `json:"orders_by_status"`
	TotalRevenue       cents            `json:"total_revenue"`
	AverageOrderValue  *cents           `json:"average_order_value"`
	AverageRating      *float64         `json:"average_rating"`
	AvgRating          *float64         `json:"avg_rating"`
	RatingCount        int64            `json:"rating_count"`
	RatingDistribution map[string]int64 `json:"rating_distribution"`
	Sentiment          map[string]int64 `json:"sentiment"`
	PopularItems       []soldItem       `json:"popular_items"`
	UniqueCustomers    *int64           `json:"unique_customers"`
	RepeatRate         *float64         `json:"repeat_rate"`
	CancellationRate   float64          `json:"cancellation_rate"`
	OrdersByHour       []int64          `json:"orders_by_hour"`
	Daily              []dayFigures     `json:"daily"`
}

type soldItem struct {
	MenuItemID int64  `json:"menu_item_id"`
	Name       string `json:"name"`
	Quantity   int64  `json:"quantity"`
	Revenue    cents  `json:"revenue"`
}

type dayFigures struct {
	Date    string `json:"date"`
	Orders  int64  `json:"orders"`
	Revenue cents  `json:"revenue"`
}

func (w *world) figuresOfRestaurant(r *modelRestaurant, p period) restaurantFigures {
	f := restaurantFigures{
		RestaurantID: r.ID, Currency: r.Currency, OrdersByStatus: zeros(workflow()...), OrdersByHour: make([]int64, 24), Daily: []dayFigures{},
	}
	placedBy, days, paid := map[*modelCustomer]int64{}, map[string]*dayFigures{}, int64(0)
	for _, o := range w.orders {
		if o.restaurant != r || !p.has(o.day) {
			continue
		}
		f.TotalOrders++
		f.OrdersByStatus[o.OrderStatus]++
		f.OrdersByHour[o.hour]++
		placedBy[o.customer]++
		if days[o.day] == nil {
			days[o.day] = &dayFigures{Date: o.day}
		}
		days[o.day].Orders++
		if o.OrderStatus == "delivered" && o.Currency == r.Currency {
			paid++
			f.TotalRevenue += o.TotalAmount
			days[o.day].Revenue += o.TotalAmount
		}
	}
	for _, day := range slices.Sorted(maps.Keys(days)) {
		f.Daily = append(f.Daily, *days[day])
	}
	if paid > 0 {
		f.AverageOrderValue = new(cents(halfUp(int64(f.TotalRevenue), paid)))
	}
	f.CancellationRate = share(f.OrdersByStatus["cancelled"], f.TotalOrders)
	if p == (period{}) {
		repeat := int64(0)
		for _, orders := range placedBy {
			if orders > 1 {
				repeat++
			}
		}
		f.UniqueCustomers, f.RepeatRate = new(int64(len(placedBy))), new(share(repeat, int64(len(placedBy))))
	}
	f.PopularItems = w.sold(5, r.Currency, func(o *modelOrder) bool { return o.restaurant == r }, p)
	w.addRatings(&f, func(review *modelReview) bool { return review.order.restaurant == r && p.has(review.day) })
	return f
}

func (w *world) addRatings(f *restaurantFigures, in func(*modelReview) bool) {
	f.RatingDistribution, f.Sentiment = zeros("1", "2", "3", "4", "5"), zeros("positive", "neutral", "negative")
	for _, r := range w.reviews {
		if !r.deleted && in(r) {
			f.RatingDistribution[fmt.Sprint(r.Rating)]++
			f.Sentiment[r.Sentiment]++
		}
	}
	var stars int64
	if stars, f.RatingCount = w.ratings(in); f.RatingCount > 0 {
		f.AverageRating = new(float64(halfUp(100*stars, f.RatingCount)) / 100)
		f.AvgRating = f.AverageRating
	}
}

// sold are the items that sold most pieces in orders of these days that are not
// cancelled, of the same number the older item first. An item is named as it is
// called now, or was when it was last ordered, on whatever day; an order that
// was cancelled ordered it too. Revenue is in the one currency.
func (w *world) sold(most int, currency string, in func(*modelOrder) bool, p period) []soldItem {
	byItem, last := map[*modelItem]*soldItem{}, map[*modelItem]string{}
	for _, o := range w.orders {
		if !in(o) {
			continue
		}
		for n, line := range o.OrderItems {
			last[o.items[n]] = line.Name
			if o.OrderStatus == "cancelled" || !p.has(o.day) {
				continue
			}
			if byItem[o.items[n]] == nil {
				byItem[o.items[n]] = &soldItem{MenuItemID: line.MenuItemID}
			}
			byItem[o.items[n]].Quantity += line.Quantity
			if o.Currency == currency {
				byItem[o.items[n]].Revenue += line.LineTotal
			}
		}
	}
	out := []soldItem{}
	for item, sold := range byItem {
		if sold.Name = last[item]; item.there() {
			sold.Name = item.Name
		}
		out = append(out, *sold)
	}
	slices.SortFunc(out, func(a, b soldItem) int {
		return cmp.Or(cmp.Compare(b.Quantity, a.Quantity), cmp.Compare(a.MenuItemID, b.MenuItemID))
	})
	return out[:min(most, len(out))]
}

type customerFigures struct {
	CustomerID           int64                 `json:"customer_id"`
	TotalOrders          int64                 `json:"total_orders"`
	OrdersByStatus       map[string]int64      `json:"orders_by_status"`
	TotalSpent           *cents                `json:"total_spent"`
	AverageOrderValue    *cents                `json:"average_order_value"`
	SpentByCurrency      []spending            `json:"spent_by_currency"`
	FavouriteRestaurants []favouriteRestaurant `json:"favourite_restaurants"`
	FavouriteItems       []favouriteItem       `json:"favourite_items"`
	LastOrderAt          *moment               `json:"last_order_at"`
	AvgRatingGiven       *float64              `json:"avg_rating_given"`
	ReviewsCount         int64                 `json:"reviews_count"`
}

type spending struct {
	Currency string `json:"currency"`
	Amount   cents  `json:"amount"`
}

type favouriteRestaurant struct {
	RestaurantID int64  `json:"restaurant_id"`
	Name         string `json:"name"`
	Orders       int64  `json:"orders"`
}

type favouriteItem struct {
	MenuItemID int64  `json:"menu_item_id"`
	Name       string `json:"name"`
	Quantity   int64  `json:"quantity"`
}

func (w *world) figuresOfCustomer(c *modelCustomer) customerFigures {
	ours := func(o *modelOrder) bool { return o.customer == c }
	f := customerFigures{
		CustomerID: c.ID, OrdersByStatus: zeros(workflow()...), SpentByCurrency: []spending{}, FavouriteItems: []favouriteItem{},
		FavouriteRestaurants: w.favouriteRestaurants(ours),
	}
	spent, paid := map[string]cents{}, int64(0)
	for _, o := range w.orders {
		if !ours(o) {
			continue
		}
		f.TotalOrders++
		f.OrdersByStatus[o.OrderStatus]++
		f.LastOrderAt = new(o.OrderDate)
		if o.OrderStatus == "delivered" {
			paid++
			spent[o.Currency] += o.TotalAmount
		}
	}
	for _, currency := range slices.Sorted(maps.Keys(spent)) {
		f.SpentByCurrency = append(f.SpentByCurrency, spending{currency, spent[currency]})
	}
	if len(spent) == 0 {
		f.TotalSpent = new(cents(0))
	} else if len(spent) == 1 {
		f.TotalSpent = new(f.SpentByCurrency[0].Amount)
		f.AverageOrderValue = new(cents(halfUp(int64(*f.TotalSpent), paid)))
	}
	for _, i := range w.sold(3, "", ours, period{}) {
		f.FavouriteItems = append(f.FavouriteItems, favouriteItem{i.MenuItemID, i.Name, i.Quantity})
	}
	var stars int64
	if stars, f.ReviewsCount = w.ratings(func(r *modelReview) bool { return r.order.customer == c }); f.ReviewsCount > 0 {
		f.AvgRatingGiven = new(float64(halfUp(100*stars, f.ReviewsCount)) / 100)
	}
	return f
}

// favouriteRestaurants are the three that got most orders that are not
// cancelled, of the same number the older first.
func (w *world) favouriteRestaurants(in func(*modelOrder) bool) []favouriteRestaurant {
	orders, last := map[*modelRestaurant]int64{}, map[*modelRestaurant]string{}
	for _, o := range w.orders {
		if in(o) {
			last[o.restaurant] = o.restaurantName
			if o.OrderStatus != "cancelled" {
				orders[o.restaurant]++
			}
		}
	}
	out := []favouriteRestaurant{}
	for r, n := range orders {
		f := favouriteRestaurant{r.ID, r.Name, n}
		if r.deleted {
			f.Name = last[r]
		}
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b favouriteRestaurant) int {
		return cmp.Or(cmp.Compare(b.Orders, a.Orders), cmp.Compare(a.RestaurantID, b.RestaurantID))
	})
	return out[:min(3, len(out))]
}

func zeros(names ...string) map[string]int64 {
	out := map[string]int64{}
	for _, name := range names {
		out[name] = 0
	}
	return out
}

// share is a part of a whole with four decimals, halves upwards.
func share(part, whole int64) float64 {
	if whole == 0 {
		return 0
	}
	return float64(halfUp(10_000*part, whole)) / 10_000
}
