package database

import "zomato/platform/calendar"

// OnDays adds to a WHERE that the column day, which holds a calendar.Day, is one
// of these days.
func OnDays(where string, args []any, days calendar.Days) (string, []any) {
	if days.From != nil {
		where, args = where+" AND day >= ?", append(args, int64(*days.From))
	}
	if days.To != nil {
		where, args = where+" AND day < ?", append(args, int64(*days.To))
	}
	return where, args
}
