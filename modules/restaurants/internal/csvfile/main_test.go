package csvfile_test

import (
	"context"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"zomato/modules/restaurants"
	"zomato/modules/restaurants/internal/core"
	"zomato/modules/restaurants/internal/csvfile"
	"zomato/modules/restaurants/internal/sqlstore"
	"zomato/platform/clock"
	"zomato/platform/database"
	"zomato/platform/database/databasetest"
	"zomato/platform/eventbus"
	"zomato/platform/paging"
	"zomato/platform/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// fixture is an importer into a database of its own.
type fixture struct {
	*csvfile.Importer

	db      *database.DB
	service *core.Service
	events  *recorder
}

// recorder keeps the names of the events that were committed.
type recorder struct {
	mu    sync.Mutex
	names []string
}

// Publish implements core.Events.
func (r *recorder) Publish(ctx context.Context, e eventbus.Event) error {
	return database.AfterCommit(ctx, func() func(context.Context) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.names = append(r.names, e.EventName())
		return nil
	})
}

// take counts what was recorded since it was last asked, by name.
func (r *recorder) take() map[string]int {
	r.mu.Lock()
	defer r.mu.Unlock()
	counts := map[string]int{}
	for _, name := range r.names {
		counts[name]++
	}
	r.names = nil
	return counts
}

// each runs a test on both databases.
func each(t *testing.T, run func(t *testing.T, f fixture)) {
	t.Helper()
	testkit.EachDatabase(t, func(t *testing.T, url string) { run(t, open(t, url)) })
}

func open(t *testing.T, url string) fixture {
	t.Helper()
	db := databasetest.Open(t, url, sqlstore.Migrations())
	events := &recorder{}
	service, err := core.New(core.Dependencies{
		Store: sqlstore.New(db), Transactions: db, Events: events, Timezone: "Asia/Kolkata",
		Clock: clock.Func(func() time.Time { return time.UnixMilli(7).UTC() }),
	})
	require.NoError(t, err)
	return fixture{csvfile.New(service), db, service, events}
}

// taken is what an import told.
type taken struct {
	restaurants.ImportReport

	rejected map[int64]string
	rejects  string
}

// restaurants imports a file of restaurants.
func (f fixture) restaurants(t *testing.T, file string, in restaurants.Import) taken {
	t.Helper()
	return told(t, file, in, f.ImportRestaurants)
}

// items imports a file of menu items.
func (f fixture) items(t *testing.T, file string, in restaurants.Import) taken {
	t.Helper()
	return told(t, file, in, f.ImportMenuItems)
}

func told(t *testing.T, file string, in restaurants.Import,
	run func(context.Context, io.Reader, restaurants.Import) (restaurants.ImportReport, error),
) taken {
	t.Helper()
	out := taken{rejected: map[int64]string{}}
	var rejects strings.Builder
	in.Rejects = &rejects
	in.Rejected = func(line int64, reason string) { out.rejected[line] = reason }
	var err error
	out.ImportReport, err = run(t.Context(), strings.NewReader(file), in)
	require.NoError(t, err)
	out.rejects = rejects.String()
	require.Equal(t, out.Read, out.Created+out.Updated+out.Unchanged+out.Rejected)
	require.Len(t, out.rejected, int(out.Rejected))
	return out
}

// odd counts the rows with oddities by kind.
func (o taken) odd() map[string]int64 {
	counts := map[string]int64{}
	for _, oddity := range o.Oddities {
		counts[oddity.Kind] = oddity.Rows
	}
	return counts
}

// all gives all restaurants by name, ids and times left out.
func (f fixture) all(t *testing.T) map[string]restaurants.Restaurant {
	t.Helper()
	found, err := f.service.Search(t.Context(), core.Search{Sort: core.ByRelevance}, paging.Query{Limit: 10_000})
	require.NoError(t, err)
	out := map[string]restaurants.Restaurant{}
	for _, hit := range found.Items {
		r := hit.Restaurant
		r.ID, r.CreatedAt, r.UpdatedAt = 0, time.Time{}, time.Time{}
		out[r.Name] = r
	}
	require.Len(t, out, len(found.Items), "names are distinct")
	return out
}

// total gives the sum and the number of all ratings.
func (f fixture) total(t *testing.T) (sum, count int64) {
	t.Helper()
	var totals struct {
		Sum   int64 `db:"rating_sum"`
		Count int64 `db:"rating_count"`
	}
	require.NoError(t, f.db.Get(t.Context(), &totals, "SELECT rating_sum, rating_count FROM restaurants_totals"))
	return totals.Sum, totals.Count
}
