//go:build linux

package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"zomato/platform/testkit"
	"zomato/platform/testkit/internal/leftover"
)

func TestMain(m *testing.M) { testkit.Main(m) }

const (
	tellAddresses = `echo "$ZOMATO_TEST_POSTGRES $ZOMATO_TEST_REDIS"`
	// redisOnly spares a test the second that a Postgres takes.
	redisOnly = "ZOMATO_TEST_POSTGRES=elsewhere"
)

func TestServers(t *testing.T) {
	t.Parallel()
	testkit.Redis(t) // skips when there is none
	testkit.Postgres(t)
	binary := compile(t)

	t.Run("tells the command where they are", func(t *testing.T) {
		t.Parallel()
		folder := leftover.Folder(t)
		run := begin(t, binary, folder, []string{"sh", "-c", tellAddresses})
		assert.Regexp(t, `^postgres://postgres@127\.0\.0\.1:\d+/postgres\?sslmode=disable redis://127\.0\.0\.1:\d+$`, run.line(t))
		assert.Equal(t, 0, run.code())
		leftover.Nothing(t, folder)
	})

	for script, want := range map[string]int{"exit 7": 7, "kill -KILL $$": 128 + 9} {
		t.Run("ends with the code of "+script, func(t *testing.T) {
			t.Parallel()
			folder := leftover.Folder(t)
			run := begin(t, binary, folder, []string{"sh", "-c", script}, redisOnly)
			assert.Equal(t, want, run.code())
			leftover.Nothing(t, folder)
		})
	}

	t.Run("leaves alone what the environment names", func(t *testing.T) {
		t.Parallel()
		folder := leftover.Folder(t)
		run := begin(t, binary, folder, []string{"sh", "-c", tellAddresses}, "ZOMATO_TEST_POSTGRES=mine", "ZOMATO_TEST_REDIS=mine")
		assert.Equal(t, "mine mine", run.line(t))
		assert.Equal(t, 0, run.code())
	})

	t.Run("leaves nothing behind when the command cannot be run", func(t *testing.T) {
		t.Parallel()
		folder := leftover.Folder(t)
		run := begin(t, binary, folder, []string{"/nonexistent/command"}, redisOnly)
		assert.Contains(t, run.line(t), "/nonexistent/command")
		assert.Equal(t, 1, run.code())
		leftover.Nothing(t, folder)
	})

	t.Run("asks for a command", func(t *testing.T) {
		t.Parallel()
		output, err := exec.CommandContext(t.Context(), binary, "go", "test").CombinedOutput()
		require.Error(t, err)
		assert.Contains(t, string(output), "usage: servers -- command")
	})
}

func TestServers_when_signalled(t *testing.T) {
	t.Parallel()
	testkit.Redis(t)
	testkit.Postgres(t)
	binary := compile(t)
	// The shell waits for a process of its own, as go test does.
	sleeping := []string{"sh", "-c", "echo ready; sleep 600; true"}

	for signal, environment := range map[syscall.Signal][]string{
		syscall.SIGTERM: nil,
		syscall.SIGINT:  {redisOnly},
		syscall.SIGHUP:  {redisOnly},
	} {
		t.Run(signal.String()+" ends everything", func(t *testing.T) {
			t.Parallel()
			folder := leftover.Folder(t)
			run := begin(t, binary, folder, sleeping, environment...)
			require.Equal(t, "ready", run.line(t))
			require.NotEmpty(t, leftover.Processes(t, folder))

			require.NoError(t, run.cmd.Process.Signal(signal))
			assert.Equal(t, 128+int(signal), run.code())
			leftover.Nothing(t, folder)
		})
	}
}

func TestServers_when_signalled_before_they_are_ready(t *testing.T) {
	t.Parallel()
	folder := leftover.Folder(t)
	fifo := filepath.Join(folder, "begun")
	require.NoError(t, syscall.Mkfifo(fifo, 0o600))
	require.NoError(t, os.Chmod(fifo, 0o666))
	path := plant(t, folder, "echo begun >"+fifo+"; exec sleep 600")
	run := begin(t, compile(t), folder, []string{"true"}, path, redisOnly)
	_, err := os.ReadFile(fifo)
	require.NoError(t, err)

	require.NoError(t, run.cmd.Process.Signal(syscall.SIGTERM))
	assert.Contains(t, run.rest(t), "starting redis-server: it was not ready in time")
	assert.Equal(t, 128+int(syscall.SIGTERM), run.code())
	leftover.Nothing(t, folder)
}

func TestServers_when_killed(t *testing.T) {
	t.Parallel()
	testkit.Redis(t)
	testkit.Postgres(t)
	binary := compile(t)
	folder := leftover.Folder(t)
	path := filepath.Join(folder, "go")
	require.NoError(t, syscall.Mkfifo(path, 0o600))
	fifo, err := os.OpenFile(path, os.O_RDWR, 0) // for both, or it would wait for a reader
	require.NoError(t, err)
	defer func() { assert.NoError(t, fifo.Close()) }()
	waiting := []string{"sh", "-c", tellAddresses + "; read -r line <go; exit 3"}

	alive := begin(t, binary, folder, waiting)
	alive.line(t)
	rooms := leftover.Rooms(t, folder)
	killed := begin(t, binary, folder, waiting)
	killed.line(t)
	require.NoError(t, killed.cmd.Process.Kill())
	require.Equal(t, -1, killed.code())

	orphaned := slices.DeleteFunc(leftover.Rooms(t, folder), func(room string) bool { return slices.Contains(rooms, room) })
	require.Len(t, orphaned, 2)
	for _, room := range orphaned {
		leftover.NoProcess(t, room)
	}

	// The next run removes what the killed one could not, and no more than that.
	next := begin(t, binary, folder, []string{"true"})
	require.Equal(t, 0, next.code())
	assert.Equal(t, rooms, leftover.Rooms(t, folder))
	for _, room := range rooms {
		assert.NotEmpty(t, leftover.Processes(t, room), "the servers of the living run")
	}

	// Both commands end: they wait for a line.
	_, err = fifo.WriteString("\n\n")
	require.NoError(t, err)
	assert.Equal(t, 3, alive.code())
	leftover.NoProcess(t, folder)
	leftover.Nothing(t, folder)
}

func TestServers_not_installed(t *testing.T) {
	t.Parallel()
	testkit.Postgres(t)
	binary := compile(t)
	command := []string{"/bin/sh", "-c", "echo ran"}

	t.Run("are named, and the command runs", func(t *testing.T) {
		t.Parallel()
		run := begin(t, binary, leftover.Folder(t), command, "PATH=/nonexistent", redisOnly)
		assert.Contains(t, run.line(t), "apt-get install redis-server")
		assert.Equal(t, "ran", run.line(t))
		assert.Equal(t, 0, run.code())
	})

	t.Run("are an error in CI", func(t *testing.T) {
		t.Parallel()
		folder := leftover.Folder(t)
		run := begin(t, binary, folder, command, "PATH=/nonexistent", "CI=true")
		assert.Contains(t, run.line(t), "apt-get install redis-server")
		assert.Equal(t, 1, run.code(), "and the command was not run")
		assert.Empty(t, run.rest(t))
		leftover.Nothing(t, folder)
	})
}

func TestServers_that_do_not_start(t *testing.T) {
	t.Parallel()
	testkit.Redis(t)
	binary := compile(t)

	t.Run("are reported with what they said", func(t *testing.T) {
		t.Parallel()
		folder := leftover.Folder(t)
		path := plant(t, folder, "echo no more memory; exit 1")
		run := begin(t, binary, folder, []string{"true"}, path, redisOnly)
		assert.Contains(t, run.rest(t), "starting redis-server: it ended at once (exit status 1): no more memory")
		assert.Equal(t, 1, run.code())
		leftover.Nothing(t, folder)
	})

	t.Run("are tried again on another port", func(t *testing.T) {
		t.Parallel()
		folder := leftover.Folder(t)
		program, err := exec.LookPath("redis-server")
		require.NoError(t, err)
		path := plant(t, folder, `mkdir `+folder+`/first && echo "Address already in use" && exit 1; exec `+program+` "$@"`)
		run := begin(t, binary, folder, []string{"sh", "-c", tellAddresses}, path, redisOnly)
		assert.Contains(t, run.line(t), "redis://127.0.0.1:")
		assert.Equal(t, 0, run.code())
		leftover.Nothing(t, folder)
	})
}
