package core

import (
	"zomato/modules/reviews"
	"zomato/platform/calendar"
)

// Tally is the difference that a change of one review makes to the figures.
type Tally struct {
	RestaurantID, CustomerID int64
	Day                      calendar.Day
	// Before and After are what the review counted for and counts for now; nil
	// where there was, or is, none.
	Before, After *Mark
}

// Mark is what a review counts for.
type Mark struct {
	Rating    int
	Sentiment reviews.Sentiment
}

func tally(before, after *Record) Tally {
	t := Tally{}
	for _, side := range []struct {
		record *Record
		mark   **Mark
	}{{before, &t.Before}, {after, &t.After}} {
		if r := side.record; r != nil {
			t.RestaurantID, t.CustomerID, t.Day = r.RestaurantID, r.CustomerID, r.Day
			*side.mark = &Mark{Rating: r.Rating, Sentiment: r.Sentiment}
		}
	}
	return t
}
