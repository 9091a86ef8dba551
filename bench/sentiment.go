package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// labelled are 500 real reviews with a label; the README beside them says which
// half the engine was tuned on.
const labelled = "modules/reviews/internal/sentiment/testdata/reviews_labelled.tsv"

// score counts how often the sentiment was told right.
type score struct{ right, of int }

func (s score) String() string {
	return fmt.Sprintf("%.3f (%d of %d)", float64(s.right)/float64(s.of), s.right, s.of)
}

// sentiment writes the labelled reviews at the product and compares the sign of
// the score that it answers with the label. A score of 0 is wrong.
func sentiment(ctx context.Context, binary, folder string) (rows []row, err error) {
	reviews, err := readLabelled()
	if err != nil {
		return nil, err
	}
	s, err := start(ctx, binary, folder)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	order, err := furnish(ctx, s)
	if err != nil {
		return nil, err
	}
	var halves [2]score // by whether the number of the review is odd
	for i, review := range reviews {
		answered, err := write(ctx, s, order, review.comment)
		if err != nil {
			return nil, fmt.Errorf("review %d: %w", i, err)
		}
		half := &halves[i%2]
		half.of++
		if (answered > 0) == review.liked && answered != 0 {
			half.right++
		}
	}
	return []row{
		{"sentiment, accuracy on the held-out half", halves[1].String(), "aim 0.85; published lexicon methods: about 0.80"},
		{"sentiment, accuracy on the tuning half", halves[0].String(), "the engine was tuned on these"},
	}, nil
}

// opinion is a labelled review.
type opinion struct {
	comment string
	liked   bool
}

func readLabelled() ([]opinion, error) {
	file, err := os.Open(filepath.FromSlash(labelled))
	if err != nil {
		return nil, fmt.Errorf("open the labelled reviews (run this from the root of the repository): %w", err)
	}
	defer func() { _ = file.Close() }()
	table := csv.NewReader(file)
	table.Comma, table.FieldsPerRecord = '\t', 2
	records, err := table.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("read the labelled reviews: %w", err)
	}
	out := make([]opinion, len(records)-1)
	for i, record := range records[1:] { // behind the header
		out[i] = opinion{comment: record[0], liked: record[1] == "1"}
	}
	return out, nil
}

// furnish makes a customer, a restaurant and an item, and gives the order that
// is placed for each review.
func furnish(ctx context.Context, s *server) (order map[string]any, err error) {
	var restaurant, item struct{ ID int64 }
	err = errors.Join(
		s.do(ctx, "POST", "/customers/", map[string]any{"name": "Asha Rao", "email": "asha@example.com"}, 201, nil),
		s.do(ctx, "POST", "/restaurants/", map[string]any{"name": "Spice Route", "cuisines": []string{"Thai"}}, 201, &restaurant),
		s.do(ctx, "POST", "/restaurants/1/menu-items/", map[string]any{"name": "Paneer Tikka", "category": "Main", "price": 249.5}, 201, &item),
	)
	return map[string]any{
		"restaurant_id": restaurant.ID, "delivery_address": "123 Main St",
		"order_items": []map[string]any{{"menu_item_id": item.ID, "quantity": 1}},
	}, err
}

// write walks an order to its end, reviews it and gives the score.
func write(ctx context.Context, s *server, order map[string]any, comment string) (float64, error) {
	var placed struct{ ID int64 }
	if err := s.do(ctx, "POST", "/customers/1/orders/", order, 201, &placed); err != nil {
		return 0, err
	}
	for _, status := range []string{"confirmed", "preparing", "out_for_delivery", "delivered"} {
		if err := s.do(ctx, "PUT", fmt.Sprintf("/orders/%d/status", placed.ID), map[string]any{"order_status": status}, 200, nil); err != nil {
			return 0, err
		}
	}
	var review struct {
		Score float64 `json:"sentiment_score"`
	}
	// The stars say nothing about the label: the comment decides.
	err := s.do(ctx, "POST", fmt.Sprintf("/orders/%d/review", placed.ID), map[string]any{"rating": 3, "comment": comment}, 201, &review)
	return review.Score, err
}
