package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

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
func newMatrix(t *testing.T, url string, looks []look, options ...fx.Option) *matrix {
	t.Helper()
	m := &matrix{T: t, looks: looks, fresh: map[string]shownAnswer{}, hits: map[string]int{}}
	options = append(options, fx.Invoke(func(i importers) { m.importers = i }))
	m.running, _ = servingWith(t, moduleTable(), options, "DATABASE_URL="+url)
	m.furnish()
	for _, l := range m.looks {
		m.fresh[l.path], _ = m.ask(l, "Cache-Control", "no-cache")
	}
	return m
}

// ask reads a path, and tells how the answer came about.
func (m *matrix) ask(l look, headers ...string) (shownAnswer, string) {
	got := m.Do(m, "GET", l.path, "", headers...)
	return shownAnswer{
		got.Status, got.Header.Get("ETag"), got.Header.Get("Link"), got.Header.Get("X-Total-Count"),
		requestID.ReplaceAllString(got.Body, ""),
	}, got.Header.Get("X-Cache")
}

// requestID is the only thing in a body that differs between equal requests.
var requestID = regexp.MustCompile(`"request_id":"[^"]*"`)

// compare reads every path twice, as it is kept and anew, so that it is kept
// again. It gives the paths that show something else than the last time.
func (m *matrix) compare(after string) (changed []string) {
	for _, l := range m.looks {
		got, from := m.ask(l)
		want, _ := m.ask(l, "Cache-Control", "no-cache")
		if from == "HIT" {
			m.hits[l.operation]++
		}
		if got != want {
			m.stale = append(m.stale, fmt.Sprintf("after %s, GET %s (%s) shows\n  %.600v\ninstead of\n  %.600v", after, l.path, from, got, want))
		}
		if want != m.fresh[l.path] {
			changed = append(changed, l.path)
		}
		m.fresh[l.path] = want
	}
	return changed
}

// run makes all changes, with so many readers at the same time.
func (m *matrix) run(readers int) {
	m.compare("nothing")
	for _, c := range matrixChanges() {
		end := m.read(readers)
		c.make(m)
		changed := m.compare(c.String())
		end()
		require.NotEmpty(m, changed, "%s changes nothing that is shown: the matrix learns nothing by it", c)
	}
}

// read has readers read all paths over and over again until it is told to end.
func (m *matrix) read(readers int) (end func()) {
	var stop atomic.Bool
	var all sync.WaitGroup
	for i := range readers {
		all.Go(func() {
			for n := i * len(m.looks) / readers; !stop.Load(); n++ {
				m.ask(m.looks[n%len(m.looks)])
			}
		})
	}
	return func() {
		stop.Store(true)
		all.Wait()
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
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		for _, readers := range []int{0, 2} {
			t.Run(fmt.Sprintf("%d readers", readers), func(t *testing.T) {
				m := newMatrix(t, anotherOf(t, url, readers), matrixLooks())
				m.checkComplete()
				m.run(readers)
				require.Empty(t, m.stale)
				m.checkHits(strings.HasPrefix(url, "sqlite"))
			})
		}
	})
}

// anotherOf gives a database of the kind of that one; the first time that one.
func anotherOf(t *testing.T, url string, n int) string {
	t.Helper()
	switch {
	case n == 0:
		return url
	case strings.HasPrefix(url, "sqlite"):
		return testkit.SQLite(t)
	default:
		return testkit.Postgres(t)
	}
}
