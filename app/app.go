package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"go.uber.org/fx"
	"go.uber.org/fx/fxevent"
	"go.uber.org/zap"

	"zomato/modules/cache"
	"zomato/modules/cache/cachefx"
	"zomato/modules/customers"
	"zomato/modules/restaurants/restaurantsfx"
	"zomato/platform/clock"
	"zomato/platform/config"
	"zomato/platform/database"
	"zomato/platform/eventbus"
	"zomato/platform/httpserver"
	"zomato/platform/idempotency"
	"zomato/platform/module"
)

// How long a start may take, migrations included, and how long a stop may.
const (
	startTimeout = 2 * time.Minute
	stopTimeout  = 10 * time.Second
)

// newApp builds the application from the module table. The option says what it
// does once built: serve, or migrate.
func newApp(cfg config.Config, log *zap.Logger, table []module.Module, purpose ...fx.Option) (*fx.App, error) {
	return newAppOn(openDatabase, cfg, log, table, purpose...)
}

// opener is a constructor of the database.
type opener func(fx.Lifecycle, fx.Shutdowner, config.Config, *zap.Logger) (*database.DB, error)

// newAppOn does it on the database that the opener gives.
func newAppOn(open opener, cfg config.Config, log *zap.Logger, table []module.Module, purpose ...fx.Option) (*fx.App, error) {
	enabled, err := choose(table, cfg.Modules, cfg.DisabledModules)
	if err != nil {
		return nil, err
	}
	options := []fx.Option{
		fx.Supply(cfg, log, enabled, statuses(table, enabled), restaurantsfx.Config{Timezone: cfg.Timezone}),
		fx.Provide(
			func() clock.Clock { return clock.System{} },
			cacheConfig,
			newMetrics,
			open,
			idempotency.New,
			fx.Annotate(newForgetter, fx.ResultTags(`group:"customers.erasers"`)),
			eventbus.NewPublisher,
			newBus,
			newServer,
		),
		fx.StartTimeout(startTimeout),
		fx.StopTimeout(stopTimeout),
		fx.WithLogger(func() fxevent.Logger {
			return fxLogger(log)
		}),
	}
	for _, m := range table {
		if enabled.Has(m.Name) {
			options = append(options, m.On)
		} else {
			options = append(options, m.Off)
		}
	}
	app := fx.New(append(options, purpose...)...)
	if err = app.Err(); err != nil {
		return nil, fmt.Errorf("build the application: %w", err)
	}
	return app, nil
}

func cacheConfig(cfg config.Config) (cachefx.Config, error) {
	ttls, err := cfg.CacheTTL.ByNamespace()
	return cachefx.Config{
		Memory: int64(cfg.CacheMemory) << 20, TTLs: ttls, CheckEvery: cfg.CacheCheckEvery,
		Redis: cfg.RedisURL, RedisGiven: cfg.RedisGiven, Prefix: cfg.CachePrefix,
		Program: fmt.Sprint(version(), cfg.Modules, cfg.DisabledModules, cfg.Timezone, cfg.Access),
	}, err
}

// fxLogger tells what fx does to those who debug: an error of a start reaches
// the operator as one sentence, from main.
func fxLogger(log *zap.Logger) fxevent.Logger {
	quiet := &fxevent.ZapLogger{Logger: log.Named("fx")}
	quiet.UseLogLevel(zap.DebugLevel)
	quiet.UseErrorLevel(zap.DebugLevel)
	return quiet
}

func newMetrics(db *database.DB) *prometheus.Registry {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	registry.MustRegister(db.Numbers()...)
	return registry
}

func openDatabase(lc fx.Lifecycle, stop fx.Shutdowner, cfg config.Config, log *zap.Logger) (*database.DB, error) {
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	db, err := database.Open(ctx, database.Config{
		URL: cfg.DatabaseURL, WriteBatch: int(cfg.WriteBatch),
		Fatal: giveUp(stop, log),
	}, log)
	if err != nil {
		return nil, err
	}
	lc.Append(fx.StopHook(db.Close))
	return db, nil
}

// giveUp stops the application with exit status 1, so that whoever watches over
// the process starts it again. Why has been logged.
func giveUp(stop fx.Shutdowner, log *zap.Logger) func(error) {
	return func(error) {
		if err := stop.Shutdown(fx.ExitCode(1)); err != nil {
			log.Error("cannot stop: end this process and start it again", zap.Error(err))
		}
	}
}

type busNeeds struct {
	fx.In

	DB            *database.DB
	Clock         clock.Clock
	Log           *zap.Logger
	Metrics       *prometheus.Registry
	Publisher     *eventbus.Publisher
	Subscriptions []eventbus.Subscription `group:"subscriptions"`
}

func newBus(n busNeeds) (*eventbus.Bus, error) {
	return eventbus.New(eventbus.Dependencies{
		DB: n.DB, Clock: n.Clock, Log: n.Log, Metrics: n.Metrics, Publisher: n.Publisher, Subscriptions: n.Subscriptions,
	})
}

// forgetter erases the kept answers about a customer.
type forgetter struct{ keys *idempotency.Keys }

func newForgetter(keys *idempotency.Keys) customers.Eraser { return forgetter{keys} }

// EraseCustomer implements customers.Eraser.
func (f forgetter) EraseCustomer(ctx context.Context, customerID int64) error {
	return f.keys.Forget(ctx, customerID)
}

type serverNeeds struct {
	fx.In

	Config  config.Config
	Log     *zap.Logger
	DB      *database.DB
	Bus     *eventbus.Bus
	Keys    *idempotency.Keys
	Cache   httpserver.ResponseCache
	Metrics *prometheus.Registry
	Modules []httpserver.ModuleStatus
	Routes  []httpserver.Routes `group:"routes"`
}

func newServer(n serverNeeds) (*httpserver.Server, error) {
	return httpserver.New(httpserver.Options{
		Listen: n.Config.Listen, Version: version(), Context: database.WithScope,
		Modules: n.Modules, Routes: n.Routes, Keys: n.Keys, Cache: n.Cache, Metrics: n.Metrics,
		Checks: []httpserver.HealthCheck{
			{Name: "database", Check: func(ctx context.Context) (string, error) { return "ok", n.DB.Ping(ctx) }},
			{Name: "outbox", Check: outboxCheck(n.Bus)},
		},
	}, n.Log)
}

// outboxCheck shows a backlog; it never makes the instance unready, since
// requests are answered all the same.
func outboxCheck(bus *eventbus.Bus) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) {
		pending, err := bus.Pending(ctx)
		switch {
		case err != nil:
			return "unknown", nil //nolint:nilerr // the check of the database tells
		case pending > 0:
			return fmt.Sprintf("outbox_pending: %d", pending), nil
		default:
			return "ok", nil
		}
	}
}

// schema is everything that has migrations.
type schema struct {
	fx.In

	DB         *database.DB
	Modules    []httpserver.ModuleStatus
	Migrations []database.Migrations `group:"migrations"`
}

// migrate applies the migrations of the platform and of every enabled module,
// in the order of the module table: fx gives groups in any order.
func (s schema) migrate(ctx context.Context) ([]database.Applied, error) {
	place := map[string]int{}
	for i, m := range s.Modules {
		place[m.Name] = i
	}
	ordered := slices.Clone(s.Migrations)
	slices.SortFunc(ordered, func(a, b database.Migrations) int { return place[a.Module] - place[b.Module] })
	return s.DB.Migrate(ctx, append([]database.Migrations{eventbus.Migrations(), idempotency.Migrations()}, ordered...))
}

// serve starts in this order: lock, migrations, Redis, outbox, keys, listening, warming.
// It stops in reverse: what is in flight is answered while everything it needs
// still runs.
func serve(
	lc fx.Lifecycle, s schema, bus *eventbus.Bus, keys *idempotency.Keys, server *httpserver.Server, kept cache.Service, log *zap.Logger,
) {
	var unlock func() error
	lc.Append(fx.Hook{
		OnStart: func(context.Context) (err error) {
			unlock, err = s.DB.LockForServe()
			return err
		},
		OnStop: func(context.Context) error { return unlock() },
	})
	lc.Append(fx.StartHook(func(ctx context.Context) error {
		applied, err := s.migrate(ctx)
		if err == nil && len(applied) > 0 {
			log.Info("migrated", zap.Int("migrations", len(applied)))
		}
		return err
	}))
	lc.Append(fx.StartStopHook(kept.Open, kept.Close))
	lc.Append(fx.StartStopHook(bus.Start, bus.Stop))
	lc.Append(fx.StartStopHook(keys.Start, keys.Stop))
	lc.Append(fx.StartStopHook(func(ctx context.Context) error {
		if err := server.Start(ctx); err != nil {
			return err
		}
		log.Info("serving", zap.String("address", "http://"+server.Address()), zap.String("docs", "http://"+server.Address()+"/docs"))
		return nil
	}, server.Stop))
	lc.Append(fx.StartStopHook(func() {
		kept.Start(cache.Live{Ask: server.Ask, Find: server.Find, Heard: bus.Heard, Pending: bus.Pending})
	}, kept.Stop))
}
