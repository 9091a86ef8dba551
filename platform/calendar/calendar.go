// Package calendar counts days as people in one place do: a day is a date in a
// time zone, with no instant attached.
//
// team: platform
package calendar

import (
	"fmt"
	"time"

	"zomato/platform/fault"
)

// Day is a date of the Gregorian calendar as the number of days since
// 1970-01-01. It has no time zone: 2026-11-22 is the same Day everywhere, and
// begins at another instant in each zone.
type Day int64

// secondsPerDay is without leap seconds, which Unix time does not count.
const secondsPerDay = 24 * 60 * 60

// DayOf gives the date of an instant in a time zone.
func DayOf(at time.Time, zone *time.Location) Day {
	year, month, day := at.In(zone).Date()
	return date(year, month, day)
}

// ParseDay reads a date such as 2026-11-22.
func ParseDay(text string) (Day, error) {
	at, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return 0, fmt.Errorf("%q is no date such as 2026-11-22: %w", text, err)
	}
	return date(at.Date()), nil
}

func date(year int, month time.Month, day int) Day {
	return Day(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix() / secondsPerDay)
}

// String gives the date as ParseDay reads it.
func (d Day) String() string { return d.midnight().Format(time.DateOnly) }

// Begin gives the instant at which the day begins in a time zone. Where clocks
// skip midnight, it is the first instant after the gap.
func (d Day) Begin(zone *time.Location) time.Time {
	year, month, day := d.midnight().Date()
	begin := time.Date(year, month, day, 0, 0, 0, 0, zone)
	if begin.Day() == day {
		return begin
	}
	// The package time takes the offset of before the gap (it does not promise
	// which): midnight then reads as 23:00 of the day before.
	return begin.Add(time.Duration(24-begin.Hour()) * time.Hour)
}

func (d Day) midnight() time.Time { return time.Unix(int64(d)*secondsPerDay, 0).UTC() }

// Days is a range of days, from From up to and without To. What is nil does not
// bound.
type Days struct{ From, To *Day }

// ParseDays reads the parameters `from` and `to` of a request (design:
// domain.md §8), where "" does not bound. The fault reports each that is no
// date. A range that ends before it begins is an empty one.
func ParseDays(from, to string) (Days, error) {
	var findings fault.Findings
	read := func(parameter, text string) *Day {
		if text == "" {
			return nil
		}
		day, err := ParseDay(text)
		if err != nil {
			findings.Add("query/"+parameter, "invalid", "This must be a date such as 2026-11-22.")
		}
		return &day
	}
	days := Days{From: read("from", from), To: read("to", to)}
	if len(findings) == 0 && days.From != nil && days.To != nil && *days.From > *days.To {
		findings.Add("query/to", "out_of_range", "This day is before the one in from.")
	}
	return days, findings.Err()
}

// IsAll tells whether the range bounds nothing.
func (d Days) IsAll() bool { return d.From == nil && d.To == nil }

// Instants gives the instants at which the range begins and ends in a time
// zone, nil where it does not bound.
func (d Days) Instants(zone *time.Location) (from, to *time.Time) {
	begin := func(day *Day) *time.Time {
		if day == nil {
			return nil
		}
		at := day.Begin(zone)
		return &at
	}
	return begin(d.From), begin(d.To)
}
