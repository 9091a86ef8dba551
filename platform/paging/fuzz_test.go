package paging_test

import (
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"zomato/platform/fault"
	"zomato/platform/paging"
)

// place is a position with all that positions have.
type place struct {
	ID   int64  `json:"i"`
	Name string `json:"n"`
}

func cursorOf(p place) string {
	return paging.Cut([]place{p, {}}, 1, func(p place) place { return p }).Next
}

// FuzzPosition holds that a cursor is what Cut made, to the letter, or is refused.
func FuzzPosition(f *testing.F) {
	for _, cursor := range []string{"", "e30", "bnVsbA", "W10", "eyJpIjoxfQ", "!!!", "eyJpIjoxLCJuIjoiYSJ9", "eyJpIjoxLCJuIjoiYSJ9\n", cursorOf(place{7, "naan"})} {
		f.Add(cursor, int64(1), "a")
	}
	f.Fuzz(func(t *testing.T, cursor string, id int64, name string) {
		position, err := paging.Position[place](paging.Query{After: cursor})
		switch {
		case err != nil:
			require.Zero(t, position)
			require.True(t, fault.Is(err, "invalid"), "%v", err)
		case cursor != "":
			require.Equal(t, cursor, cursorOf(position))
		}
		if utf8.ValidString(name) {
			made := place{id, name}
			position, err = paging.Position[place](paging.Query{After: cursorOf(made)})
			require.NoError(t, err)
			require.Equal(t, made, position)
		}
	})
}
