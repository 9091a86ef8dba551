package calendar_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"zomato/platform/calendar"
)

// zones are such where midnight, or a whole day, was skipped or came twice.
func zones() []string {
	return []string{
		"UTC", "Asia/Kolkata", "America/Sao_Paulo", "America/Havana", "Africa/Cairo", "Asia/Beirut", "Atlantic/Azores", "Pacific/Apia", "Pacific/Kwajalein",
		"America/Toronto", "Asia/Gaza", "America/Scoresbysund", "Asia/Amman", "Australia/Lord_Howe", "Antarctica/Troll", "Asia/Manila", "America/Juneau", "Africa/Monrovia",
	}
}

func FuzzParseDay(f *testing.F) {
	for i, text := range []string{"2026-11-22", "2024-02-29", "2023-02-29", "0001-01-01", "9999-12-31", "2018-11-04", "2011-12-30", "1993-08-21", "2026-3-8", "2026-11-22 ", "٢٠٢٦-١١-٢٢"} {
		f.Add(text, uint8(i))
	}
	f.Fuzz(func(t *testing.T, text string, at uint8) {
		day, err := calendar.ParseDay(text)
		if err != nil {
			require.Zero(t, day)
			return
		}
		require.Equal(t, text, day.String())
		zone, err := time.LoadLocation(zones()[int(at)%len(zones())])
		require.NoError(t, err)
		begin := day.Begin(zone)
		require.GreaterOrEqual(t, calendar.DayOf(begin, zone), day, "a day that was skipped begins with the next")
		require.Less(t, calendar.DayOf(begin.Add(-time.Nanosecond), zone), day)
		require.False(t, (day + 1).Begin(zone).Before(begin))
	})
}
