package database_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"zomato/platform/database"
)

// writtenOut writes a file of that size out, to a disk that takes so long for a piece,
// and gives the lengths of the pieces.
func writtenOut(t *testing.T, size int64, takes func(length int64) time.Duration) (lengths []int64) {
	t.Helper()
	now, end := time.Time{}, int64(0)
	require.NoError(t, database.InPieces(size, func() time.Time { return now }, func(at, length int64) error {
		require.Equal(t, end, at, "one after the other")
		now, end, lengths = now.Add(takes(length)), at+length, append(lengths, length)
		return nil
	}))
	require.GreaterOrEqual(t, end, size, "to the end")
	return lengths
}

func TestInPieces_writes_out_as_much_as_the_disk_takes_in_the_time(t *testing.T) {
	t.Parallel()
	const kib, mib, gib = 1 << 10, 1 << 20, 1 << 30
	assert.Empty(t, writtenOut(t, 0, nil))
	assert.Len(t, writtenOut(t, 1, func(int64) time.Duration { return time.Second }), 1)

	slow := writtenOut(t, 8*mib, func(int64) time.Duration { return time.Second })
	assert.Equal(t, []int64{1 * mib, 512 * kib, 256 * kib, 128 * kib, 64 * kib, 64 * kib}, slow[:6], "the least goes on whatever it takes")
	quick := writtenOut(t, gib, func(int64) time.Duration { return 0 })
	assert.Equal(t, []int64{1 * mib, 2 * mib, 4 * mib, 8 * mib, 16 * mib, 16 * mib}, quick[:6])

	// 100 µs for each 64 KiB that has changed: 256 KiB take 400 µs.
	for _, length := range writtenOut(t, 64*mib, func(length int64) time.Duration { return time.Duration(length/(64*kib)) * 100 * time.Microsecond })[2:] {
		assert.Equal(t, int64(256*kib), length)
	}
}

func TestInPieces_ends_with_the_first_failure(t *testing.T) {
	t.Parallel()
	n := 0
	err := database.InPieces(1<<30, time.Now, func(int64, int64) error {
		if n++; n == 3 {
			return assert.AnError
		}
		return nil
	})
	require.ErrorIs(t, err, assert.AnError)
	assert.Equal(t, 3, n)
}
