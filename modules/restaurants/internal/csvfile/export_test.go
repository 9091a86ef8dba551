package csvfile

import (
	"errors"
	"io"

	"zomato/modules/restaurants/internal/core"
)

// Record is a record of a file.
type Record struct {
	Line   int64
	Fields []string
	Bad    string
}

// Records gives the records of a file with rows of that width, the first among
// them.
func Records(file io.Reader, width int) ([]Record, error) {
	r := newReader(file)
	r.width = width
	var out []Record
	for {
		next, err := r.next()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return out, err
		}
		out = append(out, Record{next.line, next.fields, next.bad})
	}
}

// CheckMapping reads a mapping file for restaurants.
func CheckMapping(content []byte) error {
	_, err := parseMapping("fuzz", content, core.RestaurantColumns())
	return err
}
