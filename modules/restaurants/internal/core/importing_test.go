package core_test

import (
	"context"
	"errors"
	"io"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/charmap"
	"pgregory.net/rapid"

	"zomato/modules/restaurants"
	"zomato/modules/restaurants/internal/core"
	"zomato/platform/clock"
)

// shelf is a store that keeps imported restaurants in memory.
type shelf struct {
	keeping

	known []core.ImportedRestaurant
	fails []error // what the next units of work end with
}

func (s *shelf) Imported(_ context.Context, ids []string, _ bool) ([]core.ImportedRestaurant, error) {
	var found []core.ImportedRestaurant
	for _, r := range s.known {
		for _, id := range ids {
			if r.ExternalID == id {
				found = append(found, r)
			}
		}
	}
	return found, nil
}

func (s *shelf) InsertImported(_ context.Context, fresh []core.NewImported) ([]int64, error) {
	if len(s.fails) > 0 {
		err := s.fails[0]
		s.fails = s.fails[1:]
		return nil, err
	}
	var ids []int64
	for _, r := range fresh {
		r.ID = int64(len(s.known) + 1)
		ids = append(ids, r.ID)
		s.known = append(s.known, core.ImportedRestaurant{
			Restaurant: r.Restaurant, ExternalID: r.ExternalID, Stars: core.StoredRating{Imported: r.Imported},
		})
	}
	return ids, nil
}

func (*shelf) AddToTotals(context.Context, restaurants.RatingChange) error { return nil }

// lines are rows of a file.
type lines []core.ImportRow

// Next implements core.ImportRows.
func (l *lines) Next() (core.ImportRow, error) {
	if len(*l) == 0 {
		return core.ImportRow{}, io.EOF
	}
	next := (*l)[0]
	*l = (*l)[1:]
	return next, nil
}

// row is a row with what it must have, and these values besides.
func row(values map[string]string) core.ImportRow {
	all := map[string]string{"external_id": "1", "name": "A", "cuisines": "Thai"}
	maps.Copy(all, values)
	return core.ImportRow{Line: 2, Values: all}
}

// takeIn imports one row into an empty store.
func takeIn(t require.TestingT, store *shelf, rules core.ImportRules, rows ...core.ImportRow) (restaurants.ImportReport, string, error) {
	s, err := core.New(core.Dependencies{
		Store: store, Transactions: store, Events: store, Timezone: "Asia/Kolkata",
		Clock: clock.Func(func() time.Time { return time.UnixMilli(7).UTC() }),
	})
	require.NoError(t, err)
	var reason string
	rules.Source = "s"
	left := lines(rows)
	report, err := s.ImportRestaurants(context.Background(), core.ImportRun{
		Rows: &left, Rules: rules, Progress: func(int64) {},
		Reject: func(_ core.ImportRow, why string) error { reason = why; return nil },
	})
	return report, reason, err
}

// oneRow is a row with these values, what becomes of it, and what is odd.
type oneRow struct {
	name     string
	values   map[string]string
	want     func(r *core.ImportedRestaurant)
	oddities string
}

// oneRows are the rows of TestImport_makes_a_restaurant_of_a_row.
func oneRows() []oneRow {
	return []oneRow{
		{"nothing but what it must have", nil, func(*core.ImportedRestaurant) {}, ""},
		{"both coordinates zero", map[string]string{"latitude": "0", "longitude": "0.0"}, func(*core.ImportedRestaurant) {}, "coordinates_unknown"},
		{"one coordinate zero", map[string]string{"latitude": "28", "longitude": "0"}, func(*core.ImportedRestaurant) {}, "coordinates_unknown"},
		{"a place", map[string]string{"latitude": "28.5", "longitude": "-77"}, func(r *core.ImportedRestaurant) {
			r.Latitude, r.Longitude = new(28.5), new(-77.0)
		}, ""},
		{"currency and zone of the country", map[string]string{"country": "216", "city": "Albany"}, func(r *core.ImportedRestaurant) {
			r.City, r.Currency, r.Timezone = new("Albany"), "USD", "America/New_York"
		}, ""},
		{"zone of the city", map[string]string{"country": "216", "city": "OJO caliente"}, func(r *core.ImportedRestaurant) {
			r.City, r.Currency, r.Timezone = new("OJO caliente"), "USD", "America/Denver"
		}, ""},
		{"what the row says itself wins", map[string]string{"country": "216", "currency": "EUR", "timezone": "Europe/Paris"}, func(r *core.ImportedRestaurant) {
			r.Currency, r.Timezone = "EUR", "Europe/Paris"
		}, ""},
		{"no cuisines", map[string]string{"cuisines": " "}, func(r *core.ImportedRestaurant) { r.Cuisines = []string{"Other"} }, "cuisines_missing"},
		{"encoded twice", map[string]string{"name": "CafÃ© MÃ¼ller"}, func(r *core.ImportedRestaurant) { r.Name = "Café Müller" }, "text_repaired"},
		{"lost letters", map[string]string{"name": "Caf\ufffd"}, func(r *core.ImportedRestaurant) { r.Name = "Caf\ufffd" }, "text_damaged"},
		{"repaired and damaged", map[string]string{"name": "Masaba\ufffd۱"}, func(r *core.ImportedRestaurant) { r.Name = "Masaba\ufffdı" }, "text_damaged text_repaired"},
		{"lines", map[string]string{"address": "Piller 47,\r\n Palam"}, func(r *core.ImportedRestaurant) { r.Address = new("Piller 47, Palam") }, "text_line_break"},
		{"price level", map[string]string{"price_level": "4"}, func(r *core.ImportedRestaurant) { r.PriceLevel = new(4) }, ""},
		{"no price level", map[string]string{"price_level": "0"}, func(*core.ImportedRestaurant) {}, "price_level_unknown"},
		{"votes without a rating", map[string]string{"rating": "0", "votes": "3"}, func(*core.ImportedRestaurant) {}, "votes_without_rating"},
		{"a rating without votes", map[string]string{"rating": "4.5", "votes": "0"}, func(*core.ImportedRestaurant) {}, "rating_without_votes"},
		{"a rating", map[string]string{"rating": "4.9", "votes": "7"}, func(r *core.ImportedRestaurant) {
			r.Stars.Imported = core.Rating{Sum: 34, Count: 7} // of 34.3
		}, ""},
		{"half a star", map[string]string{"rating": "4.5", "votes": "7"}, func(r *core.ImportedRestaurant) {
			r.Stars.Imported = core.Rating{Sum: 32, Count: 7} // of 31.5: upwards
		}, ""},
	}
}

func TestImport_makes_a_restaurant_of_a_row(t *testing.T) {
	t.Parallel()
	rules := core.ImportRules{
		Defaults: map[string]string{"cuisines": "Other"}, Replace: map[string]string{"۱": "ı"},
		Countries: map[string]core.Country{"216": {
			Currency: "USD", Timezone: "America/New_York", Cities: map[string][]string{"America/Denver": {"Ojo Caliente"}},
		}},
	}
	for _, c := range oneRows() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			store := &shelf{}
			report, reason, err := takeIn(t, store, rules, row(c.values))
			require.NoError(t, err)
			require.Empty(t, reason)
			want := core.ImportedRestaurant{ExternalID: "s:1", Restaurant: restaurants.Restaurant{
				ID: 1, Name: "A", Cuisines: []string{"Thai"}, Currency: "INR", Timezone: "Asia/Kolkata", IsActive: true, IsOpen: true,
				CreatedAt: time.UnixMilli(7).UTC(), UpdatedAt: time.UnixMilli(7).UTC(), Version: 1,
			}}
			c.want(&want)
			require.Equal(t, []core.ImportedRestaurant{want}, store.known)
			var kinds []string
			for _, o := range report.Oddities {
				kinds = append(kinds, o.Kind)
				assert.NotEmpty(t, o.Meaning)
				assert.Equal(t, []int64{2}, o.Lines)
			}
			require.Equal(t, c.oddities, strings.Join(kinds, " "))
		})
	}
}

func TestImport_repairs_only_what_was_certainly_encoded_twice(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"Café", "Ã", "SÃO PAULO", "naïve Ã¼ 日本", "Łódź", "Â", "100 £", "Pizza «Roma»",
		"RENÉ’S", "Spaß–Bar", "Ä’s", "é’–",
	} {
		store := &shelf{}
		_, _, err := takeIn(t, store, core.ImportRules{}, row(map[string]string{"name": text}))
		require.NoError(t, err)
		require.Equal(t, text, store.known[0].Name)
	}
	rapid.Check(t, func(r *rapid.T) {
		// What was broken once, what was so twice, and what was not.
		times := rapid.IntRange(0, 2).Draw(r, "times")
		text := rapid.StringMatching([]string{`[A-Zéüñßöçışœ’–₺É日本]{1,20}`, `[A-Zéüñßöçış’–₺É]{1,20}`, `[A-Zéüñßöç]{1,20}`}[times]).Draw(r, "text")
		broken := text
		for range times {
			broken = doubled(broken)
		}
		store := &shelf{}
		_, _, err := takeIn(r, store, core.ImportRules{}, row(map[string]string{"name": broken}))
		require.NoError(r, err)
		require.Equal(r, text, store.known[0].Name)
	})
}

// doubled encodes a text once more than it should be.
func doubled(text string) string {
	var out strings.Builder
	for _, b := range []byte(text) {
		if r := charmap.Windows1252.DecodeByte(b); r != '\ufffd' {
			out.WriteRune(r)
		} else {
			out.WriteRune(rune(b))
		}
	}
	return out.String()
}

func TestImport_does_a_unit_of_work_again_when_another_import_was_faster(t *testing.T) {
	t.Parallel()
	store := &shelf{fails: []error{core.ErrImportedMeanwhile, core.ErrImportedMeanwhile}}
	report, _, err := takeIn(t, store, core.ImportRules{}, row(nil))
	require.NoError(t, err)
	require.Equal(t, int64(1), report.Created)

	store = &shelf{fails: []error{core.ErrImportedMeanwhile, core.ErrImportedMeanwhile, core.ErrImportedMeanwhile}}
	_, _, err = takeIn(t, store, core.ImportRules{}, row(nil))
	require.ErrorIs(t, err, core.ErrImportedMeanwhile)

	full := errors.New("the disk is full")
	report, _, err = takeIn(t, &shelf{fails: []error{full}}, core.ImportRules{}, row(nil))
	require.ErrorIs(t, err, full)
	require.Zero(t, report.Read, "what was not committed is not counted")
}
