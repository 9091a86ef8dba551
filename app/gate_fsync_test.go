package main

import (
	"bufio"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"zomato/platform/testkit"
)

// tracing runs a product behind strace while orders are placed.
func tracing(t *testing.T, binary string, orders int, variables ...string) *walTrace {
	t.Helper()
	said, err := exec.CommandContext(t.Context(), "strace", "-f", "-o", os.DevNull, "true").CombinedOutput()
	if err != nil && os.Getenv("CI") != "true" {
		t.Skipf("skipped: strace is not installed or may not trace (%v %s); with CI=true this test fails", err, said)
	}
	require.NoError(t, err, "scripts/test-servers.sh installs strace: %s", said)
	pipe := filepath.Join(t.TempDir(), "trace")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	trace, read := newWALTrace(), make(chan error, 1)
	go func() { read <- trace.follow(pipe) }()

	// A string is printed whole up to 4,300 bytes, which holds a page.
	p := start(t, testkit.SQLite(t), []string{
		"strace", "-f", "-qq", "-y", "-s", "4300", "-e", "signal=none", "-e", "trace=pwrite64,write,fsync,fdatasync", "-o", pipe, binary,
	}, variables...)
	o := newOrderers(t)
	o.address.set(p.address)
	const clients = 8
	o.furnish(t, clients)
	o.begin(clients)
	waitFor(t, "orders", func() bool { return o.acknowledgements() >= orders })
	o.end()
	require.Equal(t, 0, p.stop(), p.log())
	require.NoError(t, <-read)
	require.Empty(t, o.violations)
	require.GreaterOrEqual(t, trace.answers, orders, "each answer was seen")
	t.Logf("%d orders acknowledged by %d answers, %d syncs of the log, %d answers too early", len(o.told), trace.answers, trace.syncs, len(trace.violations))
	return trace
}

// follow reads a trace while it is written.
func (w *walTrace) follow(pipe string) error {
	file, err := os.Open(pipe)
	if err != nil {
		return err
	}
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		w.read(lines.Text())
	}
	return errors.Join(lines.Err(), file.Close())
}

func TestGate_fsync_comes_before_each_answer(t *testing.T) {
	t.Parallel()
	orders := 50
	if gatesAreFull() {
		orders = 1000
	}
	trace := tracing(t, product(t), orders)
	require.Empty(t, trace.violations)
	require.Positive(t, trace.syncs)
}

// A gate that has never been seen to fail proves nothing.
func TestGate_fsync_notices_a_commit_that_is_not_synced(t *testing.T) {
	t.Parallel()
	trace := tracing(t, brokenProduct(t), 20, "BREAK=sync")
	require.Contains(t, kindsOf(trace.violations), "unsynced")
}

func TestTrace_knows_what_belongs_to_an_answer(t *testing.T) {
	t.Parallel()
	const (
		header = `7 pwrite64(9<x.db-wal>, "\0\0\0\1\0\0\0\0abcdefghijklmnop", 24, 32) = 24`
		commit = `7 pwrite64(9<x.db-wal>, "\0\0\0\1\0\0\1\f4bcdefghijklmnop", 24, 32) = 24`
		page   = `7 pwrite64(9<x.db-wal>, "\0gate-1-2.\0gate-1-3.", 4096, 56) = 4096`
		other  = `7 pwrite64(9<x.db-wal>, "nothing", 4096, 56) = 4096`
		sync   = `7 fdatasync(9<x.db-wal>) = 0`
		answer = `8 write(5<socket:[1]>, "HTTP/1.1 201 Created\r\n\r\n{gate-1-2.}", 40) = 40`
	)
	for name, c := range map[string]struct {
		lines string
		good  bool
	}{
		"synced":                    {header + "\n" + page + "\n" + commit + "\n" + other + "\n" + sync + "\n" + answer, true},
		"the next batch is written": {commit + "\n" + page + "\n" + sync + "\n" + commit + "\n" + other + "\n" + answer, true},
		"not synced":                {commit + "\n" + page + "\n" + answer + "\n" + sync, false},
		"synced before the commit":  {header + "\n" + page + "\n" + sync + "\n" + commit + "\n" + other + "\n" + answer, false},
		"a sync that failed":        {commit + "\n" + page + "\n7 fsync(9<x.db-wal>) = -1 EIO (Input/output error)\n" + answer, false},
		"a sync of another file":    {commit + "\n" + page + "\n7 fsync(9<x.db>) = 0\n" + answer, false},
		"a sync that goes on":       {commit + "\n" + page + "\n7 fsync(9<x.db-wal> <unfinished ...>\n" + answer + "\n7 <... fsync resumed>) = 0", false},
		"a sync that has gone on":   {commit + "\n" + page + "\n7 fsync(9<x.db-wal> <unfinished ...>\n7 <... fsync resumed>) = 0\n" + answer, true},
		"a sync begun too early":    {header + "\n" + page + "\n9 fsync(9<x.db-wal> <unfinished ...>\n" + commit + "\n" + other + "\n9 <... fsync resumed>) = 0\n" + answer, false},
		"never written":             {sync + "\n" + answer, false},
	} {
		trace := newWALTrace()
		for line := range strings.Lines(c.lines) {
			trace.read(strings.TrimSuffix(line, "\n"))
		}
		require.Equal(t, 1, trace.answers, name)
		require.Equal(t, c.good, len(trace.violations) == 0, name)
	}
}
