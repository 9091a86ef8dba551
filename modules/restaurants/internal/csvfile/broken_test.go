package csvfile_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"zomato/modules/restaurants"
	"zomato/platform/testkit"
)

// broken are rows behind the header of own, each with the reason for which it
// is refused.
func broken() map[string]string {
	return map[string]string{
		"1,A,Thai,Goa,4":                                "The row has 5 fields, the header has 6.",
		"1,A,Thai,Goa,4,1,2":                            "The row has 7 fields, the header has 6.",
		`1,A "B",Thai,Goa,4,1`:                          "Field 2 has a quote and is not in quotes.",
		`1,"A" B,Thai,Goa,4,1`:                          "Field 2 has text behind its closing quote.",
		`1,"A,Thai,Goa,4,1`:                             "A quote is opened on this line and closes no field.",
		"1,A\xff,Thai,Goa,4,1":                          `The field "name" is not UTF-8.`,
		"1," + strings.Repeat("A", 70_000) + ",T,,,":    "The line is longer than 65536 bytes.",
		"1," + strings.Repeat("A", 101) + ",Thai,,,":    "name: This field must have at most 100 characters.",
		"1,A," + strings.Repeat("A", 51) + ",,,":        "cuisines: This field must have at most 50 characters.",
		"1,A,,Goa,4,1":                                  "cuisines: A restaurant has at least one cuisine.",
		",A,Thai,Goa,4,1":                               "external_id: This field must not be empty.",
		"1, ,Thai,Goa,4,1":                              "name: This field must not be empty.",
		"1,A\x00B,Thai,Goa,4,1":                         "name: This field has a control character.",
		"1,A,Thai,Goa,four,1":                           `rating: This field must be a number, not "four".`,
		"1,A,Thai,Goa,5.5,1":                            "rating: This number must be from 1 to 5, or 0 for not rated.",
		"1,A,Thai,Goa,NaN,1":                            "rating: This number must be from 1 to 5, or 0 for not rated.",
		"1,A,Thai,Goa,4,1.5":                            `votes: This field must be a whole number, not "1.5".`,
		"1,A,Thai,Goa,4,-1":                             "votes: This number must be from 0 to 100000000.",
		"1,,,Goa,x,1":                                   `name: This field must not be empty.`, // among others
		"1,A,Thai," + strings.Repeat("G", 101) + ",4,1": "city: This field must have at most 100 characters.",
		strings.Repeat("1", 201) + ",A,Thai,Goa,4,1":    "external_id: This field must have at most 200 characters.",
		`1,A,Thai,Goa,"4` + "\n" + `5",1`:               `rating: This field must be a number, not "4\n5".`,
	}
}

func TestA_bad_row_is_told_by_line_and_reason_and_the_others_go_on(t *testing.T) {
	t.Parallel()
	f := open(t, testkit.SQLite(t))
	for row, reason := range broken() {
		got := f.restaurants(t, own+"8,Before,Thai,,,\n"+row+"\n9,After,Thai,,,\n", restaurants.Import{DryRun: true})
		assert.Equal(t, int64(2), got.Created, "%.100q", row)
		assert.Contains(t, got.rejected[3], reason, "%.100q", row)
		assert.Len(t, got.rejected, 1, "%.100q", row)
	}
	all := f.restaurants(t, own+"1,,,Goa,x,-1\n", restaurants.Import{DryRun: true})
	assert.Equal(t, `cuisines: A restaurant has at least one cuisine. rating: This field must be a number, not "x". `+
		`votes: This number must be from 0 to 100000000. name: This field must not be empty.`, all.rejected[2])
}

func TestOf_two_rows_with_one_id_the_first_counts(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f fixture) {
		got := f.restaurants(t, own+"1,,Thai,,,\n1,A,Thai,,,\n1,B,Thai,,,\n", restaurants.Import{})
		assert.Equal(t, map[int64]string{
			2: "name: This field must not be empty.", 4: "external_id: line 3 is the same record.",
		}, got.rejected)
		assert.Contains(t, f.all(t), "A", "a bad row has no id")
	})
}

func TestRejects_can_be_corrected_and_imported(t *testing.T) {
	t.Parallel()
	f := open(t, testkit.SQLite(t))
	got := f.restaurants(t, "\ufeff"+own+"1,,Thai,,,\n2,B,Thai,,,\r\n3,\"C\nD\",,Goa,,\n4,\"E,F,Thai,,\n", restaurants.Import{})
	require.Equal(t, `rejected_line,rejected_reason,external_id,name,cuisines,city,rating,votes
2,name: This field must not be empty.,1,,Thai,,,
4,cuisines: A restaurant has at least one cuisine.,3,"C
D",,Goa,,
6,A quote is opened on this line and closes no field.,4,"E,F,Thai,,
`, got.rejects)
	corrected := strings.NewReplacer("1,,Thai", "1,A,Thai", ",,Goa", ",Thai,Goa", `"E,F`, `"E,F"`, ",Thai,,\n", ",Thai,,,\n").Replace(got.rejects)
	again := f.restaurants(t, corrected, restaurants.Import{})
	assert.Empty(t, again.rejected)
	assert.Equal(t, []string{"A", "B", "C D", "E,F"}, slices.Sorted(maps.Keys(f.all(t))))
	assert.Empty(t, again.rejects, "nothing is written without a bad row")
}

func TestNo_good_row_is_lost_beside_broken_ones(t *testing.T) {
	t.Parallel()
	f := open(t, testkit.SQLite(t))
	rapid.Check(t, func(r *rapid.T) {
		var file strings.Builder
		file.WriteString(own)
		var good, bad int64
		for i, kind := range rapid.SliceOfN(rapid.IntRange(0, 7), 0, 40).Draw(r, "rows") {
			good++
			switch kind {
			case 0, 1:
				fmt.Fprintf(&file, "%d,Place,Thai,,,\n", i)
			case 2:
				fmt.Fprintf(&file, "%d,\"Pl\"\"a,ce\",Thai,\"Goa\",,\n", i)
			case 3:
				fmt.Fprintf(&file, "%d,\"Place\nwith\n\"\"lines\"\"\",\"Thai\",,,\n\n", i)
			default:
				good--
				bad++
				file.WriteString([]string{"\"never closed,Thai,,,\n", "1,\"A,\n", "a \"bare\" quote,,,,,\n", "few\n"}[kind-4])
			}
		}
		got, err := f.ImportRestaurants(t.Context(), strings.NewReader(file.String()), restaurants.Import{DryRun: true})
		require.NoError(r, err)
		require.Equal(r, [2]int64{good, bad}, [2]int64{got.Created, got.Rejected}, file.String())
	})
}
