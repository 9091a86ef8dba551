package logging_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"zomato/platform/logging"
)

func TestNew_writes_sampled_JSON_to_what_is_no_terminal(t *testing.T) {
	t.Parallel()
	file, err := os.Create(filepath.Join(t.TempDir(), "log"))
	require.NoError(t, err)
	defer func() { require.NoError(t, file.Close()) }()
	log := logging.New(file, zapcore.InfoLevel)
	log.Debug("below the level")
	log.Warn("once", zap.Int("n", 1))
	for range 5000 {
		log.Info("flood")
	}

	_, err = file.Seek(0, 0)
	require.NoError(t, err)
	seen := map[string]int{}
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var line struct {
			Level, Msg, TS string
		}
		require.NoError(t, json.Unmarshal(lines.Bytes(), &line))
		require.NotEmpty(t, line.TS)
		seen[line.Msg]++
	}
	require.Equal(t, 1, seen["once"])
	require.Zero(t, seen["below the level"])
	require.Less(t, seen["flood"], 2500, "a flood is sampled")
	require.Positive(t, seen["flood"])
}
