package sqlstore_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"zomato/modules/customers"
	"zomato/modules/orders"
	"zomato/modules/restaurants"
	"zomato/modules/reviews"
	"zomato/modules/reviews/internal/core"
	"zomato/modules/reviews/reviewstest"
	"zomato/platform/access"
	"zomato/platform/database/databasetest"
	"zomato/platform/fault"
	"zomato/platform/paging"
	"zomato/platform/patch"
	"zomato/platform/testkit"
)

func TestService_keeps_the_contract(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		s := reviewstest.Subject{Service: w, Delivered: [3]orders.Order{w.order(), w.order(), w.order()}}
		s.UnderWay = w.order(func(o *orders.Order) { o.OrderStatus, o.DeliveryTime = orders.StatusOutForDelivery, nil }).ID
		s.Old = w.order(func(o *orders.Order) { *o.DeliveryTime = o.DeliveryTime.Add(-30 * 24 * time.Hour) }).ID
		reviewstest.RunSuite(t, s)
	})
}

// full is a review with all that one can have; orders differ by id.
func full(orderID int64) core.Record {
	at := func(hour int) time.Time { return time.Date(2026, 3, 1, hour, 0, 0, 1_000_000, time.UTC) }
	return core.Record{Day: 20_513, Review: reviews.Review{
		OrderID: orderID, CustomerID: 4, RestaurantID: 3, Rating: 2, Comment: new("Good? 😀"), Sentiment: reviews.Neutral, SentimentScore: -0.0499,
		Reply: &reviews.Reply{Text: "Thank you!", At: at(3)}, CreatedAt: at(1), EditedAt: new(at(2)), Version: 7,
	}}
}

// bare is a review with nothing that one need not have.
func bare(orderID int64) core.Record {
	return core.Record{Day: -1, Review: reviews.Review{
		OrderID: orderID, CustomerID: 4, RestaurantID: 3, Rating: 5, Sentiment: reviews.Positive, SentimentScore: 1,
		CreatedAt: time.Date(2026, 3, 1, 5, 0, 0, 0, time.UTC), Version: 1,
	}}
}

// insert stores records and gives them with their ids.
func (w world) insert(t *testing.T, records ...core.Record) []core.Record {
	t.Helper()
	for i := range records {
		w.inside(t, func(ctx ctx) error {
			id, isNew, err := w.store.Insert(ctx, records[i])
			require.True(t, isNew)
			records[i].ID = id
			return err
		})
	}
	return records
}

// requireStored reads a review in every way there is.
func (w world) requireStored(t *testing.T, want core.Record) {
	t.Helper()
	got, err := w.store.Get(w.ctx, want.ID)
	require.NoError(t, err)
	require.Equal(t, want, got)
	got, there, err := w.store.OfOrder(w.ctx, want.OrderID)
	require.NoError(t, err)
	require.True(t, there)
	require.Equal(t, want, got)
	w.inside(t, func(ctx ctx) error {
		got, err = w.store.Lock(ctx, want.ID)
		return err
	})
	require.Equal(t, want, got)
	list, err := w.store.List(w.ctx, core.Filter{RestaurantID: want.RestaurantID}, core.Window{Sort: core.ByNewest, Limit: 100})
	require.NoError(t, err)
	require.Contains(t, list, want)
}

func TestStore_keeps_every_field_of_a_review(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		given := w.insert(t, full(10), bare(11))
		for _, record := range given {
			require.Positive(t, record.ID)
			w.requireStored(t, record)
		}
		// Each becomes the other in all that can change.
		for i, record := range given {
			other := given[1-i]
			record.Rating, record.Comment, record.Reply, record.EditedAt = other.Rating, other.Comment, other.Reply, other.EditedAt
			record.Sentiment, record.SentimentScore, record.Version = other.Sentiment, other.SentimentScore, 8
			w.inside(t, func(ctx ctx) error { return w.store.Update(ctx, record) })
			w.requireStored(t, record)
		}
	})
}

func TestScores_are_kept_to_four_decimals(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		for i, score := range []float64{-1, -0.5423, -0.0001, 0, 0.0001, 0.05, 0.29, 0.57, 0.9999, 1} {
			record := bare(int64(i + 1))
			record.SentimentScore = score
			w.requireStored(t, w.insert(t, record)[0])
		}
	})
}

func TestOf_an_order_there_is_one_review(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		const rounds, clients = 50, 16
		for range rounds {
			order := w.order()
			errs, ctxs := make([]error, clients), make([]ctx, clients)
			for i := range ctxs {
				ctxs[i] = access.With(databasetest.Context(t), access.Principal{Role: access.Customer, CustomerID: 1})
			}
			var writers sync.WaitGroup
			for i := range clients {
				writers.Go(func() { _, errs[i] = w.Write(ctxs[i], reviews.NewReview{OrderID: order.ID, Rating: 1 + i%5}) })
			}
			writers.Wait()
			won := 0
			for _, err := range errs {
				if err == nil {
					won++
					continue
				}
				require.True(t, fault.Is(err, "review_exists") && fault.IsKind(err, fault.Conflict), "%v", err)
			}
			require.Equal(t, 1, won)
		}
		page, err := w.OfRestaurant(w.ctx, core.Filter{RestaurantID: 2}, core.ByNewest, paging.Query{Limit: 1, Count: true})
		require.NoError(t, err)
		require.Equal(t, int64(rounds), *page.Total)
		require.Equal(t, int64(rounds), w.places.rated[2].Count)
		require.Len(t, w.published(t), rounds)
		w.requireFiguresRight(t)
	})
}

func TestOf_changes_at_once_with_one_version_one_wins(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		for range 20 {
			r := w.write(t, 3, "Good")
			errs, ctxs := make([]error, 4), make([]ctx, 4)
			for i := range ctxs {
				ctxs[i] = access.With(databasetest.Context(t), access.Principal{Role: access.Staff})
			}
			var all sync.WaitGroup
			all.Go(func() { _, errs[0] = w.Edit(ctxs[0], r.ID, core.Changes{Rating: patch.To(1)}, []int64{1}) })
			all.Go(func() { _, errs[1] = w.Edit(ctxs[1], r.ID, core.Changes{Rating: patch.To(5)}, []int64{1}) })
			all.Go(func() { errs[2] = w.Delete(ctxs[2], r.ID, []int64{1}) })
			all.Go(func() { _, errs[3] = w.Reply(ctxs[3], r.ID, new("Thank you!"), []int64{1}) })
			all.Wait()
			won := 0
			for _, err := range errs {
				if err == nil {
					won++
					continue
				}
				assert.True(t, fault.Is(err, "version_changed") || fault.Is(err, reviews.CodeNotFound), "%v", err)
			}
			require.Equal(t, 1, won)
		}
		w.requireFiguresRight(t)
	})
}

func TestA_deleted_review_is_nowhere_but_its_order_is_reviewed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		kept, gone := w.write(t, 5, "Good"), w.write(t, 1, "Bad secret")
		_, err := w.Reply(w.ctx, gone.ID, new("Reply secret"), nil)
		require.NoError(t, err)
		require.NoError(t, w.Delete(w.ctx, gone.ID, []int64{2}))

		_, get := w.Get(w.ctx, gone.ID)
		_, ofOrder := w.OfOrder(w.ctx, gone.OrderID)
		_, edit := w.Edit(w.ctx, gone.ID, core.Changes{Rating: patch.To(1)}, nil)
		_, reply := w.Reply(w.ctx, gone.ID, new("Sorry"), nil)
		for i, err := range []error{get, ofOrder, edit, reply, w.Delete(w.ctx, gone.ID, nil)} {
			require.True(t, fault.Is(err, reviews.CodeNotFound), "%d: %v", i, err)
		}
		_, there, err := w.store.OfOrder(w.ctx, gone.OrderID)
		require.NoError(t, err)
		require.False(t, there)
		for _, f := range []core.Filter{{RestaurantID: 2}, {CustomerID: 1}} {
			list, err := w.store.List(w.ctx, f, core.Window{Sort: core.ByNewest, Limit: 10})
			require.NoError(t, err)
			require.Len(t, list, 1)
			require.Equal(t, kept.ID, list[0].ID)
			count, err := w.store.Count(w.ctx, f)
			require.NoError(t, err)
			require.Equal(t, int64(1), count)
		}

		exists, err := w.store.Exists(w.ctx, gone.OrderID)
		require.NoError(t, err)
		require.True(t, exists)
		_, err = w.Write(w.ctx, reviews.NewReview{OrderID: gone.OrderID, Rating: 5})
		require.True(t, fault.Is(err, "review_exists"), "%v", err)
		w.inside(t, func(ctx ctx) error {
			_, isNew, err := w.store.Insert(ctx, bare(gone.OrderID))
			require.False(t, isNew)
			return err
		})
		exists, err = w.store.Exists(w.ctx, 9999)
		require.NoError(t, err)
		require.False(t, exists)
		require.NotContains(t, w.rows(t, "reviews_reviews"), "secret")
		require.Contains(t, w.rows(t, "reviews_reviews"), "Good", "the check sees what there is")
	})
}

// rows gives all that is in a table as one text.
func (w world) rows(t *testing.T, table string) string {
	t.Helper()
	rows, err := w.db.Conn(w.ctx).QueryxContext(w.ctx, `SELECT * FROM `+table)
	require.NoError(t, err)
	defer rows.Close()
	out := ""
	for rows.Next() {
		values := map[string]any{}
		require.NoError(t, rows.MapScan(values))
		out += fmt.Sprintf("%s\n", values)
	}
	require.NoError(t, rows.Err())
	return out
}

func TestA_review_and_its_events_are_one(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		r := w.write(t, 5, "Good", by(4), at(3))
		_, err := w.Edit(w.ctx, r.ID, core.Changes{Comment: patch.To("Bad")}, nil)
		require.NoError(t, err)
		_, err = w.Reply(w.ctx, r.ID, new("Sorry"), nil)
		require.NoError(t, err)
		require.NoError(t, w.Delete(w.ctx, r.ID, nil))
		ids := fmt.Sprintf(` {"review_id":%d,"order_id":%d,"customer_id":4,"restaurant_id":3}`, r.ID, r.OrderID)
		want := []string{"reviews.written" + ids, "reviews.edited" + ids, "reviews.replied" + ids, "reviews.deleted" + ids}
		require.Equal(t, want, w.published(t))

		// A customer who is erased meanwhile: what was begun is undone.
		order := w.order()
		_, err = w.serving().Write(w.ctx, reviews.NewReview{OrderID: order.ID, Rating: 5})
		require.True(t, fault.Is(err, customers.CodeNotFound), "%v", err)
		exists, err := w.store.Exists(w.ctx, order.ID)
		require.NoError(t, err)
		require.False(t, exists)
		require.Equal(t, want, w.published(t))
		require.Equal(t, map[int64]restaurants.RatingChange{3: {}}, w.places.rated)
		w.requireFiguresRight(t)
	})
}

func TestAn_erased_customers_reviews_stay_without_author(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		asha, mira := w.write(t, 5, "Good"), w.write(t, 3, "", by(6))
		require.Equal(t, "Asha R.", *asha.Author)
		w.erase(t, 1)
		left := w.serving(customers.Customer{ID: 6, Name: "Mira Nair"})
		asha.Author = nil
		got, err := left.Get(w.ctx, asha.ID)
		require.NoError(t, err)
		require.Equal(t, asha, got)
		page, err := left.OfRestaurant(w.ctx, core.Filter{RestaurantID: 2}, core.ByOldest, paging.Query{Limit: 2})
		require.NoError(t, err)
		require.Equal(t, []reviews.Review{asha, mira}, page.Items)
		for _, table := range []string{"reviews_reviews", "platform_outbox"} {
			require.NotContains(t, w.rows(t, table), "Asha", "no name is kept")
		}
	})
}

func TestBoth_databases_have_the_same_schema(t *testing.T) {
	t.Parallel()
	sqlite, postgres := open(t, testkit.SQLite(t)), open(t, testkit.Postgres(t))
	require.Equal(t, databasetest.Schema(t, sqlite.db, "reviews"), databasetest.Schema(t, postgres.db, "reviews"))
}
