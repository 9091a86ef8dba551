package sqlstore

import "zomato/modules/orders/internal/core"

// The statements whose plans are tested.

// ListStatement is the statement of Store.List.
func ListStatement(f core.Filter, w core.Window) (string, []any) { return listStatement(f, w) }

// CountStatement is the statement of Store.Count.
func CountStatement(f core.Filter) (string, []any) { return countStatement(f) }

// LinesStatement is how the lines of so many orders are read.
func LinesStatement(orderCount int) string { return linesStatement(orderCount) }

// TimelineStatement is the statement of Store.Timeline.
const TimelineStatement = timelineStatement
