package main

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"zomato/platform/testkit"
	"zomato/platform/testkit/httpclient"
)

func TestServe_gives_the_writer_of_SQLite_a_thread(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, url string
		variables []string
		threads   int
	}{
		{"sqlite", testkit.SQLite(t), nil, runtime.GOMAXPROCS(0) + 1},
		{"postgres", testkit.Postgres(t), nil, runtime.GOMAXPROCS(0)},
		{"as it is told", testkit.SQLite(t), []string{"GOMAXPROCS=5"}, 5},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := start(t, c.url, []string{product(t)}, c.variables...)
			numbers := httpclient.New(p.address).Do(t, "GET", "/metrics", "").Expect(t, 200).Body
			require.Contains(t, numbers, fmt.Sprintf("\ngo_sched_gomaxprocs_threads %d\n", c.threads))
		})
	}
}
