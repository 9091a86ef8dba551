package eventbus_test

import (
	"context"
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

// ids notes the id that the bus gives with each event.
type ids struct {
	mu    sync.Mutex
	given []int64
}

func (i *ids) note(ctx context.Context, _ cooked) error { return i.tell(ctx, nil) }

func (i *ids) tell(ctx context.Context, _ eventbus.Event) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.given = append(i.given, eventbus.ID(ctx))
	return nil
}

func (i *ids) all() []int64 {
	i.mu.Lock()
	defer i.mu.Unlock()
	return append([]int64{}, i.given...)
}

// stored are the ids in the outbox.
func (p process) stored() (all []int64) {
	p.t.Helper()
	require.NoError(p.t, p.db.Select(p.t.Context(), &all, "SELECT id FROM platform_outbox ORDER BY id"))
	return all
}

func TestAnnounced_is_called_before_the_commit(t *testing.T) {
	t.Parallel()
	url := testkit.Postgres(t)
	var here, there, announced ids
	other := run(t, url, eventbus.AtCommit("memory", there.note))
	deadline := time.Now().Add(never)
	p := runAlone(t, url, eventbus.AtCommit("memory", here.note).Announced(func(ctx context.Context, e eventbus.Event) error {
		assert.Equal(t, cooked{1}, e)
		assert.Empty(t, other.stored(), "nobody sees it yet")
		assert.Empty(t, here.all(), "and nobody has handled it")
		bound, _ := ctx.Deadline()
		assert.True(t, bound.Equal(deadline), "the time is that of the Write's caller")
		return announced.tell(ctx, e)
	}))
	ctx, cancel := context.WithDeadline(t.Context(), deadline)
	defer cancel()
	require.NoError(t, p.db.Write(ctx, func(ctx context.Context) error {
		require.NoError(t, p.Publish(ctx, cooked{1}))
		assert.Empty(t, announced.all(), "not while the function runs")
		assert.Zero(t, eventbus.ID(ctx))
		return nil
	}))
	require.Len(t, announced.all(), 1)
	assert.NotZero(t, announced.all()[0])
	assert.Equal(t, p.stored(), announced.all())
	assert.Equal(t, announced.all(), here.all())
	require.Eventually(t, func() bool { return len(there.all()) == 1 }, patience, pollEvery)
	assert.Equal(t, announced.all(), there.all(), "another process hears of the same event")
}

func TestAnnounced_calls_all_who_want_it_in_the_order_of_the_events(t *testing.T) {
	t.Parallel()
	var order []string
	tell := func(who string) func(context.Context, eventbus.Event) error {
		return func(_ context.Context, e eventbus.Event) error {
			order = append(order, who+" "+e.EventName())
			return nil
		}
	}
	p := run(t, testkit.Postgres(t),
		eventbus.AtCommit("second", ignore[cooked]).Announced(tell("second")),
		eventbus.AtCommit("first", ignore[cooked]).Announced(tell("first")),
		eventbus.AtCommit("first", ignore[served]).Announced(tell("first")),
		eventbus.AtCommit("silent", ignore[served]))
	require.NoError(t, p.db.Write(t.Context(), func(ctx context.Context) error {
		require.NoError(t, p.Publish(ctx, served{1}))
		return p.Publish(ctx, cooked{1})
	}))
	assert.Equal(t, []string{"first kitchen.served", "first kitchen.cooked", "second kitchen.cooked"}, order)
}

func TestAnnounced_that_fails_undoes_the_Write(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		announce func(context.Context, eventbus.Event) error
		because  string
	}{
		"an error": {func(context.Context, eventbus.Event) error { return errBurnt }, "announce kitchen.cooked for memory: burnt"},
		"a panic":  {func(context.Context, eventbus.Event) error { panic("fire") }, "announce kitchen.cooked for memory: panic: fire"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var told, before, after diary
			p := run(t, testkit.Postgres(t), eventbus.AtCommit("memory", told.note).Announced(c.announce),
				eventbus.Before("before", before.note), eventbus.After("after", after.note),
				eventbus.AtCommit("other", ignore[served]))
			require.ErrorContains(t, p.db.Write(t.Context(), func(ctx context.Context) error {
				return p.Publish(ctx, cooked{1})
			}), c.because)
			assert.Empty(t, p.stored())
			p.publish(served{1}) // the bus goes on
			p.passed()
			for _, d := range []*diary{&told, &before, &after} {
				assert.Empty(t, d.all())
			}
		})
	}
}

func TestAnnounced_says_nothing_of_what_is_undone(t *testing.T) {
	t.Parallel()
	var announced, told ids
	p := runAlone(t, testkit.Postgres(t), eventbus.AtCommit("memory", told.note).Announced(announced.tell))
	require.NoError(t, p.db.Write(t.Context(), func(ctx context.Context) error {
		require.ErrorIs(t, p.db.Write(ctx, func(ctx context.Context) error {
			require.NoError(t, p.Publish(ctx, cooked{1}))
			return errBurnt
		}), errBurnt)
		return p.db.Write(ctx, func(ctx context.Context) error { return p.Publish(ctx, cooked{2}) })
	}))
	require.ErrorIs(t, p.db.Write(t.Context(), func(ctx context.Context) error {
		require.NoError(t, p.Publish(ctx, cooked{3}))
		return errBurnt
	}), errBurnt)
	assert.Len(t, announced.all(), 1)
	assert.Equal(t, p.stored(), announced.all())
	assert.Equal(t, told.all(), announced.all())
}

func TestAnnounced_calls_nobody_on_SQLite(t *testing.T) {
	t.Parallel()
	var told diary
	p := runAlone(t, testkit.SQLite(t), eventbus.AtCommit("memory", told.note).
		Announced(func(context.Context, eventbus.Event) error { return errBurnt }))
	p.publish(cooked{1})
	assert.Equal(t, numbers(1, 1), told.all())
}

func TestAnnounced_calls_nobody_without_a_started_bus(t *testing.T) {
	t.Parallel()
	url := testkit.Postgres(t)
	var announced ids
	p := build(t, open(t, url), clock.System{}, eventbus.AtCommit("memory", ignore[cooked]).Announced(announced.tell))
	p.publish(cooked{1})
	assert.Empty(t, announced.all())
	require.NoError(t, p.db.Write(t.Context(), func(ctx context.Context) error {
		require.NoError(t, p.Publish(ctx, cooked{2}))
		p.start() // what counts is the commit
		return nil
	}))
	assert.Len(t, announced.all(), 1)
	require.NoError(t, p.Stop(t.Context()))
	p.publish(cooked{3})
	assert.Len(t, announced.all(), 1)
}

// A hook would refuse it.
func TestAnnounced_leaves_other_events_alone(t *testing.T) {
	t.Parallel()
	p := run(t, testkit.Postgres(t), eventbus.AtCommit("memory", ignore[cooked]).
		Announced(func(context.Context, eventbus.Event) error { return errBurnt }))
	ctx, cancel := context.WithCancel(t.Context())
	require.NoError(t, p.db.Write(ctx, func(ctx context.Context) error {
		cancel()
		return p.Publish(ctx, served{1})
	}), "whose caller has gone")
}

func TestAnnounced_does_not_use_the_database(t *testing.T) {
	t.Parallel()
	var p process
	p = run(t, testkit.Postgres(t), eventbus.AtCommit("memory", ignore[cooked]).
		Announced(func(ctx context.Context, _ eventbus.Event) error { return p.db.Ping(ctx) }))
	require.ErrorIs(t, p.db.Write(database.WithScope(t.Context()), func(ctx context.Context) error {
		return p.Publish(ctx, cooked{1})
	}), database.ErrOuterContext)
}

func TestAnnounced_belongs_to_AtCommit(t *testing.T) {
	t.Parallel()
	db := open(t, testkit.SQLite(t))
	var announced ids
	for _, s := range []eventbus.Subscription{eventbus.Before("mail", ignore[cooked]), eventbus.After("mail", ignore[cooked])} {
		_, err := eventbus.New(eventbus.Dependencies{
			DB: db, Clock: clock.System{}, Log: zap.NewNop(), Metrics: prometheus.NewRegistry(),
			Subscriptions: []eventbus.Subscription{s.Announced(announced.tell)},
		})
		require.ErrorContains(t, err, `"mail" announces "kitchen.cooked" without AtCommit`)
	}
}

func TestID_is_the_same_for_every_handler(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		var atCommit, before, after, polled ids
		build(t, open(t, url), clock.System{}, eventbus.Before("before", polled.note)).start()
		p := runAlone(t, url, eventbus.AtCommit("memory", atCommit.note), eventbus.Before("before", before.note),
			eventbus.After("after", after.note))
		assert.Zero(t, eventbus.ID(t.Context()))
		p.publish(dishes(1, 3)...)
		want := p.stored()
		require.Len(t, want, 3)
		assert.Equal(t, want, atCommit.all())
		assert.Equal(t, want, before.all())
		for _, later := range []*ids{&after, &polled} {
			require.Eventually(t, func() bool { return len(later.all()) == 3 }, patience, pollEvery)
			assert.Equal(t, want, later.all())
		}
	})
}
