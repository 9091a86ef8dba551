package load

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"
)

// AttackCommand is the sub-command with which this binary runs Attack, for Open.
const AttackCommand = "attack"

// attackWarming is how long the load runs before it is measured: meanwhile it opens
// its connections, at which even a bare Fiber answers a hundred times later.
const attackWarming = time.Second

// attackPatience is how long a request may take before it counts as failed.
const attackPatience = 10 * time.Second

// attackConnections is how many connections it opens at most. Who finds none free
// waits for one, and that counts: otherwise a server that stands still for a moment
// is met by thousands of new ones, and the ports of the machine come to an end.
const attackConnections = 1024

// attackGC lets the other process's heap grow to five times what is in use.
const attackGC = 400

// attack is what Open tells the other process.
type attack struct {
	Base    string        `json:"base"`
	Traffic Traffic       `json:"traffic"`
	Rate    int           `json:"rate"` // requests per second
	During  time.Duration `json:"during"`
}

// attacked is what the other process answers.
type attacked struct {
	Figures Figures `json:"figures"`
	Failed  string  `json:"failed"` // empty: nothing
}

// Open sends so many requests per second at the server for so long, evenly, in a
// process of its own (this binary once more, with AttackCommand), and a second
// longer, which is not measured. The error is ErrNotAnswered when any request failed.
func Open(ctx context.Context, base string, traffic Traffic, rate int, during time.Duration) (Figures, error) {
	self, err := os.Executable()
	if err != nil {
		return Figures{}, fmt.Errorf("find this binary: %w", err)
	}
	order, err := json.Marshal(attack{Base: base, Traffic: traffic, Rate: max(rate, 1), During: during})
	if err != nil {
		return Figures{}, fmt.Errorf("write down what to send: %w", err)
	}
	process := exec.CommandContext(ctx, self, AttackCommand) //nolint:gosec // G204: this binary
	process.Stdin, process.Stderr = bytes.NewReader(order), os.Stderr
	answer, err := process.Output()
	if err != nil {
		return Figures{}, fmt.Errorf("run the load in a process of its own: %w", err)
	}
	var result attacked
	if err = json.Unmarshal(answer, &result); err != nil {
		return Figures{}, fmt.Errorf("read what the load gave: %w", err)
	}
	if result.Failed != "" {
		return Figures{}, fmt.Errorf("%w: %s", ErrNotAnswered, result.Failed)
	}
	return result.Figures, nil
}

// Attack is the other side of Open: it reads what to send, sends it and writes
// what came of it.
func Attack(in io.Reader, out io.Writer) error {
	var order attack
	if err := json.NewDecoder(in).Decode(&order); err != nil {
		return fmt.Errorf("read what to send: %w", err)
	}
	if len(order.Traffic.Requests) == 0 {
		return errors.New("there is nothing to send")
	}
	// It shares the CPUs with the server: the less it does, the more it measures. One
	// thread, as wrk has, does not take both of two CPUs away from the server.
	runtime.GOMAXPROCS(1)
	attacker := vegeta.NewAttacker(vegeta.Timeout(attackPatience), vegeta.HTTP2(false), vegeta.Redirects(vegeta.NoFollow),
		vegeta.MaxBody(0), vegeta.MaxConnections(attackConnections))
	debug.SetGCPercent(attackGC)
	var metrics vegeta.Metrics
	pace, begin := vegeta.ConstantPacer{Freq: order.Rate, Per: time.Second}, time.Now()
	for result := range attacker.Attack(order.Traffic.targeter(order.Base), pace, attackWarming+order.During, "") {
		if result.Timestamp.Sub(begin) >= attackWarming || result.Error != "" {
			metrics.Add(result)
		}
	}
	metrics.Close()
	answer := attacked{Figures: Figures{
		Requests: int64(metrics.Requests), PerSecond: metrics.Rate,
		P50: metrics.Latencies.P50, P95: metrics.Latencies.P95, P99: metrics.Latencies.P99,
	}}
	if metrics.Success < 1 {
		answer.Failed = fmt.Sprintf("%.2f %% of %d; answers by status: %v; %s",
			100*(1-metrics.Success), metrics.Requests, metrics.StatusCodes, strings.Join(metrics.Errors[:min(3, len(metrics.Errors))], "; "))
	}
	return json.NewEncoder(out).Encode(answer)
}

// targeter gives one request after the other, from the beginning again.
func (t Traffic) targeter(base string) vegeta.Targeter {
	header := http.Header{}
	for name, value := range t.Header {
		header.Set(name, value)
	}
	prefix := freshKey()
	var sent atomic.Uint64
	return func(target *vegeta.Target) error {
		n := sent.Add(1)
		r := t.Requests[(n-1)%uint64(len(t.Requests))]
		target.Method, target.URL, target.Body, target.Header = r.Method, base+r.Path, []byte(r.Body), header
		if t.Key {
			target.Header = header.Clone()
			target.Header.Set("Idempotency-Key", prefix+strconv.FormatUint(n, 10))
		}
		return nil
	}
}
