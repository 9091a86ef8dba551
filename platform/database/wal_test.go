package database_test

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/mattn/go-sqlite3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"zomato/platform/database"
	"zomato/platform/fault"
	"zomato/platform/testkit"
)

// logPages is the length of the write-ahead log's file, in pages.
func logPages(t *testing.T, url string) int {
	t.Helper()
	info, err := os.Stat(strings.TrimPrefix(url, "sqlite:") + "-wal")
	require.NoError(t, err)
	return int(info.Size() / (4096 + 24))
}

// fill writes some operations of ten pages each.
func fill(t *testing.T, db *database.DB, operations int) {
	t.Helper()
	for range operations {
		run(t, db, "INSERT INTO heap (content) VALUES (randomblob(40000))")
	}
}

func TestLog_stays_short(t *testing.T) {
	t.Parallel()
	assert.Less(t, (database.LogUrgent+3*database.LogUrgentStep)*4120, 64<<20, "the bound of the log, with four long waits")
	const scale = 16
	url := testkit.SQLite(t)
	db := quiet(t, database.Config{URL: url})
	run(t, db, "CREATE TABLE heap (content BLOB NOT NULL)")
	db.ShortenLog(scale)
	fill(t, db, 100)
	usual := database.LogLimit/scale + 20*database.LogLook
	assert.LessOrEqual(t, logPages(t, url), usual, "it does not grow")
	require.NoError(t, db.Read(t.Context(), func(ctx context.Context) error {
		require.NoError(t, db.Get(ctx, new(int), "SELECT count(*) FROM heap"))
		fill(t, db, 100)
		assert.Greater(t, logPages(t, url), database.LogUrgent/scale, "as long as somebody reads an old state")
		return nil
	}))
	fill(t, db, 2*database.LogLook) // to the next look, when it is emptied
	assert.LessOrEqual(t, logPages(t, url), usual)
	var patience int
	require.NoError(t, db.Write(t.Context(), func(ctx context.Context) error { return db.Get(ctx, &patience, "PRAGMA busy_timeout") }))
	assert.Equal(t, 5000, patience, "the writer waits for other processes as before")
}

func TestLog_is_moved_while_others_write(t *testing.T) {
	t.Parallel()
	const scale = 4
	url := testkit.SQLite(t)
	db := quiet(t, database.Config{URL: url})
	run(t, db, "CREATE TABLE heap (content BLOB NOT NULL)")
	db.ShortenLog(scale)
	begun, goOn := make(chan struct{}, 99), make(chan struct{})
	db.BeforeMoving(func() error {
		begun <- struct{}{}
		<-goOn
		return nil
	})
	for logPages(t, url) < database.LogMove/scale {
		fill(t, db, 1)
	}
	fill(t, db, database.LogLook) // to the next look
	<-begun
	fill(t, db, database.LogLook)
	require.Empty(t, begun, "one at a time")
	require.Less(t, logPages(t, url), database.LogLimit/scale)
	close(goOn)
	again := false
	for n := 0; n < 300 && !again; n++ {
		pages, salt := logPages(t, url), logSalt(t, url)
		fill(t, db, database.LogLook)
		again = logPages(t, url) == pages && logSalt(t, url) != salt // it was not emptied
	}
	require.True(t, again, "it is written from the beginning again")
}

// logSalt is another one each time the log begins anew
// (https://sqlite.org/fileformat.html#walformat).
func logSalt(t *testing.T, url string) string {
	t.Helper()
	content, err := os.ReadFile(strings.TrimPrefix(url, "sqlite:") + "-wal")
	require.NoError(t, err)
	return string(content[min(16, len(content)):min(24, len(content))])
}

func TestLog_that_cannot_be_moved_ends_all_writing(t *testing.T) {
	t.Parallel()
	told, url := make(chan error, 9), testkit.SQLite(t)
	db := quiet(t, database.Config{URL: url, Fatal: func(err error) { told <- err }})
	run(t, db, "CREATE TABLE heap (content BLOB NOT NULL)")
	db.ShortenLog(database.LogMove) // any page is enough
	broken := sqlite3.Error{Code: sqlite3.ErrIoErr, ExtendedCode: sqlite3.ErrIoErrWrite}
	db.BeforeMoving(func() error { return broken })
	fill(t, db, database.LogLook) // to the first look
	require.ErrorIs(t, <-told, broken)
	err := db.Write(t.Context(), func(context.Context) error { return nil })
	require.True(t, fault.Is(err, "database_unavailable"), err)
	require.NoError(t, db.Close())
	require.Empty(t, told, "it is told once")
	assert.Positive(t, logPages(t, url), "the pages that were moved are perhaps nowhere else")
	var rows int
	require.NoError(t, quiet(t, database.Config{URL: url}).Get(t.Context(), &rows, "SELECT count(*) FROM heap"))
	require.Equal(t, database.LogLook, rows)
}

func TestLog_on_a_broken_disk_ends_all_writing(t *testing.T) {
	t.Parallel()
	url := testkit.SQLite(t)
	withNotes(t, url)
	told := make(chan error, 9)
	db := quiet(t, database.Config{URL: url, Fatal: func(err error) { told <- err }})
	db.FailCheckpoints(sqlite3.Error{Code: sqlite3.ErrFull})
	for id := range database.LogLook {
		require.NoError(t, db.Write(t.Context(), adding(db, id)))
	}
	require.Empty(t, told, "a full disk is no broken one: it is tried again")
	broken := sqlite3.Error{Code: sqlite3.ErrIoErr, ExtendedCode: sqlite3.ErrIoErrFsync}
	db.FailCheckpoints(broken)
	for id := range database.LogLook {
		require.NoError(t, db.Write(t.Context(), adding(db, 100+id)), "it is committed")
	}
	require.ErrorIs(t, <-told, broken)
	err := db.Write(t.Context(), adding(db, 1000))
	require.True(t, fault.Is(err, "database_unavailable"), err)
	require.Len(t, notes(t, db), 2*database.LogLook)
}

func TestLog_that_cannot_be_brought_to_the_disk_ends_all_writing(t *testing.T) {
	t.Parallel()
	told, url := make(chan error, 9), testkit.SQLite(t)
	db, err := database.Open(t.Context(), database.Config{URL: url, Fatal: func(err error) { told <- err }}, zap.NewNop())
	require.NoError(t, err)
	run(t, db, "CREATE TABLE heap (content BLOB NOT NULL)")
	db.ShortenLog(database.LogMove) // any page is enough
	require.NoError(t, db.SpoilSync())
	fill(t, db, database.LogLook) // to the first look
	require.ErrorIs(t, <-told, os.ErrClosed)
	err = db.Write(t.Context(), func(context.Context) error { return nil })
	require.True(t, fault.Is(err, "database_unavailable"), err)
	require.ErrorIs(t, db.Close(), os.ErrClosed)
	require.Empty(t, told, "it is told once")
	assert.Positive(t, logPages(t, url), "the pages that were moved are perhaps nowhere else")
}

func TestLog_that_meets_its_writer_is_moved_later(t *testing.T) {
	t.Parallel()
	core, warnings := observer.New(zap.WarnLevel)
	url := testkit.SQLite(t)
	db, err := database.Open(t.Context(), database.Config{URL: url}, zap.New(core))
	require.NoError(t, err)
	run(t, db, "CREATE TABLE heap (content BLOB NOT NULL)")
	const scale = database.LogMove / 85 // at the first look it is long enough to be moved, and not to be emptied
	db.ShortenLog(scale)
	begun := make(chan struct{}, 1)
	db.BeforeMoving(func() error {
		db.FailCheckpoints(database.ErrLogBusy)
		begun <- struct{}{}
		return nil
	})
	fill(t, db, database.LogLook) // to the first look
	require.Less(t, logPages(t, url), database.LogLimit/scale)
	<-begun
	require.NoError(t, db.Close())
	require.Empty(t, warnings.All(), "that is nobody's fault")
}

func TestDatabases_of_one_file_leave_each_other_their_locks(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("skipped: only Linux tells in /proc/locks who has which")
	}
	url := testkit.SQLite(t)
	stays := quiet(t, database.Config{URL: url})
	run(t, stays, "CREATE TABLE heap (content BLOB NOT NULL)")
	before := locks(t, url)
	require.NotEmpty(t, before)
	require.NoError(t, quiet(t, database.Config{URL: url}).Close())
	require.Equal(t, before, locks(t, url), "another process would take the file for its own")
}

// locks are those that this process has on a SQLite file (man 5 proc_locks).
func locks(t *testing.T, url string) (held []string) {
	t.Helper()
	info, err := os.Stat(strings.TrimPrefix(url, "sqlite:"))
	require.NoError(t, err)
	stat, ok := info.Sys().(*syscall.Stat_t)
	require.True(t, ok)
	all, err := os.ReadFile("/proc/locks")
	require.NoError(t, err)
	for line := range strings.Lines(string(all)) {
		f := strings.Fields(line)
		if len(f) == 8 && f[1] == "POSIX" && f[4] == strconv.Itoa(os.Getpid()) && strings.HasSuffix(f[5], fmt.Sprintf(":%d", stat.Ino)) {
			held = append(held, strings.Join(f[1:], " "))
		}
	}
	return held
}
