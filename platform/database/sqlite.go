package database

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/jmoiron/sqlx"
	"github.com/mattn/go-sqlite3"
)

// Options of the connections (design: reliability.md §1). They stand in the
// DSN, because a PRAGMA sent to a pool reaches one connection of it. The
// driver sets synchronous=NORMAL unless told otherwise: acknowledged orders
// could then vanish in a power cut. The writer keeps up to 64 MiB of pages: with
// SQLite's own 2 MB a database of a million orders writes out half a transaction
// to make room for the other half, and reads it back.
//
// A reader's connection goes without SQLite's own mutex, one call of which comes
// with each value that is read: database/sql lets one goroutine at a time at a
// connection, and an interrupt needs none. The writer keeps it: the rows that a
// Write leaves open are closed by the garbage collector at the worst.
const (
	writerOptions = "_journal_mode=WAL&_synchronous=FULL&_txlock=immediate&_busy_timeout=5000&_foreign_keys=1&_secure_delete=true&_cache_size=-65536&_stmt_cache_size=256"
	readerOptions = "mode=ro&_query_only=1&_busy_timeout=5000&_cache_size=-16384&_stmt_cache_size=128&_mutex=no"
)

// oldestSQLite is 3.51.3: older ones can lose pages when the write-ahead log
// is reset (https://sqlite.org/wal.html#walresetbug).
const oldestSQLite = 3051003

// openSQLite opens the writer and then the readers, which may not create the
// file.
func (db *DB) openSQLite(ctx context.Context, name string) error {
	if _, number, _ := sqlite3.Version(); number < oldestSQLite {
		return refuseSQLite(number)
	}
	path, err := sqlitePath(name)
	if err != nil {
		return err
	}
	if path, err = createSQLite(path); err != nil {
		return err
	}
	if err = checkWritable(path); err != nil {
		return err
	}
	db.path = path
	if db.file, err = openDataFile(path); err != nil {
		return err
	}
	for _, pool := range []**sqlx.DB{&db.writer, &db.movers} {
		if *pool, err = openSQLitePool(ctx, path, writerOptions, 1, prepareWriter); err != nil {
			return cannotOpen(path, err)
		}
	}
	db.readers, err = openSQLitePool(ctx, path, readerOptions, readerConnections(), checkReader)
	if err != nil {
		return fmt.Errorf("open the SQLite database %s for reading: %w", path, err)
	}
	return nil
}

// refuseSQLite says why a version of SQLite is too old.
func refuseSQLite(number int) error {
	return fmt.Errorf("this program was built with SQLite %d.%d.%d, which can corrupt a database: build it with 3.51.3 or later",
		number/1_000_000, number/1_000%1_000, number%1_000)
}

// sqliteName is the file's name as the URL has it.
func sqliteName(url string) string { return strings.TrimPrefix(url, "sqlite:") }

// sqlitePath makes the file's name absolute, so that a later change of the
// working directory changes nothing. It touches no file.
func sqlitePath(name string) (string, error) {
	switch {
	case name == "" || strings.ContainsRune(name, 0):
		return "", errors.New(`DATABASE_URL names no file: write "sqlite:zomato.db"`)
	case name == ":memory:":
		return "", errors.New(`DATABASE_URL asks for a database in memory, which each connection would have for itself: write "sqlite:zomato.db"`)
	case strings.HasPrefix(name, "//") && !strings.HasPrefix(name, "///"):
		return "", errors.New(`DATABASE_URL has two slashes after "sqlite:": write "sqlite:zomato.db" or "sqlite:/var/lib/zomato.db"`)
	}
	path, err := filepath.Abs(name)
	if err != nil {
		return "", fmt.Errorf("find the SQLite database: %w", err)
	}
	return path, nil
}

// createSQLite creates the file, readable by its owner only, if it is missing,
// and gives its path without symbolic links, which may change later.
func createSQLite(path string) (string, error) {
	// Only a file that is not there is opened here. Closing a file drops the
	// locks that this process holds on it, SQLite's included
	// (https://sqlite.org/howtocorrupt.html §2.2).
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		switch {
		case err == nil:
			if err := file.Close(); err != nil {
				return "", fmt.Errorf("create the SQLite database: %w", err)
			}
		case !errors.Is(err, fs.ErrExist):
			return "", cannotCreate(path, err)
		}
	}
	path, err := filepath.EvalSymlinks(path)
	if err != nil {
		return "", fmt.Errorf("find the SQLite database: %w", err)
	}
	return path, nil
}

// sqliteDSN is the driver's name for a file and its options. The path is
// escaped as a URI: it may contain spaces, ?, % and #.
func sqliteDSN(path, options string) string {
	var name strings.Builder
	for _, c := range []byte(path) {
		plain := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("/-_.~", c) >= 0
		if plain {
			name.WriteByte(c)
		} else {
			fmt.Fprintf(&name, "%%%02X", c)
		}
	}
	return "file:" + name.String() + "?" + options
}

// sqliteConnector opens connections without a registered driver, which would
// be a global, so that each pool has its own check.
type sqliteConnector struct {
	driver *sqlite3.SQLiteDriver
	dsn    string
}

// Connect opens one connection. It is checked whenever it is opened, also
// when the pool replaces a broken one.
func (c sqliteConnector) Connect(context.Context) (driver.Conn, error) { return c.driver.Open(c.dsn) }

// Driver gives the driver.
func (c sqliteConnector) Driver() driver.Driver { return c.driver }

// openSQLitePool opens a pool whose connections stay open, and its first
// connection.
func openSQLitePool(ctx context.Context, path, options string, size int, check func(*sqlite3.SQLiteConn) error) (*sqlx.DB, error) {
	pool := sql.OpenDB(sqliteConnector{
		driver: &sqlite3.SQLiteDriver{ConnectHook: check},
		dsn:    sqliteDSN(path, options),
	})
	pool.SetMaxOpenConns(size)
	pool.SetMaxIdleConns(size)
	if err := pool.PingContext(ctx); err != nil {
		return nil, errors.Join(err, pool.Close())
	}
	return sqlx.NewDb(pool, "sqlite3"), nil
}

// checkWriter reads back what the DSN asked for: SQLite ignores a pragma that
// it cannot follow, such as WAL on a network file system.
func checkWriter(conn *sqlite3.SQLiteConn) error {
	for _, want := range []struct{ pragma, value, otherwise string }{
		{"synchronous", "2", "an acknowledged change could vanish in a power cut"},
		{"journal_mode", "wal", "put the file on a local disk, because readers and the writer would block each other"},
		{"foreign_keys", "1", "references between tables would not be checked"},
		{"secure_delete", "1", "erased personal data would stay readable in the file"},
	} {
		got, err := readPragma(conn, want.pragma)
		if err != nil {
			return err
		}
		if got != want.value {
			return fmt.Errorf("SQLite runs with %s=%s instead of %s: %s", want.pragma, got, want.value, want.otherwise)
		}
	}
	return nil
}

// checkReader makes sure that nothing is written past the writer.
func checkReader(conn *sqlite3.SQLiteConn) error {
	got, err := readPragma(conn, "query_only")
	if err == nil && got != "1" {
		err = errors.New("SQLite lets a connection of the read pool write")
	}
	return err
}

// readPragma reads one setting of one connection.
func readPragma(conn *sqlite3.SQLiteConn, name string) (string, error) {
	rows, err := conn.Query("PRAGMA "+name, nil)
	if err != nil {
		return "", fmt.Errorf("read SQLite's %s: %w", name, err)
	}
	value := make([]driver.Value, 1)
	if err := errors.Join(rows.Next(value), rows.Close()); err != nil {
		return "", fmt.Errorf("read SQLite's %s: %w", name, err)
	}
	return fmt.Sprint(value[0]), nil
}
