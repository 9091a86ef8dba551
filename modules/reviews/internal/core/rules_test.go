package core_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"zomato/modules/reviews"
	"zomato/modules/reviews/internal/core"
)

func TestAuthor_is_the_first_name_and_an_initial(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"Asha Rao":              "Asha R.",
		"Asha Rao 0":            "Asha R.",
		"Asha Devi Rao":         "Asha D.",
		"Asha":                  "Asha",
		"  Asha   Rao  ":        "Asha R.",
		"Asha\tRao":             "Asha R.",
		"Asha\u00a0Rao":         "Asha R.", // a space that does not break
		"李\u3000小龙":             "李 小.",    // a wide one
		"आशा राव":               "आशा र.",
		"Łukasz Żak":            "Łukasz Ż.",
		"Асха Рао":              "Асха Р.",
		"Asha 😀":                "Asha 😀.",
		"":                      "Customer",
		" ":                     "Customer",
		"asha@example.com":      "asha",
		"asha@example.com Rao":  "asha R.",
		"@example.com":          "Customer",
		"asha＠example.com":      "asha",
		"\u202eAsha\u202c Rao":  "Asha R.",
		"+919876543210":         "Customer",
		"987 654 3210":          "Customer 6.",
		"R2 D2":                 "R2 D.",
		"Asha R.":               "Asha R.",
		"Anne-Marie D'Souza":    "Anne-Marie D.",
		strings.Repeat("a", 90): strings.Repeat("a", 90),
	} {
		require.Equal(t, want, core.Author(name), "%q", name)
	}
}

func TestLabel_is_neutral_between_the_thresholds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		score float64
		want  reviews.Sentiment
	}{
		{1, reviews.Positive},
		{0.05, reviews.Positive},
		{0.0499, reviews.Neutral},
		{0, reviews.Neutral},
		{-0.0499, reviews.Neutral},
		{-0.05, reviews.Negative},
		{-1, reviews.Negative},
	} {
		require.Equal(t, c.want, core.Label(c.score), "%v", c.score)
	}
}

func TestStars_stand_in_for_a_comment(t *testing.T) {
	t.Parallel()
	for rating, want := range map[int]struct {
		score float64
		label reviews.Sentiment
	}{
		1: {-1, reviews.Negative}, 2: {-0.5, reviews.Negative}, 3: {0, reviews.Neutral}, 4: {0.5, reviews.Positive}, 5: {1, reviews.Positive},
	} {
		require.InDelta(t, want.score, core.StarScore(rating), 0)
		require.Equal(t, want.label, core.Label(core.StarScore(rating)))
	}
}

func TestTidy_finds_all_that_is_wrong(t *testing.T) {
	t.Parallel()
	text := func(length int) *string { return new(strings.Repeat("é", length)) }
	for _, c := range []struct {
		name    string
		rating  int
		comment *string
		want    []string
	}{
		{"the fewest stars", 1, nil, nil},
		{"the most stars", 5, nil, nil},
		{"no star", 0, nil, []string{"#/rating out_of_range"}},
		{"too many stars", 6, nil, []string{"#/rating out_of_range"}},
		{"stars below zero", -1, nil, []string{"#/rating out_of_range"}},
		{"the longest comment", 3, text(2000), nil},
		{"the longest comment, with space around it", 3, new(" " + *text(2000) + "\n"), nil},
		{"too long a comment", 3, text(2001), []string{"#/comment too_long"}},
		{"both", 6, text(2001), []string{"#/rating out_of_range", "#/comment too_long"}},
	} {
		n := reviews.NewReview{OrderID: 10, Rating: c.rating, Comment: c.comment}
		var got []string
		for _, field := range core.Tidy(&n) {
			got = append(got, field.Pointer+" "+field.Code)
		}
		require.Equal(t, c.want, got, c.name)
	}
}
