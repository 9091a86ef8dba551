package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

const (
	// patience is how long the binary may take to start, and to stop.
	patience = 60 * time.Second
	// lookEvery is how often it is looked whether the baseline listens.
	lookEvery = 5 * time.Millisecond
)

// build builds a package into a folder and gives the path of the binary.
func build(ctx context.Context, folder, name, pkg string) (string, error) {
	binary := filepath.Join(folder, name)
	//nolint:gosec // a fixed command
	if output, err := exec.CommandContext(ctx, "go", "build", "-o", binary, pkg).CombinedOutput(); err != nil {
		return "", fmt.Errorf("build %s: %w: %s", pkg, err, output)
	}
	return binary, nil
}

// server is a program that serves HTTP, running.
type server struct {
	base    string
	process *exec.Cmd
	client  http.Client
	ready   time.Duration // from its start until it said that it is ready
}

// environment is what the product is told: nothing of it comes from whoever runs
// the benchmark, but what is added.
func environment(url string, added ...string) []string {
	// CACHE_MEMORY_MB and its like are the product's defaults.
	outside := slices.DeleteFunc(os.Environ(), func(variable string) bool { return strings.HasPrefix(variable, "CACHE_") })
	return append(append(outside, "LISTEN=127.0.0.1:0", "DATABASE_URL="+url, "REDIS_URL=", "LOG_LEVEL=info", "MODULES=", "DISABLED_MODULES=", "ACCESS="), added...)
}

// start runs the binary on the database in the folder, and waits until it is
// ready: it says in its log, with its address, that it serves, and is asked.
func start(ctx context.Context, binary, folder, url string, added ...string) (*server, error) {
	process := command(ctx, binary, folder)
	process.Env = environment(url, added...)
	log, err := process.StderrPipe()
	if err != nil {
		return nil, fmt.Errorf("read the log: %w", err)
	}
	begin := time.Now()
	if err = process.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", binary, err)
	}
	s := &server{process: process, client: manyConnections()}
	address := make(chan string, 1)
	go follow(log, address)
	select {
	case s.base = <-address:
		if s.base == "" {
			err = errors.New("it ended before it served")
		} else if err = s.do(ctx, http.MethodGet, "/health/ready", nil, http.StatusOK, nil); err == nil {
			s.ready = time.Since(begin)
			return s, nil
		}
	case <-time.After(patience):
		err = errors.New("it did not serve in time")
	}
	return nil, errors.Join(err, s.stop())
}

// command is a program that SIGTERM stops when the context ends.
func command(ctx context.Context, binary, folder string, arguments ...string) *exec.Cmd {
	process := exec.CommandContext(ctx, binary, arguments...) //nolint:gosec // G204: what was built here
	process.Dir = folder
	process.Cancel = func() error { return process.Process.Signal(syscall.SIGTERM) }
	process.WaitDelay = patience
	return process
}

// startBaseline runs the bare Fiber, which cannot be told to choose its port.
func startBaseline(ctx context.Context, binary, folder string) (*server, error) {
	free, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("find a port: %w", err)
	}
	address := free.Addr().String()
	if err = free.Close(); err != nil {
		return nil, fmt.Errorf("free the port: %w", err)
	}
	process := command(ctx, binary, folder, address)
	if err = process.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", binary, err)
	}
	s := &server{base: "http://" + address, process: process, client: manyConnections()}
	for begin := time.Now(); time.Since(begin) < patience && ctx.Err() == nil; <-time.After(lookEvery) {
		if err = s.do(ctx, http.MethodGet, "/json", nil, http.StatusOK, nil); err == nil {
			return s, nil
		}
	}
	return nil, errors.Join(err, s.stop())
}

// manyConnections is a client that keeps as many connections as fillers use.
func manyConnections() http.Client {
	return http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: fillers}}
}

// follow reads a log to its end, so that its writer never waits, and hands over
// the first address that it names.
func follow(log io.Reader, address chan<- string) {
	lines := bufio.NewScanner(log)
	for lines.Scan() {
		var line struct{ Msg, Address string }
		if json.Unmarshal(lines.Bytes(), &line) == nil && line.Msg == "serving" {
			address <- line.Address
		}
	}
	close(address)
}

// stop stops the program and waits for its end.
func (s *server) stop() error {
	s.client.CloseIdleConnections()
	if err := s.process.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("stop the server: %w", err)
	}
	err := s.process.Wait()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signal() == syscall.SIGTERM {
			return nil // the baseline, which knows no better
		}
	}
	if err != nil {
		return fmt.Errorf("wait for the server: %w", err)
	}
	return nil
}

// do sends a request, wants this status and reads the answer into out, unless
// that is nil.
func (s *server) do(ctx context.Context, method, path string, body any, want int, out any) error {
	data := []byte(nil)
	if body != nil {
		var err error
		if data, err = json.Marshal(body); err != nil {
			return fmt.Errorf("encode the body of %s %s: %w", method, path, err)
		}
	}
	status, _, answer, err := s.send(ctx, method, path, data, nil)
	if err != nil {
		return err
	}
	if status != want {
		return fmt.Errorf("%s %s answered %d instead of %d: %s", method, path, status, want, answer)
	}
	if out == nil {
		return nil
	}
	if err = json.Unmarshal(answer, out); err != nil {
		return fmt.Errorf("decode the answer of %s %s: %w", method, path, err)
	}
	return nil
}

// send sends a request and gives the answer, whatever its status.
func (s *server) send(ctx context.Context, method, path string, body []byte, header map[string]string) (int, http.Header, []byte, error) {
	request, err := http.NewRequestWithContext(ctx, method, s.base+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, nil, fmt.Errorf("make %s %s: %w", method, path, err)
	}
	if len(body) > 0 {
		request.Header.Set("Content-Type", "application/json")
	}
	for name, value := range header {
		request.Header.Set(name, value)
	}
	response, err := s.client.Do(request)
	if err != nil {
		return 0, nil, nil, fmt.Errorf("call the server: %w", err)
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, nil, nil, fmt.Errorf("read the answer of %s %s: %w", method, path, err)
	}
	return response.StatusCode, response.Header, answer, nil
}
