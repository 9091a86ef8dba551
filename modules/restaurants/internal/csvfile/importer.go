// Package csvfile reads CSV files with the help of mappings and hands their rows
// to the rules of an import. What a row means is no business of this package.
//
// team: restaurants
package csvfile

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"zomato/modules/restaurants"
	"zomato/modules/restaurants/internal/core"
)

// Importer implements restaurants.Importer. Create it with New.
type Importer struct{ service *core.Service }

var _ restaurants.Importer = (*Importer)(nil)

// New gives the importer into that service.
func New(service *core.Service) *Importer { return &Importer{service: service} }

// IsEmpty implements restaurants.Importer.
func (i *Importer) IsEmpty(ctx context.Context) (bool, error) { return i.service.IsEmpty(ctx) }

// ImportRestaurants implements restaurants.Importer.
func (i *Importer) ImportRestaurants(ctx context.Context, file io.Reader, in restaurants.Import) (restaurants.ImportReport, error) {
	return take(ctx, file, in, core.RestaurantColumns(), i.service.ImportRestaurants)
}

// ImportMenuItems implements restaurants.Importer.
func (i *Importer) ImportMenuItems(ctx context.Context, file io.Reader, in restaurants.Import) (restaurants.ImportReport, error) {
	return take(ctx, file, in, core.ItemColumns(), i.service.ImportItems)
}

// take opens a file and runs the import of its rows.
func take(ctx context.Context, file io.Reader, in restaurants.Import, known core.ImportColumns,
	run func(context.Context, core.ImportRun) (restaurants.ImportReport, error),
) (restaurants.ImportReport, error) {
	rows, m, err := open(file, in, known)
	if err != nil {
		return restaurants.ImportReport{}, err
	}
	rejects := rejects{to: in.Rejects, header: rows.header}
	report, err := run(ctx, core.ImportRun{
		Rows: rows, Rules: m.rules(), DryRun: in.DryRun, Pause: in.Pause, Since: in.Since,
		Reject: func(row core.ImportRow, reason string) error {
			if in.Rejected != nil {
				in.Rejected(row.Line, reason)
			}
			return rejects.add(row, reason)
		},
		Progress: func(read int64) {
			if in.Progress != nil {
				in.Progress(restaurants.ImportProgress{Bytes: rows.reader.bytes, Rows: read})
			}
		},
	})
	report.Mapping = m.name
	return report, err
}

// rows are the records of a file under our names.
type rows struct {
	reader  *reader
	header  string // as it stands in the file
	headers []string
	places  map[string]int // of our columns
}

// open reads the header and finds the mapping.
func open(file io.Reader, in restaurants.Import, known core.ImportColumns) (*rows, mapping, error) {
	r := newReader(file)
	header, err := r.next()
	switch {
	case errors.Is(err, io.EOF):
		return nil, mapping{}, errors.New("the file is empty: its first line must name the columns")
	case err != nil:
		return nil, mapping{}, fmt.Errorf("read the header: %w", err)
	case header.bad != "":
		return nil, mapping{}, fmt.Errorf("read the header: line %d: %s", header.line, header.bad)
	}
	r.width = len(header.fields)
	out := &rows{reader: r, header: header.raw, headers: header.fields}
	var m mapping
	switch {
	case in.MappingFile != nil:
		m, err = parseMapping(in.Mapping, in.MappingFile, known)
	case in.Mapping != "":
		m, err = shippedMapping(in.Mapping, known)
	default:
		m, out.places, err = choose(header.fields, known)
	}
	if err == nil && out.places == nil {
		out.places, err = m.find(header.fields, known)
	}
	if err == nil && in.Source != "" {
		m.Source = in.Source
		err = m.rules().Check()
	}
	return out, m, err
}

// Next implements core.ImportRows.
func (r *rows) Next() (core.ImportRow, error) {
	next, err := r.reader.next()
	if err != nil {
		return core.ImportRow{}, err
	}
	row := core.ImportRow{Line: next.line, Raw: next.raw, Bad: next.bad}
	if row.Bad != "" {
		return row, nil
	}
	for at, field := range next.fields {
		if !utf8.ValidString(field) {
			row.Bad = fmt.Sprintf("The field %q is not UTF-8.", r.headers[at])
			return row, nil
		}
	}
	row.Values = make(map[string]string, len(r.places))
	for column, at := range r.places {
		row.Values[column] = next.fields[at]
	}
	return row, nil
}

// rejects writes the rows that were not taken over. They stand there as they do
// in the file, behind two columns of their own: corrected, it can be imported
// with the same mapping.
type rejects struct {
	to      io.Writer
	header  string
	started bool
}

func (r *rejects) add(row core.ImportRow, reason string) error {
	if r.to == nil {
		return nil
	}
	var out strings.Builder
	if !r.started {
		out.WriteString("rejected_line,rejected_reason," + r.header + "\n")
		r.started = true
	}
	quoting := csv.NewWriter(&out)
	_ = quoting.Write([]string{strconv.FormatInt(row.Line, 10), reason}) // into memory
	quoting.Flush()
	text := strings.TrimSuffix(out.String(), "\n") + "," + row.Raw + "\n"
	if _, err := io.WriteString(r.to, text); err != nil {
		return fmt.Errorf("write the rejects: %w", err)
	}
	return nil
}
