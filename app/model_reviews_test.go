package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/stretchr/testify/require"
)

// What the model knows of reviews (design: domain.md §4).

// mood is how the product understands a comment. The model does not read: it
// takes what the first answer with a comment says, and the same must be said of
// it ever after.
type mood struct {
	Sentiment string  `json:"sentiment"`
	Score     float64 `json:"sentiment_score"`
}

// comments are with what must be thought of them, if that is obvious.
func comments() map[string]string {
	return map[string]string{
		"Excellent": "positive", "Terrible": "negative", "The rice came in a box.": "neutral",
		"Not bad, but cold": "", "Amazing food and fast delivery!": "positive",
	}
}

// moodOf is the mood of a comment, or of the stars where there is none.
func (w *world) moodOf(stars int64, comment *string, a answer) mood {
	w.Helper()
	if comment == nil {
		return mood{[]string{"negative", "negative", "neutral", "positive", "positive"}[stars-1], float64(stars-3) / 2}
	}
	known, judged := w.moods[*comment]
	if !judged {
		require.NoError(w.T, json.Unmarshal([]byte(a.Body), &known), a.Body)
		label := "neutral"
		if known.Score >= 0.05 {
			label = "positive"
		} else if known.Score <= -0.05 {
			label = "negative"
		}
		require.Equal(w.T, label, known.Sentiment, a.Body)
		if obvious := comments()[*comment]; obvious != "" {
			require.Equal(w.T, obvious, known.Sentiment, a.Body)
		}
		w.moods[*comment] = known
	}
	return known
}

// comment draws a comment, or none.
func (w *world) comment() *string {
	texts := []string{"", "Excellent", "Terrible", "The rice came in a box.", "Not bad, but cold", "Amazing food and fast delivery!"}
	if text := one(w, texts); text != "" {
		return &text
	}
	return nil
}

func (w *world) writeReview() {
	reviewable := func(o *modelOrder) bool { return o.OrderStatus == "delivered" && o.review == nil }
	if len(w.orders) > 0 && !slices.ContainsFunc(w.orders, reviewable) && !w.rarely() {
		w.deliverOrder()
	}
	o := w.someOrder(reviewable)
	r := &modelReview{order: o, day: w.now.at(o.restaurant.Timezone).Format("2006-01-02"), shownReview: shownReview{
		OrderID: o.ID, CustomerID: o.CustomerID, RestaurantID: o.RestaurantID, Rating: int64(w.number(1, 6) % 6), Comment: w.comment(), CreatedAt: w.now,
	}}
	body := map[string]any{"rating": r.Rating}
	if r.Comment != nil {
		body["comment"] = *r.Comment
	}
	a := w.ask("POST", fmt.Sprintf("/orders/%d/review", o.ID), body)
	switch {
	case r.Rating == 0:
		w.refused(a, 422, "out_of_range")
	case o.OrderStatus != "delivered":
		w.refused(a, 409, "order_not_delivered")
	case o.review != nil:
		w.refused(a, 409, "review_exists") // one that was deleted counts
	case w.now > *o.DeliveryTime+30*day:
		w.refused(a, 409, "review_window_closed")
	case o.restaurant.deleted:
		w.refused(a, 404, "restaurant_not_found")
	case o.customer.erased:
		w.refused(a, 404, "customer_not_found")
	default:
		r.ID = w.made(a, "/reviews/")
		r.feels(w.moodOf(r.Rating, r.Comment, a))
		shows(w, a, 201, r.shown())
		o.review, w.reviews = r, append(w.reviews, r)
		w.rate(o.restaurant)
	}
}

func (r *modelReview) feels(m mood) { r.Sentiment, r.SentimentScore = m.Sentiment, m.Score }

// someReview draws a review, rarely a deleted one or none.
func (w *world) someReview() *modelReview {
	if len(w.reviews) == 0 {
		w.Skip("no reviews")
	}
	never := &modelReview{shownReview: shownReview{ID: nobody, Rating: 1}, order: &modelOrder{}, deleted: true}
	return drawn(w, w.reviews, func(r *modelReview) bool { return r.deleted }, never)
}

func (w *world) editReview() {
	r := w.someReview()
	changed, body := *r, map[string]any{}
	what := w.number(1, 3)
	if what != 2 {
		changed.Rating = int64(w.number(1, 5))
		body["rating"] = changed.Rating
	}
	if what != 1 {
		changed.Comment = w.comment()
		body["comment"] = changed.Comment // null empties it
	}
	a := w.ask("PUT", fmt.Sprintf("/reviews/%d", r.ID), body)
	switch {
	case r.deleted:
		w.refused(a, 404, "review_not_found")
	case w.now > r.CreatedAt+7*day:
		w.refused(a, 409, "edit_window_closed")
	default:
		changed.EditedAt = new(w.now)
		changed.feels(w.moodOf(changed.Rating, changed.Comment, a))
		shows(w, a, 200, changed.shown())
		*r = changed
		w.rate(r.order.restaurant)
	}
}

func (w *world) deleteReview() {
	r := w.someReview()
	a := w.ask("DELETE", fmt.Sprintf("/reviews/%d", r.ID), nil)
	if r.deleted {
		w.refused(a, 404, "review_not_found")
		return
	}
	w.gone(a)
	r.deleted = true
	w.rate(r.order.restaurant)
}

func (w *world) replyToReview() {
	r := w.someReview()
	var reply *shownReply
	body := map[string]any{"text": nil}
	if !w.rarely() {
		reply = &shownReply{Text: one(w, []string{"Thank you!", "We are sorry."}), At: w.now}
		body["text"] = reply.Text
	}
	a := w.ask("PUT", fmt.Sprintf("/reviews/%d/reply", r.ID), body)
	if r.deleted {
		w.refused(a, 404, "review_not_found")
		return
	}
	r.Reply = reply
	shows(w, a, 200, r.shown())
}

// ratings are the sum and the number of stars in reviews that there are.
func (w *world) ratings(in func(*modelReview) bool) (stars, count int64) {
	for _, r := range w.reviews {
		if !r.deleted && in(r) {
			stars, count = stars+r.Rating, count+1
		}
	}
	return stars, count
}

// rate works out the rating of a restaurant.
func (w *world) rate(restaurant *modelRestaurant) {
	stars, count := w.ratings(func(r *modelReview) bool { return r.order.restaurant == restaurant })
	restaurant.RatingCount, restaurant.Rating = count, 0
	if count > 0 {
		restaurant.Rating = float64(halfUp(100*stars, count)) / 100
	}
}

// reviewsBy lists reviews in an order.
func (w *world) reviewsBy(sort string, in func(*modelReview) bool) []shownReview {
	out := []shownReview{}
	for _, r := range w.reviews {
		if !r.deleted && in(r) {
			out = append(out, r.shown())
		}
	}
	slices.SortFunc(out, func(a, b shownReview) int {
		older := cmp.Or(cmp.Compare(a.CreatedAt, b.CreatedAt), cmp.Compare(a.ID, b.ID))
		switch sort {
		case "oldest":
			return older
		case "lowest":
			return cmp.Or(cmp.Compare(a.Rating, b.Rating), older)
		case "highest":
			return -cmp.Or(cmp.Compare(a.Rating, b.Rating), older)
		default:
			return -older
		}
	})
	return out
}

func (w *world) lookAtReviewsOf(restaurant *modelRestaurant, limit int) {
	path := fmt.Sprintf("/restaurants/%d/reviews", restaurant.ID)
	ours := func(r *modelReview) bool { return r.order.restaurant == restaurant }
	pages(w, path, "", limit, w.reviewsBy("newest", ours))
	for _, sort := range []string{"oldest", "highest", "lowest"} {
		pages(w, path, "&sort="+sort, limit, w.reviewsBy(sort, ours))
	}
	pages(w, path, "&rating=4", limit, w.reviewsBy("newest", func(r *modelReview) bool { return ours(r) && r.Rating == 4 }))
	pages(w, path, "&min_rating=3", limit, w.reviewsBy("newest", func(r *modelReview) bool { return ours(r) && r.Rating >= 3 }))
	pages(w, path, "&sentiment=positive&sort=lowest", limit,
		w.reviewsBy("lowest", func(r *modelReview) bool { return ours(r) && r.Sentiment == "positive" }))
}

// lookAtReview reads one review, by itself and by its order.
func (w *world) lookAtReview(r *modelReview) {
	for _, path := range []string{fmt.Sprintf("/reviews/%d", r.ID), fmt.Sprintf("/orders/%d/review", r.OrderID)} {
		if a := w.get("%s", path); r.deleted {
			w.refused(a, 404, "review_not_found")
		} else {
			shows(w, a, 200, r.shown(), path)
		}
	}
}
