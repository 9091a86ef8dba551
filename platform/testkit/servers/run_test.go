//go:build linux

package main_test

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"zomato/platform/testkit/internal/leftover"
)

// compile builds the command once more for each test: the build cache makes it
// cheap, and the tests share nothing.
func compile(t *testing.T) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "servers")
	output, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, ".").CombinedOutput()
	require.NoError(t, err, "%s", output)
	return binary
}

// running is the command at work.
type running struct {
	cmd    *exec.Cmd
	output *bufio.Reader
}

// begin starts the command in a folder, which is also its TMPDIR.
func begin(t *testing.T, binary, folder string, command []string, environment ...string) *running {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), binary, append([]string{"--"}, command...)...)
	cmd.Dir = folder
	cmd.Env = leftover.Environment(folder, environment...)
	read, write, err := os.Pipe()
	require.NoError(t, err)
	cmd.Stdout, cmd.Stderr = write, write
	require.NoError(t, cmd.Start())
	require.NoError(t, write.Close())
	t.Cleanup(func() { _ = read.Close() })
	return &running{cmd: cmd, output: bufio.NewReader(read)}
}

// line reads the next line the command or its child prints.
func (r *running) line(t *testing.T) string {
	t.Helper()
	line, err := r.output.ReadString('\n')
	require.NoError(t, err, line)
	return strings.TrimSuffix(line, "\n")
}

// rest reads all that is printed until nobody can print any more.
func (r *running) rest(t *testing.T) string {
	t.Helper()
	text, err := io.ReadAll(r.output)
	require.NoError(t, err)
	return string(text)
}

// code waits for the end and gives the exit code.
func (r *running) code() int {
	_ = r.cmd.Wait()
	return r.cmd.ProcessState.ExitCode()
}

// plant puts a script in the place of redis-server and gives the PATH to use.
func plant(t *testing.T, folder, script string) string {
	t.Helper()
	bin := filepath.Join(folder, "bin")
	require.NoError(t, os.Mkdir(bin, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(bin, "redis-server"), []byte("#!/bin/sh\n"+script+"\n"), 0o755))
	return "PATH=" + bin + ":" + os.Getenv("PATH")
}
