package testkit

import (
	"context"
	"errors"
	"os"
	"testing"

	"zomato/platform/testkit/internal/throwaway"
)

// OwnServer is a Postgres of one test, which may stop it. Not safe for concurrent
// use.
type OwnServer struct {
	// URL names an empty database.
	URL string

	server *throwaway.Server
}

// OwnPostgres starts a Postgres for this test alone, which takes some seconds: a
// test that does not stop it uses Postgres. It ends with the test.
func OwnPostgres(t testing.TB) *OwnServer {
	t.Helper()
	server, err := throwaway.Postgres(t.Context())
	switch {
	case errors.Is(err, throwaway.ErrNotInstalled) && os.Getenv("CI") != "true":
		t.Skipf("skipped: %v; with CI=true this test fails", err)
	case err != nil:
		t.Fatalf("testkit: %v", err)
	}
	t.Cleanup(func() {
		if err := server.Stop(); err != nil {
			t.Errorf("testkit: stopping the server of a test: %v", err)
		}
	})
	return &OwnServer{URL: server.URL, server: server}
}

// Halt stops the server: connections are closed, further ones refused.
func (o *OwnServer) Halt() { o.server.Halt() }

// Resume starts it again, at the same address and with all that was committed.
func (o *OwnServer) Resume(t testing.TB) {
	t.Helper()
	if err := o.server.Resume(context.WithoutCancel(t.Context())); err != nil {
		t.Fatalf("testkit: starting the server of a test again: %v", err)
	}
}
