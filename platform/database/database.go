package database

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jmoiron/sqlx"
	"go.uber.org/zap"
)

// Dialect is which of the two databases is in use. Stores ask for it only
// where the SQL differs.
type Dialect string

// The dialects. Each is also the name of a folder of migrations.
const (
	SQLite   Dialect = "sqlite"
	Postgres Dialect = "postgres"
)

// Config says which database to open.
type Config struct {
	// URL is "sqlite:PATH", where everything after the colon is the file's
	// name, relative or absolute, or a "postgres://" or "postgresql://" URL.
	URL string

	// RunTwice is for tests. Each outermost function given to Write runs
	// twice, the first time with its changes undone, so that a function which
	// may not be repeated shows itself.
	RunTwice bool

	// WriteBatch is the most operations that share one commit on SQLite; 0 is
	// 256, and 1 is a commit for each operation.
	WriteBatch int
	// WriteQueue is the most operations that wait for SQLite's writer; 0 is
	// 4096.
	WriteQueue int
	// Fatal is told, once, that the disk has failed on SQLite, at a commit or while
	// the log was moved: nothing is written any more, and the process has to end. It
	// must not wait for anything, nor use the database. It may be nil.
	Fatal func(error)
}

// DB is an open database: one place to write and a pool to read from.
type DB struct {
	dialect  Dialect
	log      *zap.Logger
	runTwice bool
	// transactionTime is the most that a transaction on Postgres may take.
	transactionTime time.Duration

	writer  *sqlx.DB
	readers *sqlx.DB
	aside   *sqlx.DB // nil on SQLite, where nothing is aside
	movers  *sqlx.DB // one connection to move SQLite's log by; nil on Postgres
	rebound rebound
	fields  fieldCache
	// observer is told of the statements; nil unless Observe was called.
	observer atomic.Pointer[Observer]

	// path is the SQLite file, absolute; empty on Postgres.
	path string
	// file is the SQLite file, to bring it to the disk by; nil on Postgres.
	file *dataFile
	// queue gives SQLite's only writer to one after the other. It is nil on
	// Postgres.
	queue *queue
	// fatal is told that nothing can be written any more; it may be nil.
	fatal func(error)
	// broken: the disk has failed.
	broken atomic.Bool
	// wal is about SQLite's write-ahead log.
	wal walState
	// breaks is for tests.
	breaks breaks
	// uniques caches what uniqueIndexes found in SQLite's schema.
	uniques sync.Map

	closing   sync.Once
	closed    chan struct{}
	closedErr error
}

// Open opens the database and proves that it is usable: that SQLite is recent
// enough and keeps what it acknowledges, that Postgres answers before ctx
// ends. A missing SQLite file is created. The error is a sentence for the
// operator and never contains the password.
func Open(ctx context.Context, cfg Config, log *zap.Logger) (*DB, error) {
	dialect, err := dialectOf(cfg.URL)
	if err != nil {
		return nil, err
	}
	db := newDB(cfg, dialect, log)
	if dialect == Postgres {
		err = db.openPostgres(ctx, cfg.URL)
	} else {
		err = db.openSQLite(ctx, sqliteName(cfg.URL))
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// newDB makes a DB without a connection.
func newDB(cfg Config, dialect Dialect, log *zap.Logger) *DB {
	db := &DB{
		dialect: dialect, runTwice: cfg.RunTwice, fatal: cfg.Fatal, transactionTime: transactionTime,
		log: log.Named("database"), closed: make(chan struct{}),
	}
	db.rebound.write = dollars
	if dialect == SQLite {
		db.rebound.write = signed
		db.queue = newQueue(cfg)
		db.wal = walState{scale: 1, waits: true}
	}
	return db
}

// dialectOf tells which database a URL means.
func dialectOf(url string) (Dialect, error) {
	switch {
	case strings.HasPrefix(url, "sqlite:"):
		return SQLite, nil
	case strings.HasPrefix(url, "postgres://"), strings.HasPrefix(url, "postgresql://"):
		return Postgres, nil
	default:
		return "", errors.New(`DATABASE_URL must be "sqlite:PATH" or "postgres://user:password@host:5432/name"`)
	}
}

// Close waits for the batch of Writes in progress on SQLite, refuses those who
// have not begun and further ones, and closes every connection. It may be called
// again. It must not be called inside a Write or Read.
func (db *DB) Close() error {
	db.closing.Do(func() {
		close(db.closed)
		if db.queue != nil {
			db.queue.close()
			db.wal.running.Wait()
		}
		if db.broken.Load() {
			db.closedErr = db.abandon()
		}
		// The writer goes last: as the last connection of the file it moves
		// the write-ahead log into the database, which a reader may not.
		for _, pool := range []*sqlx.DB{db.readers, db.aside, db.movers, db.writer} {
			if pool != nil {
				db.closedErr = errors.Join(db.closedErr, pool.Close())
			}
		}
		if db.file != nil {
			db.closedErr = errors.Join(db.closedErr, db.file.release())
		}
	})
	return db.closedErr
}

// Dialect tells which database this is.
func (db *DB) Dialect() Dialect { return db.dialect }

// ForUpdate is the end of a SELECT that locks the rows it reads until the
// transaction ends: " FOR UPDATE" on Postgres, nothing on SQLite, whose writer
// is alone.
func (db *DB) ForUpdate() string {
	if db.dialect == Postgres {
		return " FOR UPDATE"
	}
	return ""
}

// ForShare is the end of a SELECT that keeps the rows it reads as they are until
// the transaction ends, and lets others keep them too: " FOR SHARE" on Postgres,
// nothing on SQLite, whose writer is alone.
func (db *DB) ForShare() string {
	if db.dialect == Postgres {
		return " FOR SHARE"
	}
	return ""
}

// Ping asks whether the database can be read now. It touches the file or the
// server, takes no turn at the writer and answers with a fault of kind
// Unavailable if not.
func (db *DB) Ping(ctx context.Context) error {
	question := "SELECT 1"
	if db.dialect == SQLite {
		question = "PRAGMA schema_version" // a bare SELECT would not touch the file
	}
	var answer int64
	if err := db.Get(ctx, &answer, question); err != nil {
		return fmt.Errorf("ping the database: %w", err)
	}
	return nil
}

// ID is the identity of this database: a UUID that the first migration wrote
// and that copies of the database share. It fails before Migrate has run.
func (db *DB) ID(ctx context.Context) (string, error) {
	var id string
	if err := db.Get(ctx, &id, "SELECT id FROM platform_database"); err != nil {
		return "", fmt.Errorf("read the database's id: %w", err)
	}
	return id, nil
}

// Millis is how a time is stored: milliseconds since 1970 UTC. What is finer
// than a millisecond is cut off, towards the past.
func Millis(t time.Time) int64 { return t.UnixMilli() }

// FromMillis is the time that Millis stored, in UTC.
func FromMillis(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

// transactionTime bounds a transaction on Postgres, from BEGIN to COMMIT. It is
// well above what one takes, and above the server's own lock_timeout: it is for
// a server or a network that does not answer at all.
const transactionTime = 10 * time.Second

// readerConnections is the size of the read pool.
func readerConnections() int { return max(4, 2*runtime.NumCPU()) }
