package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// patience is how long the binary may take to start, and to stop.
const patience = 30 * time.Second

// build builds the product into a folder and gives the path of the binary.
func build(ctx context.Context, folder string) (string, error) {
	binary := filepath.Join(folder, "zomato")
	//nolint:gosec // a fixed command
	if output, err := exec.CommandContext(ctx, "go", "build", "-o", binary, "./app").CombinedOutput(); err != nil {
		return "", fmt.Errorf("build ./app: %w: %s", err, output)
	}
	return binary, nil
}

// server is the product, running.
type server struct {
	base    string
	process *exec.Cmd
}

// start runs the binary with an empty SQLite file in the folder, and waits until
// it serves: it says so, with its address, in its log.
func start(ctx context.Context, binary, folder string) (*server, error) {
	process := exec.CommandContext(ctx, binary)
	process.Dir = folder
	process.Env = append(os.Environ(), "LISTEN=127.0.0.1:0", "DATABASE_URL=sqlite:bench.db", "LOG_LEVEL=info", "MODULES=", "DISABLED_MODULES=")
	process.Cancel = func() error { return process.Process.Signal(syscall.SIGTERM) }
	process.WaitDelay = patience
	log, err := process.StderrPipe()
	if err != nil {
		return nil, fmt.Errorf("read the log: %w", err)
	}
	if err = process.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", binary, err)
	}
	address := make(chan string, 1)
	go follow(log, address)
	select {
	case base := <-address:
		if base != "" {
			return &server{base: base, process: process}, nil
		}
		err = errors.New("it ended before it served")
	case <-time.After(patience):
		err = errors.New("it did not serve in time")
	}
	s := &server{process: process}
	return nil, errors.Join(err, s.stop())
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

// stop stops the product and waits for its end.
func (s *server) stop() error {
	if err := s.process.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("stop the server: %w", err)
	}
	if err := s.process.Wait(); err != nil {
		return fmt.Errorf("wait for the server: %w", err)
	}
	return nil
}

// do sends a request, wants this status and reads the answer into out, unless
// that is nil.
func (s *server) do(ctx context.Context, method, path string, body any, want int, out any) error {
	data, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("encode the body of %s %s: %w", method, path, err)
	}
	request, err := http.NewRequestWithContext(ctx, method, s.base+path, bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("make %s %s: %w", method, path, err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("call the server: %w", err)
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return fmt.Errorf("read the answer of %s %s: %w", method, path, err)
	}
	if response.StatusCode != want {
		return fmt.Errorf("%s %s answered %d instead of %d: %s", method, path, response.StatusCode, want, answer)
	}
	if out == nil {
		return nil
	}
	if err = json.Unmarshal(answer, out); err != nil {
		return fmt.Errorf("decode the answer of %s %s: %w", method, path, err)
	}
	return nil
}
