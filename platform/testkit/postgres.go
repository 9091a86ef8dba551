package testkit

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
)

// Postgres gives the postgres:// URL of an empty database that only this test
// knows. It is dropped when the test ends, even when connections are open.
//
// The cluster speaks UTF-8, sorts bytewise, lives in UTC and takes no
// statistics unless a test runs ANALYZE. It allows 400 connections for all
// packages together: keep pools small.
func Postgres(t testing.TB) string {
	t.Helper()
	server := process.postgres.address(t)
	address, err := url.Parse(server)
	if err != nil {
		t.Fatalf("testkit: the address of the Postgres is no URL: %v", err)
	}
	name := "test_" + strings.ToLower(rand.Text())
	if err := execute(t.Context(), server, "CREATE DATABASE "+name); err != nil {
		t.Fatalf("testkit: making a database: %v", err)
	}
	t.Cleanup(func() {
		// The context of a test ends before its clean-up begins.
		ctx := context.WithoutCancel(t.Context())
		if err := execute(ctx, server, "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Errorf("testkit: dropping the database: %v", err)
		}
	})
	address.Path = "/" + name
	return address.String()
}

// execute runs one statement on a connection of its own, so that nothing stays
// open between tests.
func execute(ctx context.Context, server, statement string) error {
	db, err := sql.Open("pgx", server)
	if err != nil {
		return fmt.Errorf("opening the Postgres: %w", err)
	}
	_, err = db.ExecContext(ctx, statement)
	return errors.Join(err, db.Close())
}
