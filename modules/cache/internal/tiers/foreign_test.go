package tiers_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"zomato/platform/testkit"
)

// strangers puts keys of all types into a Redis that are not ours, many of them as
// like ours as can be, and gives what they hold.
func strangers(t *testing.T, client *goredis.Client, prefix string) map[string]string {
	t.Helper()
	ctx := t.Context()
	for i, name := range []string{prefix, prefix + ":", prefix + ":0123456789abcdef:", "a" + prefix, prefix + "x:y", strings.ToUpper(prefix), "teSt*", "tets", "test", "tesx", "*", "?"} {
		for _, err := range []error{
			client.Set(ctx, name+"string", i, 0).Err(), client.Set(ctx, name+"timed", i, time.Hour).Err(), client.LPush(ctx, name+"list", i).Err(),
			client.SAdd(ctx, name+"set", i).Err(), client.HSet(ctx, name+"hash", "field", i).Err(), client.ZAdd(ctx, name+"zset", goredis.Z{Score: 1, Member: i}).Err(),
			client.XAdd(ctx, &goredis.XAddArgs{Stream: name + "stream", Values: []any{"n", i}}).Err(),
		} {
			require.NoError(t, err)
		}
	}
	return contents(t, client)
}

// contents are what all keys hold.
func contents(t *testing.T, client *goredis.Client) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, name := range client.Keys(t.Context(), "*").Val() { // of a small Redis of our own
		all[name] = client.Dump(t.Context(), name).Val()
	}
	return all
}

func TestNothing_foreign_is_touched(t *testing.T) {
	t.Parallel()
	own := testkit.OwnRedis(t)
	url := testkit.Postgres(t)
	w := newWorld(t, own.URL, url)
	foreign := strangers(t, w.client, w.prefix)

	// Another checkout: the same prefix, another database.
	other := *w
	other.database = "another one"
	theirs, ours := other.instance(t), w.instance(t)
	require.True(t, keep(t, theirs, "k", "thing:1", false))
	assert.False(t, has(t, ours, "k"), "it is not about our database")
	require.True(t, keep(t, ours, "k", "thing:1", false))
	require.NoError(t, ours.Bump(t.Context(), 1, []string{"thing:1", "namespace:things"}))
	sweep := func() (endless int) {
		for cursor, first := uint64(0), true; cursor != 0 || first; first = false {
			swept, err := ours.Sweep(context.Background(), cursor, time.Now().Add(24*time.Hour))
			require.NoError(t, err)
			cursor, endless = swept.Cursor, endless+swept.Endless
		}
		return endless
	}
	assert.Zero(t, sweep(), "keys of ours that would stay for ever")
	assert.True(t, has(t, theirs, "k"), "it stays")

	now := contents(t, w.client)
	for name, held := range foreign {
		assert.Equal(t, held, now[name], name)
	}
	for _, name := range slices.Sorted(maps.Keys(now)) {
		if _, known := foreign[name]; !known {
			left := w.client.PTTL(t.Context(), name).Val()
			assert.Truef(t, left > 0 || left == -2*time.Nanosecond, "%q has no time to live", name)
		}
	}
}

// What is found in the place of what we wrote is no answer of ours.
func TestGarbage_is_no_answer_and_no_token(t *testing.T) {
	t.Parallel()
	own := testkit.OwnRedis(t)
	w := newWorld(t, own.URL, testkit.Postgres(t))
	a, b := w.instance(t), w.instance(t)
	for i, garbage := range []string{"", "x", "\x01", strings.Repeat("\xff", 100), strings.Repeat("\x01", 16)} {
		key := fmt.Sprint("k", i)
		require.True(t, keep(t, a, key, "thing:1", false))
		for _, name := range w.client.Keys(t.Context(), "*").Val() {
			if strings.Contains(name, ":answer:") || strings.Contains(name, ":token:") {
				require.NoError(t, w.client.Set(t.Context(), name, garbage, time.Hour).Err())
			}
		}
		assert.False(t, has(t, b, key), "%q", garbage)
		assert.True(t, keep(t, b, key, "thing:1", false), "%q", garbage)
		assert.True(t, has(t, b, key), "%q", garbage)
	}
}
