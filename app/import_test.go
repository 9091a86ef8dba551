package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"zomato/modules/restaurants"
	"zomato/platform/config"
	"zomato/platform/testkit"
)

// imported runs an import as the command does, in a folder of its own, and gives
// what it printed.
func imported(t *testing.T, url string, f importFlags, file string, take takeOver, variables ...string) (string, error) {
	t.Helper()
	folder := t.TempDir()
	f.File = filepath.Join(folder, "file.csv")
	if f.Rejects == "" {
		f.Rejects = filepath.Join(folder, "rejects.csv")
	}
	require.NoError(t, os.WriteFile(f.File, []byte(file), 0o600))
	progress, err := os.Create(filepath.Join(folder, "progress"))
	require.NoError(t, err)
	defer func() { require.NoError(t, progress.Close()) }()
	cfg, _, err := config.Load(append([]string{"REDIS_URL=", "DATABASE_URL=" + url}, variables...))
	require.NoError(t, err)
	var out bytes.Buffer
	err = f.take(context.Background(), cfg, zap.NewNop(), take, &out, progress)
	return out.String(), err
}

const twoPlaces = "external_id,name,cuisines,city,rating,votes\n1,Noodle Bar,Thai,Goa,4.5,10\n2,Dosa Camp,South Indian,Goa,,\n3,,Thai,,,\n"

func TestImport_makes_the_tables_and_tells_what_became_of_the_rows(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		rejects := filepath.Join(t.TempDir(), "bad.csv")
		out, err := imported(t, url, importFlags{Rejects: rejects}, twoPlaces, restaurants.Importer.ImportRestaurants)
		require.NoError(t, err)
		assert.Contains(t, out, "read 3: created 2, updated 0, unchanged 0, rejected 1\n")
		assert.Contains(t, out, "line 4: name: This field must not be empty.\n")
		assert.Contains(t, out, "rows that were not taken over: "+rejects)
		kept, err := os.ReadFile(rejects)
		require.NoError(t, err)
		assert.Contains(t, string(kept), "\n4,name: This field must not be empty.,3,,Thai,,,\n")

		out, err = imported(t, url, importFlags{DryRun: true, Rejects: rejects}, twoPlaces[:len(twoPlaces)-len("3,,Thai,,,\n")],
			restaurants.Importer.ImportRestaurants)
		require.NoError(t, err)
		assert.Contains(t, out, "dry run: nothing was changed\nread 2: created 0, updated 0, unchanged 2, rejected 0\n")
		assert.NoFileExists(t, rejects, "those of an earlier run are old")
	})
}

func TestA_running_server_shows_what_is_imported_beside_it(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		app := serving(t, "DATABASE_URL="+url)
		_, err := imported(t, url, importFlags{}, twoPlaces, restaurants.Importer.ImportRestaurants)
		require.NoError(t, err)
		_, err = imported(t, url, importFlags{}, "restaurant_external_id,external_id,name,category,price\n1,1,Pad Thai,Main,249.50\n",
			restaurants.Importer.ImportMenuItems)
		require.NoError(t, err)
		found := app.Do(t, "GET", "/restaurants/search?location=goa&min_rating=4", "").Expect(t, 200)
		assert.Contains(t, found.Body, `"name":"Noodle Bar"`)
		assert.NotContains(t, found.Body, "Dosa")
		assert.Contains(t, app.Do(t, "GET", "/restaurants/search?q=pad", "").Expect(t, 200).Body, `"price":249.50`)
		app.Do(t, "POST", "/restaurants/", `{"name":"Here","cuisines":["Thai"]}`).Expect(t, 201)
	})
}

func TestImport_is_refused(t *testing.T) {
	t.Parallel()
	url := testkit.SQLite(t)
	mapping := filepath.Join(t.TempDir(), "mapping.json")
	require.NoError(t, os.WriteFile(mapping, []byte("{"), 0o600))
	for _, c := range []struct {
		name      string
		flags     importFlags
		variables []string
		want      string
	}{
		{"by a module that is off", importFlags{}, []string{"DISABLED_MODULES=restaurants,orders,reviews"}, "The restaurants module is disabled."},
		{"for a mapping that cannot be read", importFlags{Mapping: mapping}, nil, "read the mapping"},
		{"for a mapping that is not there", importFlags{Mapping: "nowhere"}, nil, "those that ship are zomato"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			out, err := imported(t, url, c.flags, twoPlaces, restaurants.Importer.ImportRestaurants, c.variables...)
			require.ErrorContains(t, err, c.want)
			require.Empty(t, out)
		})
	}
	file := filepath.Join(t.TempDir(), "x.csv")
	require.NoError(t, os.WriteFile(file, []byte(twoPlaces), 0o600))
	info, err := os.Stat(file)
	require.NoError(t, err)
	_, err = importFlags{File: file, Rejects: file}.rejectsFile(info)
	require.ErrorContains(t, err, "is the file to import")
}
