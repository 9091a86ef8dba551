// Package testkit gives tests the databases and servers they need: a SQLite
// file, an empty Postgres database, a Redis.
//
// One Postgres and one redis-server serve a whole test run. `make test` starts
// them through the command testkit/servers and says where they are in the
// environment. Without that, as in a plain `go test ./platform/x`, a package
// starts what it needs when it first asks, and Main stops it:
//
//	func TestMain(m *testing.M) { testkit.Main(m) }
//
// A test whose server is not installed is skipped with a sentence that says
// what to install. With CI=true it fails instead.
//
// All functions may be called from parallel tests. A check for leaked
// goroutines (goleak) has to ignore those that are there after it asked for a
// server: they watch over it.
//
// team: platform
package testkit

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// Main runs the tests of a package, stops the servers they started, and exits
// with the code of the tests. A package that calls Postgres, Redis or
// EachDatabase needs it as its TestMain.
func Main(m *testing.M) {
	process.watched.Store(true)
	code := m.Run()
	if err := process.stop(); err != nil {
		fmt.Fprintf(os.Stderr, "testkit: stopping the servers: %v\n", err)
		code = max(code, 1)
	}
	os.Exit(code) //nolint:revive // deep-exit: it is the TestMain of others
}

// SQLite gives a DATABASE_URL, sqlite:/…/test.db, of a file that does not
// exist yet. Its folder is removed when the test ends.
func SQLite(t testing.TB) string {
	t.Helper()
	return "sqlite:" + filepath.Join(t.TempDir(), "test.db")
}

// Redis gives the redis://127.0.0.1:PORT of the one redis-server of this run.
// All tests of all packages share it: prefix every key with something of your
// own test, and never flush it or change its configuration.
func Redis(t testing.TB) string {
	t.Helper()
	return process.redis.address(t)
}

// EachDatabase runs a test on SQLite and on Postgres, as the parallel subtests
// "sqlite" and "postgres", each with the URL of a database of its own.
func EachDatabase(t *testing.T, run func(t *testing.T, url string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		run(t, SQLite(t))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		run(t, Postgres(t))
	})
}
