package database_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"zomato/platform/database"
	"zomato/platform/testkit"
)

// withPeople opens a database with unique indexes of every kind, and a row to
// violate each of them.
func withPeople(t *testing.T, url string) *database.DB {
	t.Helper()
	db := open(t, url)
	run(
		t, db,
		`CREATE TABLE people (
			id BIGINT NOT NULL PRIMARY KEY, email TEXT NOT NULL, town TEXT NOT NULL, name TEXT NOT NULL,
			phone TEXT NOT NULL, nick TEXT NOT NULL, code TEXT NOT NULL UNIQUE, gone BIGINT NOT NULL CHECK (gone < 2))`,
		"CREATE UNIQUE INDEX people_by_email ON people (email)",
		"CREATE UNIQUE INDEX people_by_town_and_name ON people (town, name)",
		"CREATE UNIQUE INDEX people_by_town_name_and_email ON people (town, name, email)",
		"CREATE UNIQUE INDEX people_by_phone ON people (phone) WHERE gone = 0",
		"CREATE UNIQUE INDEX people_by_nick ON people (lower(nick)) WHERE gone = 0",
		"CREATE TABLE counters (id INTEGER PRIMARY KEY)",
		"CREATE TABLE pairs (a BIGINT NOT NULL, b BIGINT NOT NULL, PRIMARY KEY (a, b))",
		"INSERT INTO people (id, email, town, name, phone, nick, code, gone) VALUES (1, 'e', 't', 'n', 'p', 'k', 'c', 0)",
		"INSERT INTO counters (id) VALUES (1)",
		"INSERT INTO pairs (a, b) VALUES (1, 2)",
	)
	return db
}

// people inserts into people.
func people(values string) string {
	return "INSERT INTO people (id, email, town, name, phone, nick, code, gone) VALUES " + values
}

func TestUniqueViolation(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		db := withPeople(t, url)
		indexes := []string{
			"people_by_email", "people_by_phone", "people_by_nick", "people_code_key", "people_pkey", "counters_pkey", "pairs_pkey",
			"people_by_town_and_name", "",
		}
		for want, statement := range map[string]string{
			"people_by_email":         people("(2, 'e', 't2', 'n2', 'p2', 'k2', 'c2', 0)"),
			"people_by_town_and_name": people("(2, 'e2', 't', 'n', 'p2', 'k2', 'c2', 0)"),
			"people_by_phone":         people("(2, 'e2', 't2', 'n2', 'p', 'k2', 'c2', 0)"),
			"people_by_nick":          people("(2, 'e2', 't2', 'n2', 'p2', 'K', 'c2', 0)"),
			"people_code_key":         people("(2, 'e2', 't2', 'n2', 'p2', 'k2', 'c', 0)"),
			"people_pkey":             people("(1, 'e2', 't2', 'n2', 'p2', 'k2', 'c2', 0)"),
			"counters_pkey":           "INSERT INTO counters (id) VALUES (1)",
			"pairs_pkey":              "INSERT INTO pairs (a, b) VALUES (1, 2)",
		} {
			for range 2 { // the second time the name comes from the cache
				err := db.Write(t.Context(), func(ctx context.Context) error {
					_, err := db.Exec(ctx, statement)
					return err
				})
				var unique *database.UniqueError
				require.ErrorAs(t, err, &unique, want)
				assert.Equal(t, []string{want}, unique.Indexes)
				for _, index := range indexes {
					assert.Equal(t, index == want, database.IsUnique(err, index), "%s, asked for %s", want, index)
				}
			}
		}
	})
}

func TestUniqueViolationOrNot(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		db := withPeople(t, url)
		err := db.Write(t.Context(), func(ctx context.Context) error {
			return db.Get(ctx, new(int), people("(2, 'e', 't2', 'n2', 'p2', 'k2', 'c2', 0)")+" RETURNING id")
		})
		assert.True(t, database.IsUnique(err, "people_by_email"), "through RETURNING: %v", err)

		err = db.Write(t.Context(), func(ctx context.Context) error {
			_, err := db.Exec(ctx, people("(2, 'e2', 't2', 'n2', 'p2', 'k2', 'c2', 2)"))
			return err
		})
		require.Error(t, err)
		assert.NotErrorAs(t, err, new(*database.UniqueError), "a CHECK is no unique index")
		run(t, db, people("(2, 'e2', 't2', 'n2', 'p', 'k', 'c2', 1)")) // the partial ones do not hold here
	})
}

// Where SQLite cannot tell two indexes apart it names both, so that the
// question is answered with yes for the one that was violated.
func TestUniqueViolationOfTwoIndexesOverTheSameColumns(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		db := withNotes(t, url)
		run(
			t, db,
			"CREATE UNIQUE INDEX notes_with_text ON notes (text) WHERE id > 100",
			"CREATE UNIQUE INDEX notes_by_text ON notes (text)",
			"INSERT INTO notes (id, text) VALUES (1, 'one')",
		)
		err := db.Write(t.Context(), func(ctx context.Context) error {
			_, err := db.Exec(ctx, "INSERT INTO notes (id, text) VALUES (2, 'one')")
			return err
		})
		assert.True(t, database.IsUnique(err, "notes_by_text"))
		assert.Equal(t, db.Dialect() == database.SQLite, database.IsUnique(err, "notes_with_text"))
	})
}
