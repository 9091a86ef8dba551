package database_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"zomato/platform/database"
	"zomato/platform/testkit"
)

// kept and note are what rows are read into.
type kept struct {
	Text *string `db:"text"`
}

type note struct {
	kept

	ID int64 `db:"id"`
}

func TestSelect_fills_a_slice(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		db := withNotes(t, url)
		run(t, db, "INSERT INTO notes (id, text) VALUES (1, 'one'), (2, 'two'), (3, 'three')")
		ask := func(into any, query string, args ...any) error { return db.Select(t.Context(), into, query, args...) }

		var all []note
		require.NoError(t, ask(&all, "SELECT id, CASE WHEN id <> ? THEN text END AS text FROM notes ORDER BY id", 2))
		assert.Equal(t, []note{{kept{new("one")}, 1}, {kept{nil}, 2}, {kept{new("three")}, 3}}, all)
		first := all[0].Text
		require.NoError(t, ask(&all, "SELECT id FROM notes WHERE id > ? ORDER BY id LIMIT ? OFFSET ?", 1, 1, 1))
		assert.Equal(t, []note{{ID: 3}}, all, "nothing is left of what was there before")
		assert.Equal(t, "one", *first)
		require.NoError(t, ask(&all, "SELECT id FROM notes WHERE id > ?", 3))
		assert.Empty(t, all)

		var ids []*int64
		require.NoError(t, ask(&ids, "SELECT CASE WHEN id <> ? THEN id END FROM notes ORDER BY id", 2))
		assert.Equal(t, []*int64{new(int64(1)), nil, new(int64(3))}, ids)

		assert.ErrorContains(t, ask(&all, "SELECT id, text AS other FROM notes"), "no field for the column other")
		assert.ErrorContains(t, ask(all, "SELECT id FROM notes"), "pointer to a slice")
		assert.ErrorContains(t, ask(new(int), "SELECT id FROM notes"), "pointer to a slice")
		assert.Error(t, ask(&ids, "SELECT id, id FROM notes"))
		assert.Error(t, ask(&ids, "SELECT text FROM notes"), "a text is no number")
	})
}

// letters reads its value into the memory that it has.
type letters []byte

// Scan implements sql.Scanner.
func (l *letters) Scan(value any) error {
	text, ok := value.(string)
	if !ok {
		return errors.ErrUnsupported
	}
	*l = append((*l)[:0], text...)
	return nil
}

func TestSelect_gives_each_row_memory_of_its_own(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		db := withNotes(t, url)
		run(t, db, "INSERT INTO notes (id, text) VALUES (1, 'one'), (2, 'two'), (3, 'three')")
		var all []struct {
			Text letters `db:"text"`
		}
		require.NoError(t, db.Select(t.Context(), &all, "SELECT text FROM notes ORDER BY id"))
		require.Len(t, all, 3)
		assert.Equal(t, "one two three", fmt.Sprintf("%s %s %s", all[0].Text, all[1].Text, all[2].Text))
	})
}

type (
	colour string // reads nothing by itself
	loud   string
	small  int8
)

// Scan implements sql.Scanner.
func (l *loud) Scan(value any) error {
	*l = loud(fmt.Sprint(value, "!"))
	return nil
}

// things has a field of each kind that values are put into, and some that they are not.
type things struct {
	Whole   int64    `db:"whole"`
	Int     int      `db:"int"`
	Small   small    `db:"small"`
	Text    string   `db:"text"`
	Colour  colour   `db:"colour"`
	Real    float64  `db:"real"`
	Truth   bool     `db:"truth"`
	Perhaps *int     `db:"perhaps"`
	Maybe   *colour  `db:"maybe"`
	Letters letters  `db:"letters"`
	Bytes   []byte   `db:"bytes"`
	Any     any      `db:"anything"`
	Half    *float64 `db:"half"`
	Loud    loud     `db:"loud"`
	Louder  *loud    `db:"louder"`
}

// thing is a row of things, of which some values are given.
func thing(given map[string]string) string {
	query := "SELECT"
	for _, column := range [][2]string{
		{"whole", "9007199254740993"},
		{"int", "-5"},
		{"small", "127"},
		{"text", "'one'"},
		{"colour", "'red'"},
		{"real", "CAST(0.5 AS DOUBLE PRECISION)"},
		{"truth", "truths.yes"},
		{"perhaps", "7"},
		{"maybe", "'blue'"},
		{"letters", "'abc'"},
		{"bytes", "'xyz'"},
		{"anything", "8"},
		{"half", "CAST(0.5 AS DOUBLE PRECISION)"},
		{"loud", "'a'"},
		{"louder", "'b'"},
	} {
		value := column[1]
		if other, ok := given[column[0]]; ok {
			value = other
		}
		query += " " + value + " AS " + column[0] + ","
	}
	return query[:len(query)-1] + " FROM truths"
}

func TestSelect_reads_each_kind_of_value(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		db := withNotes(t, url)
		// SQLite tells truth values from numbers by the column.
		run(t, db, "CREATE TABLE truths (yes BOOLEAN NOT NULL)", "INSERT INTO truths VALUES (TRUE)")
		usual := things{
			9007199254740993, -5, 127, "one", "red", 0.5, true, new(7), new(colour("blue")), letters("abc"), []byte("xyz"), int64(8), new(0.5), "a!", new(loud("b!")),
		}
		other := usual
		other.Perhaps, other.Maybe, other.Half, other.Any = nil, nil, nil, nil
		other.Text, other.Int, other.Real = "12", 34, 3 // of other kinds: what database/sql makes of them
		texts := map[string]string{"perhaps": "NULL", "maybe": "NULL", "half": "NULL", "anything": "NULL", "text": "12", "int": "'34'", "real": "3"}
		if db.Dialect() == database.Postgres { // where a column has one kind in all rows
			texts["text"], texts["int"], texts["real"] = "'12'", "34", "CAST(3 AS DOUBLE PRECISION)"
		}
		var all []things
		require.NoError(t, db.Select(t.Context(), &all, thing(nil)+" UNION ALL "+thing(texts)+" UNION ALL "+thing(nil)))
		assert.Equal(t, []things{usual, other, usual}, all)
		var one things
		require.NoError(t, db.Get(t.Context(), &one, thing(texts)))
		assert.Equal(t, other, one)
		require.NoError(t, db.Get(t.Context(), &one, thing(map[string]string{"whole": "'77'", "text": "12", "real": "3"})))
		assert.Equal(t, []any{int64(77), "12", 3.0}, []any{one.Whole, one.Text, one.Real})

		for given, complaint := range map[[2]string]string{
			{"small", "128"}:      "out of range",
			{"whole", "NULL"}:     "NULL",
			{"text", "NULL"}:      "NULL",
			{"colour", "34"}:      "unsupported",
			{"truth", "'no one'"}: "",
			{"int", "'many'"}:     "",
			{"letters", "NULL"}:   errors.ErrUnsupported.Error(),
		} {
			err := db.Select(t.Context(), &all, thing(map[string]string{given[0]: given[1]}))
			require.Error(t, err, "%s", given)
			assert.Contains(t, err.Error(), complaint, "%s", given)
			assert.NotContains(t, err.Error(), "another kind than the field", "%s", given)
		}
	})
}

// BenchmarkSelect measures reading a page of a list.
func BenchmarkSelect(b *testing.B) {
	db, err := database.Open(b.Context(), database.Config{URL: testkit.SQLite(b)}, zap.NewNop())
	require.NoError(b, err)
	defer func() { require.NoError(b, db.Close()) }()
	require.NoError(b, db.Write(b.Context(), func(ctx context.Context) error {
		_, err := db.Exec(ctx, `CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT, kind BIGINT NOT NULL);
			CREATE INDEX notes_kind ON notes (kind, id);
			WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
			INSERT INTO notes SELECT i, 'note', i % 10 FROM n`)
		return err
	}))
	b.ReportAllocs()
	for b.Loop() {
		var page []note
		if err = db.Select(b.Context(), &page, "SELECT id, text FROM notes WHERE kind = ? AND id > ? ORDER BY id LIMIT ?", 7, 100, 20); err != nil {
			b.Fatal(err)
		}
	}
}
