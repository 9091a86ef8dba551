package testkit_test

import (
	"bufio"
	"database/sql"
	"net"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"zomato/platform/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func TestSQLite(t *testing.T) {
	t.Parallel()
	first, second := testkit.SQLite(t), testkit.SQLite(t)

	assert.NotEqual(t, first, second)
	path, found := strings.CutPrefix(first, "sqlite:/")
	require.True(t, found, first)
	assert.NoFileExists(t, "/"+path)
	require.NoError(t, os.WriteFile("/"+path, nil, 0o600), "its folder exists")
}

func TestPostgres(t *testing.T) {
	t.Parallel()

	t.Run("answers", func(t *testing.T) {
		t.Parallel()
		assert.Equal(t, "1", value(t, open(t, testkit.Postgres(t)), "SELECT 1"))
	})

	t.Run("is the same for everybody", func(t *testing.T) {
		t.Parallel()
		db := open(t, testkit.Postgres(t))
		assert.Equal(t, "UTC", value(t, db, "SHOW timezone"))
		assert.Equal(t, "UTF8", value(t, db, "SHOW server_encoding"))
		assert.Equal(t, "C", value(t, db, "SELECT datcollate FROM pg_database WHERE datname = current_database()"))
		assert.Equal(t, "é", value(t, db, "SELECT lower('É')"))
	})

	t.Run("gives each caller a database of its own", func(t *testing.T) {
		t.Parallel()
		first, second := open(t, testkit.Postgres(t)), open(t, testkit.Postgres(t))
		_, err := first.ExecContext(t.Context(), "CREATE TABLE seen (id int)")
		require.NoError(t, err)
		const tables = "SELECT count(*) FROM pg_tables WHERE tablename = 'seen'"
		assert.Equal(t, "1", value(t, first, tables))
		assert.Equal(t, "0", value(t, second, tables))
	})
}

//nolint:tparallel // what remains after the subtest is asked for
func TestPostgres_drops_the_database_of_an_ended_test(t *testing.T) {
	t.Parallel()
	outer := t
	var name string
	t.Run("which is still in use", func(t *testing.T) {
		db := open(outer, testkit.Postgres(t)) // open until the outer test ends
		name = value(t, db, "SELECT current_database()")
	})
	other := open(t, testkit.Postgres(t))
	assert.Equal(t, "0", value(t, other, "SELECT count(*) FROM pg_database WHERE datname = '"+name+"'"))
}

func TestRedis(t *testing.T) {
	t.Parallel()
	address, found := strings.CutPrefix(testkit.Redis(t), "redis://")
	require.True(t, found)
	connection, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
	require.NoError(t, err)
	defer func() { assert.NoError(t, connection.Close()) }()

	_, err = connection.Write([]byte("*1\r\n$4\r\nPING\r\n"))
	require.NoError(t, err)
	answer, err := bufio.NewReader(connection).ReadString('\n')
	require.NoError(t, err)
	assert.Equal(t, "+PONG\r\n", answer)
}

func TestServers_are_the_same_for_all_tests(t *testing.T) {
	t.Parallel()
	var group sync.WaitGroup
	seen := make([]string, 8)
	for i := range seen {
		group.Go(func() { seen[i] = testkit.Redis(t) })
	}
	group.Wait()
	for _, each := range seen {
		assert.Equal(t, seen[0], each)
	}
}

//nolint:tparallel // EachDatabase makes its subtests parallel; the group waits for them
func TestEachDatabase(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	seen := map[string]string{}
	t.Run("group", func(t *testing.T) {
		testkit.EachDatabase(t, func(t *testing.T, url string) {
			mu.Lock()
			defer mu.Unlock()
			seen[t.Name()[strings.LastIndex(t.Name(), "/")+1:]] = url[:strings.Index(url, ":")]
		})
	})
	assert.Equal(t, map[string]string{"sqlite": "sqlite", "postgres": "postgres"}, seen)
}

func open(t *testing.T, url string) *sql.DB {
	t.Helper()
	db, err := sql.Open("pgx", url)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, db.Close()) })
	return db
}

func value(t *testing.T, db *sql.DB, query string) string {
	t.Helper()
	var text string
	require.NoError(t, db.QueryRowContext(t.Context(), query).Scan(&text))
	return text
}

func TestOwnPostgres_keeps_what_was_committed_while_it_is_halted(t *testing.T) {
	t.Parallel()
	own := testkit.OwnPostgres(t)
	db := open(t, own.URL)
	_, err := db.ExecContext(t.Context(), "CREATE TABLE kept AS SELECT 7 AS id")
	require.NoError(t, err)
	own.Halt()
	require.Error(t, db.PingContext(t.Context()))
	own.Resume(t)
	assert.Equal(t, "7", value(t, open(t, own.URL), "SELECT id FROM kept"))
}
