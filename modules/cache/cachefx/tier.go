package cachefx

import (
	"context"

	"github.com/google/uuid"
	"go.uber.org/fx"
	"go.uber.org/zap"

	"zomato/modules/cache"
	"zomato/modules/cache/internal/core"
	"zomato/modules/cache/internal/memory"
	"zomato/modules/cache/internal/redistier"
	"zomato/modules/cache/internal/sqlstore"
	"zomato/modules/cache/internal/tiers"
	"zomato/platform/database"
)

// service is the cache with what is outside the process.
type service struct {
	*core.Cache
	outside
}

// Close implements cache.Service. What was counted since the last time is added to
// what all instances have counted.
func (s service) Close(ctx context.Context) error {
	s.Share(ctx)
	return s.outside.Close(ctx)
}

// outside is what has to be opened before the cache is used.
type outside interface {
	Open(ctx context.Context) error
	Close(ctx context.Context) error
}

// nothing is outside of a process that keeps to its memory.
type nothing struct{}

// Open implements outside.
func (nothing) Open(context.Context) error { return nil }

// Close implements outside.
func (nothing) Close(context.Context) error { return nil }

type tierNeeds struct {
	fx.In

	Config    Config
	DB        *database.DB
	Instances *sqlstore.Store
	Log       *zap.Logger
	Policies  []cache.Policy `group:"cache.policies"`
}

// newTier chooses where answers are kept (docs/adr/0023). Of Postgres there may be
// several instances, which share a Redis if there is one. SQLite has one, which
// reads its file faster than a Redis: it keeps to its memory unless a Redis is
// asked for, which then takes what memory has no room for.
func newTier(n tierNeeds) (core.Tier, outside, error) {
	log := n.Log.Named("cache")
	connect, err := n.connect()
	if err != nil {
		return nil, nil, err
	}
	if n.DB.Dialect() == database.Postgres {
		tier, err := tiers.New(tiers.Options{
			ID: uuid.NewString(), Memory: n.Config.Memory, Connect: connect, Expected: n.Config.RedisGiven,
			Instances: n.Instances, Everything: core.NamespaceTags(n.Policies), Log: log,
		})
		return tier, tier, err
	}
	near, err := memory.New(n.Config.Memory)
	if err != nil || !n.Config.RedisGiven || connect == nil {
		return near, nothing{}, err
	}
	tier := tiers.NewOverflow(near, connect, log)
	return tier, tier, nil
}

// connect says how to reach Redis, nil for not at all. It is done when the
// database has told who it is.
func (n tierNeeds) connect() (func(ctx context.Context, run string) (*redistier.Redis, error), error) {
	if n.Config.Redis == "" {
		return nil, nil //nolint:nilnil // there is none, which is no error
	}
	if err := redistier.Check(n.Config.Redis); err != nil {
		return nil, err
	}
	return func(ctx context.Context, run string) (*redistier.Redis, error) {
		id, err := n.DB.ID(ctx)
		if err != nil {
			return nil, err
		}
		return redistier.Open(redistier.Options{
			URL: n.Config.Redis, Prefix: n.Config.Prefix, Database: id, Run: run,
			Program: n.Config.Program, Policies: core.Fingerprint(n.Policies),
		})
	}, nil
}
