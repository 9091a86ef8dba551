package calendar_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"zomato/platform/calendar"
	"zomato/platform/fault"
)

func zone(t require.TestingT, name string) *time.Location {
	z, err := time.LoadLocation(name)
	require.NoError(t, err)
	return z
}

func TestDay_is_the_date_on_the_wall(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 22, 20, 0, 0, 0, time.UTC)
	for name, want := range map[string]string{"UTC": "2026-11-22", "Asia/Kolkata": "2026-11-23", "Pacific/Honolulu": "2026-11-22"} {
		assert.Equal(t, want, calendar.DayOf(at, zone(t, name)).String(), name)
	}
	for _, c := range []struct {
		text string
		day  calendar.Day
	}{{"1970-01-01", 0}, {"1969-12-31", -1}, {"2024-02-29", 19782}} {
		got, err := calendar.ParseDay(c.text)
		require.NoError(t, err)
		assert.Equal(t, c.day, got)
		assert.Equal(t, c.text, got.String())
	}
	for _, text := range []string{"", "2026-02-30", "2026-2-3", "22.11.2026", "2026-11-22T00:00:00Z"} {
		_, err := calendar.ParseDay(text)
		assert.Error(t, err, text)
	}
}

func TestDay_begins_with_its_first_instant(t *testing.T) {
	t.Parallel()
	zones := []string{"UTC", "Asia/Kolkata", "America/Sao_Paulo", "Asia/Beirut", "America/Havana", "Africa/Cairo", "Australia/Lord_Howe", "Pacific/Apia"}
	rapid.Check(t, func(t *rapid.T) {
		z := zone(t, rapid.SampledFrom(zones).Draw(t, "zone"))
		at := time.Unix(rapid.Int64Range(0, 2_000_000_000).Draw(t, "at"), 0)
		day := calendar.DayOf(at, z)
		begin := day.Begin(z)
		require.Equal(t, day, calendar.DayOf(begin, z))
		require.Less(t, calendar.DayOf(begin.Add(-time.Second), z), day, "what is before is another day")
	})
}

func TestDay_begins_after_a_skipped_midnight(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{"America/Sao_Paulo": "2018-11-04", "Asia/Beirut": "2026-03-29", "Africa/Cairo": "2026-04-24"} {
		day, err := calendar.ParseDay(text)
		require.NoError(t, err)
		assert.Equal(t, text+" 01:00", day.Begin(zone(t, name)).Format("2006-01-02 15:04"), name)
	}
	twice, err := calendar.ParseDay("2026-11-01") // 01:00 becomes 00:00 again
	require.NoError(t, err)
	assert.Equal(t, time.Date(2026, 11, 1, 4, 0, 0, 0, time.UTC), twice.Begin(zone(t, "America/Havana")).UTC())
}

func TestParseDays_refuses_what_ends_before_it_begins(t *testing.T) {
	t.Parallel()
	_, err := calendar.ParseDays("2026-11-24", "2026-11-18")
	f, ok := fault.As(err)
	require.True(t, ok, "%v", err)
	require.Equal(t, []string{"query/to", "out_of_range"}, []string{f.Fields[0].Pointer, f.Fields[0].Code})
	_, err = calendar.ParseDays("2026-11-24", "2026-11-24")
	require.NoError(t, err, "an empty range is one")
}

func TestParseDays_reports_both(t *testing.T) {
	t.Parallel()
	_, err := calendar.ParseDays("x", "2026-02-30")
	f, ok := fault.As(err)
	require.True(t, ok, "%v", err)
	require.Equal(t, []string{"query/from", "query/to"}, []string{f.Fields[0].Pointer, f.Fields[1].Pointer})

	all, err := calendar.ParseDays("", "")
	require.NoError(t, err)
	require.True(t, all.IsAll())
	from, to := all.Instants(time.UTC)
	require.Nil(t, from)
	require.Nil(t, to)

	some, err := calendar.ParseDays("", "2026-11-22")
	require.NoError(t, err)
	require.False(t, some.IsAll())
	_, to = some.Instants(zone(t, "Asia/Kolkata"))
	require.Equal(t, time.Date(2026, 11, 21, 18, 30, 0, 0, time.UTC), to.UTC())
}
