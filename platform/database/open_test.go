package database_test

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest"

	"zomato/platform/database"
	"zomato/platform/fault"
	"zomato/platform/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// open opens a database for a test.
func open(t *testing.T, url string) *database.DB {
	t.Helper()
	return openWith(t, database.Config{URL: url})
}

func openWith(t *testing.T, cfg database.Config) *database.DB {
	t.Helper()
	db, err := database.Open(t.Context(), cfg, zaptest.NewLogger(t, zaptest.Level(zap.ErrorLevel)))
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, db.Close()) })
	return db
}

// run executes statements in a Write of their own.
func run(t *testing.T, db *database.DB, statements ...string) {
	t.Helper()
	require.NoError(t, db.Write(t.Context(), func(ctx context.Context) error {
		for _, statement := range statements {
			if _, err := db.Exec(ctx, statement); err != nil {
				return err
			}
		}
		return nil
	}))
}

// withNotes opens a database with the empty table notes(id, text).
func withNotes(t *testing.T, url string) *database.DB {
	t.Helper()
	db := open(t, url)
	run(t, db, "CREATE TABLE notes (id BIGINT NOT NULL PRIMARY KEY, text TEXT NOT NULL)")
	return db
}

// add inserts a note.
func add(ctx context.Context, db *database.DB, id int) error {
	_, err := db.Exec(ctx, "INSERT INTO notes (id, text) VALUES (?, ?)", id, "note")
	return err
}

// notes reads which notes there are, from outside any Write.
func notes(t *testing.T, db *database.DB) []int {
	t.Helper()
	ids := []int{}
	require.NoError(t, db.Select(t.Context(), &ids, "SELECT id FROM notes ORDER BY id"))
	return ids
}

// soon bounds what would otherwise hang for ever if a promise were broken.
func soon(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func TestOpenSQLite(t *testing.T) {
	t.Parallel()

	t.Run("keeps what it acknowledges", func(t *testing.T) {
		t.Parallel()
		db := open(t, testkit.SQLite(t))
		require.NoError(t, db.Write(t.Context(), func(ctx context.Context) error {
			for pragma, want := range map[string]string{
				"synchronous": "2", "journal_mode": "wal", "foreign_keys": "1", "busy_timeout": "5000", "query_only": "0",
			} {
				var got string
				require.NoError(t, db.Get(ctx, &got, "PRAGMA "+pragma))
				assert.Equal(t, want, got, pragma)
			}
			return nil
		}))
	})

	t.Run("refuses a writer that does not", func(t *testing.T) {
		t.Parallel()
		for wrong, word := range map[string]string{
			strings.Replace(database.WriterOptions, "_synchronous=FULL", "_synchronous=NORMAL", 1):  "synchronous=1",
			strings.Replace(database.WriterOptions, "_journal_mode=WAL", "_journal_mode=DELETE", 1): "journal_mode=delete",
			strings.Replace(database.WriterOptions, "_foreign_keys=1", "_foreign_keys=0", 1):        "foreign_keys=0",
		} {
			path := filepath.Join(t.TempDir(), "test.db")
			require.NoError(t, database.CheckSQLiteOptions(path, database.WriterOptions))
			assert.ErrorContains(t, database.CheckSQLiteOptions(path, wrong), word)
		}
	})

	t.Run("names the version it needs", func(t *testing.T) {
		t.Parallel()
		assert.Equal(t, 3051003, database.OldestSQLite)
		assert.ErrorContains(t, database.RefuseSQLite(3051002), "SQLite 3.51.2")
	})

	t.Run("keeps the read pool open and apart from the writer", func(t *testing.T) {
		t.Parallel()
		db := open(t, testkit.SQLite(t))
		var queryOnly int
		require.NoError(t, db.Get(t.Context(), &queryOnly, "PRAGMA query_only"))
		assert.Equal(t, 1, queryOnly)
		most, opened := db.ReaderConnections()
		assert.GreaterOrEqual(t, most, 4)
		assert.Equal(t, 1, opened, "one is open already")
		assert.Equal(t, 1, db.WriterConnections())
	})

	t.Run("takes any file name", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "a b?c=d&mode=memory%20#e'ü.db")
		db := withNotes(t, "sqlite:"+path)
		assert.Empty(t, notes(t, db))
		info, err := os.Stat(path)
		require.NoError(t, err)
		assert.Equal(t, os.FileMode(0o600), info.Mode().Perm(), "others must not read it")
	})
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	noDatabase := filepath.Join(folder, "text.db")
	require.NoError(t, os.WriteFile(noDatabase, []byte(strings.Repeat("no database ", 100)), 0o600))
	for name, c := range map[string]struct{ url, want string }{
		"another database":      {"mysql://root@localhost/x", "DATABASE_URL must be"},
		"no file":               {"sqlite:", "names no file"},
		"memory":                {"sqlite::memory:", "in memory"},
		"two slashes":           {"sqlite://zomato.db", "two slashes"},
		"a missing folder":      {"sqlite:" + folder + "/missing/zomato.db", "create its folder"},
		"a folder":              {"sqlite:" + folder, "is a folder"},
		"a file of other kind":  {"sqlite:" + noDatabase, "not a database"},
		"an unreachable server": {"postgres://me:sesame@127.0.0.1:1/x", "postgres at 127.0.0.1:1"},
		"a bad port":            {"postgres://me:sesame@127.0.0.1:port/x", "not a valid Postgres URL"},
		"@ in the password":     {"postgres://me:open@sesame@127.0.0.1/x", "%40"},
		"/ in the password":     {"postgres://me:12/sesame@127.0.0.1/x", "%2F"},
		"a bad escape":          {"postgres://me:%zzsesame@127.0.0.1/x", "not a valid Postgres URL"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := database.Open(t.Context(), database.Config{URL: c.url}, zap.NewNop())
			require.ErrorContains(t, err, c.want)
			assert.NotContains(t, err.Error(), "sesame", "the password is nobody's business")
		})
	}
}

func TestOpenPostgresEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := database.Open(ctx, database.Config{URL: testkit.Postgres(t)}, zap.NewNop())
	require.ErrorIs(t, err, context.Canceled)
}

func TestDialect(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		db := withNotes(t, url)
		require.NoError(t, db.Ping(t.Context()))
		if strings.HasPrefix(url, "sqlite:") {
			assert.Equal(t, database.SQLite, db.Dialect())
			assert.Equal(t, "a = ?", db.Rebind("a = ?"))
		} else {
			assert.Equal(t, database.Postgres, db.Dialect())
			assert.Equal(t, "a = $1 AND b = $2", db.Rebind("a = ? AND b = ?"))
			assert.Equal(t, "a = $1 AND b = $2", db.Rebind("a = ? AND b = ?"), "the second time from the cache")
		}
		require.NoError(t, db.Write(t.Context(), func(ctx context.Context) error {
			require.NoError(t, add(ctx, db, 1))
			var id int
			return db.Get(ctx, &id, "SELECT id FROM notes WHERE id = ?"+db.ForUpdate(), 1)
		}))
	})
}

func TestClose(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		db := withNotes(t, url)
		require.NoError(t, db.Close())
		require.NoError(t, db.Close(), "again")
		wrote := db.Write(t.Context(), func(context.Context) error { return nil })
		assert.True(t, fault.IsKind(wrote, fault.Unavailable), wrote)
		assert.True(t, fault.IsKind(db.Ping(t.Context()), fault.Unavailable))
	})
}

// noticing is a context that tells when somebody waits for its end.
type noticing struct {
	context.Context
	asked chan struct{}
}

func (n noticing) Done() <-chan struct{} {
	n.asked <- struct{}{}
	return n.Context.Done()
}

func TestCloseWaitsForTheWriter(t *testing.T) {
	t.Parallel()
	db := withNotes(t, testkit.SQLite(t))
	inside, wrote, waited, closed := make(chan struct{}), make(chan error, 1), make(chan error, 1), make(chan error, 1)
	go func() {
		wrote <- db.Write(context.Background(), func(ctx context.Context) error {
			close(inside)
			for db.Ping(context.Background()) == nil { // until Close has begun
				runtime.Gosched()
			}
			for range 10_000 { // give it every chance to return too early
				runtime.Gosched()
				assert.Empty(t, closed)
			}
			return add(ctx, db, 1)
		})
	}()
	<-inside
	waiting := noticing{context.Background(), make(chan struct{}, 100)}
	go func() { waited <- db.Write(waiting, func(context.Context) error { return nil }) }()
	<-waiting.asked
	go func() { closed <- db.Close() }()
	require.NoError(t, <-wrote)
	require.NoError(t, <-closed)
	assert.True(t, fault.IsKind(<-waited, fault.Unavailable), "whoever waited is refused")
}

// What a statement of a Write waits for on the server has an end.
func TestPostgresLimits(t *testing.T) {
	t.Parallel()
	url := testkit.Postgres(t)
	own := "?"
	if strings.Contains(url, "?") {
		own = "&"
	}
	for url, want := range map[string]string{url: "5s", url + own + "lock_timeout=3s": "3s"} {
		db := open(t, url)
		require.NoError(t, db.Write(t.Context(), func(ctx context.Context) error {
			var got string
			require.NoError(t, db.Get(ctx, &got, "SHOW lock_timeout"))
			assert.Equal(t, want, got, "the operator's URL has the last word")
			require.NoError(t, db.Get(ctx, &got, "SHOW idle_in_transaction_session_timeout"))
			assert.Equal(t, "4s", got)
			require.NoError(t, db.Get(ctx, &got, "SHOW transaction_isolation"))
			assert.Equal(t, "read committed", got)
			return nil
		}))
	}
}

func TestLockForServe(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		first, second := open(t, url), open(t, url)
		release, err := first.LockForServe()
		require.NoError(t, err)
		again, err := second.LockForServe()
		if first.Dialect() == database.Postgres {
			require.NoError(t, err, "several instances may serve one Postgres")
			require.NoError(t, again())
			return
		}
		require.ErrorIs(t, err, database.ErrLocked)
		assert.ErrorContains(t, err, "test.db.lock")
		require.NoError(t, release())
		again, err = second.LockForServe()
		require.NoError(t, err, "released")
		require.NoError(t, again())
	})
}

func TestMillis(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 2, 28, 23, 59, 59, 987_654_321, time.FixedZone("IST", 19_800))
	back := database.FromMillis(database.Millis(at))
	assert.Equal(t, at.UTC().Truncate(time.Millisecond), back)
	assert.Equal(t, time.UTC, back.Location())
	assert.Equal(t, int64(0), database.Millis(time.Unix(0, 0)))
}

// quiet opens a database that is to fail, so that what it logs is no failure.
func quiet(t *testing.T, cfg database.Config) *database.DB {
	t.Helper()
	db, err := database.Open(t.Context(), cfg, zap.NewNop())
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, db.Close()) })
	return db
}
