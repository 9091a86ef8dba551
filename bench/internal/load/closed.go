package load

import (
	"bufio"
	"bytes"
	"context"
	_ "embed" // the script for wrk
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

//go:embed load.lua
var script []byte

// errNoWrk says that wrk is not installed.
var errNoWrk = errors.New("wrk is not installed (the package wrk of the distribution; `scripts/test-servers.sh bench` installs it where it may)")

// errNoFigures is an output of wrk without our line.
var errNoFigures = errors.New("wrk said no figures")

// wrkMark begins the line that load.lua writes at the end.
const wrkMark = "figures "

// wrkPatience is how long wrk waits for an answer before it counts an error. Its
// own two seconds would end what waits behind 255 others on a slow disk.
const wrkPatience = "10s"

// FindWrk gives the path of wrk; the error says how to install it.
func FindWrk() (string, error) {
	path, err := exec.LookPath("wrk")
	if err != nil {
		return "", errNoWrk
	}
	return path, nil
}

// Closed loads the server at base with so many clients for so long, each of
// which asks again as soon as it was answered. The folder is for files. The error
// is ErrNotAnswered when any request failed.
func Closed(ctx context.Context, folder, base string, traffic Traffic, clients int, during time.Duration) (Figures, error) {
	wrk, err := FindWrk()
	if err != nil {
		return Figures{}, err
	}
	requests, err := traffic.file(folder)
	if err != nil {
		return Figures{}, err
	}
	defer func() { _ = os.Remove(requests) }() // the folder goes as a whole
	lua := filepath.Join(folder, "load.lua")
	if err = os.WriteFile(lua, script, 0o600); err != nil {
		return Figures{}, fmt.Errorf("write the script for wrk: %w", err)
	}
	key, once := "-", "again"
	if traffic.Key {
		key = freshKey()
	}
	if traffic.Once {
		once = "once"
	}
	seconds := strconv.Itoa(max(1, int(during.Round(time.Second).Seconds())))
	//nolint:gosec // G204: wrk, with arguments of our own
	output, err := exec.CommandContext(ctx, wrk, "-t1", "-c"+strconv.Itoa(clients), "-d"+seconds+"s",
		"--timeout", wrkPatience, "-s", lua, base, "--", requests, key, once).CombinedOutput()
	if err != nil {
		return Figures{}, fmt.Errorf("run wrk: %w: %s", err, output)
	}
	return ParseWrk(output)
}

// freshKey begins keys that no other measurement uses.
func freshKey() string { return "bench-" + strconv.FormatInt(time.Now().UnixNano(), 36) + "-" }

// ParseWrk reads what wrk printed with our script. It takes no figures from an
// output that tells of requests which failed: ErrNotAnswered.
func ParseWrk(output []byte) (Figures, error) {
	lines := bufio.NewScanner(bytes.NewReader(output))
	for lines.Scan() {
		text, ours := strings.CutPrefix(lines.Text(), wrkMark)
		if !ours {
			continue
		}
		var said wrkFigures
		if err := json.Unmarshal([]byte(text), &said); err != nil {
			return Figures{}, fmt.Errorf("%w: %w: %s", errNoFigures, err, text)
		}
		return said.figures()
	}
	return Figures{}, fmt.Errorf("%w: %s", errNoFigures, output)
}

// wrkFigures is our line. wrk counts as status what is neither 2xx nor 3xx.
type wrkFigures struct {
	Requests int64 `json:"requests"`
	Duration int64 `json:"duration_us"`
	P50      int64 `json:"p50_us"`
	P95      int64 `json:"p95_us"`
	P99      int64 `json:"p99_us"`
	Connect  int64 `json:"connect"`
	Read     int64 `json:"read"`
	Write    int64 `json:"write"`
	Timeout  int64 `json:"timeout"`
	Status   int64 `json:"status"`
}

func (w wrkFigures) figures() (Figures, error) {
	switch {
	case w.Connect+w.Read+w.Write+w.Timeout+w.Status > 0:
		return Figures{}, fmt.Errorf("%w: of %d, %d were answered with an error; connections failed: %d to connect, %d to read, %d to write; %d timed out",
			ErrNotAnswered, w.Requests, w.Status, w.Connect, w.Read, w.Write, w.Timeout)
	case w.Requests == 0 || w.Duration <= 0:
		return Figures{}, fmt.Errorf("%w: none was answered", ErrNotAnswered)
	}
	return Figures{
		Requests: w.Requests, PerSecond: float64(w.Requests) / (float64(w.Duration) / 1e6),
		P50: micros(w.P50), P95: micros(w.P95), P99: micros(w.P99),
	}, nil
}

func micros(n int64) time.Duration { return time.Duration(n) * time.Microsecond }
