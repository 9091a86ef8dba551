package database

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// Migrations are one module's schema, step by step.
type Migrations struct {
	// Module names them and their ledger, the table "<module>_migrations".
	Module string
	// FS holds the folders "sqlite" and "postgres" with files of the same
	// names: NNNN_what.sql in goose's format, applied in order of number, each
	// in a transaction of its own.
	FS fs.FS
}

// Files are the names of a module's migrations, in the order in which they are
// applied. They are the same for both databases.
func (m Migrations) Files() ([]string, error) {
	entries, err := fs.ReadDir(m.FS, string(SQLite)) // sorted by name, and names begin with their number
	if err != nil {
		return nil, fmt.Errorf("list the migrations of %s: %w", m.Module, err)
	}
	var names []string
	for _, entry := range entries {
		if path.Ext(entry.Name()) == ".sql" {
			names = append(names, entry.Name())
		}
	}
	return names, nil
}

// Applied is a migration that Migrate has just applied.
type Applied struct {
	Module string
	File   string
	Took   time.Duration
}

// platformFiles are this package's own migrations.
//
//go:embed migrations
var platformFiles embed.FS

// How Postgres instances that start together wait for one another: every
// second, for five minutes.
const (
	migrationLockPeriod  = 1
	migrationLockRetries = 300
)

// Migrate brings the schema up to date: first the platform's own migrations,
// then the modules' in the given order. What is applied already is left alone,
// and so is everything of a module that is not given. Several instances may do
// this at once on Postgres; on SQLite it is for the process that serves the
// file, or for none that does. It must not be called inside a Write or Read.
//
// The error names the module and the file that failed; that file is undone,
// the ones before it, which are returned, stay.
func (db *DB) Migrate(ctx context.Context, modules []Migrations) ([]Applied, error) {
	if err := db.alone(ctx); err != nil {
		return nil, err
	}
	own, err := fs.Sub(platformFiles, "migrations")
	if err != nil {
		return nil, fmt.Errorf("migrate: %w", err)
	}
	release, err := db.takeTurn(ctx)
	if err != nil {
		return nil, fmt.Errorf("migrate: %w", err)
	}
	defer release()
	defer db.uniques.Clear()
	var all []Applied
	seen := map[string]bool{}
	for _, module := range append([]Migrations{{Module: "platform", FS: own}}, modules...) {
		if !isModuleName(module.Module) || seen[module.Module] {
			return all, fmt.Errorf("migrate: %q is no name for a module's migrations, or is there twice", module.Module)
		}
		seen[module.Module] = true
		applied, err := db.migrateModule(ctx, module)
		all = append(all, applied...)
		if err != nil {
			return all, err
		}
	}
	return all, nil
}

// migrateModule applies what one module still lacks.
func (db *DB) migrateModule(ctx context.Context, module Migrations) ([]Applied, error) {
	folder, err := fs.Sub(module.FS, string(db.dialect))
	if err != nil {
		return nil, fmt.Errorf("migrate %s: %w", module.Module, err)
	}
	options := []goose.ProviderOption{
		goose.WithTableName(module.Module + "_migrations"),
		goose.WithDisableGlobalRegistry(true),
	}
	dialect := goose.DialectSQLite3
	if db.dialect == Postgres {
		dialect = goose.DialectPostgres
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(migrationLockPeriod, migrationLockRetries))
		if err != nil {
			return nil, fmt.Errorf("migrate %s: %w", module.Module, err)
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	provider, err := goose.NewProvider(dialect, db.writer.DB, folder, options...)
	if errors.Is(err, goose.ErrNoMigrations) {
		return nil, fmt.Errorf("migrate %s: there are no migrations in its folder %s", module.Module, db.dialect)
	}
	if err != nil {
		return nil, fmt.Errorf("migrate %s: %w", module.Module, err)
	}
	results, err := provider.Up(ctx)
	if partial, ok := errors.AsType[*goose.PartialError](err); ok {
		file := path.Join(string(db.dialect), path.Base(partial.Failed.Source.Path))
		return appliedBy(module, partial.Applied), fmt.Errorf("migrate %s: %s: %w", module.Module, file, db.translate(partial.Err, false))
	}
	if err != nil {
		return nil, fmt.Errorf("migrate %s: %w", module.Module, db.translate(err, false))
	}
	return appliedBy(module, results), nil
}

// isModuleName tells what may stand before "_migrations" in a table's name.
func isModuleName(name string) bool {
	return name != "" && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == ""
}

// appliedBy turns goose's results into ours.
func appliedBy(module Migrations, results []*goose.MigrationResult) []Applied {
	applied := make([]Applied, 0, len(results))
	for _, result := range results {
		applied = append(applied, Applied{Module: module.Module, File: path.Base(result.Source.Path), Took: result.Duration})
	}
	return applied
}
