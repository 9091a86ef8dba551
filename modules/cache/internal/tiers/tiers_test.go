package tiers_test

import (
	"context"
	"crypto/rand"
	"strings"
	"testing"

	goredis "github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"zomato/modules/cache/internal/core"
	"zomato/modules/cache/internal/memory"
	"zomato/modules/cache/internal/redistier"
	"zomato/modules/cache/internal/sqlstore"
	"zomato/modules/cache/internal/tiers"
	"zomato/modules/cache/internal/tiertest"
	"zomato/platform/database"
	"zomato/platform/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// world is a Redis and a database that some instances share.
type world struct {
	redis, prefix, database string
	db                      *database.DB
	client                  *goredis.Client
}

func newWorld(t *testing.T, redis, url string) *world {
	t.Helper()
	db, err := database.Open(t.Context(), database.Config{URL: url}, zap.NewNop())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	_, err = db.Migrate(t.Context(), []database.Migrations{sqlstore.Migrations()})
	require.NoError(t, err)
	options, err := goredis.ParseURL(redis)
	require.NoError(t, err)
	client := goredis.NewClient(options)
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	return &world{redis: redis, prefix: "te[s]t*" + rand.Text(), database: rand.Text(), db: db, client: client}
}

// connect gives what an instance reaches Redis by.
func (w *world) connect(_ context.Context, run string) (*redistier.Redis, error) {
	return redistier.Open(redistier.Options{URL: w.redis, Prefix: w.prefix, Database: w.database, Run: run, Program: "p", Policies: "q"})
}

// instance starts one more.
func (w *world) instance(t *testing.T) *tiers.Tier {
	t.Helper()
	return w.start(t, w.connect)
}

// cutOff starts one that does not reach Redis.
func (w *world) cutOff(t *testing.T) *tiers.Tier {
	t.Helper()
	return w.start(t, func(context.Context, string) (*redistier.Redis, error) {
		return redistier.Open(redistier.Options{URL: "redis://127.0.0.1:1", Prefix: w.prefix, Database: w.database})
	})
}

func (w *world) start(t *testing.T, connect func(context.Context, string) (*redistier.Redis, error)) *tiers.Tier {
	t.Helper()
	tier, err := tiers.New(tiers.Options{
		ID: rand.Text(), Memory: 64 << 20, Connect: connect, Expected: true, Instances: sqlstore.New(w.db),
		Everything: []string{"namespace:things"}, Log: zap.NewNop(),
	})
	require.NoError(t, err)
	require.NoError(t, tier.Open(t.Context()))
	t.Cleanup(func() { require.NoError(t, tier.Close(context.WithoutCancel(t.Context()))) })
	return tier
}

// lose removes the tokens of tags from Redis, and from the memory of an instance.
func (w *world) lose(tier *tiers.Tier) func(context.Context, []string) error {
	return func(ctx context.Context, tags []string) error {
		var cursor uint64
		for {
			keys, next, err := w.client.Scan(ctx, cursor, "*"+w.prefix[7:]+"*", 1000).Result()
			if err != nil {
				return err
			}
			for _, key := range keys {
				for _, tag := range tags {
					if strings.HasSuffix(key, ":token:"+tag) {
						w.client.Del(ctx, key)
					}
				}
			}
			if cursor = next; cursor == 0 {
				break
			}
		}
		tier.ForgetCopies(tags)
		return nil
	}
}

func TestTier_together_keeps_its_promises(t *testing.T) {
	t.Parallel()
	redis := testkit.Redis(t)
	tiertest.Run(t, func(t *testing.T) tiertest.Subject {
		t.Helper()
		w := newWorld(t, redis, testkit.SQLite(t))
		tier := w.instance(t)
		require.Equal(t, core.Up, tier.Shared().Status)
		return tiertest.Subject{Tier: tier, Lose: w.lose(tier)}
	})
}

func TestTier_apart_keeps_its_promises(t *testing.T) {
	t.Parallel()
	tiertest.Run(t, func(t *testing.T) tiertest.Subject {
		t.Helper()
		tier, err := tiers.New(tiers.Options{ID: rand.Text(), Memory: 64 << 20, Log: zap.NewNop()})
		require.NoError(t, err)
		return tiertest.Subject{Tier: tier, Counts: true, Lose: func(_ context.Context, tags []string) error {
			tier.ForgetCopies(tags)
			return nil
		}}
	})
}

func TestOverflow_keeps_its_promises(t *testing.T) {
	t.Parallel()
	redis := testkit.Redis(t)
	tiertest.Run(t, func(t *testing.T) tiertest.Subject {
		t.Helper()
		w := newWorld(t, redis, testkit.SQLite(t))
		near, err := memory.New(64 << 20)
		require.NoError(t, err)
		tier := tiers.NewOverflow(near, w.connect, zap.NewNop())
		require.NoError(t, tier.Open(t.Context()))
		t.Cleanup(func() { require.NoError(t, tier.Close(context.WithoutCancel(t.Context()))) })
		return tiertest.Subject{Tier: tier, Lose: func(_ context.Context, tags []string) error {
			near.Forget(tags)
			return nil
		}}
	})
}
