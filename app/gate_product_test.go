package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// The gates of durability (design: reliability.md §7) look at the product from
// outside: the binary as `make build` makes it, killed, stopped and traced. A
// broken one is made of the same sources with some lines replaced while it is
// built, so that the product itself has no switch that makes it unsafe.

// builds makes each binary once for all gates.
//
//nolint:gochecknoglobals // what the first gate builds must be found by the others
var builds struct {
	sound, broken sync.Once
	failure       [2]error
}

// gateFolder is below .tools, which git and the house rules do not look at.
const gateFolder = "../.tools/gates"

// product gives the path of the binary.
func product(t *testing.T) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join(gateFolder, "zomato"))
	require.NoError(t, err)
	builds.sound.Do(func() { builds.failure[0] = buildProduct(path) })
	require.NoError(t, builds.failure[0])
	return path
}

// brokenProduct gives the path of one that breaks the promise that the variable
// BREAK names: see breaks.
func brokenProduct(t *testing.T) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join(gateFolder, "broken"))
	require.NoError(t, err)
	builds.broken.Do(func() {
		overlay, err := breaks(filepath.Dir(path))
		if err == nil {
			err = buildProduct(path, "-overlay", overlay)
		}
		builds.failure[1] = err
	})
	require.NoError(t, builds.failure[1])
	return path
}

func buildProduct(path string, flags ...string) error {
	// Without the tables for a debugger: linking takes half the time.
	args := append([]string{"build", "-ldflags=-s -w", "-o", path}, flags...)
	output, err := exec.CommandContext(context.Background(), "go", append(args, ".")...).CombinedOutput()
	if err != nil {
		return &exec.Error{Name: "go build: " + string(output), Err: err}
	}
	return nil
}

// instance is a running product.
type instance struct {
	command *exec.Cmd
	address string
	serving chan string   // gets the address
	exited  chan struct{} // closed when it has ended

	mu   sync.Mutex
	said bytes.Buffer // its log, without the lines of requests
}

// spawn starts a binary, behind other programs if there are some, and waits for
// nothing.
func spawn(t *testing.T, url string, argv []string, variables ...string) *instance {
	t.Helper()
	command := exec.CommandContext(context.WithoutCancel(t.Context()), argv[0], argv[1:]...)
	command.Env = append([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "TMPDIR=" + os.TempDir(),
		"LISTEN=127.0.0.1:0", "REDIS_URL=", "DATABASE_URL=" + url,
	}, variables...)
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	p := &instance{command: command, serving: make(chan string, 1), exited: make(chan struct{})}
	log, err := command.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, command.Start())
	go func() {
		defer close(p.exited)
		p.listen(log)
		_ = command.Wait() // ProcessState tells
	}()
	t.Cleanup(func() { p.kill() })
	return p
}

// start starts a binary that has to serve.
func start(t *testing.T, url string, argv []string, variables ...string) *instance {
	t.Helper()
	p := spawn(t, url, argv, variables...)
	select {
	case p.address = <-p.serving:
	case <-p.exited:
	}
	require.NotEmpty(t, p.address, p.log())
	return p
}

// listen reads the log and tells where it serves.
func (p *instance) listen(log io.Reader) {
	lines := bufio.NewReader(log)
	for {
		line, err := lines.ReadString('\n')
		if !strings.Contains(line, `"route"`) {
			p.mu.Lock()
			p.said.WriteString(line)
			p.mu.Unlock()
		}
		var entry struct{ Address, Docs string }
		if json.Unmarshal([]byte(line), &entry) == nil && entry.Docs != "" {
			p.serving <- entry.Address
		}
		if err != nil {
			return
		}
	}
}

func (p *instance) log() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.said.String()
}

// signal sends a signal to the product, and to what it runs behind.
func (p *instance) signal(signal syscall.Signal) {
	if !p.ended() {
		_ = syscall.Kill(-p.command.Process.Pid, signal) // one that has just ended does not mind
	}
}

func (p *instance) ended() bool {
	select {
	case <-p.exited:
		return true
	default:
		return false
	}
}

// kill ends it as a power cut would, except that the system's cache survives.
func (p *instance) kill() {
	p.signal(syscall.SIGKILL)
	<-p.exited
}

// stop asks it to stop and gives its exit status.
func (p *instance) stop() int {
	p.signal(syscall.SIGTERM)
	<-p.exited
	return p.command.ProcessState.ExitCode()
}

// gateAddress is where clients find the product, which moves when it starts again.
type gateAddress struct{ atomic.Pointer[string] }

func (a *gateAddress) set(address string) { a.Store(&address) }
