package sqlstore_test

import (
	"context"
	"encoding/json"
	"io/fs"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"zomato/modules/restaurants"
	"zomato/modules/restaurants/internal/core"
	"zomato/modules/restaurants/internal/sqlstore"
)

// place is where a restaurant was found.
type place struct {
	ID  int64 `db:"id"`
	Key int64 `db:"sort_key"`
}

// rated fills the tables with restaurants of two cuisines: most with few ratings,
// where the mean of all counts, many of them with the same.
func rated(t *testing.T, f fixture, random *rand.Rand, n int) {
	t.Helper()
	fresh := make([]core.NewImported, n)
	for i := range fresh {
		fresh[i] = core.NewImported{Restaurant: named("Restaurant", []string{"Thai", "Indian"}[:1+random.IntN(2)]...), ExternalID: string(rune(1000 + i))}
		fresh[i].PriceLevel, fresh[i].IsActive = new(1+random.IntN(4)), random.IntN(10) > 0
		if random.IntN(4) > 0 {
			count := 1 + random.Int64N(1+random.Int64N(300))
			fresh[i].Imported = core.Rating{Count: count, Sum: count + random.Int64N(4*count+1)}
		}
	}
	f.write(t, func(ctx context.Context) error {
		_, err := f.store.InsertImported(ctx, fresh)
		return err
	})
}

// setMean lets the mean of all be so many millionths of a star.
func (f fixture) setMean(t *testing.T, mean int64) {
	t.Helper()
	f.write(t, func(ctx context.Context) error {
		_, err := f.db.Exec(ctx, "UPDATE restaurants_totals SET rating_sum = ?, rating_count = 1000000", mean)
		return err
	})
}

func (f fixture) places(t *testing.T, query string, args []any) []place {
	t.Helper()
	var rows []place
	require.NoError(t, f.db.Select(t.Context(), &rows, "SELECT id, sort_key FROM ("+query+") found ORDER BY sort_key DESC, id DESC", args...))
	return rows
}

func TestBest_ranked_are_active_and_the_best_first(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f fixture) {
		var ids []int64
		for i, name := range []string{"Fair", "Best", "Closed", "Good"} {
			ids = append(ids, f.create(t, name).ID)
			require.NoError(t, f.service.Rate(t.Context(), ids[i], restaurants.RatingChange{Stars: []int64{3, 10, 5, 5}[i], Count: []int64{1, 2, 1, 1}[i]}))
		}
		require.NoError(t, f.service.Delete(t.Context(), ids[2], nil))
		found, err := f.store.BestRanked(t.Context(), 2)
		require.NoError(t, err)
		assert.Equal(t, []int64{ids[1], ids[3]}, found)
	})
}

// A search by rank reads few restaurants; that it finds the right ones is held
// against sorting all of them, wherever the mean of all has gone.
func TestSearch_by_rank_finds_what_sorting_all_finds(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f fixture) {
		random := rand.New(rand.NewPCG(1, 2))
		rated(t, f, random, 400)
		for _, mean := range []int64{0, 1, 3_999_999, 4_000_000, 4_000_001, 3_975_749, 4_212_345, 2_000_000, 5_000_000} {
			f.setMean(t, mean)
			for _, c := range []core.Criteria{
				{},
				{MinRating: 380},
				{MinRating: 499},
				{PriceLevel: new(2)},
				{Cuisines: []string{"indian"}},
				{Cuisines: []string{"thai"}, MinRating: 400},
				{Cuisines: []string{"thai"}, PriceLevel: new(3)},
				{Cuisines: []string{"martian"}},
				{Cuisines: []string{"indian"}, Vegetarian: true},
			} {
				r := core.Ranking{Sort: core.ByRelevance, Limit: 1 + random.IntN(30), Skip: random.IntN(2) * random.IntN(500)}
				for page := range 5 {
					query, args := sqlstore.SearchStatement(c, r)
					got := f.places(t, query, args)
					r.Mean = &mean // which the first page finds out by itself
					query, args = sqlstore.SortedStatement(c, r)
					require.Equal(t, f.places(t, query, args), got, "mean %d, page %d, %+v, %+v", mean, page, c, r)
					if len(got) <= r.Limit {
						break
					}
					r.Skip, r.After = 0, &core.Rank{Key: got[r.Limit-1].Key, ID: got[r.Limit-1].ID}
				}
			}
		}
	})
}

func TestRanks_follow_the_ratings_and_the_cuisines(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f fixture) {
		requireRanks := func(links int) {
			t.Helper()
			var rows []struct {
				Sum    int64 `db:"stars"`
				Count  int64 `db:"ratings"`
				Rating int64 `db:"rating"`
				Rank   int64 `db:"rank"`
				Own    int64 `db:"own"`
			}
			require.NoError(t, f.db.Select(t.Context(), &rows, `SELECT r.rating_sum + r.imported_sum AS stars,
				r.rating_count + r.imported_count AS ratings, rc.rating, rc.rank, r.rank AS own
				FROM restaurants_restaurants r JOIN restaurants_restaurant_cuisines rc ON rc.restaurant_id = r.id`))
			assert.Len(t, rows, links)
			for _, r := range rows {
				rating := core.Rating{Sum: r.Sum, Count: r.Count}
				assert.Equal(t, []int64{rating.Hundredths(), rating.Rank(), rating.Rank()}, []int64{r.Rating, r.Rank, r.Own})
			}
		}
		made := f.insert(t, named("Spice", "Thai", "Indian"))
		f.write(t, func(ctx context.Context) error {
			_, err := f.store.InsertImported(ctx, []core.NewImported{{Restaurant: named("Old"), ExternalID: "x:1", Imported: core.Rating{Sum: 77, Count: 20}}})
			return err
		})
		requireRanks(3)
		require.NoError(t, f.service.Rate(t.Context(), made.ID, restaurants.RatingChange{Stars: 9, Count: 2}))
		requireRanks(3)
		_, err := f.service.Update(t.Context(), made.ID, core.Changes{Cuisines: core.CuisineNames{List: []string{"Chinese", "Thai", "Café"}}}, nil)
		require.NoError(t, err)
		requireRanks(4)
		require.NoError(t, f.service.Rate(t.Context(), made.ID, restaurants.RatingChange{Stars: -9, Count: -2}))
		requireRanks(4)
	})
}

// What migrations fill in for records of before is what is stored with new ones.
func TestRanks_and_names_are_filled_in_by_the_migrations(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f fixture) {
		rated(t, f, rand.New(rand.NewPCG(3, 4)), 50)
		f.insert(t, named("Odd", `A "B" \ C`, "Café\n<&>", "İ"))
		type record struct {
			ID       int64  `db:"id"`
			Rank     int64  `db:"rank"`
			Cuisines string `db:"cuisines"`
		}
		type link struct {
			ID       int64 `db:"restaurant_id"`
			Position int64 `db:"position"`
			Rating   int64 `db:"rating"`
			Rank     int64 `db:"rank"`
		}
		read := func() (records []record, links []link) {
			require.NoError(t, f.db.Select(t.Context(), &records, "SELECT id, rank, cuisines FROM restaurants_restaurants ORDER BY id"))
			require.NoError(t, f.db.Select(t.Context(), &links, "SELECT restaurant_id, position, rating, rank FROM restaurants_restaurant_cuisines ORDER BY 1, 2"))
			for i, r := range records {
				var list []string
				require.NoError(t, json.Unmarshal([]byte(r.Cuisines), &list))
				records[i].Cuisines = strings.Join(list, "|") // each database has its own way of writing JSON
			}
			return records, links
		}
		records, links := read()
		f.write(t, func(ctx context.Context) error {
			statements := []string{"UPDATE restaurants_restaurants SET rank = 0, cuisines = '[]'", "UPDATE restaurants_restaurant_cuisines SET rating = 0, rank = 0"}
			for _, file := range []string{"0003_ranks.sql", "0004_cuisine_names.sql"} {
				text, err := fs.ReadFile(sqlstore.Migrations().FS, string(f.db.Dialect())+"/"+file)
				require.NoError(t, err)
				for _, statement := range strings.Split(string(text), ";") {
					if statement = strings.TrimSpace(statement); strings.HasPrefix(statement, "UPDATE") {
						statements = append(statements, statement)
					}
				}
			}
			require.Len(t, statements, 5)
			for _, statement := range statements {
				if _, err := f.db.Exec(ctx, statement); err != nil {
					return err
				}
			}
			return nil
		})
		filled, linked := read()
		require.Equal(t, records, filled)
		require.Equal(t, links, linked)
	})
}
