package sqlstore_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"zomato/modules/customers"
	"zomato/modules/restaurants"
	"zomato/modules/reviews"
	"zomato/modules/reviews/internal/core"
	"zomato/platform/calendar"
	"zomato/platform/fault"
	"zomato/platform/patch"
)

// counted is what a review in the table counts for.
type counted struct {
	RestaurantID int64             `db:"restaurant_id"`
	CustomerID   int64             `db:"customer_id"`
	Day          calendar.Day      `db:"local_day"`
	Rating       int64             `db:"rating"`
	Sentiment    reviews.Sentiment `db:"sentiment"`
}

// table gives the reviews there are.
func (w world) table(t require.TestingT) []counted {
	var out []counted
	require.NoError(t, w.db.Select(w.ctx, &out, `SELECT restaurant_id, customer_id, local_day, rating, sentiment FROM reviews_reviews WHERE deleted_at IS NULL`))
	return out
}

// summed adds reviews of a restaurant up, one by one.
func summed(rows []counted, restaurantID int64, days calendar.Days) restaurants.ReviewSummary {
	var s restaurants.ReviewSummary
	for _, r := range rows {
		if r.RestaurantID != restaurantID || days.From != nil && r.Day < *days.From || days.To != nil && r.Day >= *days.To {
			continue
		}
		stars := map[int64]*int64{1: &s.Distribution.One, 2: &s.Distribution.Two, 3: &s.Distribution.Three, 4: &s.Distribution.Four, 5: &s.Distribution.Five}
		*stars[r.Rating]++
		labels := map[reviews.Sentiment]*int64{reviews.Positive: &s.Sentiment.Positive, reviews.Neutral: &s.Sentiment.Neutral, reviews.Negative: &s.Sentiment.Negative}
		*labels[r.Sentiment]++
	}
	return s
}

// given adds the reviews of a customer up.
func given(rows []counted, customerID int64) customers.ReviewSummary {
	var s customers.ReviewSummary
	stars := int64(0)
	for _, r := range rows {
		if r.CustomerID == customerID {
			s.ReviewsCount, stars = s.ReviewsCount+1, stars+r.Rating
		}
	}
	if s.ReviewsCount > 0 {
		s.AverageRatingGiven = new(math.Round(100*float64(stars)/float64(s.ReviewsCount)) / 100)
	}
	return s
}

// requireFiguresRight recomputes all figures from the reviews. Days are further
// ranges to look at; those who were erased have no figures.
func (w world) requireFiguresRight(t require.TestingT, days ...calendar.Days) {
	rows := w.table(t)
	for _, id := range []int64{2, 3, 99} {
		for _, d := range append(days, calendar.Days{}) {
			got, known, err := w.store.ReviewsOfRestaurant(w.ctx, id, d)
			require.NoError(t, err)
			require.True(t, known)
			require.Equal(t, summed(rows, id, d), got, "restaurant %d from %v to %v", id, d.From, d.To)
		}
		var rated restaurants.RatingChange
		for _, r := range rows {
			if r.RestaurantID == id {
				rated.Stars, rated.Count = rated.Stars+r.Rating, rated.Count+1
			}
		}
		require.Equal(t, rated, w.places.rated[id], "what restaurant %d was told", id)
	}
	for _, id := range []int64{1, 4, 6, 99} {
		want := given(rows, id)
		if w.erased[id] {
			want = customers.ReviewSummary{}
		}
		require.Equal(t, want, w.ofCustomer(t, id), "customer %d", id)
	}
}

func (w world) ofCustomer(t require.TestingT, id int64) customers.ReviewSummary {
	got, known, err := w.store.ReviewsOfCustomer(w.ctx, id)
	require.NoError(t, err)
	require.True(t, known)
	return got
}

// ofRestaurant reads the figures of restaurant 2 on some days.
func (w world) ofRestaurant(t *testing.T, from, to string) restaurants.ReviewSummary {
	t.Helper()
	days, err := calendar.ParseDays(from, to)
	require.NoError(t, err)
	got, known, err := w.store.ReviewsOfRestaurant(w.ctx, 2, days)
	require.NoError(t, err)
	require.True(t, known)
	return got
}

func TestFigures_of_a_restaurant_are_by_its_days(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		kolkata := time.FixedZone("", 5*3600+1800)
		on := func(day, hour, minute, rating int, comment string) reviews.Review {
			w.time.set(time.Date(2026, 3, day, hour, minute, 0, 0, kolkata).UTC())
			return w.write(t, rating, comment)
		}
		first := on(1, 23, 59, 5, "Good")
		on(2, 0, 0, 4, "Bad")
		on(2, 23, 59, 4, "Table")
		on(3, 0, 0, 1, "")
		w.write(t, 2, "Bad", at(3))
		_, err := w.Edit(w.ctx, first.ID, core.Changes{Rating: patch.To(3)}, nil) // on the third
		require.NoError(t, err)

		type stars = restaurants.RatingDistribution
		type labels = restaurants.SentimentCounts
		for _, c := range []struct {
			from, to string
			want     restaurants.ReviewSummary
		}{
			{"", "", restaurants.ReviewSummary{Distribution: stars{One: 1, Three: 1, Four: 2}, Sentiment: labels{Positive: 1, Neutral: 1, Negative: 2}}},
			{"2026-03-01", "2026-03-02", restaurants.ReviewSummary{Distribution: stars{Three: 1}, Sentiment: labels{Positive: 1}}},
			{"2026-03-02", "2026-03-03", restaurants.ReviewSummary{Distribution: stars{Four: 2}, Sentiment: labels{Neutral: 1, Negative: 1}}},
			{"2026-03-03", "", restaurants.ReviewSummary{Distribution: stars{One: 1}, Sentiment: labels{Negative: 1}}},
			{"", "2026-03-01", restaurants.ReviewSummary{}},
			{"2026-03-03", "2026-03-03", restaurants.ReviewSummary{}},
		} {
			assert.Equal(t, c.want, w.ofRestaurant(t, c.from, c.to), "%+v", c)
		}
	})
}

func TestFigures_of_a_customer_are_erased_for_good(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		edited, deleted := w.write(t, 5, ""), w.write(t, 4, "Good")
		w.write(t, 4, "")
		w.write(t, 1, "", by(4))
		require.Equal(t, customers.ReviewSummary{AverageRatingGiven: new(4.33), ReviewsCount: 3}, w.ofCustomer(t, 1))

		before := w.ofRestaurant(t, "", "")
		w.erase(t, 1)
		require.Equal(t, before, w.ofRestaurant(t, "", ""), "what is about the restaurant stays")
		require.Zero(t, w.ofCustomer(t, 1))
		_, err := w.Edit(w.ctx, edited.ID, core.Changes{Rating: patch.To(2)}, nil)
		require.NoError(t, err)
		require.NoError(t, w.Delete(w.ctx, deleted.ID, nil))
		require.Zero(t, w.ofCustomer(t, 1), "a change by staff does not bring them back")
		require.NotContains(t, w.rows(t, "reviews_figures_customers"), "customer_id:%!s(int64=1)")
		require.Contains(t, w.rows(t, "reviews_figures_customers"), "customer_id:%!s(int64=4)", "the check sees what there is")
		require.Equal(t, restaurants.RatingDistribution{One: 1, Two: 1, Four: 1}, w.ofRestaurant(t, "", "").Distribution)
		require.Equal(t, customers.ReviewSummary{AverageRatingGiven: new(1.0), ReviewsCount: 1}, w.ofCustomer(t, 4))
		w.erase(t, 99)
	})
}

// history is a random sequence of changes.
type history struct {
	world

	t       *rapid.T
	written []int64
}

func (h *history) step() {
	h.time.set(h.time.now.Add(time.Duration(rapid.IntRange(0, 40).Draw(h.t, "hours")) * time.Hour))
	rating := rapid.IntRange(1, 5).Draw(h.t, "rating")
	comment := rapid.SampledFrom([]string{"", "Good", "Bad", "Table"}).Draw(h.t, "comment")
	action := rapid.SampledFrom([]string{"write", "write", "write", "edit", "edit", "delete", "reply", "erase"}).Draw(h.t, "action")
	customer := rapid.SampledFrom([]int64{1, 4, 6}).Draw(h.t, "customer")
	if action == "erase" {
		h.erase(h.t, customer)
		return
	}
	if action == "write" || len(h.written) == 0 {
		if !h.erased[customer] {
			restaurant := rapid.SampledFrom([]int64{2, 3}).Draw(h.t, "restaurant")
			h.written = append(h.written, h.write(h.t, rating, comment, by(customer), at(restaurant)).ID)
		}
		return
	}
	id := rapid.SampledFrom(h.written).Draw(h.t, "review")
	if err := h.change(action, id, rating, comment); err != nil { // too late, or deleted before
		require.True(h.t, fault.Is(err, "edit_window_closed") || fault.Is(err, reviews.CodeNotFound), "%v", err)
	}
}

// change does what an action says to a review.
func (h *history) change(action string, id int64, rating int, comment string) error {
	switch action {
	case "delete":
		return h.Delete(h.ctx, id, nil)
	case "reply":
		_, err := h.Reply(h.ctx, id, &comment, nil)
		if fault.Is(err, "required") {
			_, err = h.Reply(h.ctx, id, nil, nil)
		}
		return err
	default:
		changes := core.Changes{Rating: patch.To(rating), Comment: patch.To(comment)}
		changes.Rating.Set = rapid.Bool().Draw(h.t, "other stars")
		changes.Comment.Set = rapid.Bool().Draw(h.t, "another comment")
		_, err := h.Edit(h.ctx, id, changes, nil)
		return err
	}
}

func TestFigures_are_those_of_the_reviews_after_any_history(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		rapid.Check(t, func(rt *rapid.T) {
			w.inside(rt, func(ctx ctx) error {
				for _, table := range []string{"reviews_reviews", "reviews_figures_days", "reviews_figures_customers"} {
					if _, err := w.db.Exec(ctx, `DELETE FROM `+table); err != nil {
						return err
					}
				}
				return nil
			})
			h := &history{world: furnish(w.ctx, w.db), t: rt}
			for range rapid.IntRange(1, 20).Draw(rt, "steps") {
				h.step()
			}
			first := calendar.DayOf(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), time.UTC)
			var days []calendar.Days
			for range 3 {
				from := first + calendar.Day(rapid.IntRange(-1, 20).Draw(rt, "from"))
				to := from + calendar.Day(rapid.IntRange(-1, 10).Draw(rt, "length"))
				days = append(days, calendar.Days{From: &from}, calendar.Days{To: &to}, calendar.Days{From: &from, To: &to})
			}
			h.requireFiguresRight(rt, days...)
		})
	})
}
