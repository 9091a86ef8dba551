package sqlstore

import (
	"zomato/modules/reviews/internal/core"
	"zomato/platform/calendar"
)

// The statements whose plans are tested.

// ListStatement is the statement of Store.List.
func ListStatement(f core.Filter, w core.Window) (string, []any) { return listStatement(f, w) }

// CountStatement is the statement of Store.Count.
func CountStatement(f core.Filter) (string, []any) { return countStatement(f) }

const (
	// OfOrderStatement reads the review of an order.
	OfOrderStatement = ofOrderStatement
	// CustomerStatement reads a customer's figures.
	CustomerStatement = customerStatement
)

// DaysStatement reads a restaurant's figures.
func DaysStatement(restaurantID int64, days calendar.Days) (string, []any) {
	return daysStatement(restaurantID, days)
}
