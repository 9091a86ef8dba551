package idempotency_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"zomato/platform/clock"
	"zomato/platform/database"
	"zomato/platform/database/databasetest"
	"zomato/platform/fault"
	"zomato/platform/idempotency"
	"zomato/platform/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

var errBurnt = errors.New("burnt")

// patience bounds what is waited for; it is no promise about time.
const patience = 20 * time.Second

// kitchen is an instance of a service that cooks dishes. Their names are unique
// unless they are empty.
type kitchen struct {
	*idempotency.Keys

	t  *testing.T
	db *database.DB
	// tx is the unit of work of cook.
	tx  idempotency.Transactions
	now *watch
}

// open gives a kitchen with an empty database.
func open(t *testing.T, url string) kitchen {
	t.Helper()
	db := databasetest.Open(t, url, idempotency.Migrations())
	id := "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY"
	if db.Dialect() == database.SQLite {
		id = "INTEGER PRIMARY KEY AUTOINCREMENT"
	}
	k := kitchen{t: t, db: db, tx: db, now: &watch{now: time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)}}
	k.Keys = idempotency.New(db, k.now, zap.NewNop())
	k.exec("CREATE TABLE dishes (id " + id + ", name TEXT NOT NULL)")
	k.exec("CREATE UNIQUE INDEX dishes_name ON dishes (name) WHERE name <> ''")
	return k
}

// another gives a second instance on the same database.
func (k kitchen) another() kitchen {
	k.Keys = idempotency.New(k.db, k.now, zap.NewNop())
	return k
}

func (k kitchen) exec(statement string, args ...any) {
	k.t.Helper()
	require.NoError(k.t, k.db.Write(k.t.Context(), func(ctx context.Context) error {
		_, err := k.db.Exec(ctx, statement, args...)
		return err
	}))
}

// number reads one number from the database.
func (k kitchen) number(query string) (n int) {
	k.t.Helper()
	require.NoError(k.t, k.db.Get(k.t.Context(), &n, query))
	return n
}

// has checks how many dishes there are, and how many answers.
func (k kitchen) has(dishes, answers int) {
	k.t.Helper()
	assert.Equal(k.t, dishes, k.number("SELECT COUNT(*) FROM dishes"), "dishes")
	assert.Equal(k.t, answers, k.number("SELECT COUNT(*) FROM platform_idempotency"), "answers")
}

// dish is what the use case makes.
type dish struct{ ID int64 }

// asked is a request to cook a dish of a name.
func asked(key, name string) idempotency.Request {
	return idempotency.NewRequest(idempotency.Scope{Key: key, Path: "/dishes/", Method: "POST", Caller: "staff"}, nil, []byte(name))
}

// serve makes the answer.
func serve(made any) (idempotency.Answer, error) {
	body, err := json.Marshal(made)
	id := made.(dish).ID
	return idempotency.Answer{Status: 201, Location: fmt.Sprint("/dishes/", id), ETag: "1", Body: body, CustomerID: 7}, err
}

// cook is the use case.
func (k kitchen) cook(ctx context.Context, name string) error {
	_, err := idempotency.Write(ctx, k.tx, func(ctx context.Context) (made dish, err error) {
		err = k.db.Get(ctx, &made.ID, "INSERT INTO dishes (name) VALUES (?) RETURNING id", name)
		return made, err
	})
	return err
}

// result is what Once has given.
type result struct {
	answer   idempotency.Answer
	replayed bool
	err      error
}

// once answers a request by running something.
func (k kitchen) once(r idempotency.Request, run func(context.Context) error) (got result) {
	got.answer, got.replayed, got.err = k.Once(database.WithScope(k.t.Context()), r, serve, run)
	return got
}

// ask answers a request to cook.
func (k kitchen) ask(key, name string) result {
	return k.once(asked(key, name), func(ctx context.Context) error { return k.cook(ctx, name) })
}

// isNew checks the first answer to a request. Ids are left out when something
// is run twice, so it takes the dish that was made last.
func (k kitchen) isNew(r result) {
	k.t.Helper()
	require.NoError(k.t, r.err)
	assert.False(k.t, r.replayed)
	assert.Equal(k.t, int64(k.number("SELECT MAX(id) FROM dishes")), r.id())
}

// repeats checks that an answer is another one once more.
func (r result) repeats(t *testing.T, first result) {
	t.Helper()
	require.NoError(t, r.err)
	assert.True(t, r.replayed)
	want := first.answer
	want.CustomerID = 0 // nobody needs it again
	assert.Equal(t, want, r.answer)
}

// isRefused checks for a fault.
func (r result) isRefused(t *testing.T, code string) {
	t.Helper()
	require.True(t, fault.Is(r.err, code), "%s, and not %v", code, r.err)
	assert.Empty(t, r.answer)
	assert.False(t, r.replayed)
}

// watch is a clock that a test moves.
type watch struct {
	mu  sync.Mutex
	now time.Time
}

var _ clock.Clock = (*watch)(nil)

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

// transactions makes a unit of work of a function.
type transactions func(ctx context.Context, fn func(context.Context) error) error

// Write implements idempotency.Transactions.
func (f transactions) Write(ctx context.Context, fn func(context.Context) error) error {
	return f(ctx, fn)
}

// id is that of the dish in the answer.
func (r result) id() (id int64) {
	_, _ = fmt.Sscanf(r.answer.Location, "/dishes/%d", &id)
	return id
}

// reconnected gives an instance with another connection to the database.
func (k kitchen) reconnected(url string) kitchen {
	k.db = databasetest.Open(k.t, url, idempotency.Migrations())
	k.tx = k.db
	return k.another()
}
