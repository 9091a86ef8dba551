// Command servers runs another command with a throw-away Postgres and a
// throw-away redis-server:
//
//	go run ./platform/testkit/servers -- go test ./...
//
// The command finds their URLs in ZOMATO_TEST_POSTGRES and ZOMATO_TEST_REDIS; a
// variable that is set already is left alone. Signals are passed on, and the
// command's exit code is ours. Both servers are stopped in any case.
//
// A server that is not installed is named and left out: the tests then skip.
// With CI=true nothing is run.
//
// team: platform
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"zomato/platform/testkit/internal/throwaway"
)

// Exit codes of our own, as shells use them.
const (
	exitFailure = 1
	exitUsage   = 2
	exitSignal  = 128 // plus the signal's number
)

func main() {
	os.Exit(run(os.Args[1:], os.Stderr))
}

// run gives the exit code.
func run(arguments []string, messages io.Writer) int {
	if len(arguments) < 2 || arguments[0] != "--" {
		fmt.Fprintln(messages, "usage: servers -- command [argument …]")
		return exitUsage
	}
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer cancel()

	var code int
	running, err := start(ctx, messages)
	switch {
	case err == nil:
		code, err = follow(arguments[1:], running.environment, signals)
	case ctx.Err() != nil:
		code = signalled(<-signals)
	}
	if err = errors.Join(err, running.stop()); err != nil {
		fmt.Fprintf(messages, "servers: %v\n", err)
		code = max(code, exitFailure)
	}
	return code
}

// set is the servers that run, and what the command is told about them.
type set struct {
	servers     []*throwaway.Server
	environment []string
}

// start starts what the environment does not name. The set is never nil and
// must be stopped, with or without an error.
func start(ctx context.Context, messages io.Writer) (*set, error) {
	s := &set{}
	for _, each := range []struct {
		variable string
		start    func(context.Context) (*throwaway.Server, error)
	}{
		{throwaway.PostgresVariable, throwaway.Postgres},
		{throwaway.RedisVariable, throwaway.Redis},
	} {
		if os.Getenv(each.variable) != "" {
			continue
		}
		server, err := each.start(ctx)
		if errors.Is(err, throwaway.ErrNotInstalled) && os.Getenv("CI") != "true" {
			fmt.Fprintf(messages, "servers: %v: the tests that need it are skipped\n", err)
			continue
		}
		if err != nil {
			return s, err
		}
		s.servers = append(s.servers, server)
		s.environment = append(s.environment, each.variable+"="+server.URL)
	}
	return s, nil
}

func (s *set) stop() error {
	var failed error
	for _, server := range s.servers {
		failed = errors.Join(failed, server.Stop())
	}
	return failed
}
