package httpserver_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"zomato/platform/httpserver"
)

// FuzzETags holds that every text is a list of tags or is refused, and that a tag
// of ours is found in a list.
func FuzzETags(f *testing.F) {
	for _, header := range []string{"", "*", " * ", `"3.abc"`, `W/"3.abc"`, `"1.x", "2.y"`, `"`, `""`, `"""`, `","`, ",", "W/", `"99999999999999999999.x"`, `"-1.x"`, `"+1.x"`, "\xff"} {
		f.Add(header, int64(3))
	}
	f.Fuzz(func(t *testing.T, header string, version int64) {
		match := httpserver.IfMatch{Header: header}
		refused := match.Resolve(nil) != nil
		if trimmed := strings.TrimSpace(header); !refused && header != "" && trimmed != "*" {
			require.NotNil(t, match.Versions(), "not any version")
		}
		tag := fmt.Sprintf(`"%d.0123456789abcdef"`, version)
		match = httpserver.IfMatch{Header: tag}
		require.Nil(t, match.Resolve(nil))
		require.Equal(t, []int64{version}, match.Versions())
		if !refused && header != "" && strings.TrimSpace(header) != "*" {
			match = httpserver.IfMatch{Header: header + "," + tag}
			require.Nil(t, match.Resolve(nil))
			require.Contains(t, match.Versions(), version)
		}
		require.True(t, httpserver.Matches(header+","+tag, tag))
		require.True(t, httpserver.Matches("W/"+tag+" ,"+header, tag))
		if !strings.Contains(header, tag) && !strings.Contains(header, "*") {
			require.False(t, httpserver.Matches(header, tag))
		}
	})
}

// FuzzZero holds that the character zero is found wherever a decoder would find it.
func FuzzZero(f *testing.F) {
	for _, body := range []string{`"\u0000"`, `"\\u0000"`, `"\\\u0000"`, `{"a\u0000":1}`, `["\u00000"]`, `"\u0001"`, `{"a":{"b":["\\\\\u0000"]}}`} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		found := httpserver.ContainsZero(body)
		var value any
		if json.Unmarshal(body, &value) == nil {
			// Of a name that stands twice the decoder drops the first value.
			require.True(t, found || !hasZero(value))
			if found && !strings.Contains(string(body), "{") {
				require.True(t, hasZero(value))
			}
		}
	})
}

func hasZero(value any) bool {
	switch value := value.(type) {
	case string:
		return strings.Contains(value, "\x00")
	case []any:
		for _, element := range value {
			if hasZero(element) {
				return true
			}
		}
	case map[string]any:
		for name, field := range value {
			if strings.Contains(name, "\x00") || hasZero(field) {
				return true
			}
		}
	}
	return false
}

func FuzzRequestID(f *testing.F) {
	sane := regexp.MustCompile(`^[A-Za-z0-9_.:-]{1,128}\z`)
	for _, id := range []string{"", "abc-1", "a b", "é", "a\nb", strings.Repeat("x", 129)} {
		f.Add(id)
	}
	f.Fuzz(func(t *testing.T, given string) {
		id := httpserver.RequestID(given)
		require.Regexp(t, sane, id)
		require.Equal(t, sane.MatchString(given), id == given)
	})
}

// FuzzMoney holds that a number of JSON is an amount or is refused, as an amount
// in a body.
func FuzzMoney(f *testing.F) {
	for _, number := range []string{"249.50", "1e2", "-0", "1E400", "0.005", `"1"`, "null", "99999999999999999999", "1.000000000000000000000"} {
		f.Add(number)
	}
	f.Fuzz(func(t *testing.T, number string) {
		var money httpserver.Money
		if json.Unmarshal([]byte(number), &money) != nil {
			return
		}
		amount := money.Amount()
		shown, err := json.Marshal(amount)
		require.NoError(t, err)
		var again httpserver.Money
		require.NoError(t, json.Unmarshal(shown, &again))
		require.Equal(t, amount, again.Amount())
	})
}
