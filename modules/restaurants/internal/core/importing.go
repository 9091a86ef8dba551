package core

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"slices"
	"strings"
	"time"

	"zomato/modules/restaurants"
)

// importBatch is how many rows are one unit of work: enough that the commit
// costs little, and few enough that others do not wait long.
const importBatch = 200

// shownLines is how many lines a report names for one kind of oddity.
const shownLines = 3

// ImportRow is a row of a file.
type ImportRow struct {
	// Line is that of the file on which the row begins; the first is 1.
	Line int64
	// Raw is the row as it stands in the file, without the end of its line.
	Raw string
	// Values are the fields by our names, of those columns that the file has.
	Values map[string]string
	// Bad says why the row could not be read; "" if it could.
	Bad string
}

// ImportRows is a file that is read row by row.
type ImportRows interface {
	// Next gives the next row; the error is io.EOF behind the last.
	Next() (ImportRow, error)
}

// ImportRun is how one file is taken over.
type ImportRun struct {
	Rows  ImportRows
	Rules ImportRules
	// DryRun, Pause and Since are those of restaurants.Import.
	DryRun bool
	Pause  time.Duration
	Since  time.Time
	// Reject is given each row that was not taken over, in the order of the
	// file. Its error ends the import.
	Reject func(row ImportRow, reason string) error
	// Progress is told after each unit of work how many rows have been read.
	Progress func(rows int64)
}

// ImportStore finds what was imported before.
type ImportStore interface {
	// IsEmpty tells whether there has never been a restaurant.
	IsEmpty(ctx context.Context) (bool, error)
	// Imported reads the restaurants with these external ids, deleted ones too.
	// With lock nobody else changes them until the unit of work ends; they are
	// locked in the order of their ids.
	Imported(ctx context.Context, externalIDs []string, lock bool) ([]ImportedRestaurant, error)
	// InsertImported stores new restaurants, in as few statements as can be, and
	// gives their ids in the same order. ErrImportedMeanwhile says that somebody
	// else has just imported one of them.
	InsertImported(ctx context.Context, fresh []NewImported) ([]int64, error)
	// ImportedItems reads the items of these restaurants that have one of these
	// external ids, and with lock keeps them as they are.
	ImportedItems(ctx context.Context, restaurantIDs []int64, externalIDs []string, lock bool) ([]ImportedItem, error)
	// InsertImportedItems does for items what InsertImported does for
	// restaurants.
	InsertImportedItems(ctx context.Context, fresh []ImportedItem, at time.Time) ([]int64, error)
}

// ErrImportedMeanwhile says that two imports of the same records met. Done again
// the unit of work finds the other's.
var ErrImportedMeanwhile = errors.New("another import has stored the same record")

// importAttempts is how often a unit of work is done that meets another import.
const importAttempts = 3

// outcome is what became of a row.
type outcome int

const (
	unchanged outcome = iota
	created
	updated
)

// entry is a row on its way: refused with a reason, or with the record that it
// stands for.
type entry[T any] struct {
	row      ImportRow
	record   T
	reason   string
	outcome  outcome
	oddities []string
}

// importKind is what an import of restaurants and one of dishes differ in.
type importKind[T any] struct {
	// parse makes a record of a row, with the key by which a file names each
	// record once; or gives the reason why not.
	parse func(row ImportRow) (record T, key string, oddities []string, reason string)
	// store finds out what becomes of the entries and, if it may write, does it.
	// It may run more than once.
	store func(ctx context.Context, batch []*entry[T], write bool) error
}

// runImport takes a file over.
func runImport[T any](ctx context.Context, s *Service, run ImportRun, kind importKind[T]) (restaurants.ImportReport, error) {
	var tally tally
	seen := keys{seed: maphash.MakeSeed(), lines: map[uint64]int64{}}
	for {
		if err := ctx.Err(); err != nil {
			return tally.report, fmt.Errorf("import: %w", err)
		}
		batch, end, err := fill(run.Rows, kind, seen)
		if err != nil {
			return tally.report, err
		}
		if err = storeBatch(ctx, s, run.DryRun, kind, batch); err != nil {
			return tally.report, err
		}
		for _, e := range batch {
			tally.add(e.row.Line, e.reason, e.outcome, e.oddities)
			if e.reason != "" {
				if err = run.Reject(e.row, e.reason); err != nil {
					return tally.report, err
				}
			}
		}
		run.Progress(tally.report.Read)
		if end {
			return tally.report, nil
		}
		pause(ctx, run.Pause)
	}
}

// fill reads the rows of one unit of work. True says that there are no more.
func fill[T any](rows ImportRows, kind importKind[T], seen keys) ([]entry[T], bool, error) {
	batch := make([]entry[T], 0, importBatch)
	for len(batch) < importBatch {
		row, err := rows.Next()
		if errors.Is(err, io.EOF) {
			return batch, true, nil
		}
		if err != nil {
			return nil, false, fmt.Errorf("read the file: %w", err)
		}
		e := entry[T]{row: row, reason: row.Bad}
		if e.reason == "" {
			var key string
			e.record, key, e.oddities, e.reason = kind.parse(row)
			if e.reason == "" {
				e.reason = seen.meet(key, row.Line)
			}
		}
		batch = append(batch, e)
	}
	return batch, false, nil
}

// storeBatch does one unit of work, again when another import was in its way.
func storeBatch[T any](ctx context.Context, s *Service, dry bool, kind importKind[T], batch []entry[T]) error {
	var good []*entry[T]
	var parsed []entry[T] // what they were before the first attempt
	for i := range batch {
		if batch[i].reason == "" {
			good = append(good, &batch[i])
			parsed = append(parsed, batch[i])
		}
	}
	if len(good) == 0 {
		return nil
	}
	attempt := func(ctx context.Context) error {
		for i, e := range good {
			*e = parsed[i]
			e.oddities = slices.Clip(e.oddities)
		}
		return kind.store(ctx, good, !dry)
	}
	if dry {
		return attempt(ctx)
	}
	var err error
	for range importAttempts {
		if err = s.tx.Write(ctx, attempt); !errors.Is(err, ErrImportedMeanwhile) {
			break
		}
	}
	return err
}

// pause waits, at most until the context ends.
func pause(ctx context.Context, wait time.Duration) {
	if wait <= 0 {
		return
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// keys remembers which records a file has named, and where. It keeps a hash of
// each: some forty bytes a row are all that grows with a file, and in a file of
// a million rows two keys meet by chance once in forty million files.
type keys struct {
	seed  maphash.Seed
	lines map[uint64]int64
}

// meet gives the reason why a second row of the same record is bad. The first
// one counts: which of the two is right nobody knows, and the one that is there
// already when the second is read may have been committed.
func (k keys) meet(key string, line int64) string {
	hash := maphash.String(k.seed, key)
	if first, met := k.lines[hash]; met {
		return fmt.Sprintf("external_id: line %d is the same record.", first)
	}
	k.lines[hash] = line
	return ""
}

// tally counts what became of the rows.
type tally struct{ report restaurants.ImportReport }

func (t *tally) add(line int64, reason string, became outcome, oddities []string) {
	t.report.Read++
	switch {
	case reason != "":
		t.report.Rejected++
		return // what is odd about it comes with the reason
	case became == created:
		t.report.Created++
	case became == updated:
		t.report.Updated++
	default:
		t.report.Unchanged++
	}
	for _, kind := range oddities {
		t.odd(kind, line)
	}
}

func (t *tally) odd(kind string, line int64) {
	at, found := slices.BinarySearchFunc(t.report.Oddities, kind, func(o restaurants.ImportOddity, kind string) int {
		return strings.Compare(o.Kind, kind)
	})
	if !found {
		t.report.Oddities = slices.Insert(t.report.Oddities, at, restaurants.ImportOddity{Kind: kind, Meaning: meaningOf(kind)})
	}
	o := &t.report.Oddities[at]
	if o.Rows++; len(o.Lines) < shownLines {
		o.Lines = append(o.Lines, line)
	}
}
