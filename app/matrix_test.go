package main

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/fx"

	"zomato/modules/customers"
	"zomato/modules/orders"
	"zomato/modules/restaurants"
	"zomato/modules/reviews"
	"zomato/platform/testkit"
)

// The matrix (design: cache.md §7): after every kind of change every GET of the
// document shows the new state, though its answer was kept before. A fresh answer
// is what the same GET gives with Cache-Control: no-cache.
//
// What there is to look at is in matrix_looks_test.go, what changes it in
// matrix_changes_test.go. matrix_breaks_test.go takes the events away, one by
// one, and has to find a stale answer each time.

// matrix is one application whose answers are held against fresh ones.
type matrix struct {
	*testing.T
	running
	importers

	wire  *wire
	looks []look
	// fresh is what each path showed when it was last read anew.
	fresh map[string]shownAnswer
	// hits counts, by operation, the answers that were kept.
	hits map[string]int
	// stale tells of the answers that were not as they should be.
	stale []string
}

// importers change what is shown without a request.
type importers struct {
	fx.In

	Customers   customers.Importer
	Restaurants restaurants.Importer
	Orders      orders.Importer
	Reviews     reviews.Importer
}

// shownAnswer is all of an answer that clients see, but for how it came about.
type shownAnswer struct {
	status                  int
	etag, link, total, body string
}

// newMatrix starts an application in the world of the matrix.
func newMatrix(t *testing.T, variables []string, looks []look, options ...fx.Option) *matrix {
	t.Helper()
	m := &matrix{T: t, looks: looks, fresh: map[string]shownAnswer{}, hits: map[string]int{}}
	options = append(options, fx.Invoke(func(i importers) { m.importers = i }))
	app, address := servingWith(t, moduleTable(), options, variables...)
	m.running, m.wire = app, &wire{address: address}
	t.Cleanup(m.wire.close)
	m.furnish()
	m.compare("nothing", m.looks)
	return m
}

// ask reads a path, anew or as it may be kept, and tells how the answer came
// about.
func (m *matrix) ask(w *wire, l look, anew bool) (shownAnswer, string) {
	request := message{method: http.MethodGet, target: l.path}
	if anew {
		request = request.header("Cache-Control", "no-cache")
	}
	got, err := w.send(request)
	assert.NoError(m, err, l.path)
	return shownAnswer{
		got.status, got.header.Get("ETag"), got.header.Get("Link"), got.header.Get("X-Total-Count"),
		requestID.ReplaceAllString(string(got.body), ""),
	}, got.header.Get("X-Cache")
}

// requestID is the only thing in a body that differs between equal requests.
var requestID = regexp.MustCompile(`"request_id":"[^"]*"`)

// compare reads paths twice: as they are kept, and anew, which keeps them again.
// It gives those that show something else than the last time.
func (m *matrix) compare(after string, looks []look) (changed []look) {
	for _, l := range looks {
		got, from := m.ask(m.wire, l, false)
		want, _ := m.ask(m.wire, l, true)
		if from == "HIT" {
			m.hits[l.operation]++
		}
		if got != want {
			m.stale = append(m.stale, fmt.Sprintf("after %s, GET %s (%s) shows\n  %.600v\ninstead of\n  %.600v", after, l.path, from, got, want))
		}
		if want != m.fresh[l.path] {
			changed = append(changed, l)
		}
		m.fresh[l.path] = want
	}
	return changed
}

// run makes all changes, and gives what each of them changes.
func (m *matrix) run() (changed [][]look) {
	for _, c := range matrixChanges() {
		c.make(m)
		changed = append(changed, m.compare(c.String(), m.looks))
		assert.NotEmpty(m, changed[len(changed)-1], "%s changes nothing that is shown: the matrix learns nothing by it", c)
	}
	return changed
}

// runCrowded makes all changes while others read what changes: an answer that
// was begun before must not be kept after it.
func (m *matrix) runCrowded(changed [][]look) {
	for i, c := range matrixChanges() {
		end := m.crowd(changed[i])
		c.make(m)
		end()
		m.compare(c.String(), changed[i])
	}
}

// crowd has readers read paths over and over again, as they are kept and anew,
// until it is told to end. They have begun when it returns.
func (m *matrix) crowd(looks []look) (end func()) {
	const readers = 3
	var stop atomic.Bool
	var begun, ended sync.WaitGroup
	begun.Add(readers)
	for i := range readers {
		ended.Go(func() {
			w := &wire{address: m.wire.address}
			defer w.close()
			for n := 0; !stop.Load(); n++ {
				m.ask(w, looks[(i+n)%len(looks)], n%3 != 0)
				if n == 0 {
					begun.Done()
				}
			}
		})
	}
	begun.Wait()
	return func() {
		stop.Store(true)
		ended.Wait()
	}
}

// notStored are POSTs that only ask.
const notStored = "validate-order"

// checkComplete holds looks and changes against the document.
func (m *matrix) checkComplete() {
	d := describe(m.T, m.running)
	var changes []string
	for _, c := range matrixChanges() {
		if c.method == "" {
			continue
		}
		op := d.find(c.method, c.path)
		require.NotNil(m, op, "%s is not in the document", c)
		changes = append(changes, op.OperationID)
	}
	for _, op := range d.operations {
		switch {
		case ofTheServer(op.path) || op.OperationID == notStored:
		case op.method == "GET":
			require.True(m, slices.ContainsFunc(m.looks, func(l look) bool { return l.operation == op.OperationID }),
				"GET %s (%s) is new: give the matrix something to look at, in matrixLooks", op.path, op.OperationID)
		default:
			require.Contains(m, changes, op.OperationID, "%s %s is new: let the matrix make such a change, in matrixChanges", op.method, op.path)
		}
	}
	for _, l := range m.looks {
		op := d.find("GET", l.path)
		require.NotNil(m, op, l.path)
		require.Equal(m, op.OperationID, l.operation, l.path)
	}
}

// ofTheServer tells whether a path is about the process and not about what is
// stored.
func ofTheServer(path string) bool {
	return path == "/" || strings.HasPrefix(path, "/health/") || strings.HasPrefix(path, "/cache/") || path == "/analytics/cache-performance"
}

// checkHits holds that answers were kept at all: those of every operation where
// no other instance can change anything.
func (m *matrix) checkHits(all bool) {
	kept := 0
	for _, l := range m.looks {
		if all {
			require.NotZero(m, m.hits[l.operation], "no answer of %s was ever kept, so that nothing was tried", l.operation)
		}
		kept += m.hits[l.operation]
	}
	require.NotZero(m, kept, "no answer was ever kept, so that nothing was tried")
	m.Logf("%d looks, %d changes, hits: %v", len(m.looks), len(matrixChanges()), m.hits)
}

func TestMatrix(t *testing.T) {
	t.Parallel()
	var changed [][]look
	alone := func(t *testing.T, strict bool, variables ...string) {
		t.Helper()
		m := newMatrix(t, variables, matrixLooks())
		m.checkComplete()
		changed = m.run()
		require.Empty(t, m.stale)
		m.checkHits(strict)
	}
	alone(t, true, "DATABASE_URL="+testkit.SQLite(t))
	alone(t, true, withRedis(t, testkit.Postgres(t))...)
	if gatesAreFull() {
		alone(t, false, "DATABASE_URL="+testkit.Postgres(t))
		alone(t, true, append(withRedis(t, testkit.SQLite(t)), "CACHE_MEMORY_MB=1")...)
	}
	crowded := func(t *testing.T, variables ...string) {
		t.Helper()
		m := newMatrix(t, variables, matrixLooks())
		m.runCrowded(changed)
		require.Empty(t, m.stale)
	}
	testkit.EachDatabase(t, func(t *testing.T, url string) { crowded(t, "DATABASE_URL="+url) })
	t.Run("postgres and redis", func(t *testing.T) {
		t.Parallel()
		crowded(t, withRedis(t, testkit.Postgres(t))...)
	})
}

// withRedis are the variables for a database and the Redis of this run, with keys
// of its own.
func withRedis(t *testing.T, url string) []string {
	t.Helper()
	return []string{"DATABASE_URL=" + url, "REDIS_URL=" + testkit.Redis(t), "CACHE_PREFIX=" + t.Name() + rand.Text()}
}
