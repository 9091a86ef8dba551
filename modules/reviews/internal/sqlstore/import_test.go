package sqlstore_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"zomato/modules/orders"
	"zomato/modules/restaurants"
	"zomato/modules/reviews"
	"zomato/modules/reviews/internal/sqlstore"
	"zomato/platform/database"
	"zomato/platform/database/databasetest"
	"zomato/platform/eventbus"
	"zomato/platform/fault"
	"zomato/platform/testkit"
)

// another gives a world like that of each, on another new database.
func (w world) another(t *testing.T) world {
	t.Helper()
	url := testkit.SQLite
	if w.db.Dialect() == database.Postgres {
		url = testkit.Postgres
	}
	return furnish(w.ctx, databasetest.Open(t, url(t), eventbus.Migrations(), sqlstore.Migrations()))
}

// tables is all that the module holds, by table. Ids of reviews are left out:
// units of work that are done again use them up.
func (w world) tables(t *testing.T) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	for _, column := range databasetest.Schema(t, w.db, "reviews") {
		table, _, _ := strings.Cut(column, ".")
		if all[table] != nil {
			continue
		}
		all[table] = []string{}
		order := map[bool]string{true: " ORDER BY id"}[table == "reviews_reviews"]
		rows, err := w.db.Conn(w.ctx).QueryxContext(w.ctx, `SELECT * FROM `+table+order)
		require.NoError(t, err)
		for rows.Next() {
			row := map[string]any{}
			require.NoError(t, rows.MapScan(row))
			delete(row, "id")
			all[table] = append(all[table], fmt.Sprint(row))
		}
		require.NoError(t, rows.Err())
		require.NoError(t, rows.Close())
		if order == "" {
			slices.Sort(all[table])
		}
	}
	return all
}

// relive imports reviews.
func (w world) relive(t *testing.T, past ...reviews.PastReview) []reviews.Review {
	t.Helper()
	out, err := w.ImportReviews(w.ctx, past)
	require.NoError(t, err)
	for _, r := range out {
		got, err := w.store.Get(w.ctx, r.ID)
		require.NoError(t, err)
		require.Equal(t, got.Review, r, "what is given is what is stored, without the author")
	}
	return out
}

// live writes a review and replies to it, at the times of both.
func (w world) live(t *testing.T, p reviews.PastReview) {
	t.Helper()
	w.time.set(p.WrittenAt)
	r, err := w.Write(w.ctx, p.NewReview)
	require.NoError(t, err)
	if p.Reply != nil {
		w.time.set(p.Reply.At)
		_, err = w.Reply(w.ctx, r.ID, new(p.Reply.Text), nil)
		require.NoError(t, err)
	}
}

// noon is when every order of these tests was delivered.
func noon() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) }

// later is when the imports of these tests happen.
func later() time.Time { return noon().Add(60 * 24 * time.Hour) }

// past makes up a review.
func past(random *rand.Rand, orderID int64) reviews.PastReview {
	hours := time.Duration(random.IntN(30*24+1)) * time.Hour // up to the last moment
	p := reviews.PastReview{WrittenAt: noon().Add(hours), NewReview: reviews.NewReview{OrderID: orderID, Rating: 1 + random.IntN(5)}}
	if comment := []string{"", " Good ", "Bad", "Table", " "}[random.IntN(5)]; comment != "" {
		p.Comment = &comment
	}
	if random.IntN(3) == 0 {
		p.Reply = &reviews.Reply{Text: " Thanks ", At: p.WrittenAt.Add(time.Duration(random.IntN(3)) * time.Millisecond)}
	}
	return p
}

func TestImported_reviews_are_as_if_they_had_been_written_and_replied_to(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, imported world) {
		lived := imported.another(t)
		random := rand.New(rand.NewPCG(1, 0))
		for range 4 {
			var list []reviews.PastReview
			for range 1 + random.IntN(15) {
				imported.time.set(noon())
				lived.time.set(noon())
				customer, restaurant := []int64{1, 4, 6}[random.IntN(3)], int64(2+random.IntN(2))
				o := lived.order(by(customer), at(restaurant))
				require.Equal(t, o, imported.order(by(customer), at(restaurant)))
				list = append(list, past(random, o.ID))
			}
			for _, p := range list {
				lived.live(t, p)
			}
			imported.time.set(later())
			for i, r := range imported.relive(t, list...) {
				require.Equal(t, list[i].OrderID, r.OrderID, "in the same order")
			}
			require.Equal(t, lived.tables(t), imported.tables(t))
			require.Equal(t, lived.places.rated, imported.places.rated)
		}
		for table, rows := range lived.tables(t) {
			require.NotEmpty(t, rows, table)
		}
		require.Len(t, imported.places.rated, 2)
		imported.requireFiguresRight(t)
	})
}

func TestImport_keeps_times_to_the_millisecond_and_in_UTC(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		w.time.set(noon())
		o := w.order()
		w.time.set(later())
		west := time.FixedZone("", -5*3600)
		reply := &reviews.Reply{Text: " Thanks ", At: noon().Add(time.Hour + 999_999).In(west)}
		r := w.relive(t, reviews.PastReview{
			NewReview: reviews.NewReview{OrderID: o.ID, Rating: 4}, WrittenAt: noon().Add(999_999).In(west), Reply: reply,
		})[0]
		require.Equal(t, noon(), r.CreatedAt)
		require.Equal(t, reviews.Reply{Text: "Thanks", At: noon().Add(time.Hour)}, *r.Reply)
		require.Equal(t, int64(2), r.Version, "a reply is a change")
		require.Nil(t, r.EditedAt)
		require.Equal(t, " Thanks ", reply.Text, "what was given stays as it is")
	})
}

func TestImport_publishes_one_event_a_list_and_none_for_an_empty_one(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		w.time.set(noon())
		var list []reviews.PastReview
		for _, o := range []orders.Order{w.order(by(6), at(3)), w.order(by(1), at(2)), w.order(by(4), at(2)), w.order(by(1), at(3))} {
			list = append(list, reviews.PastReview{WrittenAt: noon(), NewReview: reviews.NewReview{OrderID: o.ID, Rating: 3}})
		}
		w.relive(t, list...)
		require.Empty(t, w.relive(t))
		require.Equal(t, []string{`reviews.imported {"customer_ids":[1,4,6],"restaurant_ids":[2,3]}`}, w.published(t))
	})
}

func TestImport_of_one_review_that_breaks_a_rule_refuses_all(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		w.time.set(noon())
		first, second, third, fourth := w.order(), w.order(by(4)), w.order(at(3)), w.order()
		homeless := w.order(at(9)) // there is no restaurant 9
		waiting := w.order(func(o *orders.Order) { o.OrderStatus, o.DeliveryTime = orders.StatusOutForDelivery, nil })
		w.time.set(later())
		review := func(o orders.Order, change func(*reviews.PastReview)) reviews.PastReview {
			p := reviews.PastReview{WrittenAt: noon().Add(time.Hour), NewReview: reviews.NewReview{OrderID: o.ID, Rating: 3}}
			if change != nil {
				change(&p)
			}
			return p
		}
		replied := func(text string, at time.Time) func(*reviews.PastReview) {
			return func(p *reviews.PastReview) { p.Reply = &reviews.Reply{Text: text, At: at} }
		}
		w.relive(t, review(first, nil))
		before, rated, published := w.tables(t), fmt.Sprint(w.places.rated), w.published(t)
		for _, row := range []struct {
			code, field string
			review      reviews.PastReview
		}{
			{orders.CodeNotFound, "", review(orders.Order{ID: 999}, nil)},
			{restaurants.CodeNotFound, "", review(homeless, nil)},
			{"order_not_delivered", "", review(waiting, nil)},
			{"review_exists", "", review(first, nil)},
			{"review_exists", "", review(second, nil)}, // it is also the first of the list
			{"review_window_closed", "", review(fourth, func(p *reviews.PastReview) { p.WrittenAt = noon().Add(30*24*time.Hour + time.Millisecond) })},
			{"out_of_range", "#/written_at", review(fourth, func(p *reviews.PastReview) { p.WrittenAt = noon().Add(-time.Millisecond) })},
			{"out_of_range", "#/rating", review(fourth, func(p *reviews.PastReview) { p.Rating = 6 })},
			{"too_long", "#/comment", review(fourth, func(p *reviews.PastReview) { p.Comment = new(strings.Repeat("x", 2001)) })},
			{"too_long", "#/reply/text", review(fourth, replied(strings.Repeat("x", 1001), later()))},
			{"required", "#/reply/text", review(fourth, replied(" ", later()))},
			{"out_of_range", "#/reply/at", review(fourth, replied("Thanks", noon().Add(time.Hour-time.Millisecond)))},
			{"out_of_range", "#/reply/at", review(fourth, replied("Thanks", later().Add(time.Millisecond)))},
		} {
			out, err := w.ImportReviews(w.ctx, []reviews.PastReview{review(second, nil), row.review, review(third, nil)})
			require.Empty(t, out)
			requireRefused(t, err, "review 1: ", row.code, row.field)
		}
		w.time.set(noon().Add(time.Hour - time.Millisecond))
		_, err := w.ImportReviews(w.ctx, []reviews.PastReview{review(second, nil)})
		requireRefused(t, err, "review 0: ", "out_of_range", "#/written_at") // in the future
		require.Equal(t, before, w.tables(t), "nothing of a list stays")
		require.Equal(t, rated, fmt.Sprint(w.places.rated))
		require.Equal(t, published, w.published(t))
	})
}

// requireRefused requires an error that begins so and is of a fault with that
// code, or one about that field.
func requireRefused(t *testing.T, err error, begin, code, field string) {
	t.Helper()
	require.ErrorContains(t, err, begin)
	assert.True(t, strings.HasPrefix(err.Error(), begin), "%v", err)
	refusal, ok := fault.As(err)
	require.True(t, ok, "%v", err)
	if field == "" {
		assert.Equal(t, code, refusal.Code)
		return
	}
	var found []string
	for _, f := range refusal.Fields {
		found = append(found, f.Pointer+" "+f.Code)
	}
	assert.Contains(t, found, field+" "+code)
}

func TestIsEmpty_until_there_was_a_review(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		empty := func() bool {
			is, err := w.IsEmpty(w.ctx)
			require.NoError(t, err)
			return is
		}
		require.True(t, empty())
		r := w.write(t, 3, "")
		require.False(t, empty())
		require.NoError(t, w.Delete(w.ctx, r.ID, nil))
		require.False(t, empty(), "what was deleted was there")
	})
}
