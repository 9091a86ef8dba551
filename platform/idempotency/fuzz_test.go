package idempotency_test

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"zomato/platform/idempotency"
)

// FuzzKey holds that a key is what the document says, and that the fingerprint
// tells where the query ends and the body begins.
func FuzzKey(f *testing.F) {
	described := regexp.MustCompile(`^[!-~]{1,255}\z`)
	for _, text := range []string{"", "k", "a b", "~!", "é", "\x7f", "k\n", "0d9c2a6e-5b8f-4c0e-9f2d-7a1b3c4d5e6f"} {
		f.Add(text, []byte("a=1"), []byte(`{"b":2}`))
	}
	f.Fuzz(func(t *testing.T, key string, query, body []byte) {
		require.Equal(t, described.MatchString(key), idempotency.IsKey(key))
		scope := idempotency.Scope{Key: key, Path: "/customers/", Method: "POST"}
		first := idempotency.NewRequest(scope, query, body)
		require.Equal(t, first, idempotency.NewRequest(scope, query, body))
		if len(query) > 0 {
			moved := append(query[len(query)-1:len(query):len(query)], body...)
			require.NotEqual(t, first.Fingerprint, idempotency.NewRequest(scope, query[:len(query)-1], moved).Fingerprint)
		}
	})
}
