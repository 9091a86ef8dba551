package core

import (
	"context"
	"math"
	"strings"

	"zomato/modules/restaurants"
	"zomato/platform/fault"
	"zomato/platform/paging"
	"zomato/platform/words"
)

// The limits of a search.
const (
	maxWords  = 10 // of one parameter: each costs a look into the index
	maxDishes = 3  // that a hit shows
)

// Prior is the weight of the mean of all in the ranking: as much as that many
// ratings (design: domain.md §4).
const Prior = 10

// Sort is the order in which restaurants are found. Ties are broken by age, the
// newest first.
type Sort string

// The orders, each from the highest to the lowest.
const (
	ByRelevance  Sort = "relevance"  // the Bayesian mean of the ratings
	ByRating     Sort = "rating"     // the mean as it is shown
	ByPopularity Sort = "popularity" // the number of ratings
	ByNewest     Sort = "newest"
)

// Search is what a guest looks for. All that is given must hold; what is nil or
// zero restricts nothing. Only active restaurants are found.
type Search struct {
	Cuisines   []string // any of them, whatever case and accents
	Rating     *float64 // at least that many stars; MinRating says the same
	MinRating  *float64
	Location   string // each word begins a word of location, city or address
	Q          string // each word begins a word of name, cuisines or dishes
	PriceLevel *int
	Vegetarian bool // there is a vegetarian dish
	Sort       Sort
}

// Hit is a restaurant that was found.
type Hit struct {
	restaurants.Restaurant

	// Dishes are those that Q found, the best three; nil without Q.
	Dishes []restaurants.MenuItem
}

// Criteria is a search in the terms of a store.
type Criteria struct {
	Cuisines   []string // folded: any of them
	MinRating  int64    // hundredths of a star
	Location   []string // words: each a prefix of a word of the place
	Words      []string // words: each a prefix of a word of name, cuisines or dishes
	PriceLevel *int
	Vegetarian bool
}

// Ranking is an order in the terms of a store: by a key and then by id, both
// downwards. The key is a whole number that every database computes alike:
//
//	relevance   (10 × Mean + 1,000,000 × sum of stars) / (10 + number of ratings)
//	rating      the mean in hundredths
//	popularity  the number of ratings
//	newest      the id
type Ranking struct {
	Sort Sort
	// Mean is the mean of all ratings, in millionths of a star, which every
	// restaurant is thought to begin by ten times; nil is that of now.
	Mean *int64
	// Limit, Skip and After choose the page: After is nil for the first.
	Limit, Skip int
	After       *Rank
}

// Rank is a place in a ranking.
type Rank struct{ Key, ID int64 }

// Ranked is a restaurant with the key by which it was ranked, and the mean of all
// that is in the key; 0 if none is.
type Ranked struct {
	restaurants.Restaurant

	Key, Mean int64
}

// SearchStore finds restaurants and dishes.
type SearchStore interface {
	// Search reads a page of active restaurants, and one more if there is one.
	Search(ctx context.Context, c Criteria, r Ranking) ([]Ranked, error)
	// CountFound counts the restaurants of all pages.
	CountFound(ctx context.Context, c Criteria) (int64, error)
	// Dishes reads the dishes of these restaurants whose names have words that
	// begin with some of the words: of each restaurant at most so many, first
	// those that most words found, then those that are available, then by id.
	Dishes(ctx context.Context, restaurantIDs []int64, words []string, most int) (map[int64][]restaurants.MenuItem, error)
	// Menu reads the items of a restaurant in the order of a menu: by category
	// and name, both whatever case and accents, then by id.
	Menu(ctx context.Context, f ItemFilter) ([]restaurants.MenuItem, error)
	// SearchItems reads a page of the items of active restaurants by id, and
	// one more if there is one.
	SearchItems(ctx context.Context, f ItemFilter, window paging.Window) ([]restaurants.MenuItem, error)
	// CountItems counts the items of all pages.
	CountItems(ctx context.Context, f ItemFilter) (int64, error)
}

// rankedPosition is where a page of a search ended. It carries the mean of all
// ratings, so that restaurants do not move between pages while it does.
type rankedPosition struct {
	Sort Sort  `json:"s"`
	Mean int64 `json:"m"` // millionths of a star
	Key  int64 `json:"k"`
	ID   int64 `json:"i"`
}

// Search gives a page of the restaurants that were looked for. Faults: findings
// about the parameters.
func (s *Service) Search(ctx context.Context, in Search, q paging.Query) (paging.Page[Hit], error) {
	criteria, err := in.criteria()
	if err != nil {
		return paging.Page[Hit]{}, err
	}
	ranking, err := in.ranking(q)
	if err != nil {
		return paging.Page[Hit]{}, err
	}
	found, err := s.store.Search(ctx, criteria, ranking)
	if err != nil {
		return paging.Page[Hit]{}, err
	}
	page := paging.Convert(paging.Cut(found, q.Limit, func(r Ranked) rankedPosition {
		return rankedPosition{Sort: in.Sort, Mean: r.Mean, Key: r.Key, ID: r.ID}
	}), func(r Ranked) Hit { return Hit{Restaurant: r.Restaurant} })
	if in.Q != "" {
		if err = s.addDishes(ctx, page.Items, criteria.Words); err != nil {
			return paging.Page[Hit]{}, err
		}
	}
	return paging.Counted(page, q, func() (int64, error) { return s.store.CountFound(ctx, criteria) })
}

// ranking gives the order, and the page of it that is asked for.
func (in Search) ranking(q paging.Query) (Ranking, error) {
	r := Ranking{Sort: in.Sort, Limit: q.Limit, Skip: q.Skip}
	if q.After == "" {
		return r, nil
	}
	at, err := paging.Position[rankedPosition](q)
	if err == nil && (at.Sort != in.Sort || at.Mean < 0 || at.Mean > 1_000_000*maxStars) {
		err = paging.Refuse()
	}
	r.Mean, r.After = &at.Mean, &Rank{Key: at.Key, ID: at.ID}
	return r, err
}

// addDishes completes hits by the dishes that the words found.
func (s *Service) addDishes(ctx context.Context, hits []Hit, prefixes []string) error {
	ids := make([]int64, len(hits))
	for i, hit := range hits {
		ids[i] = hit.ID
	}
	dishes, err := s.store.Dishes(ctx, ids, prefixes, maxDishes)
	if err != nil {
		return err
	}
	for i := range hits {
		if hits[i].Dishes = dishes[hits[i].ID]; hits[i].Dishes == nil {
			hits[i].Dishes = []restaurants.MenuItem{}
		}
	}
	return nil
}

// criteria checks a search and splits its texts into words. Texts without any
// word restrict nothing.
func (in Search) criteria() (Criteria, error) {
	var findings fault.Findings
	c := Criteria{
		Location: wordsOf(&findings, "query/location", in.Location), Words: wordsOf(&findings, "query/q", in.Q),
		PriceLevel: in.PriceLevel, Vegetarian: in.Vegetarian,
	}
	for _, name := range in.Cuisines {
		c.Cuisines = append(c.Cuisines, words.Fold(strings.TrimSpace(name)))
	}
	if len(c.Cuisines) > maxCuisines {
		findings.Add("query/cuisine", "too_long", "A search names at most %d cuisines.", maxCuisines)
	}
	stars, at := in.Rating, "query/rating"
	if in.MinRating != nil {
		if in.Rating != nil {
			findings.Add("query/min_rating", "invalid", "Give rating or min_rating: they say the same.")
		}
		stars, at = in.MinRating, "query/min_rating"
	}
	within(&findings, at, stars, 0, maxStars)
	if stars != nil {
		// 4.4 × 100 is a little more than 440 as a float.
		c.MinRating = int64(math.Ceil(*stars*100 - 1e-6))
	}
	return c, findings.Err()
}

// wordsOf splits a text of a search into words.
func wordsOf(findings *fault.Findings, pointer, text string) []string {
	found := words.Of(text)
	if len(found) > maxWords {
		findings.Add(pointer, "too_long", "A search has at most %d different words.", maxWords)
	}
	return found
}
