package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"zomato/platform/testkit"
)

// readmeStep is a command of the README with the answer that it shows.
type readmeStep struct{ command, answer string }

// consoleSteps reads the steps of the README's console blocks.
func consoleSteps(t *testing.T, readme string) []readmeStep {
	t.Helper()
	var steps []readmeStep
	for _, block := range regexp.MustCompile("(?s)```console\n(.*?)```").FindAllStringSubmatch(readme, -1) {
		for line := range strings.Lines(block[1]) {
			if command, ok := strings.CutPrefix(line, "$ "); ok {
				steps = append(steps, readmeStep{command: strings.TrimSuffix(command, "\n")})
				continue
			}
			require.NotEmpty(t, steps, "an answer without a command: %s", line)
			steps[len(steps)-1].answer += line
		}
	}
	return steps
}

// matches tells whether an answer is the one that is shown, where … stands for
// whatever there is.
func matches(shown, answer string) bool {
	pattern := regexp.QuoteMeta(strings.TrimSpace(shown))
	return regexp.MustCompile(`(?s)^` + strings.ReplaceAll(pattern, "…", ".*") + `$`).MatchString(strings.TrimSpace(answer))
}

func TestMatches_leaves_out_only_what_is_marked(t *testing.T) {
	t.Parallel()
	assert.True(t, matches(`{"id":1,…,"b":[…]}`, `{"id":1,"a":2,"b":[]}`))
	assert.True(t, matches("", "\n"))
	assert.False(t, matches(`{"id":1,…}`, `{"id":2,"a":2}`))
	assert.False(t, matches(`{"id":1}`, `{"id":1}x`))
	assert.False(t, matches(``, `curl: (7) Failed to connect`))
}

// TestReadme_five_minutes runs what the README tells a newcomer to do, in one
// shell, and holds the answers against those that it shows. Ports, files and the
// Postgres are the test's own.
func TestReadme_five_minutes(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("../README.md")
	require.NoError(t, err)
	steps := consoleSteps(t, string(readme))
	require.Greater(t, len(steps), 20, "the console blocks of the README")

	folder, listen := t.TempDir(), freeAddress(t)
	mine := strings.NewReplacer(
		"localhost:8000", listen,
		"postgres://user:password@localhost:5432/zomato", "'"+testkit.Postgres(t)+"'",
		"zomato.log", filepath.Join(folder, "zomato.log"),
	)
	var script strings.Builder
	script.WriteString("trap 'kill $(jobs -p) 2>/dev/null; wait' EXIT TERM\n") // no server outlives the shell
	for i, s := range steps {
		fmt.Fprintf(&script, "printf '\\n@@ %d\\n'\n%s\n", i, mine.Replace(s.command))
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute) // a server that never starts
	defer cancel()
	shell := exec.CommandContext(ctx, "bash", "-c", script.String())
	shell.Dir = ".."
	shell.Env = append(os.Environ(), "LISTEN="+listen, "DATABASE_URL="+testkit.SQLite(t), "LOG_LEVEL=error", "MAKEFLAGS=", "MAKELEVEL=0", "MODULES=", "DISABLED_MODULES=")
	shell.Cancel = func() error { return shell.Process.Signal(syscall.SIGTERM) }
	shell.WaitDelay = 30 * time.Second
	var aside bytes.Buffer // progress, on a slow machine
	shell.Stderr = &aside
	output, err := shell.Output()
	require.NoError(t, err, "%s\n%s", output, &aside)

	answers := regexp.MustCompile(`(?m)^@@ \d+\n`).Split(string(output), -1)[1:]
	require.Len(t, answers, len(steps), "%s", output)
	for i, s := range steps {
		assert.True(t, matches(s.answer, answers[i]), "$ %s\nthe README shows\n%s\nthe answer was\n%s\n%s", s.command, s.answer, answers[i], &aside)
	}
}

// freeAddress gives an address of this machine on which nobody listens.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { require.NoError(t, listener.Close()) }()
	return listener.Addr().String()
}
