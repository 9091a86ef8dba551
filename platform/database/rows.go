package database

import (
	"context"
	"iter"
	"strings"
)

// The most rows that one statement inserts: far below the 32,766 parameters that
// SQLite takes, and the 65,535 of Postgres.
const (
	rowsAtOnce   = 500
	rowsPrepared = 64 // on SQLite
)

// ValueRows are the VALUES of a statement that inserts so many rows.
func ValueRows(columns, rows int) string {
	row := "(?" + strings.Repeat(", ?", columns-1) + ")"
	return row + strings.Repeat(", "+row, rows-1)
}

// Portions divides rows among statements, and gives from where to before where
// the rows of each one are. On SQLite their numbers are powers of two: were there
// a statement for each number that occurs, it would be parsed nearly each time,
// which costs as much as to run it. On Postgres each is a trip over the network.
func (db *DB) Portions(rows int) iter.Seq2[int, int] {
	return func(yield func(from, to int) bool) {
		for from, size := 0, rowsPrepared; from < rows; from += size {
			for db.dialect == SQLite && size > rows-from {
				size /= 2
			}
			if db.dialect != SQLite {
				size = min(rows-from, rowsAtOnce)
			}
			if !yield(from, from+size) {
				return
			}
		}
	}
}

// InsertRows inserts rows of so many columns, whose values are args: by statements
// that begin with insert and end with end, such as an ON CONFLICT clause.
func (db *DB) InsertRows(ctx context.Context, insert string, columns int, args []any, end string) error {
	for from, to := range db.Portions(len(args) / columns) {
		if err := db.Do(ctx, insert+" VALUES "+ValueRows(columns, to-from)+end, args[from*columns:to*columns]...); err != nil {
			return err
		}
	}
	return nil
}
