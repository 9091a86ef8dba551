package eventbus_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"go.uber.org/zap"

	"zomato/platform/clock"
	"zomato/platform/eventbus"
	"zomato/platform/testkit"
)

// stewed claims the name of cooked.
type stewed struct{}

func (stewed) EventName() string { return cooked{}.EventName() }

// nameless has no name.
type nameless struct{}

func (nameless) EventName() string { return "" }

func ignore[E eventbus.Event](context.Context, E) error { return nil }

func TestNew_refuses(t *testing.T) {
	t.Parallel()
	db := open(t, testkit.SQLite(t))
	for name, c := range map[string]struct {
		subscriptions []eventbus.Subscription
		because       string
	}{
		"one event twice": {
			[]eventbus.Subscription{eventbus.After("mail", ignore[cooked]), eventbus.After("mail", ignore[cooked])},
			`"mail" subscribes twice to "kitchen.cooked"`,
		},
		"a subscriber of both kinds": {
			[]eventbus.Subscription{eventbus.After("mail", ignore[cooked]), eventbus.Before("mail", ignore[served])},
			`"mail" uses both Before and After`,
		},
		"a subscriber of both forms of Before": {
			[]eventbus.Subscription{eventbus.AtCommit("mail", ignore[cooked]), eventbus.Before("mail", ignore[served])},
			`"mail" uses both Before and AtCommit`,
		},
		"one name for two events": {
			[]eventbus.Subscription{eventbus.After("mail", ignore[cooked]), eventbus.After("log", ignore[stewed])},
			`eventbus_test.cooked and eventbus_test.stewed are both called "kitchen.cooked"`,
		},
		"a pointer":           {[]eventbus.Subscription{eventbus.After("mail", ignore[*cooked])}, "*eventbus_test.cooked: an event is a struct"},
		"an interface":        {[]eventbus.Subscription{eventbus.After("mail", ignore[eventbus.Event])}, "an event is a struct"},
		"a nameless event":    {[]eventbus.Subscription{eventbus.After("mail", ignore[nameless])}, "a struct with a name"},
		"a nameless customer": {[]eventbus.Subscription{eventbus.Before("", ignore[cooked])}, "a subscriber has a name"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := eventbus.New(eventbus.Dependencies{
				DB: db, Clock: clock.System{}, Log: zap.NewNop(), Metrics: prometheus.NewRegistry(), Subscriptions: c.subscriptions,
			})
			require.ErrorContains(t, err, c.because)
		})
	}
}

func TestSubscription_says_who_is_told_of_what_and_when(t *testing.T) {
	t.Parallel()
	after, before := eventbus.After("mail", ignore[cooked]), eventbus.Before("kitchen.board", ignore[served])
	require.Equal(t, "mail", after.Subscriber())
	require.Equal(t, "eventbus_test.cooked (after it)", after.String())
	require.Equal(t, "kitchen.board", before.Subscriber())
	require.Equal(t, "eventbus_test.served (before the answer)", before.String())
	require.Equal(t, "eventbus_test.served (at the commit)", eventbus.AtCommit("kitchen.board", ignore[served]).String())
}

func TestStart_refuses(t *testing.T) {
	t.Parallel()
	db := open(t, testkit.SQLite(t))
	p := build(t, db, clock.System{})
	require.NoError(t, p.Start(t.Context()))
	require.Error(t, p.Start(t.Context()), "twice")
	require.NoError(t, p.Stop(t.Context()))
	require.NoError(t, p.Stop(t.Context()), "which may be repeated")
	require.Error(t, p.Start(t.Context()), "after the end")

	other := eventbus.NewPublisher(open(t, testkit.SQLite(t)), clock.System{})
	_, err := eventbus.New(eventbus.Dependencies{DB: db, Clock: clock.System{}, Log: zap.NewNop(), Metrics: prometheus.NewRegistry(), Publisher: other})
	require.ErrorContains(t, err, "another database")
}

func TestStart_fails_without_a_database(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		p := build(t, open(t, url), clock.System{}, eventbus.After("mail", ignore[cooked]))
		require.NoError(t, p.db.Close())
		require.Error(t, p.Start(t.Context()))
		require.NoError(t, p.Stop(t.Context()))
	})
}

//nolint:paralleltest // it counts the goroutines of the process
func TestStop_leaves_no_goroutine(t *testing.T) {
	for name, url := range map[string]string{"sqlite": testkit.SQLite(t), "postgres": testkit.Postgres(t)} {
		t.Run(name, func(t *testing.T) {
			var told diary
			p := build(t, open(t, url), clock.System{}, eventbus.Before("before", told.note), eventbus.After("after", told.note),
				eventbus.After("fails", func(context.Context, cooked) error { return errBurnt }))
			p.publish(cooked{1}) // opens the connections
			there := goleak.IgnoreCurrent()
			require.NoError(t, p.Start(t.Context()))
			p.publish(dishes(2, 10)...)
			require.NoError(t, p.Stop(t.Context()))
			goleak.VerifyNone(t, there, goleak.IgnoreAnyFunction("database/sql.(*DB).connectionOpener"))
		})
	}
}

func TestStop_waits_for_a_handler(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		handling, handled := make(chan struct{}), make(chan struct{})
		var told diary
		p := build(t, open(t, url), clock.System{}, eventbus.After("mail", func(ctx context.Context, e cooked) error {
			if e.Dish == 1 {
				close(handling)
				<-handled
			}
			return errors.Join(ctx.Err(), told.note(ctx, e))
		}))
		require.NoError(t, p.Start(t.Context()))
		p.publish(dishes(1, 2)...)
		<-handling
		stopped := make(chan error, 1)
		go func() { stopped <- p.Stop(t.Context()) }()
		<-p.Stopping()
		select {
		case err := <-stopped:
			t.Fatal("it has stopped while a handler runs", err)
		default:
		}
		close(handled)
		require.NoError(t, <-stopped)
		assert.Equal(t, numbers(1, 1), told.all(), "the next one stays in the outbox")
		n, err := p.Pending(t.Context())
		require.NoError(t, err)
		assert.EqualValues(t, 1, n)
		p.publish(cooked{3})
	})
}

func TestStop_does_not_wait_beyond_its_context(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		handling, ended := make(chan struct{}), make(chan error)
		p := build(t, open(t, url), clock.System{}, eventbus.After("mail", func(ctx context.Context, _ cooked) error {
			close(handling)
			<-ctx.Done()
			ended <- ctx.Err()
			return ctx.Err()
		})).with(eventbus.Limits{Handler: never})
		require.NoError(t, p.Start(t.Context()))
		p.publish(cooked{1})
		<-handling
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		require.ErrorIs(t, p.Stop(ctx), context.DeadlineExceeded)
		require.ErrorIs(t, <-ended, context.Canceled, "its context is ended")
		require.NoError(t, p.Stop(t.Context()))
	})
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		db, registry := open(t, url), prometheus.NewRegistry()
		bus, err := eventbus.New(eventbus.Dependencies{
			DB: db, Clock: clock.System{}, Log: zap.NewNop(), Metrics: registry,
			Subscriptions: []eventbus.Subscription{
				eventbus.Before("cache", ignore[cooked]),
				eventbus.After("mail", func(_ context.Context, e cooked) error {
					if e.Dish == 1 {
						return errBurnt
					}
					return nil
				}),
			},
		})
		require.NoError(t, err)
		bus.SetLimits(eventbus.Limits{Poll: 5 * time.Millisecond, Retry: time.Millisecond, Answer: patience})
		p := process{bus, t, db}
		require.NoError(t, testutil.GatherAndCompare(registry, strings.NewReader(metricsText("0", "0", "0", "0", "0"))))
		p.publish(dishes(1, 2)...)
		require.NoError(t, testutil.GatherAndCompare(registry, strings.NewReader(metricsText("0", "0", "0", "0", "2"))))
		p.start().passed()
		require.Eventually(t, func() bool {
			return testutil.GatherAndCompare(registry, strings.NewReader(metricsText("2", "1", "10", "1", "0"))) == nil
		}, patience, pollEvery)
	})
}

func metricsText(cache, mail, failed, parked, pending string) string {
	return `# HELP zomato_outbox_events_total Attempts to deliver an event: delivered, failed, or parked after the last failure.
# TYPE zomato_outbox_events_total counter
zomato_outbox_events_total{outcome="delivered",subscriber="cache"} ` + cache + `
zomato_outbox_events_total{outcome="failed",subscriber="cache"} 0
zomato_outbox_events_total{outcome="parked",subscriber="cache"} 0
zomato_outbox_events_total{outcome="delivered",subscriber="mail"} ` + mail + `
zomato_outbox_events_total{outcome="failed",subscriber="mail"} ` + failed + `
zomato_outbox_events_total{outcome="parked",subscriber="mail"} ` + parked + `
# HELP zomato_outbox_pending Events that some subscriber has still to pass; -1 if the database does not say.
# TYPE zomato_outbox_pending gauge
zomato_outbox_pending ` + pending + `
`
}
