//go:build linux

// Package leftover checks that a test run left neither a process nor a file
// behind. It reads /proc, so it exists on Linux only.
//
// team: platform
package leftover

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	// patience bounds the waiting for the kernel to end orphans. It is no
	// measure: it only keeps a broken promise from hanging the run.
	patience = time.Minute
	interval = 10 * time.Millisecond
)

// Folder makes a temporary folder for a child process to run in and to use as
// its TMPDIR. Unlike t.TempDir it can be entered by every user, as servers
// started by root need it.
func Folder(t testing.TB) string {
	t.Helper()
	folder, err := os.MkdirTemp("", "leftover-") //nolint:usetesting // t.TempDir is closed to other users
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, os.RemoveAll(folder)) })
	require.NoError(t, os.Chmod(folder, 0o777)) //nolint:gosec // G302: the servers' user must be able to write, too
	folder, err = filepath.EvalSymlinks(folder)
	require.NoError(t, err)
	return folder
}

// Environment is ours without what tells the testkit where its servers are or
// whether this is CI, with the folder as TMPDIR and with the additions.
func Environment(folder string, additions ...string) []string {
	var kept []string
	for _, entry := range os.Environ() {
		name, _, _ := strings.Cut(entry, "=")
		if name != "CI" && !strings.HasPrefix(name, "ZOMATO_TEST_") {
			kept = append(kept, entry)
		}
	}
	return append(append(kept, "TMPDIR="+folder), additions...)
}

// NoProcess waits until no process runs in the folder any more.
func NoProcess(t testing.TB, folder string) {
	t.Helper()
	require.Eventually(t, func() bool { return len(Processes(t, folder)) == 0 }, patience, interval)
}

// Nothing requires that no process runs in the folder and that the servers'
// folders in it are gone, now.
func Nothing(t testing.TB, folder string) {
	t.Helper()
	assert.Empty(t, Processes(t, folder), "processes left behind")
	assert.Empty(t, Rooms(t, folder), "folders left behind")
}

// Rooms lists the folders that servers have made in the folder.
func Rooms(t testing.TB, folder string) []string {
	t.Helper()
	rooms, err := filepath.Glob(filepath.Join(folder, "zomato-test-*"))
	require.NoError(t, err)
	return rooms
}

// Processes lists the processes whose working folder lies in the folder, as
// their /proc paths.
func Processes(t testing.TB, folder string) []string {
	t.Helper()
	links, err := filepath.Glob("/proc/[0-9]*/cwd")
	require.NoError(t, err)
	var found []string
	for _, link := range links {
		// A process that has ended, or that is not ours, cannot be read.
		cwd, err := os.Readlink(link)
		if err == nil && strings.HasPrefix(cwd+"/", folder+"/") {
			found = append(found, filepath.Dir(link))
		}
	}
	return found
}
