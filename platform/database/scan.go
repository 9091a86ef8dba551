package database

import (
	"database/sql"
	"fmt"
	"reflect"

	"github.com/jmoiron/sqlx"
)

// pageRows is for how many rows there is made room when there are more than one:
// for a page and the row that tells of the next.
const pageRows = 20

// collect reads all rows into dest, a pointer to a slice, and closes them. sqlx
// does the same by way of a struct and of a value of each nullable field that it
// makes for each row and throws away, which was a tenth of what a list costs.
func collect(rows *sqlx.Rows, dest any) (err error) {
	defer func() { _ = rows.Close() }() // what matters of it, Err tells
	pointer := reflect.ValueOf(dest)
	if pointer.Kind() != reflect.Pointer || pointer.IsNil() || pointer.Elem().Kind() != reflect.Slice {
		return fmt.Errorf("database: rows are read into a pointer to a slice, not %T", dest)
	}
	all := pointer.Elem()
	fields, err := fieldsOf(rows, all.Type().Elem())
	if err != nil {
		return err
	}
	all.SetLen(0)
	into := make([]any, len(fields))
	for n := 0; rows.Next(); n++ {
		if n > 0 && n == all.Cap() {
			all.Grow(max(pageRows, n))
		}
		all.Grow(1)
		all.SetLen(n + 1)
		row := all.Index(n)
		row.SetZero() // of a slice that was used before
		for i, field := range fields {
			into[i] = row.FieldByIndex(field).Addr().Interface()
		}
		if fields == nil {
			into = []any{row.Addr().Interface()}
		}
		if err = rows.Scan(into...); err != nil {
			return err //nolint:wrapcheck // as sqlx gives it; the caller says what it read
		}
	}
	return rows.Err() //nolint:wrapcheck // likewise
}

// fieldsOf gives the field of a struct that each column is read into, by the db
// tags; nil for a type that one column fills.
func fieldsOf(rows *sqlx.Rows, of reflect.Type) ([][]int, error) {
	if of.Kind() != reflect.Struct || reflect.PointerTo(of).Implements(reflect.TypeFor[sql.Scanner]()) {
		return nil, nil
	}
	columns, err := rows.Columns()
	if err != nil {
		return nil, err //nolint:wrapcheck // as sqlx gives it; the caller says what it read
	}
	fields := rows.Mapper.TraversalsByName(of, columns)
	for i, field := range fields {
		if len(field) == 0 {
			return nil, fmt.Errorf("database: there is no field for the column %s in %s", columns[i], of)
		}
	}
	return fields, nil
}
