package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.yaml.in/yaml/v3"

	"zomato/platform/testkit"
)

func TestOpenAPI_is_what_the_server_answers(t *testing.T) {
	t.Parallel()
	for _, variable := range []string{"MODULES=", "DISABLED_MODULES=reviews", "MODULES=customers"} {
		t.Run(variable, func(t *testing.T) {
			t.Parallel()
			app := serving(t, "DATABASE_URL="+testkit.SQLite(t), variable)
			var out bytes.Buffer
			require.NoError(t, openAPICommand{}.write(nowhere(t, variable), zap.NewNop(), &out))
			require.Equal(t, app.Do(t, "GET", "/openapi.json", "").Expect(t, 200).Body, out.String())
		})
	}
}

func TestOpenAPI_is_the_same_document_as_YAML(t *testing.T) {
	t.Parallel()
	var plain, out bytes.Buffer
	require.NoError(t, openAPICommand{}.write(nowhere(t), zap.NewNop(), &plain))
	require.NoError(t, openAPICommand{YAML: true}.write(nowhere(t), zap.NewNop(), &out))
	var want, got any
	require.NoError(t, json.Unmarshal(plain.Bytes(), &want))
	require.NoError(t, yaml.Unmarshal(out.Bytes(), &got))
	again, err := json.Marshal(got)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(again, &got), "numbers are of one type now")
	require.Equal(t, want, got)
}

func TestOpenAPI_writes_a_file_whole_or_not_at_all(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	path, link := filepath.Join(folder, "openapi.json"), filepath.Join(folder, "link.json")
	require.NoError(t, os.WriteFile(path, []byte("old"), 0o600))
	require.NoError(t, os.Symlink(path, link))
	var out, want bytes.Buffer
	require.NoError(t, openAPICommand{}.write(nowhere(t), zap.NewNop(), &want))
	old, err := os.Open(path)
	require.NoError(t, err)
	defer func() { require.NoError(t, old.Close()) }()

	require.NoError(t, openAPICommand{Output: link}.write(nowhere(t), zap.NewNop(), &out))
	assert.Empty(t, out.String())
	got, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, want.String(), string(got), "a link is followed")
	beginning := make([]byte, 10)
	n, err := old.Read(beginning)
	require.NoError(t, err)
	assert.Equal(t, "old", string(beginning[:n]), "who reads the old file goes on reading it, not half of the new one")

	require.ErrorContains(t, openAPICommand{Output: folder}.write(nowhere(t), zap.NewNop(), &out), "is no file")
	require.ErrorContains(t, openAPICommand{Output: filepath.Join(folder, "no", "x")}.write(nowhere(t), zap.NewNop(), &out), "write the file")
	left, err := os.ReadDir(folder)
	require.NoError(t, err)
	assert.Len(t, left, 2, "nothing else is left")
}
