package database

import (
	"cmp"
	"database/sql"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/jmoiron/sqlx"
)

// pageRows is for how many rows there is made room when there are more than one:
// for a page and the row that tells of the next.
const pageRows = 20

// collect reads all rows of a query into dest, a pointer to a slice, and closes
// them. sqlx does the same by way of a struct and of a value of each nullable
// field that it makes for each row and throws away, which was a tenth of what a
// list costs. Each row is read into the same place and copied: to point at the fields
// of each of them was a twentieth.
func (db *DB) collect(rows *sqlx.Rows, query string, dest any) (err error) {
	defer func() { _ = rows.Close() }() // what matters of it, Err tells
	pointer := reflect.ValueOf(dest)
	if pointer.Kind() != reflect.Pointer || pointer.IsNil() || pointer.Elem().Kind() != reflect.Slice {
		return fmt.Errorf("database: rows are read into a pointer to a slice, not %T", dest)
	}
	all := pointer.Elem()
	fields, err := db.fields.of(rows, query, all.Type().Elem())
	if err != nil {
		return err
	}
	all.SetLen(0)
	row := reflect.New(all.Type().Elem()).Elem()
	into := aim(row, fields)
	for n := 0; rows.Next(); n++ {
		if n > 0 && n == all.Cap() {
			all.Grow(max(pageRows, n))
		}
		row.SetZero() // a field that reads its value by itself must not write into the last row's
		if err = into.read(rows); err != nil {
			return err
		}
		all.Grow(1)
		all.SetLen(n + 1)
		all.Index(n).Set(row)
	}
	return rows.Err() //nolint:wrapcheck // likewise
}

// one reads the first row of a query into dest, a pointer, and closes the rows.
// None is sql.ErrNoRows.
func (db *DB) one(rows *sqlx.Rows, query string, dest any) (err error) {
	defer func() { _ = rows.Close() }() // what matters of it, Err tells
	pointer := reflect.ValueOf(dest)
	if pointer.Kind() != reflect.Pointer || pointer.IsNil() {
		return fmt.Errorf("database: a row is read into a pointer, not %T", dest)
	}
	fields, err := db.fields.of(rows, query, pointer.Type().Elem())
	if err != nil {
		return err
	}
	if !rows.Next() {
		return cmp.Or(rows.Err(), sql.ErrNoRows)
	}
	if err = aim(pointer.Elem(), fields).read(rows); err != nil {
		return err
	}
	return rows.Close() //nolint:wrapcheck // likewise
}

// fieldCache remembers which fields the columns of a query are read into.
type fieldCache struct {
	known sync.Map
	count atomic.Int64
}

// fieldKey is a query and the type that its rows are read into.
type fieldKey struct {
	query string
	of    reflect.Type
}

// of gives the field of a struct that each column is read into, by the db tags;
// nil for a type that one column fills.
func (c *fieldCache) of(rows *sqlx.Rows, query string, of reflect.Type) ([]field, error) {
	if of.Kind() != reflect.Struct || scansItself(of) {
		return nil, nil
	}
	if found, ok := c.known.Load(fieldKey{query, of}); ok {
		if fields, ok := found.([]field); ok { // it always is
			return fields, nil
		}
	}
	columns, err := rows.Columns()
	if err != nil {
		return nil, err //nolint:wrapcheck // as sqlx gives it; the caller says what it read
	}
	fields := make([]field, len(columns))
	for i, index := range rows.Mapper.TraversalsByName(of, columns) {
		if len(index) == 0 {
			return nil, fmt.Errorf("database: there is no field for the column %s in %s", columns[i], of)
		}
		fields[i] = field{index, isSimple(of.FieldByIndex(index).Type)}
	}
	// What * stands for changes with the table.
	if c.count.Load() < reboundLimit && !strings.Contains(query, "*") {
		c.count.Add(1)
		c.known.Store(fieldKey{query, of}, fields)
	}
	return fields, nil
}
