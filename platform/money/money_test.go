package money_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"zomato/platform/money"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		want money.Amount
		err  error
	}{
		{"249.50", 24950, nil},
		{"249.5", 24950, nil},
		{"60", 6000, nil},
		{"0.05", 5, nil},
		{"-3", -300, nil},
		{"1.2300", 123, nil},
		{"9999999999.99", money.Max, nil},
		{"1.005", 0, money.ErrDecimals},
		{"10000000000", 0, money.ErrRange},
		{"99999999999999999999", 0, money.ErrRange},
		{"1e2", 0, money.ErrSyntax},
		{"", 0, money.ErrSyntax},
		{"-", 0, money.ErrSyntax},
		{"+1", 0, money.ErrSyntax},
		{"1.", 0, money.ErrSyntax},
		{".5", 0, money.ErrSyntax},
		{"1,5", 0, money.ErrSyntax},
		{"NaN", 0, money.ErrSyntax},
	} {
		t.Run(c.text, func(t *testing.T) {
			t.Parallel()
			got, err := money.Parse(c.text)
			require.ErrorIs(t, err, c.err)
			require.Equal(t, c.want, got)
		})
	}
}

func TestAmount_survives_the_way_to_text_and_back(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		amount := money.Amount(rapid.Int64Range(-int64(money.Max), int64(money.Max)).Draw(t, "minor"))
		text, err := json.Marshal(amount)
		require.NoError(t, err)
		var back money.Amount
		require.NoError(t, json.Unmarshal(text, &back))
		require.Equal(t, amount, back)
	})
}
