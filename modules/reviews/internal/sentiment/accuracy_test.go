package sentiment_test

import (
	"encoding/csv"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"zomato/modules/reviews/internal/sentiment"
)

// A floor is a little below what was reached. Rules that cost more than that are
// to be thought over; testdata/README.md says which half may be read for it.
const (
	tunedFloor   = 0.95
	heldOutFloor = 0.87
)

func TestAccuracy_on_labelled_reviews(t *testing.T) {
	t.Parallel()
	e := sentiment.New()
	var right, all [2]float64
	for i, r := range labelled(t) {
		all[i%2]++
		if score := e.Score(r.comment); score != 0 && (score > 0) == r.liked {
			right[i%2]++
		}
	}
	tuned, heldOut := right[0]/all[0], right[1]/all[1]
	t.Logf("tuning half %.3f, held-out half %.3f", tuned, heldOut)
	require.GreaterOrEqual(t, tuned, tunedFloor)
	require.GreaterOrEqual(t, heldOut, heldOutFloor)
}

type review struct {
	comment string
	liked   bool
}

func labelled(t testing.TB) []review {
	t.Helper()
	file, err := os.Open("testdata/reviews_labelled.tsv")
	require.NoError(t, err)
	defer func() { require.NoError(t, file.Close()) }()
	tsv := csv.NewReader(file)
	tsv.Comma = '\t'
	rows, err := tsv.ReadAll()
	require.NoError(t, err)
	require.Equal(t, []string{"Review", "Liked"}, rows[0])
	reviews := make([]review, 0, len(rows))
	for _, row := range rows[1:] {
		require.Contains(t, []string{"0", "1"}, row[1])
		reviews = append(reviews, review{comment: row[0], liked: row[1] == "1"})
	}
	require.Len(t, reviews, 500)
	return reviews
}

func BenchmarkScore(b *testing.B) {
	e := sentiment.New()
	reviews := labelled(b)
	b.Run("review", func(b *testing.B) { // mean of the labelled ones: 60 characters
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			e.Score(reviews[i%len(reviews)].comment)
		}
	})
	for name, unit := range map[string]string{
		"2000_characters": "The food was not really good, but :) ",
		"2000_of_a_kind":  "a", "2000_marks": "\u0323", "2000_beginnings": "waste of ",
	} {
		long := strings.Repeat(unit, 2000/len([]rune(unit)))
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				e.Score(long)
			}
		})
	}
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		sentiment.New()
	}
}
