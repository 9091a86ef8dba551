// Command zomato is the backend of a food-delivery company.
//
// team: platform
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"
	_ "time/tzdata" // restaurants have time zones; the machine may have no database of them

	"github.com/alecthomas/kong"
	"go.uber.org/fx"
	"go.uber.org/zap"

	"zomato/platform/config"
	"zomato/platform/database"
	"zomato/platform/logging"
)

// commands are what `zomato --help` lists.
type commands struct {
	Serve       serveCommand       `cmd:"" default:"1" help:"Serve the API (the default)."`
	Migrate     migrateCommand     `cmd:"" help:"Apply the migrations of the enabled modules and stop."`
	Import      importCommand      `cmd:"" help:"Take over restaurants or menus from a CSV file, also while a server runs."`
	Demo        demoCommand        `cmd:"" help:"Fill the empty database at DATABASE_URL with a city: restaurants, menus, customers, orders and reviews."`
	Modules     modulesCommand     `cmd:"" help:"Print what this configuration is made of: its modules, and why each is on or off."`
	OpenAPI     openAPICommand     `cmd:"" name:"openapi" help:"Print the OpenAPI document of the enabled modules."`
	Healthcheck healthcheckCommand `cmd:"" help:"Ask the instance at LISTEN whether it is ready; exit status 0 or 1."`
	Version     versionCommand     `cmd:"" help:"Print the version."`
}

func main() {
	var cli commands
	parsed := kong.Parse(&cli, kong.Name("zomato"), kong.Description("The backend of a food-delivery company."), kong.UsageOnError())
	if err := parsed.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "zomato: "+plain(err))
		os.Exit(1)
	}
}

// load reads the configuration and makes the logger.
func load() (config.Config, *zap.Logger, error) {
	cfg, warnings, err := config.Load(os.Environ())
	if err != nil {
		return cfg, nil, err
	}
	log := logging.New(os.Stderr, cfg.LogLevel.Level)
	for _, warning := range warnings {
		log.Warn(warning)
	}
	return cfg, log, nil
}

// gcPercent lets the heap of a server grow to five times what is in use before
// it is swept. What is in use is a few MiB, so that Go's own 100 means a sweep
// for each hundred lists, a fifth of their CPU time. GOGC overrules it.
const gcPercent = 400

type serveCommand struct{}

// Help implements kong.HelpProvider: the table of variables.
func (serveCommand) Help() string {
	var out strings.Builder
	out.WriteString("Configuration comes from the environment:\n\n")
	table := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
	for _, v := range config.Table() {
		_, _ = fmt.Fprintf(table, "  %s\t%s\t%s\n", v.Name, v.Default, v.Meaning)
	}
	_ = table.Flush() // into memory
	return out.String()
}

// Run serves until SIGINT or SIGTERM.
func (serveCommand) Run() error {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	cfg, log, err := load()
	if err != nil {
		return err
	}
	app, err := newApp(cfg, log, moduleTable(), fx.Invoke(oneForTheWriter, serve))
	if err != nil {
		return err
	}
	signals := app.Wait() // before the start: until it is called, a signal kills
	begun, err := startUnlessSignalled(app)
	if err != nil {
		return err
	}
	told := fx.ShutdownSignal{Signal: syscall.SIGTERM}
	if begun {
		told = <-signals
	}
	log.Info("stopping", zap.Stringer("signal", told.Signal))
	stop, cancel := context.WithTimeout(context.Background(), app.StopTimeout())
	defer cancel()
	return errors.Join(verdict(told), app.Stop(stop))
}

// oneForTheWriter lets Go run on one thread more than there are CPUs, unless
// GOMAXPROCS says on how many. SQLite's writer is mostly in C or waits for the disk,
// and keeps its thread meanwhile: all others would be one short until the runtime sees
// it, after up to 10 ms (docs/adr/0027). A limit of the container that changes later is
// not followed any more.
func oneForTheWriter(db *database.DB) {
	if db.Dialect() == database.SQLite && os.Getenv("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + 1)
	}
}

// startUnlessSignalled starts the application, which may wait for a database or
// for the migrations of others, and gives up when it is told to stop.
func startUnlessSignalled(app *fx.App) (begun bool, err error) {
	limited, cancel := context.WithTimeout(context.Background(), app.StartTimeout())
	defer cancel()
	start, cancel := signal.NotifyContext(limited, syscall.SIGINT, syscall.SIGTERM)
	defer cancel()
	err = app.Start(start)
	if err != nil && start.Err() != nil && limited.Err() == nil {
		return false, nil // told to stop, and so far nobody was answered
	}
	return err == nil, err
}

// errGaveUp makes the exit status 1.
var errGaveUp = errors.New("stopped because it cannot go on; the log says why")

// verdict tells whether the application stopped because it was told to.
func verdict(signal fx.ShutdownSignal) error {
	if signal.ExitCode != 0 {
		return errGaveUp
	}
	return nil
}

type migrateCommand struct{}

// Run applies migrations and tells which.
func (migrateCommand) Run() error {
	cfg, log, err := load()
	if err != nil {
		return err
	}
	return migrate(cfg, log, os.Stdout)
}

func migrate(cfg config.Config, log *zap.Logger, out io.Writer) error {
	var all schema
	app, err := newApp(cfg, log, moduleTable(), fx.Invoke(func(given schema) { all = given }))
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), app.StartTimeout())
	defer cancel()
	unlock, err := all.DB.LockForServe() // nobody may be serving the file meanwhile
	if err != nil {
		return errors.Join(err, all.DB.Close())
	}
	applied, err := all.migrate(ctx)
	for _, a := range applied {
		_, _ = fmt.Fprintf(out, "%s: %s\n", a.Module, a.File)
	}
	_, _ = fmt.Fprintf(out, "%d applied\n", len(applied))
	return errors.Join(err, unlock(), all.DB.Close())
}

type healthcheckCommand struct{}

// Run asks /health/ready, as a container's health check would.
func (healthcheckCommand) Run() error {
	cfg, _, err := load()
	if err != nil {
		return err
	}
	host, port, err := net.SplitHostPort(cfg.Listen)
	if err != nil {
		return fmt.Errorf("read LISTEN: %w", err)
	}
	if ip := net.ParseIP(host); host == "" || ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+"/health/ready", nil)
	if err != nil {
		return fmt.Errorf("build the request: %w", err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("ask for readiness: %w", err)
	}
	defer func() { _ = response.Body.Close() }()
	body, _ := io.ReadAll(response.Body)
	fmt.Fprintln(os.Stdout, strings.TrimSpace(string(body)))
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("not ready: %s", response.Status)
	}
	return nil
}

type versionCommand struct{}

// Run prints the version.
func (versionCommand) Run() error {
	_, err := fmt.Fprintln(os.Stdout, "zomato "+version())
	return err
}

// version is the commit that the binary was built from, when Go knows it.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" {
			return setting.Value
		}
	}
	return info.Main.Version
}

// plain leaves out how fx came to call a constructor; the last part of its
// error is ours and says what to do.
func plain(err error) string {
	text := err.Error()
	if at := strings.LastIndex(text, "received non-nil error from function"); at >= 0 {
		if _, own, ok := strings.Cut(text[at:], "): "); ok {
			return own
		}
	}
	return text
}
