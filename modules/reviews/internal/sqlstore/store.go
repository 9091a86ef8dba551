// Package sqlstore keeps the reviews module's data, on SQLite and Postgres.
//
// team: reviews
package sqlstore

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"time"

	"zomato/modules/reviews"
	"zomato/modules/reviews/internal/core"
	"zomato/platform/calendar"
	"zomato/platform/database"
)

//go:embed migrations
var migrations embed.FS

// Migrations are the module's.
func Migrations() database.Migrations {
	files, _ := fs.Sub(migrations, "migrations") // fails only for a name that is no path
	return database.Migrations{Module: "reviews", FS: files}
}

// Store implements core.Store. Create it with New. Safe for concurrent use.
type Store struct{ db *database.DB }

// New gives the store on that database.
func New(db *database.DB) *Store { return &Store{db} }

var _ core.Store = (*Store)(nil)

// row is a review as it is stored.
type row struct {
	ID             int64             `db:"id"`
	OrderID        int64             `db:"order_id"`
	CustomerID     int64             `db:"customer_id"`
	RestaurantID   int64             `db:"restaurant_id"`
	Rating         int               `db:"rating"`
	Comment        *string           `db:"comment"`
	Sentiment      reviews.Sentiment `db:"sentiment"`
	SentimentScore int64             `db:"sentiment_score"`
	ReplyText      *string           `db:"reply_text"`
	ReplyAt        *int64            `db:"reply_at"`
	LocalDay       int64             `db:"local_day"`
	Version        int64             `db:"version"`
	CreatedAt      int64             `db:"created_at"`
	EditedAt       *int64            `db:"edited_at"`
}

const columns = `id, order_id, customer_id, restaurant_id, rating, comment, sentiment, sentiment_score, reply_text, reply_at,
	local_day, version, created_at, edited_at`

// scoreUnit is how many units of the stored score make 1.
const scoreUnit = 10_000

func (r row) record() core.Record {
	out := core.Record{Day: calendar.Day(r.LocalDay), Review: reviews.Review{
		ID: r.ID, OrderID: r.OrderID, CustomerID: r.CustomerID, RestaurantID: r.RestaurantID, Rating: r.Rating, Comment: r.Comment,
		Sentiment: r.Sentiment, SentimentScore: float64(r.SentimentScore) / scoreUnit,
		CreatedAt: database.FromMillis(r.CreatedAt), Version: r.Version,
	}}
	if r.EditedAt != nil {
		out.EditedAt = new(database.FromMillis(*r.EditedAt))
	}
	if r.ReplyText != nil && r.ReplyAt != nil {
		out.Reply = &reviews.Reply{Text: *r.ReplyText, At: database.FromMillis(*r.ReplyAt)}
	}
	return out
}

// stored gives the row of a record.
func stored(r core.Record) row {
	out := row{
		ID: r.ID, OrderID: r.OrderID, CustomerID: r.CustomerID, RestaurantID: r.RestaurantID, Rating: r.Rating, Comment: r.Comment,
		Sentiment: r.Sentiment, SentimentScore: int64(math.Round(r.SentimentScore * scoreUnit)),
		LocalDay: int64(r.Day), CreatedAt: database.Millis(r.CreatedAt), Version: r.Version,
	}
	if r.EditedAt != nil {
		out.EditedAt = new(database.Millis(*r.EditedAt))
	}
	if r.Reply != nil {
		out.ReplyText, out.ReplyAt = &r.Reply.Text, new(database.Millis(r.Reply.At))
	}
	return out
}

// Insert implements core.Store.
func (s *Store) Insert(ctx context.Context, record core.Record) (int64, bool, error) {
	r := stored(record)
	var id int64
	err := s.db.Get(ctx, &id, `
		INSERT INTO reviews_reviews (order_id, customer_id, restaurant_id, rating, comment, sentiment, sentiment_score, reply_text,
			reply_at, local_day, version, created_at, edited_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (order_id) DO NOTHING RETURNING id`,
		r.OrderID, r.CustomerID, r.RestaurantID, r.Rating, r.Comment, string(r.Sentiment), r.SentimentScore, r.ReplyText,
		r.ReplyAt, r.LocalDay, r.Version, r.CreatedAt, r.EditedAt)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, fmt.Errorf("insert a review of order %d: %w", r.OrderID, err)
	}
	return id, true, nil
}

// IsEmpty implements core.Store: a deleted review leaves its mark.
func (s *Store) IsEmpty(ctx context.Context) (bool, error) {
	var some bool
	if err := s.db.Get(ctx, &some, `SELECT EXISTS (SELECT 1 FROM reviews_reviews)`); err != nil {
		return false, fmt.Errorf("look for a review: %w", err)
	}
	return !some, nil
}

// Exists implements core.Store.
func (s *Store) Exists(ctx context.Context, orderID int64) (bool, error) {
	var exists bool
	if err := s.db.Get(ctx, &exists, `SELECT EXISTS (SELECT 1 FROM reviews_reviews WHERE order_id = ?)`, orderID); err != nil {
		return false, fmt.Errorf("look for a review of order %d: %w", orderID, err)
	}
	return exists, nil
}

// Get implements core.Store.
func (s *Store) Get(ctx context.Context, id int64) (core.Record, error) { return s.get(ctx, id, "") }

// Lock implements core.Store.
func (s *Store) Lock(ctx context.Context, id int64) (core.Record, error) {
	return s.get(ctx, id, s.db.ForUpdate())
}

func (s *Store) get(ctx context.Context, id int64, lock string) (core.Record, error) {
	var r row
	err := s.db.Get(ctx, &r, `SELECT `+columns+` FROM reviews_reviews WHERE id = ? AND deleted_at IS NULL`+lock, id)
	if errors.Is(err, sql.ErrNoRows) {
		return core.Record{}, reviews.NotFound(id)
	}
	if err != nil {
		return core.Record{}, fmt.Errorf("read review %d: %w", id, err)
	}
	return r.record(), nil
}

// ofOrderStatement reads the review of an order.
const ofOrderStatement = `SELECT ` + columns + ` FROM reviews_reviews WHERE order_id = ? AND deleted_at IS NULL`

// OfOrder implements core.Store.
func (s *Store) OfOrder(ctx context.Context, orderID int64) (core.Record, bool, error) {
	var r row
	err := s.db.Get(ctx, &r, ofOrderStatement, orderID)
	if errors.Is(err, sql.ErrNoRows) {
		return core.Record{}, false, nil
	}
	if err != nil {
		return core.Record{}, false, fmt.Errorf("read the review of order %d: %w", orderID, err)
	}
	return r.record(), true, nil
}

// Update implements core.Store: every field that can change.
func (s *Store) Update(ctx context.Context, record core.Record) error {
	r := stored(record)
	_, err := s.db.Exec(ctx, `
		UPDATE reviews_reviews SET rating = ?, comment = ?, sentiment = ?, sentiment_score = ?, reply_text = ?, reply_at = ?,
			version = ?, edited_at = ? WHERE id = ?`,
		r.Rating, r.Comment, string(r.Sentiment), r.SentimentScore, r.ReplyText, r.ReplyAt, r.Version, r.EditedAt, r.ID)
	if err != nil {
		return fmt.Errorf("update review %d: %w", r.ID, err)
	}
	return nil
}

// Delete implements core.Store.
func (s *Store) Delete(ctx context.Context, id int64, at time.Time) error {
	_, err := s.db.Exec(ctx, `
		UPDATE reviews_reviews SET comment = NULL, reply_text = NULL, reply_at = NULL, version = version + 1, deleted_at = ? WHERE id = ?`,
		database.Millis(at), id)
	if err != nil {
		return fmt.Errorf("delete review %d: %w", id, err)
	}
	return nil
}
