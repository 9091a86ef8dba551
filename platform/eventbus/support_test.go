package eventbus_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"zomato/platform/clock"
	"zomato/platform/database"
	"zomato/platform/eventbus"
	"zomato/platform/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// cooked is the event of most tests.
type cooked struct {
	Dish int64 `json:"dish"`
}

func (cooked) EventName() string { return "kitchen.cooked" }

// served is another one.
type served struct {
	Table int64 `json:"table"`
}

func (served) EventName() string { return "kitchen.served" }

var errBurnt = errors.New("burnt")

// patience bounds what is waited for; it is no promise about time.
const patience = 20 * time.Second

// pollEvery is how often a test looks whether something has come.
const pollEvery = 2 * time.Millisecond

// never is a time that does not come during a test.
const never = time.Hour

// process is one process on a database: a handle and a bus.
type process struct {
	*eventbus.Bus

	t  *testing.T
	db *database.DB
}

// open opens a database with its tables.
func open(t *testing.T, url string) *database.DB {
	t.Helper()
	db, err := database.Open(t.Context(), database.Config{URL: url}, zap.NewNop())
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, db.Close()) })
	_, err = db.Migrate(t.Context(), []database.Migrations{eventbus.Migrations()})
	require.NoError(t, err)
	return db
}

// build makes a bus that is not started. Its retries come at once, and its poll
// is short.
func build(t *testing.T, db *database.DB, now clock.Clock, subscriptions ...eventbus.Subscription) process {
	t.Helper()
	bus, err := eventbus.New(eventbus.Dependencies{
		DB: db, Clock: now, Log: zap.NewNop(), Metrics: prometheus.NewRegistry(), Subscriptions: subscriptions,
	})
	require.NoError(t, err)
	bus.SetLimits(eventbus.Limits{Answer: patience, Poll: 5 * time.Millisecond, Retry: time.Millisecond})
	return process{bus, t, db}
}

// start starts a bus, which ends with the test.
func (p process) start() process {
	p.t.Helper()
	require.NoError(p.t, p.Start(p.t.Context()))
	p.t.Cleanup(func() { assert.NoError(p.t, p.Stop(context.WithoutCancel(p.t.Context()))) })
	return p
}

// with changes times.
func (p process) with(l eventbus.Limits) process {
	p.SetLimits(l)
	return p
}

// run opens, builds and starts a process on a database.
func run(t *testing.T, url string, subscriptions ...eventbus.Subscription) process {
	t.Helper()
	return build(t, open(t, url), clock.System{}, subscriptions...).start()
}

// runAlone runs a process that looks for nothing that others write. So an AtCommit
// subscriber is told of each event once: a poll between a commit and what follows
// it would deliver the event, too.
func runAlone(t *testing.T, url string, subscriptions ...eventbus.Subscription) process {
	t.Helper()
	return build(t, open(t, url), clock.System{}, subscriptions...).with(eventbus.Limits{Poll: never}).start()
}

// publish commits events, each in a Write of its own.
func (p process) publish(events ...eventbus.Event) {
	p.t.Helper()
	for _, e := range events {
		require.NoError(p.t, p.db.Write(p.t.Context(), func(ctx context.Context) error { return p.Publish(ctx, e) }))
	}
}

// number reads one number from the database.
func (p process) number(query string) int {
	p.t.Helper()
	var n int
	require.NoError(p.t, p.db.Get(p.t.Context(), &n, query))
	return n
}

// exec runs a statement.
func (p process) exec(statement string, args ...any) {
	p.t.Helper()
	require.NoError(p.t, p.db.Write(p.t.Context(), func(ctx context.Context) error {
		_, err := p.db.Exec(ctx, statement, args...)
		return err
	}))
}

// passed waits until nothing is pending.
func (p process) passed() {
	p.t.Helper()
	require.Eventually(p.t, func() bool {
		n, err := p.Pending(p.t.Context())
		return err == nil && n == 0
	}, patience, pollEvery)
}

// readable waits until what is committed can be read: on Postgres when no older
// transaction is left on the server, which other tests use, too.
func (p process) readable() {
	p.t.Helper()
	if p.db.Dialect() == database.Postgres {
		require.Eventually(p.t, func() bool {
			return p.number("SELECT COUNT(*) FROM platform_outbox WHERE tx >= pg_snapshot_xmin(pg_current_snapshot())") == 0
		}, patience, pollEvery)
	}
}

// dishes are cooked events with these numbers.
func dishes(from, to int64) (all []eventbus.Event) {
	for id := from; id <= to; id++ {
		all = append(all, cooked{Dish: id})
	}
	return all
}

// numbers counts up.
func numbers(from, to int64) (all []int64) {
	for id := from; id <= to; id++ {
		all = append(all, id)
	}
	return all
}

// diary notes what a subscriber was told.
type diary struct {
	mu   sync.Mutex
	told []int64
}

func (d *diary) note(_ context.Context, e cooked) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.told = append(d.told, e.Dish)
	return nil
}

func (d *diary) all() []int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.told)
}

// has waits until the diary says exactly this.
func (d *diary) has(t *testing.T, want ...int64) {
	t.Helper()
	require.Eventually(t, func() bool { return len(d.all()) >= len(want) }, patience, pollEvery)
	assert.Equal(t, want, d.all())
}

// watch is a clock that a test moves.
type watch struct {
	mu  sync.Mutex
	now time.Time
}

func newWatch() *watch { return &watch{now: time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)} }

// Now implements clock.Clock.
func (w *watch) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *watch) move(by time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(by)
}
