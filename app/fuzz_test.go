package main

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"zomato/platform/clock"
	"zomato/platform/testkit"
)

// The fuzz gate (design: reliability.md §7): requests are made of the OpenAPI
// document, valid, on the border and wrong, and every answer is held against it.
//
//	ZOMATO_FUZZ_SEED=7 ZOMATO_FUZZ_CLIENTS=1 go test ./app -run TestGate_fuzz
//
// With one client the same seed gives the same requests, as far as the answers
// are the same (times and request ids are not). What is found is printed as a
// line for curl.

// fuzzing is one run of the gate.
type fuzzing struct {
	seed     uint64
	clients  int
	requests int // of all clients
	// only are operations that get half of the requests. Without any, what has not
	// been seen in the end gets some more.
	only []string
}

// findings are what a run has found, and what it has seen.
type findings struct {
	sync.Mutex

	sent    int
	answers map[string]map[int]int // by operation and status
	wrong   map[string][]string    // by the kind: one defect has many requests
}

func fuzzingOf(t *testing.T, requests int) fuzzing {
	t.Helper()
	f := fuzzing{seed: 1, clients: 4, requests: requests}
	if gatesAreFull() {
		f.seed, f.clients = uint64(clock.System{}.Now().UnixNano()), 8
	}
	for name, set := range map[string]func(uint64){
		"ZOMATO_FUZZ_SEED":     func(n uint64) { f.seed = n },
		"ZOMATO_FUZZ_CLIENTS":  func(n uint64) { f.clients = int(n) },
		"ZOMATO_FUZZ_REQUESTS": func(n uint64) { f.requests = int(n) },
	} {
		if text := os.Getenv(name); text != "" {
			n, err := strconv.ParseUint(text, 10, 64)
			require.NoError(t, err, name)
			set(n)
		}
	}
	return f
}

// run sends the requests, and some more for the answers that have not been seen
// by then.
func (f fuzzing) run(d *described, address string) *findings {
	found := &findings{answers: map[string]map[int]int{}, wrong: map[string][]string{}}
	walkers := make([]*walker, f.clients)
	for client := range walkers {
		walkers[client] = newWalker(f.seed, client, d, address)
	}
	defer func() {
		for _, w := range walkers {
			w.wire.close()
		}
	}()
	f.send(d, walkers, f.only, found)
	f.requests = min(f.requests, 2000)
	for n := range 60 {
		missing := slices.Sorted(maps.Keys(found.missing(d)))
		if f.only != nil || len(missing) == 0 {
			break
		}
		if n%2 == 1 {
			missing = nil // all: what is sought may need what others make, such as an order that was delivered
		}
		f.send(d, walkers, missing, found)
	}
	return found
}

// send has the walkers send the requests, half of them to the operations that are
// named, if any are.
func (f fuzzing) send(d *described, walkers []*walker, sought []string, found *findings) {
	atOnce(len(walkers), func(client int) {
		w := walkers[client]
		w.sought = slices.DeleteFunc(slices.Clone(d.operations), func(op *fuzzed) bool { return !slices.Contains(sought, op.OperationID) })
		for range f.requests / f.clients {
			m := w.next()
			if m.get("Idempotency-Key") != "" && oneIn(w.rand, 4) {
				f.twins(d, w, m, found)
				continue
			}
			got, err := w.wire.send(m)
			found.judge(f, d, w, m, got, err)
		}
	})
}

// twins sends a request with a key on several connections at once.
func (f fuzzing) twins(d *described, w *walker, m message, found *findings) {
	const times = 4
	replies, errs := make([]reply, times), make([]error, times)
	atOnce(times, func(i int) {
		own := &wire{address: w.wire.address}
		defer own.close()
		replies[i], errs[i] = own.send(m)
	})
	for i, got := range replies {
		found.judge(f, d, w, m, got, errs[i])
	}
}

// judge notes an answer and what is wrong with it.
func (found *findings) judge(f fuzzing, d *described, w *walker, m message, got reply, err error) {
	var wrong []string
	if err != nil {
		wrong = []string{err.Error()}
	} else {
		wrong = d.check(m, got)
		w.learn(m, got)
	}
	found.Lock()
	defer found.Unlock()
	found.sent++
	name := "none"
	if op := d.find(m.method, m.target); op != nil {
		name = op.OperationID
	}
	if found.answers[name] == nil {
		found.answers[name] = map[int]int{}
	}
	found.answers[name][got.status]++
	for _, sentence := range wrong {
		kind := fmt.Sprintf("%s %d %.30s", name, got.status, sentence)
		found.wrong[kind] = append(found.wrong[kind], fmt.Sprintf("%s\n  seed %d, client %d of %d, request %d, %s\n  %.1500s\n  %d %.700s",
			sentence, f.seed, w.client, f.clients, w.number, name, m.curl(), got.status, got.body))
	}
}

// report fails the test with the shortest example of each kind of finding.
func (found *findings) report(t *testing.T) {
	t.Helper()
	for _, kind := range slices.Sorted(maps.Keys(found.wrong)) {
		examples := found.wrong[kind]
		shortest := slices.MinFunc(examples, func(a, b string) int { return len(a) - len(b) })
		t.Errorf("%d times: %s", len(examples), shortest)
	}
}

func TestGate_fuzz_every_answer_is_as_the_document_says(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		requests := map[bool][2]int{false: {2000, 800}, true: {120_000, 40_000}}[gatesAreFull()]
		f := fuzzingOf(t, requests[0])
		if !strings.HasPrefix(url, "sqlite") {
			f = fuzzingOf(t, requests[1])
		}
		_, err := filled(t, url, demoCommand{Orders: 300, Seed: 1}, clock.System{}.Now())
		require.NoError(t, err)
		app, address := servingTable(t, moduleTable(), "DATABASE_URL="+url)
		d := describe(t, app)
		found := f.run(d, address)
		t.Logf("seed %d: %s", f.seed, found.summary(d))
		found.report(t)
		found.checkCoverage(t, d)
		requireFiguresRight(t, app)
	})
}
