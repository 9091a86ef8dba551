package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/schollz/progressbar/v3"
	"go.uber.org/fx"
	"go.uber.org/zap"

	"zomato/modules/restaurants"
	"zomato/platform/config"
	"zomato/platform/database"
)

const (
	// shownRejects is how many bad rows are told; all are in the rejects file.
	shownRejects = 20
	// servedPause is left to a server on the same SQLite file between two units
	// of work: who waits for the file looks for it every 100 ms at most, and
	// gives up after five seconds.
	servedPause = 50 * time.Millisecond
)

// importCommand are the imports.
type importCommand struct {
	Restaurants importRestaurantsCommand `cmd:"" help:"Take over restaurants from a CSV file."`
	MenuItems   importMenuItemsCommand   `cmd:"" name:"menu-items" help:"Take over the dishes of imported restaurants from a CSV file."`
}

// importFlags are what all imports can be told.
type importFlags struct {
	File    string `arg:"" type:"existingfile" help:"The CSV file; its first line names the columns."`
	Mapping string `help:"What the columns mean: a mapping file, or the name of one that ships (zomato). Without it the headers decide." placeholder:"FILE"`
	Source  string `help:"Where the external ids are from, in the place of what the mapping says." placeholder:"NAME"`
	Rejects string `help:"Where rows that are not taken over go (default: FILE.rejects.csv in this folder)." placeholder:"FILE"`
	DryRun  bool   `help:"Check and count all, and change no record."`
}

type importRestaurantsCommand struct {
	importFlags
}

// Run takes over restaurants.
func (c importRestaurantsCommand) Run() error {
	return c.run(restaurants.Importer.ImportRestaurants)
}

type importMenuItemsCommand struct {
	importFlags
}

// Run takes over dishes.
func (c importMenuItemsCommand) Run() error {
	return c.run(restaurants.Importer.ImportMenuItems)
}

// takeOver is one of the imports.
type takeOver func(restaurants.Importer, context.Context, io.Reader, restaurants.Import) (restaurants.ImportReport, error)

func (f importFlags) run(take takeOver) error {
	cfg, log, err := load()
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return f.take(ctx, cfg, log, take, os.Stdout, os.Stderr)
}

// take builds the graph, makes sure of the tables and takes the file over.
func (f importFlags) take(ctx context.Context, cfg config.Config, log *zap.Logger, take takeOver, out io.Writer, progress *os.File) error {
	var all schema
	var importer restaurants.Importer
	// Nothing is started: what is started serves.
	if _, err := newApp(cfg, log, moduleTable(), fx.Invoke(func(s schema, i restaurants.Importer) { all, importer = s, i })); err != nil {
		return err
	}
	served, err := all.prepare(ctx)
	if err == nil {
		err = f.takeInto(ctx, importer, take, served, out, progress)
	}
	return errors.Join(err, all.DB.Close())
}

// prepare applies the migrations, unless somebody serves the SQLite file, who
// has done so.
func (s schema) prepare(ctx context.Context) (served bool, err error) {
	unlock, err := s.DB.LockForServe()
	if errors.Is(err, database.ErrLocked) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	_, err = s.migrate(ctx)
	return false, errors.Join(err, unlock())
}

func (f importFlags) takeInto(ctx context.Context, importer restaurants.Importer, take takeOver, served bool, out io.Writer, progress *os.File) (err error) {
	file, err := os.Open(f.File)
	if err != nil {
		return fmt.Errorf("open the file: %w", err)
	}
	defer func() { _ = file.Close() }() // it was only read
	info, err := file.Stat()
	if err != nil {
		return fmt.Errorf("open the file: %w", err)
	}
	in := restaurants.Import{Mapping: f.Mapping, Source: f.Source, DryRun: f.DryRun}
	if content, err := os.ReadFile(f.Mapping); err == nil {
		in.MappingFile = content
	}
	if served {
		in.Pause = servedPause
	}
	rejects, err := f.rejectsFile(info)
	if err != nil {
		return err
	}
	in.Rejects = rejects
	var told rejected
	in.Rejected = told.add
	show, done := progressOn(progress, "importing", info.Size(), progressbar.OptionShowBytes(true))
	in.Progress = func(p restaurants.ImportProgress) { show(p.Bytes, fmt.Sprintf("%d rows", p.Rows)) }

	start := time.Now()
	report, err := take(importer, ctx, file, in)
	took := time.Since(start)
	done()
	if err = errors.Join(err, rejects.close()); err != nil && report.Read == 0 {
		return err
	}
	told.print(out, rejects)
	f.print(out, report, took)
	return err
}

// print tells what became of the file.
func (f importFlags) print(out io.Writer, report restaurants.ImportReport, took time.Duration) {
	if report.Mapping != "" {
		_, _ = fmt.Fprintf(out, "mapping %s\n", report.Mapping)
	}
	if f.DryRun {
		_, _ = fmt.Fprintln(out, "dry run: nothing was changed")
	}
	_, _ = fmt.Fprintf(out, "read %d: created %d, updated %d, unchanged %d, rejected %d\n",
		report.Read, report.Created, report.Updated, report.Unchanged, report.Rejected)
	for _, o := range report.Oddities {
		lines := strings.Trim(fmt.Sprint(o.Lines), "[]")
		if int64(len(o.Lines)) < o.Rows {
			lines += " …"
		}
		_, _ = fmt.Fprintf(out, "%6d %s: %s (lines %s)\n", o.Rows, o.Kind, o.Meaning, lines)
	}
	_, _ = fmt.Fprintf(out, "took %s, %.0f rows per second\n", took.Round(time.Millisecond), float64(report.Read)/took.Seconds())
}

// rejected keeps the first bad rows for the end.
type rejected struct {
	lines []string
	more  int
}

func (r *rejected) add(line int64, reason string) {
	if len(r.lines) == shownRejects {
		r.more++
		return
	}
	r.lines = append(r.lines, fmt.Sprintf("line %d: %s", line, reason))
}

func (r *rejected) print(out io.Writer, kept *rejectsFile) {
	for _, line := range r.lines {
		_, _ = fmt.Fprintln(out, line)
	}
	if r.more > 0 {
		_, _ = fmt.Fprintf(out, "and %d more\n", r.more)
	}
	if len(r.lines) > 0 {
		_, _ = fmt.Fprintf(out, "rows that were not taken over: %s\n", kept.path)
	}
}

// rejectsFile is made when there is something to put into it. One that an
// earlier run has left is removed: it would speak of rows that are good by now.
type rejectsFile struct {
	path string
	file *os.File
}

func (f importFlags) rejectsFile(imported os.FileInfo) (*rejectsFile, error) {
	path := f.Rejects
	if path == "" {
		path = strings.TrimSuffix(filepath.Base(f.File), ".csv") + ".rejects.csv"
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return &rejectsFile{path: path}, nil
	case err != nil:
		return nil, fmt.Errorf("find the rejects file: %w", err)
	case os.SameFile(info, imported):
		return nil, fmt.Errorf("%s is the file to import: give --rejects another one", path)
	case !info.Mode().IsRegular():
		return &rejectsFile{path: path}, nil // /dev/null, say
	}
	if err = os.Remove(path); err != nil {
		return nil, fmt.Errorf("remove the rejects of an earlier run: %w", err)
	}
	return &rejectsFile{path: path}, nil
}

// Write implements io.Writer.
func (r *rejectsFile) Write(text []byte) (n int, err error) {
	if r.file == nil {
		if r.file, err = os.OpenFile(r.path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600); err != nil {
			return 0, err
		}
	}
	return r.file.Write(text)
}

func (r *rejectsFile) close() error {
	if r.file == nil {
		return nil
	}
	return r.file.Close()
}
