package sentiment_test

import (
	"math"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"zomato/modules/reviews/internal/sentiment"
)

// The labels that the score is made for (design: domain.md §4).
const (
	positive = "positive"
	negative = "negative"
	neutral  = "neutral"
)

func label(score float64) string {
	switch {
	case score >= 0.05:
		return positive
	case score <= -0.05:
		return negative
	}
	return neutral
}

// labels fails for each comment that is not labelled so.
func labels(t *testing.T, want string, comments ...string) {
	t.Helper()
	e := sentiment.New()
	for _, comment := range comments {
		score := e.Score(comment)
		require.Equal(t, want, label(score), "%q scores %+.4f", comment, score)
	}
}

func TestWords_keep_their_obvious_labels(t *testing.T) {
	t.Parallel()
	labels(t, positive, "good", "great", "excellent", "amazing", "delicious", "friendly", "fresh")
	labels(t, negative, "bad", "terrible", "awful", "bland", "rude", "stale", "overpriced")
	labels(t, neutral, "", " ", "ok", "Had the thali.", "The order came with rice and water.", "日本語", "...", "42")
}

func TestCase_and_punctuation_do_not_matter(t *testing.T) {
	t.Parallel()
	e := sentiment.New()
	good := e.Score("good")
	for _, same := range []string{"GOOD", "Good.", "...good,", "(good)", `"good"`, "*good*", "good/", "góód", "ｇｏｏｄ", "a\u00a0good", "good\n"} {
		require.InDelta(t, good, e.Score(same), 0, same)
	}
	labels(t, positive, "great,great,great", "food—great", "Amazing food and fast delivery!")
	labels(t, negative, "over-priced", "rip-off!!!", "food:cold", "Terrible, the food was not good.")
}

func TestNegation_turns_the_meaning(t *testing.T) {
	t.Parallel()
	labels(
		t, negative,
		"Not good.", "isn't good", "isn’t good", "isnt good", "don`t like it", "didn´t enjoy it", "never fresh", "no flavour at all",
		"without any taste", "hardly any meat", "barely warm", "neither tasty nor fresh", "anything but good", "not very friendly",
		"I don't think that the food was any good", "I was not impressed", "not worth the money", "would not recommend",
		"I wouldn't recommend it to anyone", "not fresh and not hot", "instead of a nice crust, cardboard",
	)
	labels(
		t, positive,
		"not bad", "wasn't bad at all", "never disappointed", "no complaints", "not too salty", "never had a bad meal here",
		"couldn't be happier", "can't go wrong", "can't wait to order again", "I did not expect this to be so good", "without any issues",
	)
}

func TestNegation_ends_with_its_clause(t *testing.T) {
	t.Parallel()
	labels(t, positive, "No. Great food", "No - great food", "I did not go hungry, excellent food", "not the cheapest but the best", "Not only tasty but also cheap")
	labels(t, negative, "not good 😞", "not tasty! Awful")
	e := sentiment.New()
	require.Greater(t, e.Score("no, great"), 0.0)
	require.Less(t, e.Score("no great"), 0.0)
}

func TestNegation_of_a_fault_is_weaker_than_praise(t *testing.T) {
	t.Parallel()
	e := sentiment.New()
	require.Less(t, e.Score("not slow"), -e.Score("slow"))
	require.Less(t, e.Score("terrible"), e.Score("not great"))
}

func TestFactors_strengthen_and_weaken(t *testing.T) {
	t.Parallel()
	e := sentiment.New()
	rising := []string{"extremely slow", "very slow", "slow", "slightly slow", "slightly tasty", "tasty", "very tasty", "extremely tasty"}
	for i, comment := range rising[1:] {
		require.Less(t, e.Score(rising[i]), e.Score(comment), "%s, %s", rising[i], comment)
	}
	require.Greater(t, e.Score("really a tasty dish"), e.Score("a tasty dish"), "across an article")
	require.InDelta(t, e.Score("the rice we had was tasty"), e.Score("the very rice we had was tasty"), 0, "not across half a sentence")
	require.Greater(t, e.Score("tasty!!"), e.Score("tasty!"))
	require.Less(t, e.Score("slow!"), e.Score("slow"))
	require.InDelta(t, e.Score("tasty!!!!"), e.Score("tasty!!!!!!!!!"), 0, "shouting on and on says no more")
}

func TestTooMuch_of_anything_is_a_fault(t *testing.T) {
	t.Parallel()
	labels(t, negative, "too salty", "too sweet", "too crunchy", "way too much masala", "too many bones")
	labels(t, positive, "the dessert was good too", "great, too", "too good")
	labels(t, neutral, "me too")
	labels(t, negative, "it didn't look too tasty") // no more than "not very"
	e := sentiment.New()
	require.Less(t, e.Score("too slow"), e.Score("slow"))
}

func TestBut_weighs_what_follows(t *testing.T) {
	t.Parallel()
	labels(t, positive, "The service was slow but the food was great", "Although it was crowded, the food was good", "Bad parking. However, good food", "Bad parking!! But good food", "Good food although pricey")
	labels(t, negative, "The food was great but the service was slow", "Nice looking place, but tasteless food", "Despite the good reviews, awful")
	e := sentiment.New()
	require.Greater(t, e.Score("tasty although slow"), e.Score("tasty and slow"))
	require.Greater(t, e.Score("Although slow, tasty"), e.Score("Although slow tasty"), "it yields up to the comma")
}

func TestEmoji_and_emoticons_count(t *testing.T) {
	t.Parallel()
	labels(t, positive, "😍", "❤️", "👍🏽", "🔥🔥", ":)", ":-D", ";)", "great:)", "<3", "pizza 😋")
	labels(t, negative, "🤮", "👎🏿", "🤦‍♂️", ":(", ":'(", "=/", "Good 🤮🤮🤮")
	labels(t, neutral, "http://example.com", "starters:dal", "table:d2", "at 8:00", "🍕", "™", ":", "<", ":-")
}

func TestSpelling_of_the_hurried_is_understood(t *testing.T) {
	t.Parallel()
	labels(t, positive, "sooo gooood", "yummmmm", "looooved it", "luv it", "gr8 fud", "gud taste", "awsome")
	labels(t, negative, "baaaad", "worsttt", "dissapointing", "tasteles food was baaad", "wont order again")
	e := sentiment.New()
	require.InDelta(t, e.Score("so good"), e.Score("soooo goooooood"), 0)
}

func TestTurns_of_speech_about_food_and_delivery(t *testing.T) {
	t.Parallel()
	labels(
		t, negative,
		"could be better", "won't be back", "won’t be back", "never going back", "never again", "waited an hour", "a waste of money",
		"Do not waste your time", "I've had better", "just ok", "average at best", "gone downhill", "used to be good", "nothing special",
		"delivered 45 minutes late", "after 45min still nothing", "found a hair in it", "wrong order", "1 star", "0/10", "Where is my order?",
		"It's the only good thing", "bakwas khana", "khana accha nahi tha", "खाना अच्छा नहीं था", "avoid", "I wanted to love this place",
	)
	labels(
		t, positive,
		"delivered within 20 minutes", "delivered in 10 minutes", "on time and still hot", "definitely coming back", "worth every rupee", "one of the best", "never had better",
		"exceeded my expectations", "5 stars", "10/10", "must try", "keep it up", "paisa vasool", "खाना बहुत अच्छा था",
	)
}

func TestScore_is_bounded_and_has_four_decimals(t *testing.T) {
	t.Parallel()
	e := sentiment.New()
	for _, comment := range []string{"good", "Not good.", "slightly bad", strings.Repeat("amazing! ", 5000), strings.Repeat("terrible ", 5000), strings.Repeat("😍", 2000), strings.Repeat("very ", 5000) + "good"} {
		requireScore(t, e.Score(comment))
	}
	require.InDelta(t, 1, e.Score(strings.Repeat("amazing! ", 5000)), 0.001)
}

func TestScore_is_the_same_for_equal_comments_in_every_goroutine(t *testing.T) {
	t.Parallel()
	e := sentiment.New()
	comments := []string{"Amazing food and fast delivery!", "Terrible, the food was not good.", "soooo good :) but 45min late", "दाल अच्छी"}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			other := sentiment.New()
			for range 50 {
				for _, comment := range comments {
					if e.Score(comment) != other.Score(comment) {
						t.Errorf("two scores for %q", comment)
					}
				}
			}
		})
	}
	wg.Wait()
}

func FuzzScore(f *testing.F) {
	for _, seed := range []string{
		"", "Amazing food and fast delivery!", "Terrible, the food was not good.", "n't", "'", "can't 'n' won’t", ":-", ":", "<3", "👍🏽🤦‍♂️", "\xff\xfe:(\xff",
		"45min 10/10 N", "too", "not", "very but although", "सब्ज़ी अच्छी", "\u0301\u0301", "ﷺﷺ", "!!!???", "aaaaaaaaaa", "\x00good",
	} {
		f.Add(seed)
	}
	e := sentiment.New()
	f.Fuzz(func(t *testing.T, comment string) {
		score := e.Score(comment)
		requireScore(t, score)
		require.InDelta(t, score, e.Score(comment), 0)
	})
}

func requireScore(t *testing.T, score float64) {
	t.Helper()
	require.False(t, math.IsNaN(score))
	require.LessOrEqual(t, math.Abs(score), 1.0)
	require.InDelta(t, math.Round(score*1e4)/1e4, score, 0)
}
