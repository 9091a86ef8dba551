package csvfile_test

import (
	"encoding/csv"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"zomato/modules/restaurants"
	"zomato/platform/testkit"
)

const foreign = `{"source": "elsewhere", "columns": {"external_id": "Nr", "name": "Wirtshaus", "cuisines": "Küche",
	"rating": "Note", "votes": "Stimmen", "country": "Land", "city": "Ort", "is_active": "offen", "phone_number": "Telefon",
	"min_order_amount": "ab", "delivery_fee": "Lieferung", "description": "Text"},
	"defaults": {"cuisines": "Other"}, "countries": {"DE": {"currency": "EUR", "timezone": "Europe/Berlin"}}}`

func TestA_mapping_alone_reads_other_headers(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f fixture) {
		got := f.restaurants(t, "Ort,Nr,Stimmen,Note,Küche,Wirtshaus,Land,offen,Telefon,ab,Lieferung,Text,Other\n"+
			"Köln,7,10,4.55,\"Brauhaus, Deutsch,\",FrÃ¼h,DE,No,+49 (221) 2613-215,12.50,1.9,\"Zwei\nZeilen\",x\n"+
			"Köln,8,10,4.55,,Früh,FR,vielleicht,,1.999,x,,\n", restaurants.Import{MappingFile: []byte(foreign)})
		assert.Equal(t, map[int64]string{4: `is_active: This field must be yes or no, not "vielleicht". ` +
			`min_order_amount: This field must have at most two decimals, not "1.999". ` +
			`delivery_fee: This field must be a plain decimal number such as 249.50, not "x". ` +
			`country: The mapping knows no country "FR".`}, got.rejected)
		var id int64
		require.NoError(t, f.db.Get(t.Context(), &id, "SELECT id FROM restaurants_restaurants WHERE external_id = 'elsewhere:7'"))
		r, err := f.service.Get(t.Context(), id)
		require.NoError(t, err)
		assert.Equal(t, restaurants.Restaurant{
			ID: id, Name: "Früh", Cuisines: []string{"Brauhaus", "Deutsch"}, City: new("Köln"), Description: new("Zwei\nZeilen"),
			PhoneNumber: new("+492212613215"), Currency: "EUR", Timezone: "Europe/Berlin", IsOpen: true, Rating: 4.6, RatingCount: 10,
			MinOrderAmount: 1250, DeliveryFee: 190, CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt, Version: 1,
		}, r)
		assert.Equal(t, map[string]int64{"text_repaired": 1}, got.odd())
	})
}

func TestColumns_may_stand_in_any_order(t *testing.T) {
	t.Parallel()
	straight, shuffled := open(t, testkit.SQLite(t)), open(t, testkit.SQLite(t))
	straight.restaurants(t, sample(t), restaurants.Import{})
	records, err := csv.NewReader(strings.NewReader(sample(t))).ReadAll()
	require.NoError(t, err)
	var out strings.Builder
	to := csv.NewWriter(&out)
	order := rand.New(rand.NewPCG(1, 2)).Perm(len(records[0]))
	for _, record := range records {
		fields := make([]string, len(record))
		for i, from := range order {
			fields[i] = record[from]
		}
		require.NoError(t, to.Write(fields))
	}
	to.Flush()
	shuffled.restaurants(t, out.String(), restaurants.Import{Mapping: "zomato"})
	assert.Equal(t, straight.all(t), shuffled.all(t))
}

func TestWhat_does_not_fit_is_refused_at_once(t *testing.T) {
	t.Parallel()
	f := open(t, testkit.SQLite(t))
	for _, c := range []struct {
		name, file, mapping, content, want string
	}{
		{"empty file", "", "", "", "the file is empty"},
		{"no column of ours", "a,b\n1,2\n", "", "", `the file has no column for external_id, name, cuisines; its headers are "a", "b"`},
		{"mapped column", "external_id,name,cuisines\n", "zomato", "", `external_id ("Restaurant ID")`},
		{"twice", "external_id,name,cuisines,NAME\n", "", "", `two columns "name"`},
		{"broken header", "\"a\n", "", "", "read the header: line 1: A quote is opened"},
		{"unknown mapping", own, "nowhere", "", `neither a file nor a mapping "nowhere": those that ship are zomato`},
		{"no JSON", own, "", "{", "read the mapping"},
		{"unknown key", own, "", `{"colums": {}}`, "colums"},
		{"more", own, "", `{"source": "x"} {}`, "more behind its end"},
		{"unknown column", own, "", `{"source": "x", "columns": {"nam": "name"}}`, `no column "nam": the columns are external_id, name`},
		{"no source", own, "", `{"columns": {}}`, "source"},
		{"currency", own, "", `{"source": "x", "countries": {"1": {"currency": "Rs", "timezone": "UTC"}}}`, `1: currency "Rs"`},
		{"time zone", own, "", `{"source": "x", "countries": {"1": {"currency": "INR", "timezone": "Nowhere"}}}`, "Nowhere"},
		{"required by the mapping", own, "", `{"source": "x", "columns": {"name": "name"}}`, "no column for external_id, cuisines"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			in := restaurants.Import{Mapping: c.mapping}
			if c.content != "" {
				in.MappingFile = []byte(c.content)
			}
			_, err := f.ImportRestaurants(t.Context(), strings.NewReader(c.file), in)
			require.ErrorContains(t, err, c.want)
		})
	}
	_, err := f.ImportMenuItems(t.Context(), strings.NewReader("x\n"), restaurants.Import{Mapping: "zomato"})
	require.ErrorContains(t, err, `there is no column`)
	_, err = f.ImportRestaurants(t.Context(), strings.NewReader(own), restaurants.Import{Source: "a:b"})
	require.ErrorContains(t, err, "source")
}

func TestA_file_that_cannot_be_read_ends_the_import(t *testing.T) {
	t.Parallel()
	f := open(t, testkit.SQLite(t))
	gone := errors.New("the disk is gone")
	for _, read := range []string{"", own, own + "1,A,Thai,,,\n", own + "1,\"A"} {
		_, err := f.ImportRestaurants(t.Context(), io.MultiReader(strings.NewReader(read), iotest.ErrReader(gone)), restaurants.Import{})
		require.ErrorIs(t, err, gone)
	}
	assert.Empty(t, f.all(t))
}

func TestRejects_that_cannot_be_written_end_the_import(t *testing.T) {
	t.Parallel()
	f := open(t, testkit.SQLite(t))
	reader, writer := io.Pipe()
	require.NoError(t, reader.Close())
	_, err := f.ImportRestaurants(t.Context(), strings.NewReader(own+"bad\n"), restaurants.Import{Rejects: writer})
	require.ErrorContains(t, err, "write the rejects")
}
