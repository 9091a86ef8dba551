package testkit_test

import (
	"context"
	"regexp"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"zomato/platform/testkit"
)

func TestOwnRedis_forgets_when_it_is_halted(t *testing.T) {
	t.Parallel()
	own := testkit.OwnRedis(t)
	assert.Equal(t, "OK", own.Do(t, "SET", "a", "1"))
	assert.Equal(t, "1", own.Do(t, "GET", "a"))
	first := own.Do(t, "INFO", "server")
	own.Halt()
	require.Error(t, ping(t, own))
	own.Resume(t)
	require.NoError(t, ping(t, own))
	assert.Empty(t, own.Do(t, "GET", "a"))
	assert.NotEqual(t, runID(t, first), runID(t, own.Do(t, "INFO", "server")))
}

func TestOwnRedis_comes_back_with_an_old_snapshot(t *testing.T) {
	t.Parallel()
	own := testkit.OwnRedis(t)
	own.Do(t, "SET", "a", "1")
	snapshot := own.Save(t)
	own.Do(t, "SET", "a", "2")
	for range 2 {
		own.Restore(t, snapshot)
		assert.Equal(t, "1", own.Do(t, "GET", "a"))
	}
	own.Halt()
	own.Resume(t)
	assert.Empty(t, own.Do(t, "GET", "a"), "the snapshot was for once")
}

func TestOwnRedis_answers_nothing_while_it_is_paused(t *testing.T) {
	t.Parallel()
	own := testkit.OwnRedis(t)
	own.Pause()
	require.Error(t, ping(t, own))
	own.Continue()
	require.NoError(t, ping(t, own))
	own.Pause() // and ends with the test all the same
}

func TestOwnRedis_takes_settings(t *testing.T) {
	t.Parallel()
	own := testkit.OwnRedis(t, "--maxmemory", "4mb")
	assert.Contains(t, own.Do(t, "INFO", "memory"), "maxmemory:4194304")
}

// ping asks once, on a connection of its own.
func ping(t *testing.T, own *testkit.RedisServer) error {
	t.Helper()
	options, err := redis.ParseURL(own.URL)
	require.NoError(t, err)
	options.MaxRetries, options.ReadTimeout = -1, 200*time.Millisecond
	client := redis.NewClient(options)
	defer func() { assert.NoError(t, client.Close()) }()
	return client.Ping(context.WithoutCancel(t.Context())).Err()
}

var regexpRunID = regexp.MustCompile(`run_id:\w+`)

func runID(t *testing.T, info string) string {
	t.Helper()
	require.Regexp(t, `run_id:\w+`, info)
	return regexpRunID.FindString(info)
}
