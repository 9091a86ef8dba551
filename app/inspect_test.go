package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/fx"
	"go.uber.org/zap"

	"zomato/platform/config"
	"zomato/platform/eventbus"
	"zomato/platform/httpserver"
)

// nowhere is the configuration of a database that could not be opened, in a
// folder that does not exist.
func nowhere(t *testing.T, variables ...string) config.Config {
	t.Helper()
	cfg, _, err := config.Load(append([]string{"DATABASE_URL=sqlite:" + filepath.Join(t.TempDir(), "no", "zomato.db")}, variables...))
	require.NoError(t, err)
	return cfg
}

// listed are the rows that `zomato modules --json` prints.
func listed(t *testing.T, cfg config.Config) map[string]moduleRow {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, modulesCommand{JSON: true}.write(cfg, zap.NewNop(), &out))
	assert.NotContains(t, out.String(), "null", "what is empty is an empty list")
	var rows []moduleRow
	require.NoError(t, json.Unmarshal(out.Bytes(), &rows))
	byName := map[string]moduleRow{}
	for i, r := range rows {
		assert.Equal(t, moduleTable()[i].Name, r.Name, "they stand in the order of the table")
		byName[r.Name] = r
	}
	return byName
}

func TestModules_says_of_each_module_what_modules_README_says(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../modules/README.md")
	require.NoError(t, err)
	rows := listed(t, nowhere(t))
	require.Len(t, rows, len(moduleTable()))
	for name, r := range rows {
		var line string
		for l := range strings.Lines(string(page)) {
			if strings.HasPrefix(l, "| ["+name+"]") {
				line = l
			}
		}
		cells := strings.Split(line, " | ") // team, calls, publishes, subscribes, routes, answers kept
		require.Len(t, cells, 8, name)
		assert.Equal(t, cells[1], r.Team)
		var calls []string
		for _, need := range r.Needs {
			calls = append(calls, "needs "+need)
		}
		for _, use := range r.Uses {
			calls = append(calls, "uses "+use)
		}
		assert.Equal(t, cells[2], orDash(calls), name)
		assert.Equal(t, cells[3], orDash(r.Publishes), name)
		assert.Equal(t, cells[4], orDash(r.Subscribes), name)
		assert.Equal(t, strings.Count(cells[5], "`")/2, r.Routes, name)
		files, err := os.ReadDir("../modules/" + name + "/internal/sqlstore/migrations/sqlite")
		if name != "cache" { // which has no tables
			require.NoError(t, err)
		}
		assert.Len(t, r.Migrations, len(files), name)
		assert.NotEmpty(t, r.Summary, name)
	}
}

func orDash(items []string) string {
	if len(items) == 0 {
		return "–"
	}
	return strings.Join(items, "<br>")
}

func TestModules_says_why_a_module_is_on_or_off_and_shows_nothing_of_one_that_is_off(t *testing.T) {
	t.Parallel()
	off := listed(t, nowhere(t, "DISABLED_MODULES=reviews,orders"))
	assert.Equal(t, "default", off["restaurants"].Because)
	assert.Equal(t, "in DISABLED_MODULES", off["orders"].Because)
	only := listed(t, nowhere(t, "MODULES=customers"))
	assert.Equal(t, "in MODULES", only["customers"].Because)
	assert.True(t, only["customers"].Enabled)
	assert.Equal(t, "not in MODULES", only["orders"].Because)
	for _, r := range []moduleRow{off["orders"], off["reviews"], only["restaurants"]} {
		assert.False(t, r.Enabled, r.Name)
		assert.Zero(t, r.Routes, r.Name)
		assert.Empty(t, slices.Concat(r.Migrations, r.Publishes, r.Subscribes), r.Name)
	}
	assert.Equal(t, 3, listed(t, nowhere(t))["customers"].Routes-only["customers"].Routes, "a part that is absent: the favourites")
}

func TestModules_prints_a_table(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	require.NoError(t, modulesCommand{}.write(nowhere(t, "DISABLED_MODULES=reviews"), zap.NewNop(), &out))
	lines := strings.Split(out.String(), "\n")
	assert.Equal(t, []string{"MODULE", "STATE", "TEAM", "NEEDS", "USES", "ROUTES", "MIGRATIONS", "PUBLISHES", "SUBSCRIBES"}, strings.Fields(lines[0]))
	assert.Contains(t, out.String(), "reviews      off (in DISABLED_MODULES)  reviews")
	for _, line := range lines {
		assert.Equal(t, strings.TrimRight(line, " "), line, "nothing is left hanging")
	}
}

func TestModules_and_openapi_refuse_a_configuration_with_the_sentence_of_serve(t *testing.T) {
	t.Parallel()
	for name, variables := range map[string][]string{
		"an unknown module":     {"MODULES=kitchens"},
		"a need that is off":    {"DISABLED_MODULES=customers"},
		"no database of ours":   {"DATABASE_URL=mysql://x"},
		"a database in memory":  {"DATABASE_URL=sqlite::memory:"},
		"an unescaped password": {"DATABASE_URL=postgres://me:open@sesame@127.0.0.1/x"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := nowhere(t, variables...)
			_, want := newApp(cfg, zap.NewNop(), moduleTable(), fx.Invoke(serve))
			require.Error(t, want)
			var out strings.Builder
			err := modulesCommand{}.write(cfg, zap.NewNop(), &out)
			require.Error(t, err)
			assert.Equal(t, plain(want), plain(err))
			err = openAPICommand{}.write(cfg, zap.NewNop(), &out)
			require.Error(t, err)
			assert.Equal(t, plain(want), plain(err))
			assert.Empty(t, out.String())
		})
	}
}

func TestModules_and_openapi_ask_no_database(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	for _, url := range []string{"sqlite:" + filepath.Join(folder, "zomato.db"), "postgres://me@127.0.0.1:1/x"} {
		cfg := nowhere(t, "DATABASE_URL="+url)
		var out bytes.Buffer
		require.NoError(t, modulesCommand{}.write(cfg, zap.NewNop(), &out))
		require.NoError(t, openAPICommand{}.write(cfg, zap.NewNop(), &out))
	}
	left, err := os.ReadDir(folder)
	require.NoError(t, err)
	assert.Empty(t, left)
}

func TestModules_belong_to_no_stranger(t *testing.T) {
	t.Parallel()
	given := inspected{
		Routes:        []httpserver.Routes{{Module: "kitchens"}},
		Subscriptions: []eventbus.Subscription{eventbus.After[planted]("favourites", nil)},
	}
	err := given.addTo([]moduleRow{{Name: "customers"}})
	require.ErrorContains(t, err, `routes: there is no module "kitchens"`)
	require.ErrorContains(t, err, `subscriber favourites: there is no module "favourites"`)
}

// planted is an event of no module.
type planted struct{}

func (planted) EventName() string { return "planted" }
