package restaurants

import (
	"context"
	"io"
	"time"
)

// Importer takes over restaurants and menus from CSV files, as the operator of
// the service does. A file may be imported any number of times, also beside a
// running server: what it says again changes nothing. Safe for concurrent use.
type Importer interface {
	// IsEmpty tells whether the module has never stored a restaurant.
	IsEmpty(ctx context.Context) (bool, error)
	// ImportRestaurants takes over restaurants. A row that cannot be taken over
	// is reported and does not stop the others; the error says what stops all:
	// headers that do not fit, a mapping that cannot be read, the file, the
	// database. What was committed until then stays, and is in the report.
	ImportRestaurants(ctx context.Context, file io.Reader, in Import) (ImportReport, error)
	// ImportMenuItems takes over dishes, each of a restaurant that was imported
	// from the same source. Otherwise it does as ImportRestaurants.
	ImportMenuItems(ctx context.Context, file io.Reader, in Import) (ImportReport, error)
}

// Import says how a file is to be taken over. The zero value will do.
type Import struct {
	// Mapping is the name of a mapping that ships, such as "zomato". Without
	// this and MappingFile the headers decide: our own names, or else those of a
	// mapping that ships.
	Mapping string
	// MappingFile is the content of a mapping file; Mapping is then what a report
	// calls it.
	MappingFile []byte
	// Source names where the external ids are from, in the place of what the
	// mapping says.
	Source string
	// Since is when new restaurants are said to have come; zero is now.
	Since time.Time
	// DryRun reads, checks and counts all, and writes nothing.
	DryRun bool
	// Pause is how long others may write between two units of work. On SQLite
	// who waits to write looks only every now and then whether it may.
	Pause time.Duration
	// Rejects gets the rows that were not taken over, as they stand in the file,
	// each behind its line and the reason; nothing is written without any.
	Rejects io.Writer
	// Rejected is told of each such row.
	Rejected func(line int64, reason string)
	// Progress is told how far the import is, after each unit of work.
	Progress func(ImportProgress)
}

// ImportProgress is how far an import is.
type ImportProgress struct {
	// Bytes of the file have been read.
	Bytes int64
	// Rows of the file have been read, bad ones too.
	Rows int64
}

// ImportReport is what became of a file.
type ImportReport struct {
	// Mapping is the name of the mapping that was used; "" is our own headers.
	Mapping string
	// Read is the number of rows without the header, and the sum of Created,
	// Updated, Unchanged and Rejected.
	Read, Created, Updated, Unchanged, Rejected int64
	// Oddities are what was strange about rows and did not keep them from being
	// taken over, by kind.
	Oddities []ImportOddity
}

// ImportOddity is one kind of what is strange in a file.
type ImportOddity struct {
	// Kind is stable and machine-readable, such as "coordinates_unknown".
	Kind string
	// Meaning says in a sentence what is strange and what was done about it.
	Meaning string
	// Rows is the number of rows that have it, and Lines where the first are.
	Rows  int64
	Lines []int64
}
