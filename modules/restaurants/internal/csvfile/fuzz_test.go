package csvfile_test

import (
	"bytes"
	"encoding/csv"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"zomato/modules/restaurants/internal/csvfile"
)

// FuzzRecords holds that a file of any bytes is read to its end, line by line.
func FuzzRecords(f *testing.F) {
	for _, file := range []string{"", "a,b\n1,2\n", "\"a\",\"b\nc\"\n", "a,\"b\n1,2\n", "\xef\xbb\xbfa,b\r\n1,2", "a\"b,c\n", "\"a\"b,c\n", "\n\n,\n", "\"\n\"\n\"\n", "a\x00,\xff\n", strings.Repeat("x", 70<<10) + "\n1,2\n"} {
		f.Add([]byte(file), "x", "y\nz")
	}
	f.Fuzz(func(t *testing.T, file []byte, one, two string) {
		records, err := csvfile.Records(bytes.NewReader(file), 2)
		require.NoError(t, err)
		line := int64(0)
		for _, r := range records {
			require.Greater(t, r.Line, line)
			line = r.Line
			require.True(t, r.Bad != "" || len(r.Fields) == 2)
		}
		require.LessOrEqual(t, line, int64(bytes.Count(file, []byte("\n"))+1))
		if strings.Contains(one+two, "\r") || strings.Count(one+two, "\n") > 20 || len(one)+len(two) > 10_000 || strings.TrimSpace(one+two) == "" {
			return
		}
		var out bytes.Buffer
		writer := csv.NewWriter(&out)
		require.NoError(t, writer.WriteAll([][]string{{"first", "second"}, {one, two}, {"last", "one"}}))
		records, err = csvfile.Records(&out, 2)
		require.NoError(t, err)
		require.Len(t, records, 3)
		require.Equal(t, []string{one, two}, records[1].Fields, "what encoding/csv writes is read")
		require.Equal(t, []string{"last", "one"}, records[2].Fields)
	})
}

func FuzzMapping(f *testing.F) {
	shipped, err := os.ReadFile("mappings/zomato.json")
	require.NoError(f, err)
	for _, content := range []string{string(shipped), "{}", "null", `{"source":"x"}`, `{"columns":{"name":null}}`, `{"replace":{"":"x"}}`, `{"countries":{"1":{"currency":"INR","timezone":"../x"}}}`, "{} {}"} {
		f.Add([]byte(content))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		err := csvfile.CheckMapping(content)
		if err != nil {
			require.NotEmpty(t, err.Error())
			return
		}
		require.NoError(t, csvfile.CheckMapping(append(content, ' ', '\n')))
		require.Error(t, csvfile.CheckMapping(append(content, " {}"...)))
	})
}
