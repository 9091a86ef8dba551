// Command bench measures the product from outside, as its user meets it: it
// builds the binary, starts it on a port of its own with a database in a
// temporary folder, puts it under load from other processes, and stops it. It
// prints tables. Nothing in it is a test: tests assert no figure (design:
// reliability.md §7).
//
//	go run ./bench        # from the root of the repository; `make bench`
//	go run ./bench -h     # what it can be told
//
// Every speed is a ratio to R0, what a bare Fiber reaches on the same machine in
// the same round (baseline/main.go). Rounds are interleaved: each measures R0 and
// then every row once, so that what disturbs the machine disturbs all of them.
// The load takes its share of the same CPUs, as it does from the baseline.
// What is asked stands in plan.go, writes.go, cache.go, redis.go and mix.go, how databases
// are filled in town.go and demo.go.
//
// team: platform
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	"zomato/bench/internal/load"
)

// options are what the command is told.
type options struct {
	rows     *regexp.Regexp // of the rows to measure
	rounds   int
	during   time.Duration // of one measurement
	quick    bool
	verbose  bool
	folder   string // where the databases are made; empty: the system's for such
	postgres string // URL of a server to make databases on; empty: SQLite only
	redis    string // URL of a Redis that answers may be kept in; empty: none
	orders   []int  // of the demo databases that are compared
	figures  int    // orders of the large restaurant of the figures
}

func main() {
	if len(os.Args) == 2 && os.Args[1] == load.AttackCommand {
		os.Exit(told(load.Attack(os.Stdin, os.Stdout)))
	}
	o, err := parse(os.Args[1:], os.Stderr)
	if err == nil {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		err = run(ctx, o, os.Stdout)
		stop()
	}
	os.Exit(told(err))
}

// told tells an error and gives the exit code.
func told(err error) int {
	if err == nil || errors.Is(err, flag.ErrHelp) {
		return 0
	}
	fmt.Fprintf(os.Stderr, "bench: %v\n", err)
	return 1
}

// parse reads the flags. The error is flag.ErrHelp when only help was wanted.
func parse(arguments []string, messages io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(messages)
	pattern := flags.String("rows", "", "measure only the rows whose name matches this regular expression (\"search|placing\", \"on sqlite$\")")
	flags.IntVar(&o.rounds, "rounds", 0, "how often each row is measured (default 5; quick: 2)")
	flags.DurationVar(&o.during, "duration", 0, "of one measurement, in whole seconds (default 2s; quick: 1s)")
	flags.BoolVar(&o.quick, "quick", false, "less of everything: does it work, and what is the order of magnitude")
	flags.BoolVar(&o.verbose, "v", false, "show what is going on, and once what the searches answer")
	flags.StringVar(&o.folder, "folder", "", "where the databases are made: the disk that is measured (default: the system's folder for temporary files)")
	flags.StringVar(&o.postgres, "postgres", os.Getenv("ZOMATO_TEST_POSTGRES"), "URL of a Postgres on which databases may be made: measure there too (default: ZOMATO_TEST_POSTGRES)")
	flags.StringVar(&o.redis, "redis", os.Getenv("ZOMATO_TEST_REDIS"), "URL of a Redis: measure answers that are kept there, too (default: ZOMATO_TEST_REDIS)")
	counts := flags.String("orders", "", "compare databases that zomato demo has filled with so many orders (default 10000,1000000; quick: 1000,10000)")
	flags.IntVar(&o.figures, "figures", 0, "orders of the large restaurant of the figures (default 100000; quick: 2000)")
	if err := flags.Parse(arguments); err != nil {
		return o, err
	}
	var err error
	if o.rows, err = regexp.Compile(*pattern); err != nil {
		return o, fmt.Errorf("read -rows: %w", err)
	}
	full := options{rounds: 5, during: 2 * time.Second, orders: []int{10_000, 1_000_000}, figures: 100_000}
	if o.quick {
		full = options{rounds: 2, during: time.Second, orders: []int{1_000, 10_000}, figures: 2_000}
	}
	o.rounds, o.figures = or(o.rounds, full.rounds), or(o.figures, full.figures)
	o.during = or(o.during, full.during)
	if o.orders = full.orders; *counts != "" {
		o.orders, err = numbers(*counts)
	}
	return o, err
}

// or is the value, or the other when it was not given.
func or[T int | time.Duration](value, other T) T {
	if value <= 0 {
		return other
	}
	return value
}

func numbers(list string) ([]int, error) {
	var out []int
	for _, text := range strings.Split(list, ",") {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return nil, fmt.Errorf("read -orders: %q is no number of orders", text)
		}
		out = append(out, n)
	}
	return out, nil
}
