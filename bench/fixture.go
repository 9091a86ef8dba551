package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	_ "zomato/platform/database" // the driver of Postgres
)

// fixture is how a database comes to its content. One is filled at most once a
// run for each kind of database, and only when a row needs it.
type fixture struct {
	name string
	// fill fills an empty database and gives what the rows ask about.
	fill func(ctx context.Context, empty *place) (*town, error)
}

// place is a database together with the binary that works on it.
type place struct {
	binary, folder, url string
}

// serve starts the product on the database.
func (p *place) serve(ctx context.Context, added ...string) (*server, error) {
	return start(ctx, p.binary, p.folder, p.url, added...)
}

// run runs a command of the product on the database to its end.
func (p *place) run(ctx context.Context, arguments ...string) error {
	process := command(ctx, p.binary, p.folder, arguments...)
	process.Env = environment(p.url)
	if output, err := process.CombinedOutput(); err != nil {
		return fmt.Errorf("zomato %s: %w: %s", strings.Join(arguments, " "), err, output)
	}
	return nil
}

// while fills with a server that runs meanwhile.
func (p *place) while(ctx context.Context, fill func(*server) (*town, error)) (t *town, err error) {
	s, err := p.serve(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	return fill(s)
}

// kind is a kind of database that the product is measured on.
type kind struct {
	name   string
	server string // of Postgres, as a URL; empty for SQLite
}

// empty makes an empty database. What is made in the folder goes with it; remove
// is for what is not.
func (k kind) empty(ctx context.Context, folder, name string) (address string, remove func() error, err error) {
	if k.server == "" {
		return "sqlite:" + filepath.Join(folder, name+".db"), func() error { return nil }, nil
	}
	parsed, err := url.Parse(k.server)
	if err != nil {
		return "", nil, fmt.Errorf("read the URL of the Postgres: %w", err)
	}
	// A name of this run alone: several may use one server.
	database := fmt.Sprintf("bench_%s_%d", strings.ReplaceAll(name, "-", "_"), time.Now().UnixNano())
	if err = execute(ctx, k.server, "CREATE DATABASE "+database); err != nil {
		return "", nil, err
	}
	parsed.Path = "/" + database
	return parsed.String(), func() error {
		// Whoever interrupts the benchmark wants the database removed all the same.
		return execute(context.WithoutCancel(ctx), k.server, "DROP DATABASE IF EXISTS "+database+" WITH (FORCE)")
	}, nil
}

// execute runs one statement on a connection of its own.
func execute(ctx context.Context, server, statement string) error {
	db, err := sql.Open("pgx", server)
	if err != nil {
		return fmt.Errorf("open the Postgres: %w", err)
	}
	_, err = db.ExecContext(ctx, statement)
	if err = errors.Join(err, db.Close()); err != nil {
		return fmt.Errorf("%s: %w", statement, err)
	}
	return nil
}
