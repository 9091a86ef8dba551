package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/fx"
	"go.uber.org/zap"

	"zomato/platform/config"
	"zomato/platform/database"
	"zomato/platform/httpserver"
	"zomato/platform/module"
	"zomato/platform/testkit"
	"zomato/platform/testkit/httpclient"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// running is the application as it serves in a test.
type running struct {
	httpclient.Client
	db *database.DB
}

// serving starts the whole application with these variables on a free port.
func serving(t *testing.T, variables ...string) running {
	t.Helper()
	app, _ := servingTable(t, moduleTable(), variables...)
	return app
}

// servingTable does it with these modules, and gives the address as well.
func servingTable(t *testing.T, table []module.Module, variables ...string) (app running, address string) {
	t.Helper()
	return servingWith(t, table, nil, variables...)
}

// servingWith does it with further options of fx.
func servingWith(t *testing.T, table []module.Module, options []fx.Option, variables ...string) (app running, address string) {
	t.Helper()
	cfg, _, err := config.Load(append([]string{"LISTEN=127.0.0.1:0", "REDIS_URL="}, variables...))
	require.NoError(t, err)
	var server *httpserver.Server
	built, err := newApp(cfg, zap.NewNop(), table, append(options, fx.Invoke(serve), fx.Populate(&server, &app.db))...)
	require.NoError(t, err)
	require.NoError(t, built.Start(context.Background()))
	t.Cleanup(func() { require.NoError(t, built.Stop(context.Background())) })
	address = "http://" + server.Address()
	app.Client = httpclient.New(address)
	return app, address
}

// rooms gives paths of each module that answer something else than 404 while
// it is enabled, whatever the database holds.
func rooms() map[string][]string {
	return map[string][]string{
		"cache":       {"/cache/warm/jobs/x", "/analytics/cache-performance"},
		"customers":   {"/customers/x"},
		"orders":      {"/orders/x"},
		"reviews":     {"/reviews/x"},
		"restaurants": {"/restaurants/x", "/menu-items/x", "/cuisines/"},
	}
}

func TestEvery_subset_of_modules_starts_and_shows_only_itself(t *testing.T) {
	t.Parallel()
	table := moduleTable()
	for subset := range 1 << len(table) {
		var disabled []string
		for i, m := range table {
			if subset&(1<<i) != 0 {
				disabled = append(disabled, m.Name)
			}
		}
		_, refusal := choose(table, nil, disabled)
		if refusal != nil {
			continue // illegal subsets: TestChoose_refuses
		}
		t.Run("without "+strings.Join(disabled, "+"), func(t *testing.T) {
			t.Parallel()
			app := serving(t, "DATABASE_URL="+testkit.SQLite(t), "DISABLED_MODULES="+strings.Join(disabled, ","))
			app.Do(t, "GET", "/health/ready", "").Expect(t, 200)
			for _, m := range table {
				app.checkModule(t, m.Name, !slices.Contains(disabled, m.Name))
			}
		})
	}
}

// checkModule holds that routes, document, migrations and GET / follow whether
// a module is enabled.
func (app running) checkModule(t *testing.T, name string, enabled bool) {
	t.Helper()
	require.Contains(t, app.Do(t, "GET", "/", "").Body, fmt.Sprintf(`{"name":%q,"enabled":%v}`, name, enabled))
	var document struct{ Paths map[string]any }
	app.Do(t, "GET", "/openapi.json", "").JSON(t, &document)
	paths := slices.Collect(maps.Keys(document.Paths))
	for _, room := range rooms()[name] {
		prefix := strings.TrimSuffix(room, "x")
		described := slices.ContainsFunc(paths, func(p string) bool { return strings.HasPrefix(p, prefix) })
		require.Equal(t, enabled, described, "%s in the document", prefix)
		got := app.Do(t, "GET", room, "")
		require.Equal(t, !enabled, got.Status == 404, "%s: %s", room, got.Body)
	}
	require.NotEmpty(t, rooms()[name], "say in rooms() which paths belong to %s", name)
	var tables int
	require.NoError(t, app.db.Get(context.Background(), &tables,
		`SELECT COUNT(*) FROM sqlite_schema WHERE type = 'table' AND name GLOB ?`, name+"_*"))
	require.Equal(t, enabled, tables > 0, "tables of %s", name)
}

func TestA_part_that_uses_another_module_is_absent_without_it(t *testing.T) {
	t.Parallel()
	app := serving(t, "DATABASE_URL="+testkit.SQLite(t), "MODULES=customers")
	app.Do(t, "POST", "/customers/", `{"name":"Asha","email":"asha@example.com"}`).Expect(t, 201)
	app.Do(t, "GET", "/customers/1/favourites", "").Problem(t, 404, "route_not_found")
	app.Do(t, "PUT", "/customers/1/favourites/2", "").Problem(t, 404, "route_not_found")
}

//nolint:tparallel // one after the other is the point
func TestA_module_keeps_its_data_while_it_is_switched_off(t *testing.T) {
	t.Parallel()
	url := "DATABASE_URL=" + testkit.SQLite(t)
	t.Run("on", func(t *testing.T) {
		serving(t, url).Do(t, "POST", "/restaurants/", `{"name":"Spice Route","cuisine":"Thai"}`).Expect(t, 201)
	})
	t.Run("off", func(t *testing.T) {
		serving(t, url, "DISABLED_MODULES=orders,restaurants,reviews").Do(t, "GET", "/restaurants/1", "").Problem(t, 404, "route_not_found")
	})
	t.Run("on again", func(t *testing.T) {
		serving(t, url).Do(t, "GET", "/restaurants/1", "").Expect(t, 200)
	})
}

func TestChoose_refuses(t *testing.T) {
	t.Parallel()
	// A planted table, with a chain of needs that the real one does not have.
	table := []module.Module{{Name: "a"}, {Name: "b", Needs: []string{"a"}}, {Name: "c", Needs: []string{"a", "b"}}}
	for _, c := range []struct {
		name           string
		only, disabled []string
		want           []string
	}{
		{"an unknown name", nil, []string{"d"}, []string{`there is no module "d": the modules are a, b, c`}},
		{"a name in capitals", []string{"A"}, nil, []string{`there is no module "A"`}},
		{"a module that is chosen and disabled", []string{"a"}, []string{"a"}, []string{"MODULES names a and DISABLED_MODULES too"}},
		{"a module without what it needs", nil, []string{"a"}, []string{"b needs a: enable a or disable b", "c needs a: enable a or disable c"}},
		{"a choice that leaves out a need", []string{"a", "c"}, nil, []string{"c needs b: enable b or disable c"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := choose(table, c.only, c.disabled)
			for _, sentence := range c.want {
				require.ErrorContains(t, err, sentence)
			}
		})
	}
	enabled, err := choose(table, nil, []string{"c"})
	require.NoError(t, err)
	require.True(t, enabled.Has("a") && enabled.Has("b") && !enabled.Has("c"))
}

func TestA_second_serve_on_one_SQLite_file_is_refused(t *testing.T) {
	t.Parallel()
	url := "DATABASE_URL=" + testkit.SQLite(t)
	serving(t, url)
	cfg, _, err := config.Load([]string{"LISTEN=127.0.0.1:0", "REDIS_URL=", url})
	require.NoError(t, err)
	second, err := newApp(cfg, zap.NewNop(), moduleTable(), fx.Invoke(serve))
	require.NoError(t, err)
	require.ErrorIs(t, second.Start(context.Background()), database.ErrLocked)
	require.NoError(t, second.Stop(context.Background()))
}

func TestTwo_instances_share_one_Postgres(t *testing.T) {
	t.Parallel()
	url := "DATABASE_URL=" + testkit.Postgres(t)
	first, second := serving(t, url), serving(t, url)
	first.Do(t, "POST", "/restaurants/", `{"name":"Spice Route","cuisine":"Thai"}`).Expect(t, 201)
	second.Do(t, "GET", "/restaurants/1", "").Expect(t, 200)
}

func TestMigrations_run_in_the_order_of_the_table(t *testing.T) {
	t.Parallel()
	cfg, _, err := config.Load([]string{"DATABASE_URL=" + testkit.SQLite(t)})
	require.NoError(t, err)
	var all schema
	app, err := newApp(cfg, zap.NewNop(), moduleTable(), fx.Invoke(func(given schema) { all = given }))
	require.NoError(t, err)
	applied, err := all.migrate(context.Background())
	require.NoError(t, err)
	var order []string
	for _, a := range applied {
		if !slices.Contains(order, a.Module) && !strings.HasPrefix(a.Module, "platform") {
			order = append(order, a.Module)
		}
	}
	var want []string
	for _, m := range moduleTable() {
		want = append(want, m.Name)
	}
	require.Equal(t, want, order)
	require.NoError(t, app.Stop(context.Background()))
	require.NoError(t, all.DB.Close())
}

func TestEvents_reach_other_modules(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		app := serving(t, "DATABASE_URL="+url)
		furnish(t, app)
		app.Do(t, "DELETE", "/restaurants/1", "").Expect(t, 204)
		require.Eventually(t, func() bool {
			var left int
			require.NoError(t, app.db.Get(context.Background(), &left, `SELECT COUNT(*) FROM customers_favourites`))
			return left == 0
		}, time.Minute, 10*time.Millisecond, "customers forget a restaurant that is gone")
	})
}

func TestMigrate_is_refused_while_the_file_is_served(t *testing.T) {
	t.Parallel()
	cfg, _, err := config.Load([]string{"DATABASE_URL=" + testkit.SQLite(t)})
	require.NoError(t, err)
	var out strings.Builder
	require.NoError(t, migrate(cfg, zap.NewNop(), &out))
	require.Contains(t, out.String(), "customers: 0001_customers.sql")
	out.Reset()
	require.NoError(t, migrate(cfg, zap.NewNop(), &out))
	require.Equal(t, "0 applied\n", out.String())

	serving(t, "DATABASE_URL="+cfg.DatabaseURL)
	require.ErrorIs(t, migrate(cfg, zap.NewNop(), &out), database.ErrLocked)
}
