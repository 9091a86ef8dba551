package money_test

import (
	"encoding/json"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"zomato/platform/money"
)

func FuzzParse(f *testing.F) {
	for _, text := range []string{"249.50", "-0.05", "0", "-0", "00.100", "9999999999.99", "10000000000", "1.005", "1e2", ".5", "5.", "+1", " 1", "١", "0x1", "1_0"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		amount, err := money.Parse(text)
		if err != nil {
			require.Zero(t, amount)
			return
		}
		require.LessOrEqual(t, max(amount, -amount), money.Max)
		again, err := money.Parse(amount.String())
		require.NoError(t, err)
		require.Equal(t, amount, again)
		float, err := strconv.ParseFloat(text, 64)
		require.NoError(t, err, "what is read here is a number elsewhere too")
		require.InDelta(t, float*100, float64(amount), 0.01)
		encoded, err := json.Marshal(amount)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(encoded, &again))
		require.Equal(t, amount, again)
	})
}
