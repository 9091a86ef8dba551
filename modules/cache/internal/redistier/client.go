package redistier

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gofiber/storage/redis/v3"
	goredis "github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
	"github.com/sony/gobreaker/v2"
)

// Limits of the connections. Reading a row from the database takes less than a
// slow Redis: who has to wait for it gains nothing.
const (
	dialTimeout = 200 * time.Millisecond
	ioTimeout   = 100 * time.Millisecond
	retries     = 1
	// A connection that was reset is replaced at once: a request asks Redis several
	// times, and waits for each of them.
	retryAtOnce = -1
	connections = 64
	// After so many failures in a row Redis is left alone for a while.
	breakAfter = 3
	breakTime  = 200 * time.Millisecond
)

// Options say which Redis, and whose keys.
type Options struct {
	// URL is redis://…, rediss:// with TLS, unix://, or, for a Redis watched over
	// by sentinels, redis://…?master_name=NAME&addr=HOST:PORT of these.
	URL string
	// Prefix is what our keys begin with.
	Prefix string
	// Database is the identity of the database that the answers are made from.
	Database string
	// Run tells apart uses of one database that share nothing; "" where they do.
	Run string
	// Program tells apart what answers differently: versions, modules, settings.
	Program string
	// Policies tell apart programs that would end different answers for one event.
	Policies string
}

// Redis is one Redis, which need not be there. Create it with Open. Safe for
// concurrent use.
type Redis struct {
	home    string
	options Options

	client goredis.UniversalClient
	// looks sends what is asked for at the same moment together: a look costs a
	// request more in system calls than in Redis.
	looks   *goredis.AutoPipeliner
	storage *redis.Storage
	breaker *gobreaker.TwoStepCircuitBreaker[any]
	space   atomic.Pointer[space]
	greeted atomic.Int64
	version atomic.Pointer[string]
	latency atomic.Int64
	garbage atomic.Int64
}

// Open prepares to use a Redis. Nothing is connected yet. The error is a sentence
// for the operator without the password.
func Open(o Options) (*Redis, error) {
	quiet()
	r := &Redis{home: home(o.Prefix, o.Database), options: o}
	r.breaker = gobreaker.NewTwoStepCircuitBreaker[any](gobreaker.Settings{
		Name: "redis", MaxRequests: 1, Timeout: breakTime,
		ReadyToTrip:  func(c gobreaker.Counts) bool { return c.ConsecutiveFailures >= breakAfter },
		IsSuccessful: func(err error) bool { return !isOutage(err) },
		IsExcluded:   func(err error) bool { return errors.Is(err, context.Canceled) },
	})
	client, err := r.connect(o.URL)
	if err != nil {
		return nil, err
	}
	client.AddHook(guard{r.breaker})
	r.client, r.storage = client, redis.NewFromConnection(client)
	if r.looks, err = client.AutoPipeline(); err != nil {
		return nil, fmt.Errorf("prepare to ask Redis: %w", err)
	}
	return r, nil
}

// Check tells what is wrong with a URL, for the operator.
func Check(address string) error {
	_, _, err := parse(address)
	return err
}

// errURL is all that is said of a URL that cannot be used: any part of it may be
// the password.
var errURL = errors.New(`REDIS_URL is no address such as "redis://user:password@127.0.0.1:6379/0", "rediss://…" or "unix:///path": in a password write @ as %40, : as %3A, / as %2F, ? as %3F and # as %23`)

// parse reads a URL: the second answer is nil but for a Redis behind sentinels.
func parse(address string) (*goredis.Options, *goredis.FailoverOptions, error) {
	parsed, err := url.Parse(address)
	if err != nil {
		return nil, nil, errURL
	}
	if parsed.Query().Has("master_name") {
		failover, err := goredis.ParseFailoverURL(address)
		if err != nil {
			return nil, nil, errURL
		}
		return nil, failover, nil
	}
	plain, err := goredis.ParseURL(address)
	if err != nil {
		return nil, nil, errURL
	}
	return plain, nil, nil
}

// connect makes the one client.
func (r *Redis) connect(address string) (*goredis.Client, error) {
	plain, failover, err := parse(address)
	switch {
	case err != nil:
		return nil, err
	case failover != nil:
		failover.DialTimeout, failover.ReadTimeout, failover.WriteTimeout = dialTimeout, ioTimeout, ioTimeout
		failover.MaxRetries, failover.MinRetryBackoff, failover.DialerRetries, failover.PoolSize = retries, retryAtOnce, 1, connections
		failover.PoolTimeout, failover.ContextTimeoutEnabled, failover.DisableIdentity = ioTimeout, true, true
		failover.OnConnect = r.greet
		return goredis.NewFailoverClient(failover), nil
	}
	plain.DialTimeout, plain.ReadTimeout, plain.WriteTimeout = dialTimeout, ioTimeout, ioTimeout
	plain.MaxRetries, plain.MinRetryBackoff, plain.DialerRetries, plain.PoolSize = retries, retryAtOnce, 1, connections
	plain.PoolTimeout, plain.ContextTimeoutEnabled, plain.DisableIdentity = ioTimeout, true, true
	plain.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	plain.OnConnect = r.greet
	return goredis.NewClient(plain), nil
}

// errCluster refuses what is not built yet.
var errCluster = errors.New("this Redis is a cluster, which zomato cannot use yet: name a single one, or one behind sentinels")

// greet asks a Redis, on each new connection and before anything else is said on
// it, which run it is. Another run has other keys.
func (r *Redis) greet(ctx context.Context, conn *goredis.Conn) error {
	number := r.greeted.Add(1)
	text, err := conn.Info(ctx, "server").Result()
	if err != nil {
		return fmt.Errorf("ask Redis who it is: %w", err)
	}
	said := saidIn(text)
	if said["redis_mode"] == "cluster" {
		return errCluster
	}
	version := said["redis_version"]
	r.version.Store(&version)
	found := newSpace(r.home, r.options.Run+said["run_id"], r.options.Program)
	found.greeting = number
	for known := r.space.Load(); known == nil || known.base != found.base; known = r.space.Load() {
		if known != nil && known.greeting > number { // it has met another run meanwhile
			return ErrMoved
		}
		if r.space.CompareAndSwap(known, found) {
			break
		}
	}
	return nil
}

// saidIn reads an answer to INFO.
func saidIn(text string) map[string]string {
	said := map[string]string{}
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		said[name] = value
	}
	return said
}

// ErrMoved says that Redis became another one again and again.
var ErrMoved = errors.New("redis was replaced while it was asked")

// within does something with our keys. When it turns out that it went to another
// run of Redis than it was meant for, which greet notices before, it is done again:
// nothing that the other run says of our keys is true.
func (r *Redis) within(ctx context.Context, do func(*space) error) error {
	for range 3 {
		s := r.space.Load()
		if s == nil {
			if err := r.client.Ping(ctx).Err(); err != nil {
				return err
			}
			continue
		}
		err := do(s)
		if r.space.Load() == s {
			return err
		}
	}
	return ErrMoved
}

// served is within for what may only be believed where everything that was kept
// before has been ended: a run that was left may come back as it was.
func (r *Redis) served(ctx context.Context, do func(*space) error) error {
	return r.within(ctx, func(s *space) error {
		if !s.entered.Load() {
			return ErrMoved
		}
		return do(s)
	})
}

// isOutage tells an error that says Redis cannot be used from an answer.
func isOutage(err error) bool {
	if err == nil || errors.Is(err, goredis.Nil) || errors.Is(err, context.Canceled) {
		return false
	}
	if !isReply(err) {
		return true
	}
	for _, beginning := range []string{"READONLY", "OOM", "LOADING", "MASTERDOWN", "MISCONF", "NOREPLICAS", "NOAUTH", "WRONGPASS", "NOPERM", "CLUSTERDOWN", "ERR max number of clients"} {
		if goredis.HasErrorPrefix(err, beginning) {
			return true
		}
	}
	return false
}

// isReply tells whether Redis has answered.
func isReply(err error) bool {
	var reply goredis.Error
	return errors.As(err, &reply)
}

// errResting is what is said while Redis is left alone.
var errResting = errors.New("redis has failed a moment ago")

// passed marks the context of a command that the guard has let through. What is
// said first on a new connection belongs to it, and is not stopped.
type passed struct{}

// guard is the circuit breaker in front of every command. It is a hook: the
// client's own Limiter is not there behind sentinels.
type guard struct {
	breaker *gobreaker.TwoStepCircuitBreaker[any]
}

// DialHook implements redis.Hook.
func (guard) DialHook(next goredis.DialHook) goredis.DialHook { return next }

// ProcessHook implements redis.Hook.
func (g guard) ProcessHook(next goredis.ProcessHook) goredis.ProcessHook {
	return func(ctx context.Context, command goredis.Cmder) error {
		if ctx.Value(passed{}) != nil {
			return next(ctx, command)
		}
		done, err := g.breaker.Allow()
		if err != nil {
			command.SetErr(errResting)
			return errResting
		}
		err = next(context.WithValue(ctx, passed{}, true), command)
		done(err)
		return err
	}
}

// ProcessPipelineHook implements redis.Hook.
func (g guard) ProcessPipelineHook(next goredis.ProcessPipelineHook) goredis.ProcessPipelineHook {
	return func(ctx context.Context, commands []goredis.Cmder) error {
		if ctx.Value(passed{}) != nil {
			return next(ctx, commands)
		}
		done, err := g.breaker.Allow()
		if err != nil {
			for _, command := range commands {
				command.SetErr(errResting)
			}
			return errResting
		}
		err = next(context.WithValue(ctx, passed{}, true), commands)
		done(err)
		return err
	}
}

// silence takes what the client would write to the standard error: whoever asked
// is told by the error.
type silence struct{}

// Printf implements the logger of the client.
func (silence) Printf(context.Context, string, ...any) {}

// quiet is done once: the client's logger is a global.
//
//nolint:gochecknoglobals // see above
var quiet = sync.OnceFunc(func() { goredis.SetLogger(silence{}) })

// Close gives the connections back.
func (r *Redis) Close() error { return r.client.Close() }
