package main

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"zomato/platform/testkit"
	"zomato/platform/testkit/httpclient"
)

// bereaved is an instance whose neighbour dies between its commits and telling
// Redis of them, again and again.
type bereaved struct {
	url       string
	variables []string
	dies      string // while this file is there the neighbour dies at its next commit
	survivor  httpclient.Client
	witness   httpclient.Client // another one, which reads from the database
	slowest   time.Duration
	wrong     []string
}

func newBereaved(t *testing.T, variables ...string) *bereaved {
	t.Helper()
	b := &bereaved{url: testkit.Postgres(t), dies: filepath.Join(t.TempDir(), "dies")}
	b.variables = append(variables, "REDIS_URL="+testkit.Redis(t), "CACHE_PREFIX="+rand.Text(), "DIES="+b.dies)
	for _, c := range []*httpclient.Client{&b.survivor, &b.witness} {
		*c = httpclient.New(start(t, b.url, []string{product(t)}, b.variables...).address)
	}
	furnish(t, running{Client: b.survivor})
	return b
}

// showsVersion tells whether somebody shows a version, and whether that was kept.
func showsVersion(t *testing.T, by httpclient.Client, path, version string, headers ...string) (shown, kept bool) {
	t.Helper()
	got := by.Do(t, "GET", path, "", headers...).Expect(t, 200)
	return strings.Contains(got.Body, version), got.Header.Get("X-Cache") == "HIT"
}

// lose has a neighbour change something and die of it. What it has changed is seen
// soon, and once it was seen nothing older is.
func (b *bereaved) lose(t *testing.T, thing int, version int64) {
	t.Helper()
	victim := start(t, b.url, []string{brokenProduct(t)}, b.variables...)
	method, path, body, _ := change(thing, version)
	require.Eventually(t, func() bool { _, kept := showsVersion(t, b.survivor, path, ""); return kept }, time.Minute, 10*time.Millisecond, "%s is kept", path)
	require.NoError(t, os.WriteFile(b.dies, nil, 0o600))
	request, err := http.NewRequestWithContext(t.Context(), method, victim.address+path, strings.NewReader(body))
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/json")
	if answer, err := http.DefaultClient.Do(request); err == nil {
		_ = answer.Body.Close()
		b.wrong = append(b.wrong, fmt.Sprint("it was answered: ", answer.Status))
	}
	<-victim.exited
	died := time.Now()
	require.NoError(t, os.Remove(b.dies))

	want := fmt.Sprintf("v%d.", version)
	known := false // somebody has read the new state
	require.Eventually(t, func() bool {
		if !known {
			known, _ = showsVersion(t, b.witness, path, want, "Cache-Control", "no-cache")
		}
		shown, kept := showsVersion(t, b.survivor, path, want)
		if known && !shown && thing == theCustomer {
			b.wrong = append(b.wrong, fmt.Sprintf("%s: %s was read before, and is not shown (kept: %v)", path, want, kept))
		}
		return shown
	}, time.Minute, time.Millisecond, "%s is shown by %s", want, path)
	b.slowest = max(b.slowest, time.Since(died))
	again := start(t, b.url, []string{product(t)}, b.variables...)
	for _, c := range []httpclient.Client{b.survivor, httpclient.New(again.address)} {
		if got := c.Do(t, "GET", path, "").Expect(t, 200); !strings.Contains(got.Body, want) {
			b.wrong = append(b.wrong, fmt.Sprintf("%s: not %s afterwards: %s", path, want, got.Body))
		}
	}
	require.Equal(t, 0, again.stop(), again.log())
}

func TestGate_lost_what_nobody_was_told_of_is_never_stale(t *testing.T) {
	t.Parallel()
	b, times := newBereaved(t), int64(6)
	if gatesAreFull() {
		times = 200
	}
	for n := range times {
		b.lose(t, []int{theCustomer, theRestaurant}[n%2], n+1)
	}
	t.Logf("%d times killed between commit and telling: the new state was shown %s after at the latest; wrong: %v", times, b.slowest, b.wrong)
	require.Empty(t, b.wrong)
	if gatesAreFull() {
		require.Less(t, b.slowest, time.Second)
	}
}

// A gate that has never been seen to fail proves nothing.
func TestGate_lost_notices_that_nothing_was_announced(t *testing.T) {
	t.Parallel()
	b := newBereaved(t, "BREAK=announce")
	for n := int64(1); n <= 20 && len(b.wrong) == 0; n++ {
		b.lose(t, theCustomer, n)
	}
	require.NotEmpty(t, b.wrong)
}
