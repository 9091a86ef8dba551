package demo

import (
	_ "embed" // what people wrote
	"strings"
	"time"

	"zomato/modules/orders"
	"zomato/modules/reviews"
)

//go:embed data/sentences.tsv
var sentencesFile []byte

// readSentences gives what real guests wrote, by whether they liked it.
func readSentences() (map[bool][]string, error) {
	rows, err := records(sentencesFile, '\t')
	if err != nil {
		return nil, err
	}
	out := map[bool][]string{}
	for _, row := range rows {
		liked := row["Liked"] == "1"
		out[liked] = append(out[liked], row["Review"])
	}
	return out, nil
}

// reviews makes up reviews of some of the delivered orders, but none of the
// showcase.
func (f *filler) reviews(of []orders.Order) []reviews.PastReview {
	var written []reviews.PastReview
	for _, o := range of {
		if o.DeliveryTime == nil || o.ID <= minOrders || f.random.IntN(10) >= 3 {
			continue
		}
		at := moment(o.DeliveryTime.Add(f.between(10*time.Minute, 48*time.Hour)))
		if at.After(f.options.Now) {
			continue
		}
		written = append(written, f.review(o, at))
	}
	return written
}

// review makes up a review: restaurants that were rated well elsewhere are liked
// more often.
func (f *filler) review(o orders.Order, at time.Time) reviews.PastReview {
	quality := f.kitchens[o.RestaurantID-1].Rating
	if quality == 0 {
		quality = 3.5
	}
	liked := f.random.Float64() < (quality-1)/4
	past := reviews.PastReview{WrittenAt: at, NewReview: reviews.NewReview{OrderID: o.ID, Rating: 4 + f.random.IntN(2)}}
	if !liked {
		past.Rating = 1 + f.random.IntN(3)
	}
	if f.random.IntN(4) > 0 {
		said := []string{one(f.random, f.sentences[liked])}
		if more := one(f.random, f.sentences[liked]); more != said[0] && f.random.IntN(3) == 0 {
			said = append(said, more)
		}
		past.Comment = new(strings.Join(said, " "))
	}
	if replied := moment(at.Add(f.between(time.Hour, 20*time.Hour))); f.random.IntN(6) == 0 && !replied.After(f.options.Now) {
		text := "Thank you, we are glad to hear it!"
		if !liked {
			text = "We are sorry. That is not how it should be, and we shall do better."
		}
		past.Reply = &reviews.Reply{Text: text, At: replied}
	}
	return past
}
