// Package cachefx wires the cache module.
//
// team: cache
package cachefx

import (
	"context"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/fx"
	"go.uber.org/zap"

	"zomato/modules/cache"
	"zomato/modules/cache/internal/core"
	"zomato/modules/cache/internal/httpapi"
	"zomato/modules/cache/internal/numbers"
	"zomato/modules/cache/internal/sqlstore"
	"zomato/platform/database"
	"zomato/platform/httpserver"
)

// Config is what the module takes from the configuration. The application
// supplies it.
type Config struct {
	// Memory is how many bytes the answers in memory may take.
	Memory int64
	// TTLs are by namespace, in the place of those of the policies.
	TTLs map[string]time.Duration
	// CheckEvery is of how many hits one is compared with its source; 0: none.
	CheckEvery uint32
	// Redis is its URL, "" for none; RedisGiven says that somebody has asked for it.
	Redis      string
	RedisGiven bool
	// Prefix is what the keys in Redis begin with.
	Prefix string
	// Program tells apart instances that answer differently.
	Program string
}

// Module wires the cache module.
func Module() fx.Option {
	return fx.Module("cache",
		fx.Provide(fx.Private, sqlstore.New, newTier, newCore, httpapi.NewAdmin),
		fx.Provide(
			func(c *core.Cache, o outside) cache.Service { return service{c, o} },
			fx.Annotate(sqlstore.Migrations, fx.ResultTags(`group:"migrations"`)),
			func(c *core.Cache) httpserver.ResponseCache { return httpapi.NewResponses(c) },
			fx.Annotate((*httpapi.Admin).Routes, fx.ResultTags(`group:"routes"`)),
			fx.Annotate((*core.Cache).Subscriptions, fx.ResultTags(`group:"subscriptions,flatten"`)),
		),
	)
}

// Disabled stands in for the module where it is switched off: every answer is
// loaded.
func Disabled() fx.Option {
	return fx.Module("cache",
		fx.Supply(fx.Annotate(disabled{}, fx.As(new(cache.Service)), fx.As(new(httpserver.ResponseCache)))),
	)
}

type needs struct {
	fx.In

	Config   Config
	DB       *database.DB
	Tier     core.Tier
	Log      *zap.Logger
	Metrics  *prometheus.Registry
	Policies []cache.Policy  `group:"cache.policies"`
	Popular  []cache.Popular `group:"cache.popular"`
}

func newCore(n needs) (*core.Cache, error) {
	c, err := core.New(context.Background(), core.Options{
		Tier: n.Tier, Policies: n.Policies, Popular: n.Popular, TTLs: n.Config.TTLs, CheckEvery: n.Config.CheckEvery,
		// SQLite is served by one instance; of Postgres there may be several.
		Alone: n.DB.Dialect() == database.SQLite,
		Now:   time.Now, Log: n.Log.Named("cache"),
	})
	if err != nil {
		return nil, err
	}
	if err = n.Metrics.Register(numbers.Of(c)); err != nil {
		return nil, fmt.Errorf("register the metrics of the cache: %w", err)
	}
	return c, nil
}

// disabled keeps nothing.
type disabled struct{}

// Route implements httpserver.ResponseCache.
func (disabled) Route(string) (httpserver.CachedRoute, bool) { return nil, true }

// Open implements cache.Service.
func (disabled) Open(context.Context) error { return nil }

// Close implements cache.Service.
func (disabled) Close(context.Context) error { return nil }

// Start implements cache.Service.
func (disabled) Start(cache.Live) {}

// Stop implements cache.Service.
func (disabled) Stop(context.Context) error { return nil }
