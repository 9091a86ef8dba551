package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"zomato/bench/internal/load"
)

// errRows says that rows are no figures; the table tells which and why.
var errRows = errors.New("rows failed, see the table")

// bench is one run.
type bench struct {
	options
	out      io.Writer // the tables
	dir      string    // the databases and the binaries
	product  string
	r0       *server // the bare Fiber, from the first round to the last
	disk     disk
	baseline measured
	groups   []*group
	accuracy []accuracy
	notes    []string
	undo     []func() error
	begin    time.Time
}

// group are the rows that one server answers, one after the other: same
// database, same variables. It is started anew in each round.
type group struct {
	kind     kind
	fixture  *fixture
	added    []string
	servers  int
	rows     []*measured
	place    *place
	town     *town
	starts   []float64 // milliseconds to readiness, a round each
	resident []float64 // MiB after the rows, a round each
}

// title names the server.
func (g *group) title() string {
	parts := append([]string{g.fixture.name + " on " + g.kind.name}, g.added...)
	if g.servers > 1 {
		parts = append(parts, fmt.Sprintf("%d instances", g.servers))
	}
	return strings.Join(parts, ", ")
}

// run measures everything and prints the tables.
func run(ctx context.Context, o options, out io.Writer) (err error) {
	b := &bench{options: o, out: out, begin: time.Now()}
	defer func() {
		slices.Reverse(b.undo)
		for _, undo := range b.undo {
			err = errors.Join(err, undo())
		}
	}()
	if err = b.prepare(ctx); err != nil {
		return err
	}
	if b.rows.MatchString(sentimentRow) {
		b.say("measuring the sentiment")
		if b.accuracy, err = sentiment(ctx, b.product, b.dir); err != nil {
			return fmt.Errorf("measure the sentiment: %w", err)
		}
	}
	if len(b.groups) > 0 {
		if err = b.measure(ctx); err != nil {
			return err
		}
	}
	return b.report()
}

// prepare builds the binaries and decides what is measured.
func (b *bench) prepare(ctx context.Context) (err error) {
	if b.dir, err = os.MkdirTemp(b.folder, "zomato-bench-"); err != nil {
		return fmt.Errorf("make a temporary folder: %w", err)
	}
	b.undo = append(b.undo, func() error { return os.RemoveAll(b.dir) })
	b.say("building")
	if b.product, err = build(ctx, b.dir, "zomato", "./app"); err != nil {
		return err
	}
	if !hasDemo(ctx, b.product, b.dir) && len(b.orders) > 0 {
		b.orders = nil
		b.notes = append(b.notes, "databases of different sizes are not compared: this binary has no `zomato demo`")
	}
	b.choose(kind{name: "sqlite"})
	if b.postgres != "" {
		b.choose(kind{name: "postgres", server: b.postgres})
	}
	return nil
}

// choose adds the rows of a kind of database that -rows names.
func (b *bench) choose(k kind) {
	for _, r := range rows(b.options) {
		title := r.name + " on " + k.name
		if !b.rows.MatchString(title) {
			continue
		}
		if r.only != "" && r.only != k.name {
			continue
		}
		if k.server != "" {
			if slices.Contains(r.environment, alone) {
				continue // the group commit is SQLite's
			}
			if r.only == "" {
				r.aim = aim{} // the design's aims are those of one SQLite
			}
		}
		at := slices.IndexFunc(b.groups, func(g *group) bool {
			return g.kind == k && g.fixture.name == r.fixture.name && slices.Equal(g.added, r.environment) && g.servers == max(1, r.instances)
		})
		if at < 0 {
			at = len(b.groups)
			b.groups = append(b.groups, &group{kind: k, fixture: r.fixture, added: r.environment, servers: max(1, r.instances)})
		}
		b.groups[at].rows = append(b.groups[at].rows, &measured{row: r, title: title})
	}
}

// measure fills the databases and does the rounds.
func (b *bench) measure(ctx context.Context) (err error) {
	if _, err = load.FindWrk(); err != nil {
		return err // before databases are filled for nothing
	}
	if b.disk, err = measureDisk(b.dir); err != nil {
		return err
	}
	binary, err := build(ctx, b.dir, "baseline", "./bench/baseline")
	if err != nil {
		return err
	}
	if err = b.fill(ctx); err != nil {
		return err
	}
	if b.r0, err = startBaseline(ctx, binary, b.dir); err != nil {
		return fmt.Errorf("start the baseline: %w", err)
	}
	b.undo = append(b.undo, b.r0.stop)
	for round := range b.rounds {
		if err = b.round(ctx, round); err != nil {
			return fmt.Errorf("round %d: %w", round+1, err)
		}
	}
	return nil
}

// fill makes the databases of all groups. One that cannot be filled fails its
// rows, not the others.
func (b *bench) fill(ctx context.Context) error {
	type filled struct {
		place *place
		town  *town
		err   error
	}
	done := map[string]filled{}
	for _, g := range b.groups {
		key := g.fixture.name + " on " + g.kind.name
		f, known := done[key]
		if !known {
			b.say("filling %s", key)
			url, remove, err := g.kind.empty(ctx, b.dir, g.fixture.name)
			if err != nil {
				return fmt.Errorf("make a database on %s: %w", g.kind.name, err)
			}
			b.undo = append(b.undo, remove)
			begin := time.Now()
			f.place = &place{binary: b.product, folder: b.dir, url: url}
			f.town, f.err = g.fixture.fill(ctx, f.place)
			b.say("  took %s", time.Since(begin).Round(time.Millisecond))
			done[key] = f
		}
		g.place, g.town = f.place, f.town
		if f.err != nil {
			g.fail(fmt.Errorf("fill the database: %w", f.err))
		}
	}
	return ctx.Err()
}

// fail takes the rows that have not failed already for failed.
func (g *group) fail(err error) {
	for _, r := range g.rows {
		if r.err == nil {
			r.err = err
		}
	}
}

// round measures R0, and each row once. What fails are rows, but not without R0.
func (b *bench) round(ctx context.Context, number int) error {
	b.say("round %d of %d", number+1, b.rounds)
	bare := load.Traffic{Requests: []load.Request{{Method: "GET", Path: "/json"}}}
	r0, err := b.baseline.closed(ctx, b.r0, b.dir, bare, baselineClients, b.during)
	if err != nil {
		return fmt.Errorf("measure R0: %w", err)
	}
	b.baseline.ratio = append(b.baseline.ratio, 1)
	b.say("  R0: %.0f requests/s", r0.PerSecond)
	for _, g := range b.groups {
		if !slices.ContainsFunc(g.rows, func(r *measured) bool { return r.err == nil }) {
			continue
		}
		if err = b.serve(ctx, g, number, r0); err != nil {
			g.fail(err)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

// serve starts a group's server and measures its rows.
func (b *bench) serve(ctx context.Context, g *group, number int, r0 load.Figures) (err error) {
	at := &stage{town: g.town, during: b.during}
	defer func() {
		for _, s := range at.all {
			err = errors.Join(err, s.stop())
		}
	}()
	for range g.servers {
		s, err := g.place.serve(ctx, g.added...)
		if err != nil {
			return err
		}
		at.all = append(at.all, s)
		if err = s.calm(ctx); err != nil {
			return err
		}
	}
	s := at.all[0]
	at.server = s
	g.starts = append(g.starts, float64(s.ready)/float64(time.Millisecond))
	for _, r := range g.rows {
		if r.err != nil {
			continue
		}
		b.judge(r, b.one(ctx, r, at, number, r0))
	}
	g.resident = append(g.resident, s.residentMiB())
	for _, measure := range slices.Concat(at.later[:]...) {
		measure()
	}
	return nil
}

// judge takes a row for failed if there is an error.
func (b *bench) judge(r *measured, err error) {
	if r.err = err; err != nil {
		b.say("  %s FAILED: %v", r.title, err)
	}
}

// say tells on the terminal what is going on, with -v.
func (b *bench) say(format string, arguments ...any) {
	if b.verbose {
		fmt.Fprintf(os.Stderr, "%4.0f s  %s\n", time.Since(b.begin).Seconds(), fmt.Sprintf(format, arguments...))
	}
}

// all are the measured rows by their titles.
func (b *bench) all() map[string]*measured {
	byTitle := map[string]*measured{}
	for _, g := range b.groups {
		for _, r := range g.rows {
			byTitle[r.title] = r
		}
	}
	return byTitle
}
