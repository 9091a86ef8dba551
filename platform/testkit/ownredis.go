package testkit

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/redis/go-redis/v9"

	"zomato/platform/testkit/internal/throwaway"
)

// RedisServer is a redis-server of one test, which may do to it what happens to
// servers. Not safe for concurrent use, except Do.
type RedisServer struct {
	// URL is redis://127.0.0.1:PORT. It stays the same over restarts.
	URL string

	server *throwaway.Server
	client *redis.Client
}

// OwnRedis starts a redis-server for this test alone. Settings are further
// arguments of its program, as "--maxmemory", "4mb". It ends with the test.
func OwnRedis(t testing.TB, settings ...string) *RedisServer {
	t.Helper()
	server, err := throwaway.RedisWith(t.Context(), settings...)
	switch {
	case errors.Is(err, throwaway.ErrNotInstalled) && os.Getenv("CI") != "true":
		t.Skipf("skipped: %v; with CI=true this test fails", err)
	case err != nil:
		t.Fatalf("testkit: %v", err)
	}
	options, err := redis.ParseURL(server.URL)
	if err != nil {
		t.Fatalf("testkit: the address of the redis-server is no URL: %v", err)
	}
	r := &RedisServer{URL: server.URL, server: server, client: redis.NewClient(options)}
	t.Cleanup(func() {
		if err := errors.Join(r.client.Close(), server.Stop()); err != nil {
			t.Errorf("testkit: stopping the server of a test: %v", err)
		}
	})
	return r
}

// Halt kills the server: connections are closed, further ones refused. What it
// knew is lost, unless the test had it save a dump.
func (r *RedisServer) Halt() { r.server.Kill() }

// Resume starts it again, at the same address, with the dump of its folder if
// there is one.
func (r *RedisServer) Resume(t testing.TB) {
	t.Helper()
	if err := r.server.Resume(context.WithoutCancel(t.Context())); err != nil {
		t.Fatalf("testkit: starting the redis-server of a test again: %v", err)
	}
}

// Pause has the server answer nothing, with all connections open, until Continue.
func (r *RedisServer) Pause() { r.server.Freeze() }

// Continue has it answer again, what was asked meanwhile too.
func (r *RedisServer) Continue() { r.server.Thaw() }

// Save gives what the server knows now, for Restore. No dump is left behind, so
// that it comes back empty when it is halted and resumed.
func (r *RedisServer) Save(t testing.TB) (snapshot []byte) {
	t.Helper()
	r.Do(t, "SAVE")
	snapshot, err := os.ReadFile(r.dump())
	if err := errors.Join(err, os.Remove(r.dump())); err != nil {
		t.Fatalf("testkit: taking the dump of a redis-server: %v", err)
	}
	return snapshot
}

// Restore kills the server and starts it again with what it knew when the
// snapshot was taken.
func (r *RedisServer) Restore(t testing.TB, snapshot []byte) {
	t.Helper()
	r.Halt()
	// The server may run as somebody else, who can enter the folder alone.
	if err := os.WriteFile(r.dump(), snapshot, 0o644); err != nil { //nolint:gosec // G306: as said
		t.Fatalf("testkit: putting the dump of a redis-server back: %v", err)
	}
	r.Resume(t)
	if err := os.Remove(r.dump()); err != nil {
		t.Fatalf("testkit: removing the dump of a redis-server: %v", err)
	}
}

func (r *RedisServer) dump() string { return filepath.Join(r.server.Data(), "dump.rdb") }

// Do runs a command and gives its answer in words, "" for none. It fails the test
// when the server refuses or does not answer.
func (r *RedisServer) Do(t testing.TB, args ...string) string {
	t.Helper()
	words := make([]any, len(args))
	for i, arg := range args {
		words[i] = arg
	}
	answer, err := r.client.Do(context.WithoutCancel(t.Context()), words...).Result()
	switch {
	case errors.Is(err, redis.Nil):
		return ""
	case err != nil:
		t.Fatalf("testkit: %q: %v", args, err)
	}
	return fmt.Sprint(answer)
}
