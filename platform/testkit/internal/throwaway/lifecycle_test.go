//go:build linux

package throwaway_test

import (
	"bytes"
	"context"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"zomato/platform/testkit/internal/leftover"
)

// These tests of testkit.Main stand here because it decides the exit code of the
// package it is used in: one that hid failures would hide its own. They run test
// binaries as processes of their own, which start their servers by themselves.

func TestMain_stops_what_the_tests_started(t *testing.T) {
	t.Parallel()
	for _, start := range kinds() {
		begin(t, start)
	}
	binary := compile(t, "./testdata/watched")

	for name, test := range map[string]struct {
		run      string
		wantCode int
	}{
		"after success":         {run: "^TestBoth$", wantCode: 0},
		"after a failure":       {run: "^TestFails$", wantCode: 1},
		"when nothing was used": {run: "^TestNone$", wantCode: 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := leftover.Folder(t)
			code, output := execute(t, folder, binary, []string{"-test.v", "-test.run=" + test.run})
			assert.Equal(t, test.wantCode, code, output)
			assert.Equal(t, test.run != "^TestNone$", strings.Contains(output, "redis://"), output)
			leftover.Nothing(t, folder)
		})
	}

	t.Run("not even after a panic a server stays", func(t *testing.T) {
		t.Parallel()
		folder := leftover.Folder(t)
		code, output := execute(t, folder, binary, []string{"-test.v", "-test.run=^TestPanics$"})
		assert.Equal(t, 2, code, output)
		assert.Contains(t, output, "on purpose")
		leftover.NoProcess(t, folder)
		assert.Len(t, leftover.Rooms(t, folder), 2, "nobody could remove the folders")

		_, output = execute(t, folder, binary, []string{"-test.run=^TestRedis$"})
		assert.Empty(t, leftover.Rooms(t, folder), "the next start removes them: %s", output)
	})
}

func TestServer_that_is_not_installed(t *testing.T) {
	t.Parallel()
	binary := compile(t, "./testdata/watched")
	arguments := []string{"-test.v", "-test.run=^TestRedis$"}
	const sentence = "redis-server is not installed (Debian and Ubuntu: apt-get install redis-server)"

	t.Run("skips with a sentence", func(t *testing.T) {
		t.Parallel()
		code, output := execute(t, leftover.Folder(t), binary, arguments, "PATH=/nonexistent")
		assert.Equal(t, 0, code, output)
		assert.Contains(t, output, "--- SKIP: TestRedis")
		assert.Contains(t, output, sentence)
	})

	t.Run("fails in CI", func(t *testing.T) {
		t.Parallel()
		code, output := execute(t, leftover.Folder(t), binary, arguments, "PATH=/nonexistent", "CI=true")
		assert.Equal(t, 1, code, output)
		assert.Contains(t, output, sentence)
	})
}

func TestMain_that_was_forgotten(t *testing.T) {
	t.Parallel()
	binary := compile(t, "./testdata/unwatched")

	// Even where a server is at hand: else the package would only pass there.
	code, output := execute(t, leftover.Folder(t), binary, nil, "ZOMATO_TEST_REDIS=redis://127.0.0.1:1")
	assert.Equal(t, 1, code, output)
	assert.Contains(t, output, "func TestMain(m *testing.M) { testkit.Main(m) }")
}

func compile(t *testing.T, folder string) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "compiled.test")
	output, err := exec.CommandContext(t.Context(), "go", "test", "-c", "-o", binary, folder).CombinedOutput()
	require.NoError(t, err, "%s", output)
	return binary
}

// execute runs a program in a folder to its end and gives its exit code and
// all that it printed.
func execute(t *testing.T, folder, program string, arguments []string, environment ...string) (int, string) {
	t.Helper()
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), program, arguments...)
	cmd.Dir = folder
	cmd.Env = leftover.Environment(folder, environment...)
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	err := cmd.Run()
	if exit := new(exec.ExitError); err != nil {
		require.ErrorAs(t, err, &exit)
	}
	return cmd.ProcessState.ExitCode(), output.String()
}
