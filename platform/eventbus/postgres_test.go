package eventbus_test

import (
	"context"
	neturl "net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"zomato/platform/clock"
	"zomato/platform/eventbus"
	"zomato/platform/testkit"
)

// kitchens are two processes on Postgres: one with subscribers whose poller
// waits for the test, and one whose events come through the outbox.
func kitchens(t *testing.T, before, after *diary) (serving, importing process) {
	t.Helper()
	url := patient(t, testkit.Postgres(t))
	serving = build(t, open(t, url), clock.System{}, eventbus.Before("before", before.note), eventbus.After("after", after.note)).
		with(eventbus.Limits{Poll: never}).start()
	return serving, build(t, open(t, url), clock.System{})
}

// patient lets Writes be held open for as long as transactions of other tests
// take, which is longer than the server usually allows.
func patient(t *testing.T, url string) string {
	t.Helper()
	address, err := neturl.Parse(url)
	require.NoError(t, err)
	query := address.Query()
	query.Set("idle_in_transaction_session_timeout", "60s")
	address.RawQuery = query.Encode()
	return address.String()
}

// publishAndHold publishes an event in a transaction that is committed when the
// answer is called.
func (p process) publishAndHold(e eventbus.Event) (commit func()) {
	published, mayCommit, committed := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		committed <- p.db.Write(p.t.Context(), func(ctx context.Context) error {
			err := p.Publish(ctx, e)
			close(published)
			<-mayCommit
			return err
		})
	}()
	<-published
	return func() {
		close(mayCommit)
		require.NoError(p.t, <-committed)
	}
}

func TestPostgres_does_not_pass_an_older_transaction_that_is_still_running(t *testing.T) {
	t.Parallel()
	var before, after diary
	serving, importing := kitchens(t, &before, &after)
	commit := importing.publishAndHold(cooked{1})
	importing.publish(cooked{2})
	require.NoError(t, serving.Poll(t.Context()))
	commit()
	serving.readable()
	require.NoError(t, serving.Poll(t.Context()))
	before.has(t, 1, 2)
	after.has(t, 1, 2)
}

// An id cursor would be past the first event when that is committed.
func TestPostgres_does_not_go_by_ids_alone(t *testing.T) {
	t.Parallel()
	var before, after diary
	serving, importing := kitchens(t, &before, &after)
	var commit func()
	require.NoError(t, importing.db.Write(t.Context(), func(ctx context.Context) error {
		var older string
		require.NoError(t, importing.db.Get(ctx, &older, "SELECT pg_current_xact_id()::text"))
		commit = importing.publishAndHold(cooked{1})
		return importing.Publish(ctx, cooked{2})
	}))
	require.Eventually(t, func() bool {
		return assert.NoError(t, serving.Poll(t.Context())) && len(before.all()) == 1 && len(after.all()) == 1
	}, patience, pollEvery)
	commit()
	serving.readable()
	require.NoError(t, serving.Poll(t.Context()))
	before.has(t, 2, 1)
	after.has(t, 2, 1)
}

// The transactions of a restored database are counted anew.
func TestPostgres_restored_from_a_dump_delivers_again(t *testing.T) {
	t.Parallel()
	url := testkit.Postgres(t)
	db := open(t, url)
	var before, after diary
	subscriptions := []eventbus.Subscription{eventbus.Before("before", before.note), eventbus.After("after", after.note)}
	dumped := build(t, db, clock.System{}, subscriptions...)
	require.NoError(t, dumped.Start(t.Context()))
	dumped.publish(cooked{1})
	dumped.passed()
	require.NoError(t, dumped.Stop(t.Context()))
	const later = 1 << 60
	dumped.exec("UPDATE platform_outbox SET tx = ?", int64(later))
	dumped.exec("UPDATE platform_subscribers SET position_tx = ?", int64(later))

	restored := build(t, db, clock.System{}, subscriptions...).start()
	restored.publish(cooked{2})
	before.has(t, 1, 1, 2)
	after.has(t, 1, 1, 2)
	restored.passed()
}
