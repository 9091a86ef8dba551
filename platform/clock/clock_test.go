package clock_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"zomato/platform/clock"
)

func TestSystem_tells_the_time_as_the_databases_keep_it(t *testing.T) {
	t.Parallel()
	now := clock.System{}.Now()
	require.Equal(t, time.UTC, now.Location())
	require.Equal(t, now.Truncate(time.Millisecond), now)
	require.WithinDuration(t, time.Now(), now, time.Minute)
}

func TestSystem_tells_times_that_sort_as_texts(t *testing.T) {
	t.Parallel()
	begin := time.Date(2026, 11, 24, 17, 6, 3, 0, time.UTC)
	before, written := time.Time{}, ""
	for step := range 4001 { // two seconds, in halves of a millisecond
		at := begin.Add(time.Duration(step) * time.Millisecond / 2)
		told := clock.ThreeDecimals(at)
		text, err := told.MarshalJSON()
		require.NoError(t, err)
		require.Len(t, string(text), len(`"2026-11-24T17:06:03.123Z"`), string(text))
		require.False(t, told.Before(before), "the order of instants stays")
		require.GreaterOrEqual(t, string(text), written)
		require.Less(t, told.Sub(at).Abs(), 2*time.Millisecond)
		require.Equal(t, told.Truncate(time.Millisecond), told)
		before, written = told, string(text)
	}
}

func TestTold_is_to_the_millisecond_and_in_UTC(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 1, 17, 30, 0, 1_999_999, time.FixedZone("", 5*3600+1800))
	require.Equal(t, time.Date(2026, 3, 1, 12, 0, 0, 1_000_000, time.UTC), clock.Told(at))
}

func TestZone_knows_what_is_the_same_everywhere(t *testing.T) {
	t.Parallel()
	for name, known := range map[string]bool{
		"UTC": true, "Asia/Kolkata": true, "America/Argentina/Ushuaia": true,
		"": false, "Local": false, "localtime": false, "posix/Asia/Kolkata": false, "Mars/Base": false, "../etc/passwd": false, "asia/": false,
	} {
		zone, err := clock.Zone(name)
		require.Equal(t, known, err == nil, "%s: %v", name, err)
		if known {
			require.Equal(t, name, zone.String())
		}
	}
}

func TestZones_find_what_Zone_finds(t *testing.T) {
	t.Parallel()
	var zones clock.Zones
	for range 2 {
		zone, err := zones.Zone("Asia/Kolkata")
		require.NoError(t, err)
		require.Equal(t, "Asia/Kolkata", zone.String())
		_, err = zones.Zone("Mars/Base")
		require.Error(t, err)
	}
}
