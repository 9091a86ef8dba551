// Package httpclient calls a server under test as a client would, over a real
// connection, and reads its answers.
//
// team: platform
package httpclient

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Client calls one server. Safe for concurrent use.
type Client struct{ base string }

// New gives a client of the server at base, such as http://127.0.0.1:8000.
func New(base string) Client { return Client{base} }

// Answer is what came back.
type Answer struct {
	Status int
	Header http.Header
	Body   string
}

// Do sends one request and follows no redirect. A body is sent as JSON.
// Headers come as name, value, name, value.
func (c Client) Do(t testing.TB, method, path, body string, headers ...string) Answer {
	t.Helper()
	request, err := http.NewRequestWithContext(context.Background(), method, c.base+path, strings.NewReader(body))
	require.NoError(t, err)
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	require.NoError(t, err)
	defer func() { require.NoError(t, response.Body.Close()) }()
	data, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return Answer{response.StatusCode, response.Header, string(data)}
}

// Expect fails the test unless the status is that.
func (a Answer) Expect(t testing.TB, status int) Answer {
	t.Helper()
	require.Equal(t, status, a.Status, a.Body)
	return a
}

// JSON reads the body into the value.
func (a Answer) JSON(t testing.TB, into any) {
	t.Helper()
	require.NoError(t, json.Unmarshal([]byte(a.Body), into), a.Body)
}

// Object reads the body as an object.
func (a Answer) Object(t testing.TB) map[string]any {
	t.Helper()
	var out map[string]any
	a.JSON(t, &out)
	return out
}

// Problem reads the body as the problem document that design/api.md §3 asks
// for, and fails the test when it is not whole or has another code.
func (a Answer) Problem(t testing.TB, status int, code string) map[string]any {
	t.Helper()
	a.Expect(t, status)
	require.Equal(t, "application/problem+json", a.Header.Get("Content-Type"), a.Body)
	p := a.Object(t)
	require.EqualValues(t, status, p["status"])
	for _, member := range []string{"type", "title", "code", "detail", "instance", "request_id"} {
		require.NotEmpty(t, p[member], "%s in %s", member, a.Body)
	}
	require.Equal(t, a.Header.Get("X-Request-Id"), p["request_id"])
	require.Equal(t, code, p["code"], a.Body)
	return p
}

// Next gives the path of the next page from the Link header, "" at the end.
func (a Answer) Next(t testing.TB) string {
	t.Helper()
	link := a.Header.Get("Link")
	if link == "" {
		return ""
	}
	path, rest, ok := strings.Cut(strings.TrimPrefix(link, "<"), ">")
	require.True(t, ok && strings.Contains(rest, `rel="next"`), link)
	return path
}
