package httpserver_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"zomato/platform/httpserver"
)

func TestStop_does_not_wait_for_connections_without_a_request(t *testing.T) {
	t.Parallel()
	server, err := httpserver.New(httpserver.Options{Listen: "127.0.0.1:0", Metrics: prometheus.NewRegistry()}, zap.NewNop())
	require.NoError(t, err)
	require.NoError(t, server.Start(context.Background()))
	var all []net.Conn
	for i := range 8 {
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", server.Address())
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, conn.Close()) })
		if i%2 == 1 { // the others are reserves
			_, err = conn.Write([]byte("GET /health/live HTTP/1.1\r\nHost: t\r\n\r\n"))
			require.NoError(t, err)
			answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
			require.NoError(t, err)
			require.NoError(t, answer.Body.Close())
			require.Equal(t, 200, answer.StatusCode)
		}
		all = append(all, conn)
	}
	// Below the 5 s after which a read that waits would end by itself.
	ctx, cancel := context.WithTimeout(context.Background(), 4*time.Second)
	defer cancel()
	require.NoError(t, server.Stop(ctx))
	for i, conn := range all {
		said, err := io.ReadAll(conn)
		require.NoError(t, err, "it is closed")
		if i%2 == 0 { // a request may have been on its way
			require.Contains(t, string(said), "HTTP/1.1 503")
			require.Contains(t, string(said), "Retry-After: 1\r\n")
			require.Contains(t, string(said), `"code":"stopping"`)
		} else {
			require.Empty(t, said)
		}
	}
}
