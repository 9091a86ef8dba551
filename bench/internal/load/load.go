// Package load puts a server under load from a process of its own and tells what
// it made of it: wrk for ceilings (a closed loop: each client asks again when it
// was answered), vegeta for latency (an open loop: requests come at their times,
// whether or not earlier ones were answered, so queueing is seen).
//
// team: platform
package load

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Request is one request; its body is JSON on one line, or nothing.
type Request struct{ Method, Path, Body string }

// Traffic is what a server is asked, one request after the other.
type Traffic struct {
	Requests []Request
	// Header goes with every request.
	Header map[string]string
	// Key gives every request an Idempotency-Key that nobody has used.
	Key bool
	// Once forbids to begin again when all was asked: what then comes is a
	// request that fails, so that nobody takes the figure for one.
	Once bool
}

// Figures are what a measurement gave. Times are what the client waited.
type Figures struct {
	Requests      int64
	PerSecond     float64
	P50, P95, P99 time.Duration
}

// ErrNotAnswered is the error of a measurement that is none: requests failed, or
// were answered with an error.
var ErrNotAnswered = errors.New("no figure, because requests failed")

// errUnwritable is a request that the file for wrk cannot hold.
var errUnwritable = errors.New("a tab or a line break in a request")

// file writes the traffic as load.lua reads it.
func (t Traffic) file(folder string) (path string, err error) {
	file, err := os.CreateTemp(folder, "requests-*.txt")
	if err != nil {
		return "", fmt.Errorf("write the requests down: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	out := bufio.NewWriter(file)
	for name, value := range t.Header {
		fmt.Fprintf(out, "HEADER\t%s\t%s\n", name, value)
	}
	for _, r := range t.Requests {
		if strings.ContainsAny(r.Method+r.Path+r.Body, "\t\n") {
			return "", fmt.Errorf("%w: %s %s", errUnwritable, r.Method, r.Path)
		}
		fmt.Fprintf(out, "%s\t%s\t%s\n", r.Method, r.Path, r.Body)
	}
	if err = out.Flush(); err != nil {
		return "", fmt.Errorf("write the requests down: %w", err)
	}
	return filepath.Abs(file.Name())
}
