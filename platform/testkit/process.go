package testkit

import (
	"context"
	"errors"
	"os"
	"sync"
	"sync/atomic"
	"testing"

	"zomato/platform/testkit/internal/throwaway"
)

// process holds the servers of this test process.
//
//nolint:gochecknoglobals // TestMain cannot hand a value to the tests: what they start and Main stops must be found through the process
var process = servers{
	postgres: server{variable: throwaway.PostgresVariable, start: throwaway.Postgres},
	redis:    server{variable: throwaway.RedisVariable, start: throwaway.Redis},
}

type servers struct {
	// watched says that Main runs and will stop what is started.
	watched         atomic.Bool
	postgres, redis server
}

func (s *servers) stop() error { return errors.Join(s.postgres.stop(), s.redis.stop()) }

// server is one server that is either named by the environment or started
// once, by the first test that asks for it.
type server struct {
	variable string
	start    func(context.Context) (*throwaway.Server, error)

	mu      sync.Mutex
	tried   bool
	running *throwaway.Server
	failed  error
}

// address gives the server's URL. It ends the test when there is none.
func (s *server) address(t testing.TB) string {
	t.Helper()
	// Asked even when the environment names a server: a package that passes in
	// `make test` must pass alone, too.
	if !process.watched.Load() {
		t.Fatal("testkit: a package whose tests need a server needs `func TestMain(m *testing.M) { testkit.Main(m) }`")
	}
	if url := os.Getenv(s.variable); url != "" {
		return url
	}
	url, err := s.startOnce(t.Context())
	switch {
	case err == nil:
		return url
	case errors.Is(err, throwaway.ErrNotInstalled) && os.Getenv("CI") != "true":
		t.Skipf("skipped: %v; with CI=true this test fails", err)
	default:
		t.Fatalf("testkit: %v", err)
	}
	return ""
}

// startOnce starts the server at the first call; later ones get its answer.
func (s *server) startOnce(ctx context.Context) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.tried {
		s.tried = true
		s.running, s.failed = s.start(ctx)
	}
	if s.failed != nil {
		return "", s.failed
	}
	return s.running.URL, nil
}

func (s *server) stop() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running == nil {
		return nil
	}
	return s.running.Stop()
}
