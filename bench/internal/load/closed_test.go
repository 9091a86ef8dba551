package load_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"zomato/bench/internal/load"
)

// said is what wrk 4.1.0 prints with the script.
const said = `Running 2s test @ http://127.0.0.1:41799
  1 threads and 32 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     3.90ms    2.10ms  30.02ms   71.84%
    Req/Sec     8.35k     1.02k   10.11k    70.00%
  16647 requests in 2.00s, 28.26MB read
Requests/sec:   8316.55
Transfer/sec:     14.12MB
figures {"requests":16647,"duration_us":2001672,"p50_us":3711,"p95_us":7788,"p99_us":10350,"connect":0,"read":0,"write":0,"timeout":0,"status":0}
`

func TestParseWrk(t *testing.T) {
	t.Parallel()
	figures, err := load.ParseWrk([]byte(said))
	require.NoError(t, err)
	assert.InDelta(t, 8316.55, figures.PerSecond, 0.01)
	figures.PerSecond = 0
	assert.Equal(t, load.Figures{Requests: 16647, P50: 3711 * time.Microsecond, P95: 7788 * time.Microsecond, P99: 10350 * time.Microsecond}, figures)
}

func TestParseWrk_takes_no_figure_of_requests_that_failed(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"connect", "read", "write", "timeout", "status"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			output := strings.Replace(said, `"`+kind+`":0`, `"`+kind+`":37`, 1)
			figures, err := load.ParseWrk([]byte(output))
			require.ErrorIs(t, err, load.ErrNotAnswered)
			require.ErrorContains(t, err, "37")
			assert.Zero(t, figures)
		})
	}
	_, err := load.ParseWrk([]byte(strings.Replace(said, `"requests":16647`, `"requests":0`, 1)))
	require.ErrorIs(t, err, load.ErrNotAnswered)
}

func TestParseWrk_wants_the_line_of_the_script(t *testing.T) {
	t.Parallel()
	for name, output := range map[string]string{
		"nothing":      "",
		"no line":      "unable to connect to 127.0.0.1:1 Connection refused\n",
		"a cut line":   "figures {\"requests\":16",
		"another line": "figures are good\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := load.ParseWrk([]byte(output))
			require.ErrorContains(t, err, "wrk said no figures")
		})
	}
}
