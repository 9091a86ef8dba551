package core

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"zomato/modules/orders"
	"zomato/modules/reviews"
	"zomato/platform/access"
	"zomato/platform/fault"
)

// How long an order can be reviewed after its delivery, and a review edited
// after it was written (design: domain.md §4).
const (
	reviewWindow = 30 * 24 * time.Hour
	editWindow   = 7 * 24 * time.Hour
)

// The limits of a review; texts in characters.
const (
	minRating, maxRating = 1, 5
	maxComment           = 2000
	maxReply             = 1000
)

// From these scores on a comment is positive or negative (design: domain.md §4).
const (
	positiveFrom = 0.05
	negativeFrom = -0.05
)

// Tidy trims the text of a new review and finds what is wrong with it by itself,
// whatever the order is like.
func Tidy(n *reviews.NewReview) fault.Findings {
	var findings fault.Findings
	checkRating(&findings, n.Rating)
	findings.OptionalText("#/comment", &n.Comment, maxComment)
	return findings
}

func checkRating(findings *fault.Findings, rating int) {
	if rating < minRating || rating > maxRating {
		findings.Add("#/rating", "out_of_range", "The rating must be from %d to %d stars.", minRating, maxRating)
	}
}

// Reviewable refuses an order that cannot be reviewed now.
func Reviewable(o orders.Order, reviewed bool, now time.Time) error {
	switch {
	case o.OrderStatus != orders.StatusDelivered || o.DeliveryTime == nil:
		return fault.New(fault.Conflict, "order_not_delivered", "Only a delivered order can be reviewed; this one is %s.", o.OrderStatus)
	case reviewed:
		return exists()
	case now.After(o.DeliveryTime.Add(reviewWindow)):
		return fault.New(fault.Conflict, "review_window_closed", "An order can be reviewed within 30 days of its delivery.")
	default:
		return nil
	}
}

// exists is the fault for an order that has, or had, a review.
func exists() *fault.Error {
	return fault.New(fault.Conflict, "review_exists", "This order has been reviewed; a review that was deleted cannot be written again.")
}

// Label names the sentiment of a score.
func Label(score float64) reviews.Sentiment {
	switch {
	case score >= positiveFrom:
		return reviews.Positive
	case score <= negativeFrom:
		return reviews.Negative
	default:
		return reviews.Neutral
	}
}

// StarScore stands in for the score of a comment where there is none: from -1
// for one star to 1 for five.
func StarScore(rating int) float64 { return float64(rating-3) / 2 }

// score asks the engine how much a comment is for the restaurant.
func (s *Service) score(comment string) float64 {
	score := s.sentiment.Score(comment)
	if score == 0 {
		return 0 // also for a zero below zero, which is stored as a zero and would be shown as -0 before
	}
	return score
}

// Author shortens a customer's name to the first name and the initial of the
// next: "Asha Rao" is "Asha R.". A single name is the author as it is. Who gave
// an e-mail address or a phone number for a name is not shown by it.
func Author(name string) string {
	visible := strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) {
			return -1 // turns the direction of what follows, in other people's pages
		}
		return r
	}, name)
	words := strings.Fields(visible) // whatever the space: a tab must not show the whole name
	if len(words) == 0 {
		return nameless
	}
	first := words[0]
	if at := strings.IndexAny(first, "@＠"); at >= 0 {
		first = first[:at]
	}
	if first == "" || isNumber(first) {
		first = nameless
	}
	if len(words) == 1 {
		return first
	}
	initial, _ := utf8.DecodeRuneInString(words[1])
	return first + " " + string(initial) + "."
}

// nameless is what an author is called who gave no name that can be shown.
const nameless = "Customer"

// isNumber tells whether a word could be a part of a phone number.
func isNumber(word string) bool {
	digits := 0
	for _, r := range word {
		if unicode.IsDigit(r) {
			digits++
		}
	}
	return digits > 2
}

// mayChange tells whether a review is the caller's to change. To others it does
// not exist.
func mayChange(who access.Principal, r Record) bool {
	return who.Role != access.Customer || who.CustomerID == r.CustomerID
}

// mayReply tells whether a review is the caller's to reply to.
func mayReply(who access.Principal, r Record) bool {
	return who.Role != access.Restaurant || who.RestaurantID == r.RestaurantID
}
