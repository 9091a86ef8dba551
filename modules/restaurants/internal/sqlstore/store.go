// Package sqlstore keeps the restaurants module's data, on SQLite and Postgres.
//
// team: restaurants
package sqlstore

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"strings"

	"zomato/modules/restaurants/internal/core"
	"zomato/platform/database"
)

//go:embed migrations
var migrations embed.FS

// Migrations are the module's.
func Migrations() database.Migrations {
	files, _ := fs.Sub(migrations, "migrations") // fails only for a name that is no path
	return database.Migrations{Module: "restaurants", FS: files}
}

// Store implements core.Store. Create it with New. Safe for concurrent use.
type Store struct{ db *database.DB }

// New gives the store on that database.
func New(db *database.DB) *Store { return &Store{db} }

var _ core.Store = (*Store)(nil)

// exec changes rows, and says in an error what was being done.
func (s *Store) exec(ctx context.Context, doing, query string, args ...any) error {
	if _, err := s.db.Exec(ctx, query, args...); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}

// list writes n times the text with commas between, such as "?, ?, ?".
func list(text string, n int) string {
	return strings.TrimSuffix(strings.Repeat(text+", ", n), ", ")
}

// anys makes arguments of values.
func anys[T any](values []T) []any {
	args := make([]any, len(values))
	for i, value := range values {
		args[i] = value
	}
	return args
}

// conditions is a WHERE in the making: searches need as many conditions as they
// have words.
type conditions struct {
	where []string
	args  []any
}

// add adds a condition, all of which must hold.
func (c *conditions) add(condition string, args ...any) {
	c.where = append(c.where, condition)
	c.args = append(c.args, args...)
}

// String gives the conditions as SQL.
func (c *conditions) String() string { return strings.Join(c.where, " AND ") }
