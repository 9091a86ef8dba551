package throwaway_test

import (
	"context"
	"errors"
	"net"
	"net/url"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"zomato/platform/testkit/internal/throwaway"
)

// kinds are the servers there are.
func kinds() map[string]func(context.Context) (*throwaway.Server, error) {
	return map[string]func(context.Context) (*throwaway.Server, error){
		"postgres": throwaway.Postgres,
		"redis":    throwaway.Redis,
	}
}

// installed skips a test that needs a server which is not installed. Testkit
// does the same for everybody else, but is what is tested here.
func installed(t *testing.T, err error) {
	t.Helper()
	if errors.Is(err, throwaway.ErrNotInstalled) && os.Getenv("CI") != "true" {
		t.Skipf("skipped: %v; with CI=true this test fails", err)
	}
}

func begin(t *testing.T, start func(context.Context) (*throwaway.Server, error)) *throwaway.Server {
	t.Helper()
	server, err := start(t.Context())
	installed(t, err)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, server.Stop()) })
	return server
}

func TestServer(t *testing.T) {
	t.Parallel()
	for name, start := range kinds() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := begin(t, start)
			address, err := url.Parse(server.URL)
			require.NoError(t, err)
			require.NoError(t, dial(t, address.Host), "it listens as soon as it is there")

			require.NoError(t, server.Stop())
			require.Error(t, dial(t, address.Host))
			require.NoError(t, server.Stop(), "twice is no error")
		})
	}
}

func TestServer_whose_start_is_given_up(t *testing.T) {
	t.Parallel()
	for name, start := range kinds() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			_, err := start(ctx)
			installed(t, err)
			require.ErrorIs(t, err, context.Canceled)
		})
	}
}

func dial(t *testing.T, address string) error {
	t.Helper()
	connection, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
	if err != nil {
		return err
	}
	return connection.Close()
}
