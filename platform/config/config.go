// Package config reads the configuration from the environment: typed, checked
// at once, with every mistake in one answer.
//
// team: platform
package config

import (
	"errors"
	"fmt"
	"net"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/caarlos0/env/v11"
	"go.uber.org/zap/zapcore"

	"zomato/platform/clock"
)

// Config is the whole configuration. Every field is one variable.
type Config struct {
	Listen          string    `env:"LISTEN" envDefault:"127.0.0.1:8000" doc:"Address to listen on. Beyond loopback ACCESS must be stated."`
	DatabaseURL     string    `env:"DATABASE_URL" envDefault:"sqlite:zomato.db" doc:"sqlite:PATH (created on first start) or postgres://user:password@host:5432/name."`
	Modules         []string  `env:"MODULES" doc:"The modules to run, separated by commas. Empty: all."`
	DisabledModules []string  `env:"DISABLED_MODULES" doc:"Modules to leave out, separated by commas."`
	Access          Access    `env:"ACCESS" doc:"open: everybody is staff. required: log-in (needs the identity module, which does not exist yet). Empty: open on loopback."`
	LogLevel        Level     `env:"LOG_LEVEL" envDefault:"info" doc:"debug, info, warn or error."`
	WriteBatch      Batch     `env:"WRITE_BATCH" envDefault:"256" doc:"SQLite: how many changes may share one commit; 1 is a commit for each."`
	RedisURL        string    `env:"REDIS_URL" envDefault:"redis://localhost:6379" doc:"Where instances share answers: redis://, rediss://, unix://, or redis://…?master_name=NAME&addr=HOST:PORT of sentinels. Unset: with Postgres the default is tried, and done without; SQLite keeps to its memory. Empty: no Redis."`
	CachePrefix     string    `env:"CACHE_PREFIX" envDefault:"zomato-cache" doc:"What the keys in Redis begin with."`
	CacheMemory     Megabytes `env:"CACHE_MEMORY_MB" envDefault:"64" doc:"How much memory the answers may take that are kept, in MiB."`
	CacheTTL        CacheTTL  `envPrefix:"CACHE_TTL_"`
	CacheCheckEvery uint32    `env:"CACHE_CHECK_EVERY" envDefault:"1000" doc:"Of so many answers from the cache one is compared with the database. 0: none."`
	Timezone        string    `env:"TIMEZONE" envDefault:"Asia/Kolkata" doc:"IANA time zone of a restaurant that names none."`

	// RedisGiven says that REDIS_URL is set, be it to nothing.
	RedisGiven bool
}

// Access is whether callers must log in.
type Access string

// The values of ACCESS.
const (
	Open     Access = "open"
	Required Access = "required"
)

// Variable is one row of the table of variables.
type Variable struct {
	Name, Default, Meaning string
}

var errNoPort = errors.New("there is no port")

// Load reads the environment, given as "NAME=value". The warnings name
// variables that look like ours and are none. The error lists all mistakes.
func Load(environment []string) (cfg Config, warnings []string, err error) {
	given := env.ToMap(environment)
	err = plain(env.ParseWithOptions(&cfg, env.Options{Environment: given}))
	if url, ok := given["REDIS_URL"]; ok { // the library takes an empty one for none
		cfg.RedisURL, cfg.RedisGiven = url, true
	}
	cfg.Modules, cfg.DisabledModules = names(cfg.Modules), names(cfg.DisabledModules)
	return cfg, strangers(given), errors.Join(err, cfg.check())
}

// plain leaves of the library's errors what the types below have said: the
// operator knows variables, and no fields.
func plain(err error) error {
	all, ok := errors.AsType[env.AggregateError](err)
	if !ok {
		return err
	}
	errs := make([]error, len(all.Errors))
	for i, e := range all.Errors {
		errs[i] = e
		if parse, ok := errors.AsType[env.ParseError](e); ok {
			errs[i] = parse.Err
		}
	}
	return errors.Join(errs...)
}

// names drops empty entries and spaces of a comma list.
func names(list []string) []string {
	var out []string
	for _, name := range list {
		if name = strings.TrimSpace(name); name != "" {
			out = append(out, name)
		}
	}
	return out
}

// check refuses what is well-formed and yet wrong.
func (c *Config) check() error {
	var errs []error
	host, port, err := net.SplitHostPort(c.Listen)
	if number, failure := strconv.ParseUint(port, 10, 16); err == nil && (failure != nil || strconv.FormatUint(number, 10) != port) {
		err = errNoPort
	}
	if err != nil {
		errs = append(errs, fmt.Errorf("LISTEN=%q is no address such as 127.0.0.1:8000", c.Listen))
	}
	switch {
	case c.Access == Required:
		errs = append(errs, errors.New("ACCESS=required needs the identity module, which does not exist yet: use ACCESS=open behind a proxy that checks who calls"))
	case c.Access != "" && c.Access != Open:
		errs = append(errs, fmt.Errorf("ACCESS=%q is neither open nor required", c.Access))
	case c.Access == "" && err == nil && !isLoopback(host):
		errs = append(errs, fmt.Errorf("LISTEN=%s is open to other machines and everybody who calls would be staff: state ACCESS=open if that is meant", c.Listen))
	}
	if _, err := c.CacheTTL.ByNamespace(); err != nil {
		errs = append(errs, err)
	}
	if _, err := clock.Zone(c.Timezone); err != nil {
		errs = append(errs, fmt.Errorf("TIMEZONE=%s: %w", c.Timezone, err))
	}
	return errors.Join(errs...)
}

// Batch is how many changes may share one commit, at least 1.
type Batch int

// UnmarshalText reads a whole number from 1 up.
func (b *Batch) UnmarshalText(text []byte) error {
	number, err := strconv.Atoi(string(text))
	if err != nil || number < 1 {
		return fmt.Errorf("WRITE_BATCH=%q is no whole number from 1 up", text)
	}
	*b = Batch(number)
	return nil
}

// Level is the least urgent level that is logged.
type Level struct{ zapcore.Level }

// UnmarshalText reads debug, info, warn or error.
func (l *Level) UnmarshalText(text []byte) error {
	parsed, err := zapcore.ParseLevel(string(text))
	if err != nil || parsed > zapcore.ErrorLevel {
		return fmt.Errorf("LOG_LEVEL=%q is none of debug, info, warn and error", text)
	}
	l.Level = parsed
	return nil
}

func isLoopback(host string) bool {
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}

// strangers names variables whose first word is one of ours but which do not
// exist: most likely a misspelling.
func strangers(given map[string]string) []string {
	known, first := map[string]bool{}, map[string]bool{}
	for _, v := range Table() {
		known[v.Name] = true
		first[firstWord(v.Name)] = true
	}
	var out []string
	for name := range given {
		if !known[name] && first[firstWord(name)] {
			out = append(out, fmt.Sprintf("%s is no variable of zomato: is it misspelt?", name))
		}
	}
	slices.Sort(out)
	return out
}

func firstWord(name string) string {
	word, _, _ := strings.Cut(name, "_")
	return word
}

// Table lists the variables: what --help and the README show.
func Table() []Variable { return variables(reflect.TypeFor[Config](), "") }

func variables(t reflect.Type, prefix string) (out []Variable) {
	for i := range t.NumField() {
		field := t.Field(i)
		if more, nested := field.Tag.Lookup("envPrefix"); nested {
			out = append(out, variables(field.Type, prefix+more)...)
			continue
		}
		if field.Tag.Get("env") == "" {
			continue
		}
		out = append(out, Variable{prefix + field.Tag.Get("env"), field.Tag.Get("envDefault"), field.Tag.Get("doc")})
	}
	return out
}
