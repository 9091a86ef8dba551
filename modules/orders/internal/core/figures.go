package core

import (
	"cmp"
	"context"
	"slices"
	"time"

	"zomato/modules/orders"
	"zomato/platform/calendar"
	"zomato/platform/money"
)

// FigureStore keeps the figures about orders, in the unit of work that changes
// an order (docs/adr/0012).
type FigureStore interface {
	// AddToFigures changes the figures of restaurants and customers, at the end of
	// the unit of work.
	AddToFigures(ctx context.Context, tallies ...Tally) error
}

// Tally is the difference that placing or moving one order makes to the
// figures.
type Tally struct {
	OrderID, RestaurantID, CustomerID int64
	RestaurantName, Currency          string
	// Day and Hour are when the order was placed, on the restaurant's wall.
	Day  calendar.Day
	Hour int
	// From is the status that the order leaves, "" when it is placed.
	From, To orders.Status
	// PlacedAt is when the order was placed.
	PlacedAt time.Time
	// Revenue is what the order brings by being delivered.
	Revenue money.Amount
	// Sold are the items by id, each once: what placing adds and cancelling
	// takes away again, as negative numbers. A move to another status sells
	// nothing.
	Sold []Sold
}

// Sold are some pieces of a menu item.
type Sold struct {
	MenuItemID int64
	Name       string
	Quantity   int64
	Revenue    money.Amount
}

// tally gives the difference that the way of an order to a status makes; From
// is "" when it is placed.
func tally(r Record, from, to orders.Status) Tally {
	t := Tally{
		OrderID: r.ID, RestaurantID: r.RestaurantID, CustomerID: r.CustomerID, RestaurantName: r.RestaurantName, Currency: r.Currency,
		Day: r.Day, Hour: r.Hour, From: from, To: to, PlacedAt: r.OrderDate,
	}
	switch {
	case from == "":
		t.Sold = sold(r.OrderItems, 1)
	case to == orders.StatusCancelled:
		t.Sold = sold(r.OrderItems, -1)
	case to == orders.StatusDelivered:
		t.Revenue = r.TotalAmount
	}
	return t
}

// sold adds up the lines of each item, times a sign.
func sold(lines []orders.Line, sign int64) []Sold {
	var out []Sold
	for _, line := range lines {
		at := slices.IndexFunc(out, func(s Sold) bool { return s.MenuItemID == line.MenuItemID })
		if at < 0 {
			at = len(out)
			out = append(out, Sold{MenuItemID: line.MenuItemID, Name: line.Name})
		}
		out[at].Quantity += sign * int64(line.Quantity)
		out[at].Revenue += money.Amount(sign) * line.LineTotal
	}
	slices.SortFunc(out, func(a, b Sold) int { return cmp.Compare(a.MenuItemID, b.MenuItemID) })
	return out
}
