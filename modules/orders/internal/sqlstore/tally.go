package sqlstore

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"zomato/modules/orders"
	"zomato/modules/orders/internal/core"
	"zomato/platform/calendar"
	"zomato/platform/database"
	"zomato/platform/money"
)

// AddToFigures implements core.FigureStore. Nothing is stored before the end of
// the unit of work, together with what others that share its commit add.
func (s *Store) AddToFigures(ctx context.Context, tallies ...core.Tally) error {
	return s.changes.Add(ctx, &change{tallies: tallies})
}

// storeFigures stores what was added: for one order two statements for a move
// that sells nothing, up to six for the first order of a customer; no more for
// many orders. Each is an upsert of differences, so that no row has to be read
// before it is changed. Rows are changed in the order of their keys: two that
// add for many orders at once do not wait for each other in a circle.
func (s *Store) storeFigures(ctx context.Context, tallies []core.Tally) error {
	if len(tallies) == 0 {
		return nil
	}
	all := addUp(tallies)
	for _, add := range []func(context.Context, sums) error{s.addToHours, s.addItems, s.addItemDays, s.addCustomerItems, s.addToCustomers, s.addSpending} {
		if err := add(ctx, all); err != nil {
			return fmt.Errorf("add %d changes to the figures: %w", len(tallies), err)
		}
	}
	return nil
}

// counts are what the numbers of orders change by, in the order of the columns.
type counts [6]int64

// statuses are those that counts has, in its order.
func statuses() [6]orders.Status {
	return [6]orders.Status{
		orders.StatusPlaced, orders.StatusConfirmed, orders.StatusPreparing,
		orders.StatusOutForDelivery, orders.StatusDelivered, orders.StatusCancelled,
	}
}

// add counts the way of an order to a status.
func (c *counts) add(t core.Tally) {
	for i, status := range statuses() {
		if status == t.To {
			c[i]++
		}
		if status == t.From {
			c[i]--
		}
	}
}

type hourKey struct {
	restaurantID int64
	day          calendar.Day
	hour         int
	currency     string
}

type hourSum struct {
	counts  counts
	revenue money.Amount
}

type itemKey struct {
	restaurantID int64
	day          calendar.Day
	menuItemID   int64
	currency     string
}

// itemSum is what was sold of an item. Only an order that is placed, which has
// Sold above 0, brings a name, even if it is cancelled later on in the list.
type itemSum struct {
	name     string // as in the last order that was placed; "": none was
	orderID  int64  // 0: none was placed
	quantity int64
	revenue  money.Amount
}

type pairKey struct{ customerID, otherID int64 }

// customerSum is what a customer's orders at a restaurant change by. A move
// alone brings no name and no time.
type customerSum struct {
	counts   counts
	placed   int64  // new orders
	name     string // as in the latest of them; "": there are none
	placedAt int64  // when that was placed; 0: there are none
}

type spendingKey struct {
	customerID int64
	currency   string
}

type spendingSum struct {
	orders int64
	spent  money.Amount
}

// sums are the differences of many tallies, by row.
type sums struct {
	hours         map[hourKey]hourSum
	items         map[itemKey]itemSum // without days
	itemDays      map[itemKey]itemSum
	customerItems map[pairKey]itemSum
	customers     map[pairKey]customerSum
	spending      map[spendingKey]spendingSum
}

func addUp(tallies []core.Tally) sums {
	all := sums{
		map[hourKey]hourSum{},
		map[itemKey]itemSum{},
		map[itemKey]itemSum{},
		map[pairKey]itemSum{},
		map[pairKey]customerSum{},
		map[spendingKey]spendingSum{},
	}
	for _, t := range tallies {
		hour := all.hours[hourKey{t.RestaurantID, t.Day, t.Hour, t.Currency}]
		hour.counts.add(t)
		hour.revenue += t.Revenue
		all.hours[hourKey{t.RestaurantID, t.Day, t.Hour, t.Currency}] = hour
		for _, sold := range t.Sold {
			addSold(all.items, itemKey{t.RestaurantID, 0, sold.MenuItemID, t.Currency}, t, sold)
			addSold(all.itemDays, itemKey{t.RestaurantID, t.Day, sold.MenuItemID, t.Currency}, t, sold)
			addSold(all.customerItems, pairKey{t.CustomerID, sold.MenuItemID}, t, sold)
		}
		addToCustomer(all.customers, t)
		if t.To == orders.StatusDelivered { // they got what they paid for
			spending := all.spending[spendingKey{t.CustomerID, t.Currency}]
			all.spending[spendingKey{t.CustomerID, t.Currency}] = spendingSum{spending.orders + 1, spending.spent + t.Revenue}
		}
	}
	return all
}

func addSold[K comparable](to map[K]itemSum, key K, t core.Tally, sold core.Sold) {
	sum := to[key]
	sum.quantity += sold.Quantity
	sum.revenue += sold.Revenue
	if sold.Quantity > 0 {
		sum.name, sum.orderID = sold.Name, t.OrderID
	}
	to[key] = sum
}

func addToCustomer(to map[pairKey]customerSum, t core.Tally) {
	key := pairKey{t.CustomerID, t.RestaurantID}
	sum := to[key]
	sum.counts.add(t)
	if t.From == "" {
		if at := database.Millis(t.PlacedAt); sum.placed == 0 || at >= sum.placedAt {
			sum.name, sum.placedAt = t.RestaurantName, at
		}
		sum.placed++
	}
	to[key] = sum
}

// sorted gives the keys of a map in a certain order.
func sorted[K comparable, V any](rows map[K]V, compare func(a, b K) int) []K {
	return slices.SortedFunc(maps.Keys(rows), compare)
}

func comparePairs(a, b pairKey) int {
	return cmp.Or(cmp.Compare(a.customerID, b.customerID), cmp.Compare(a.otherID, b.otherID))
}

func compareItems(a, b itemKey) int {
	return cmp.Or(cmp.Compare(a.restaurantID, b.restaurantID), cmp.Compare(a.day, b.day),
		cmp.Compare(a.menuItemID, b.menuItemID), cmp.Compare(a.currency, b.currency))
}

func compareHours(a, b hourKey) int {
	return cmp.Or(cmp.Compare(a.restaurantID, b.restaurantID), cmp.Compare(a.day, b.day),
		cmp.Compare(a.hour, b.hour), cmp.Compare(a.currency, b.currency))
}

func compareSpending(a, b spendingKey) int {
	return cmp.Or(cmp.Compare(a.customerID, b.customerID), cmp.Compare(a.currency, b.currency))
}
