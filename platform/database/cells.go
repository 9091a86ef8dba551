package database

import (
	"database/sql"
	"errors"
	"reflect"

	"github.com/jmoiron/sqlx"
)

// field is where in a struct a column is read into.
type field struct {
	index  []int
	simple bool // see isSimple
}

// isSimple tells whether a cell can take the values of a field: it is a number, a
// text or a truth value, or a pointer to one, and does not read its value by itself.
func isSimple(of reflect.Type) bool {
	if of.Kind() == reflect.Pointer {
		of = of.Elem()
	}
	if scansItself(of) {
		return false
	}
	switch of.Kind() { //nolint:exhaustive // all others are database/sql's
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Float64, reflect.String, reflect.Bool:
		return true
	default:
		return false
	}
}

// scansItself tells whether a type reads its value by itself.
func scansItself(of reflect.Type) bool {
	return reflect.PointerTo(of).Implements(reflect.TypeFor[sql.Scanner]())
}

// errOtherKind is a value that is not of its field's kind.
var errOtherKind = errors.New("database: the value is of another kind than the field")

// cell takes the values of a column into a simple field. For each value database/sql
// asks a dozen times what it and its place may be, which was a sixth of reading a page
// of rows. Here a value of the field's own kind is put there; any other is
// errOtherKind, and database/sql finds out what to make of it.
type cell struct{ place reflect.Value }

// Scan implements sql.Scanner.
func (c *cell) Scan(value any) error {
	place := c.place
	if place.Kind() == reflect.Pointer {
		if value == nil {
			place.SetZero()
			return nil
		}
		place.Set(reflect.New(place.Type().Elem()))
		place = place.Elem()
	}
	switch v := value.(type) {
	case int64:
		if place.CanInt() && !place.OverflowInt(v) {
			place.SetInt(v)
			return nil
		}
	case string:
		if place.Kind() == reflect.String {
			place.SetString(v)
			return nil
		}
	case float64:
		if place.Kind() == reflect.Float64 {
			place.SetFloat(v)
			return nil
		}
	case bool:
		if place.Kind() == reflect.Bool {
			place.SetBool(v)
			return nil
		}
	}
	return errOtherKind
}

// target is what the columns of a row are read into.
type target struct {
	row    reflect.Value
	fields []field
	into   []any
	plain  bool // without cells
}

// aim points at the fields of a row, or at the row itself where there are none.
func aim(row reflect.Value, fields []field) *target {
	t := &target{row: row, fields: fields, into: make([]any, max(1, len(fields)))}
	if fields == nil {
		t.into[0], t.plain = row.Addr().Interface(), true
	}
	cells := make([]cell, len(fields))
	for i, f := range fields {
		if cells[i].place = row.FieldByIndex(f.index); f.simple {
			t.into[i] = &cells[i]
		} else {
			t.into[i] = cells[i].place.Addr().Interface()
		}
	}
	return t
}

// read reads the row that the rows are at. What a cell does not take, database/sql
// reads from then on, or it says what is wrong.
func (t *target) read(rows *sqlx.Rows) error {
	err := rows.Scan(t.into...)
	if err == nil || t.plain {
		return err //nolint:wrapcheck // as sqlx gives it; the caller says what it read
	}
	t.plain = true
	for i, f := range t.fields {
		place := t.row.FieldByIndex(f.index)
		place.SetZero()
		t.into[i] = place.Addr().Interface()
	}
	return rows.Scan(t.into...) //nolint:wrapcheck // likewise
}
