package config_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap/zapcore"

	"zomato/platform/config"
)

func TestLoad_without_any_variable_is_a_developers_machine(t *testing.T) {
	t.Parallel()
	cfg, warnings, err := config.Load(nil)
	require.NoError(t, err)
	require.Empty(t, warnings)
	require.Equal(t, "127.0.0.1:8000", cfg.Listen)
	require.Equal(t, "sqlite:zomato.db", cfg.DatabaseURL)
	require.Equal(t, zapcore.InfoLevel, cfg.LogLevel.Level)
	require.Empty(t, cfg.Modules)
}

func TestLoad_reads_lists_with_spaces_and_empty_entries(t *testing.T) {
	t.Parallel()
	cfg, _, err := config.Load([]string{"MODULES= customers, ,restaurants", "DISABLED_MODULES="})
	require.NoError(t, err)
	require.Equal(t, []string{"customers", "restaurants"}, cfg.Modules)
	require.Empty(t, cfg.DisabledModules)
}

func TestLoad_lists_every_mistake_at_once(t *testing.T) {
	t.Parallel()
	_, _, err := config.Load([]string{"LISTEN=nowhere", "LOG_LEVEL=loud", "TIMEZONE=Mars/Base", "ACCESS=maybe", "WRITE_BATCH=0"})
	for _, mistake := range []string{"LISTEN=", `LOG_LEVEL="loud"`, "TIMEZONE=", "ACCESS=", "WRITE_BATCH="} {
		require.ErrorContains(t, err, mistake)
	}
	require.Len(t, strings.Split(err.Error(), "\n"), 5, "each once")
	require.NotContains(t, err.Error(), "parse", "nothing of the library")
	_, _, err = config.Load([]string{"WRITE_BATCH=x"})
	require.EqualError(t, err, `WRITE_BATCH="x" is no whole number from 1 up`)
}

func TestLoad_refuses_an_open_service_beyond_loopback_unless_it_is_stated(t *testing.T) {
	t.Parallel()
	for listen, refused := range map[string]bool{
		"127.0.0.1:8000": false, "localhost:8000": false, "[::1]:8000": false,
		"0.0.0.0:8000": true, ":8000": true, "[::]:8000": true, "192.168.1.4:8000": true, "example.com:80": true,
	} {
		_, _, err := config.Load([]string{"LISTEN=" + listen})
		if refused {
			require.ErrorContains(t, err, "state ACCESS=open", listen)
		} else {
			require.NoError(t, err, listen)
		}
		stated, _, err := config.Load([]string{"LISTEN=" + listen, "ACCESS=" + string(config.Open)})
		require.NoError(t, err, listen)
		require.Equal(t, config.Open, stated.Access)
	}
	_, _, err := config.Load([]string{"ACCESS=" + string(config.Required)})
	require.ErrorContains(t, err, "identity module")
}

func TestLoad_refuses_a_port_that_is_none(t *testing.T) {
	t.Parallel()
	for _, listen := range []string{"127.0.0.1:", "127.0.0.1:99999", "127.0.0.1:http", "127.0.0.1:-1", "127.0.0.1"} {
		_, _, err := config.Load([]string{"LISTEN=" + listen})
		require.ErrorContains(t, err, "LISTEN=", listen)
	}
}

func TestLoad_warns_of_a_variable_that_looks_like_ours(t *testing.T) {
	t.Parallel()
	_, warnings, err := config.Load([]string{"DATABASE_UR=x", "LISTEN_ADDRESS=y", "HOME=/root"})
	require.NoError(t, err)
	require.Len(t, warnings, 2)
	require.Contains(t, warnings[0], "DATABASE_UR ")
	require.Contains(t, warnings[1], "LISTEN_ADDRESS ")
}

func TestTable_explains_every_variable(t *testing.T) {
	t.Parallel()
	require.NotEmpty(t, config.Table())
	for _, v := range config.Table() {
		require.NotEmpty(t, v.Name)
		require.NotEmpty(t, v.Meaning, v.Name)
	}
}
