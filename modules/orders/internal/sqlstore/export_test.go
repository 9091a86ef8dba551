package sqlstore

import (
	"zomato/modules/orders/internal/core"
	"zomato/platform/calendar"
)

// The statements whose plans are tested.

// ListStatement is the statement of Store.List.
func (s *Store) ListStatement(f core.Filter, w core.Window) (string, []any) {
	return s.listStatement(f, w)
}

// CountStatement is the statement of Store.Count.
func (s *Store) CountStatement(f core.Filter) (string, []any) { return s.countStatement(f) }

// LinesStatement is how the lines of so many orders are read.
func LinesStatement(orderCount int) string { return linesStatement(orderCount) }

// TimelineStatement is the statement of Store.Timeline.
const TimelineStatement = timelineStatement

// DaysStatement reads a restaurant's figures by day.
func DaysStatement(restaurantID int64, currency string, days calendar.Days) (string, []any) {
	return daysStatement(restaurantID, currency, days)
}

// HoursStatement reads a restaurant's figures by hour.
func HoursStatement(restaurantID int64, days calendar.Days) (string, []any) {
	return hoursStatement(restaurantID, days)
}

// PopularStatement reads a restaurant's popular items.
func PopularStatement(restaurantID int64, currency string, days calendar.Days) (string, []any) {
	return popularStatement(restaurantID, currency, days)
}

// The statements of a customer's figures.
const (
	CustomerStatement       = customerStatement
	FavouriteItemsStatement = favouriteItemsStatement
)
