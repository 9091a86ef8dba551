package database

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jmoiron/sqlx"
	"github.com/mattn/go-sqlite3"
)

// UniqueError says that a row would have been there twice. Stores ask for the
// index with IsUnique.
type UniqueError struct {
	// Indexes are the names of the violated unique index, which is one, or on
	// SQLite several when they cover the same columns: SQLite does not say
	// which of them it was.
	Indexes []string

	cause error
}

// Error names the index and the driver's error.
func (e *UniqueError) Error() string {
	return fmt.Sprintf("unique index %s: %v", strings.Join(e.Indexes, " or "), e.cause)
}

// Unwrap gives the driver's error.
func (e *UniqueError) Unwrap() error { return e.cause }

// IsUnique tells whether an error is the violation of the unique index with
// that name, the one in CREATE UNIQUE INDEX. A primary key has the name
// "<table>_pkey" and a UNIQUE inside CREATE TABLE "<table>_<columns>_key", on
// both databases, as Postgres calls them.
//
// Two unique indexes over the very same columns, one of them partial, cannot
// be told apart on SQLite: put an expression into one.
func IsUnique(err error, index string) bool {
	unique, ok := errors.AsType[*UniqueError](err)
	return ok && slices.Contains(unique.Indexes, index)
}

// unique finds out whether an error is a unique violation and of which index.
// On SQLite it may have to look at the schema, through the connection that
// failed: the error names columns.
func (db *DB) unique(ctx context.Context, err error, through sqlx.QueryerContext) error {
	if _, done := errors.AsType[*UniqueError](err); done {
		return err
	}
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok && pg.Code == "23505" {
		return &UniqueError{Indexes: []string{pg.ConstraintName}, cause: err}
	}
	if lite, ok := errors.AsType[sqlite3.Error](err); ok {
		switch lite.ExtendedCode {
		case sqlite3.ErrConstraintUnique, sqlite3.ErrConstraintPrimaryKey, sqlite3.ErrConstraintRowID:
			return &UniqueError{Indexes: db.uniqueIndexes(ctx, lite, through), cause: err}
		}
	}
	return err
}

// uniqueIndexes reads SQLite's text. It is "UNIQUE constraint failed: " and
// then "index 'name'" for an index with an expression, or "t.a, t.b" with the
// columns in the order of the index (sqlite3UniqueConstraint in its source).
func (db *DB) uniqueIndexes(ctx context.Context, err sqlite3.Error, through sqlx.QueryerContext) []string {
	_, what, _ := strings.Cut(err.Error(), "constraint failed: ")
	if name, ok := strings.CutPrefix(what, "index '"); ok {
		return []string{strings.TrimSuffix(name, "'")}
	}
	if found, ok := db.uniques.Load(what); ok {
		if known, ok := found.([]string); ok { // it always is one
			return known
		}
	}
	table, _, _ := strings.Cut(what, ".")
	columns := strings.Split(what, ", ")
	for i := range columns {
		columns[i] = strings.TrimPrefix(columns[i], table+".")
	}
	if err.ExtendedCode != sqlite3.ErrConstraintUnique {
		return []string{table + "_pkey"}
	}
	names := sqliteIndexesOver(ctx, table, columns, through)
	if len(names) > 0 {
		db.uniques.Store(what, names)
	}
	return names
}

// indexColumn is one column of one unique index in SQLite's schema. The column
// is null if it is an expression.
type indexColumn struct {
	Index  string  `db:"index_name"`
	Origin string  `db:"origin"`
	Column *string `db:"column_name"`
}

// sqliteIndexesOver looks up the unique indexes over exactly these columns.
// What goes wrong leaves the index unnamed: the violation is still reported.
func sqliteIndexesOver(ctx context.Context, table string, columns []string, through sqlx.QueryerContext) []string {
	var found []indexColumn
	_ = sqlx.SelectContext(uncancelled(ctx), through, &found, `
		SELECT list.name AS index_name, list.origin AS origin, info.name AS column_name
		FROM pragma_index_list(?) AS list, pragma_index_info(list.name) AS info
		WHERE list."unique" = 1
		ORDER BY list.seq, info.seqno`, table)
	covered := map[string][]string{}
	names := map[string]string{}
	for _, part := range found {
		column := ""
		if part.Column != nil {
			column = *part.Column
		}
		covered[part.Index] = append(covered[part.Index], column)
		names[part.Index] = part.Index
		if part.Origin == "u" { // UNIQUE in CREATE TABLE: SQLite's own name says nothing
			names[part.Index] = table + "_" + strings.Join(columns, "_") + "_key"
		}
	}
	var matching []string
	for index, over := range covered {
		if slices.Equal(over, columns) {
			matching = append(matching, names[index])
		}
	}
	slices.Sort(matching)
	return slices.Compact(matching)
}
