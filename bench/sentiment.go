package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"net/http"
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

// accuracy is one line of the table of the sentiment.
type accuracy struct{ what, figure, note string }

// sentimentRow is what -rows selects it by.
const sentimentRow = "sentiment"

// sentiment writes the labelled reviews at the product and compares the sign of
// the score that it answers with the label. A score of 0 is wrong.
func sentiment(ctx context.Context, binary, folder string) (told []accuracy, err error) {
	reviews, err := readLabelled()
	if err != nil {
		return nil, err
	}
	s, err := start(ctx, binary, folder, "sqlite:"+filepath.Join(folder, "sentiment.db"))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	t, err := settle(ctx, s, 1, 1)
	if err != nil {
		return nil, err
	}
	var halves [2]score // by whether the number of the review is odd
	for i, review := range reviews {
		answered, err := write(ctx, s, t, review.comment)
		if err != nil {
			return nil, fmt.Errorf("review %d: %w", i, err)
		}
		half := &halves[i%2]
		half.of++
		if (answered > 0) == review.liked && answered != 0 {
			half.right++
		}
	}
	return []accuracy{
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

// write walks an order to its end, reviews it and gives the score.
func write(ctx context.Context, s *server, t *town, comment string) (float64, error) {
	placed, err := placeOrders(ctx, s, 1, t.customers, t.kitchens)
	if err != nil {
		return 0, err
	}
	if err = walk(ctx, s, placed[0]); err != nil {
		return 0, err
	}
	var review struct {
		Score float64 `json:"sentiment_score"`
	}
	// The stars say nothing about the label: the comment decides.
	err = s.do(ctx, http.MethodPost, fmt.Sprintf("/orders/%d/review", placed[0]), map[string]any{"rating": 3, "comment": comment}, http.StatusCreated, &review)
	return review.Score, err
}
