package main

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"go.uber.org/fx"
	"go.uber.org/zap"

	"zomato/platform/config"
	"zomato/platform/database"
	"zomato/platform/eventbus"
	"zomato/platform/httpserver"
	"zomato/platform/module"
)

// unopenedDatabase is for those who build the application only to look at it.
func unopenedDatabase(_ fx.Lifecycle, _ fx.Shutdowner, cfg config.Config, log *zap.Logger) (*database.DB, error) {
	return database.Unopened(database.Config{URL: cfg.DatabaseURL}, log)
}

// inspected is what an application turned out to be made of.
type inspected struct {
	fx.In

	DB            *database.DB
	Enabled       module.Enabled
	Server        *httpserver.Server
	Routes        []httpserver.Routes     `group:"routes"`
	Migrations    []database.Migrations   `group:"migrations"`
	Subscriptions []eventbus.Subscription `group:"subscriptions"`
}

// inspect builds the application as serve does, and starts nothing: no database
// is opened and no port. What serve refuses to build is refused with its words.
func inspect(cfg config.Config, log *zap.Logger) (inspected, error) {
	var all inspected
	_, err := newAppOn(unopenedDatabase, cfg, log, moduleTable(), fx.Invoke(func(given inspected) { all = given }))
	if err != nil {
		return inspected{}, err
	}
	return all, all.DB.Close()
}

type modulesCommand struct {
	JSON bool `help:"Print JSON in the place of a table."`
}

// Run prints the modules of this configuration.
func (c modulesCommand) Run() error {
	cfg, log, err := load()
	if err != nil {
		return err
	}
	return c.write(cfg, log, os.Stdout)
}

func (c modulesCommand) write(cfg config.Config, log *zap.Logger, out io.Writer) error {
	rows, err := moduleRows(cfg, log)
	switch {
	case err != nil:
		return err
	case c.JSON:
		encoder := json.NewEncoder(out)
		encoder.SetIndent("", "  ")
		return encoder.Encode(rows)
	default:
		return printModules(out, rows)
	}
}

// moduleRow is a module in this configuration. One that is off brings nothing.
type moduleRow struct {
	Name    string   `json:"name"`
	Enabled bool     `json:"enabled"`
	Because string   `json:"because"`
	Team    string   `json:"team"`
	Summary string   `json:"summary"`
	Needs   []string `json:"needs"`
	Uses    []string `json:"uses"`
	// Routes is how many operations there are.
	Routes int `json:"routes"`
	// Migrations are the names of the files, in their order.
	Migrations []string `json:"migrations"`
	// Publishes are the types of the events, Subscribes those with the moment.
	Publishes  []string `json:"publishes"`
	Subscribes []string `json:"subscribes"`
}

// moduleRows are the modules in the order of the table.
func moduleRows(cfg config.Config, log *zap.Logger) ([]moduleRow, error) {
	all, err := inspect(cfg, log)
	if err != nil {
		return nil, err
	}
	told, err := fromSources()
	if err != nil {
		return nil, err
	}
	table := moduleTable()
	rows := make([]moduleRow, len(table))
	for i, m := range table {
		source := told[m.Name]
		rows[i] = moduleRow{
			Name: m.Name, Enabled: all.Enabled.Has(m.Name), Because: because(m.Name, cfg), Team: source.Team, Summary: source.Summary,
			Needs: list(m.Needs), Uses: list(m.Uses), Migrations: list(nil), Publishes: list(nil), Subscribes: list(nil),
		}
		if rows[i].Enabled {
			rows[i].Publishes = list(source.Publishes)
		}
	}
	return rows, all.addTo(rows)
}

// addTo adds to each row what the module has given to the application.
func (all inspected) addTo(rows []moduleRow) error {
	var errs []error
	row := func(module, what string) *moduleRow {
		at := slices.IndexFunc(rows, func(r moduleRow) bool { return r.Name == module })
		if at < 0 {
			errs = append(errs, fmt.Errorf("%s: there is no module %q to which this could belong", what, module))
			return new(moduleRow)
		}
		return &rows[at]
	}
	for _, routes := range all.Routes {
		row(routes.Module, "routes").Routes += len(routes.Endpoints)
	}
	for _, migrations := range all.Migrations {
		files, err := migrations.Files()
		errs = append(errs, err)
		row(migrations.Module, "migrations").Migrations = files
	}
	for _, subscription := range all.Subscriptions {
		module, _, _ := strings.Cut(subscription.Subscriber(), ".") // "customers.favourites"
		r := row(module, "subscriber "+subscription.Subscriber())
		r.Subscribes = append(r.Subscribes, subscription.String())
		slices.Sort(r.Subscribes) // the graph gives them in any order
	}
	return errors.Join(errs...)
}

// because says why a module is on or off.
func because(name string, cfg config.Config) string {
	switch {
	case slices.Contains(cfg.DisabledModules, name):
		return "in DISABLED_MODULES"
	case len(cfg.Modules) == 0:
		return "default"
	case slices.Contains(cfg.Modules, name):
		return "in MODULES"
	default:
		return "not in MODULES"
	}
}

// list is a list that JSON shows as one, also when there is nothing in it.
func list(items []string) []string { return append([]string{}, items...) }

// source is what only the sources say of a module.
type source struct {
	Name, Team, Summary string
	Publishes           []string
}

// modulesJSON is written from the sources by TestGenerated.
//
//go:embed modules.json
var modulesJSON []byte

// fromSources gives what the sources say, by module.
func fromSources() (map[string]source, error) {
	var all []source
	if err := json.Unmarshal(modulesJSON, &all); err != nil {
		return nil, fmt.Errorf("read modules.json: %w", err)
	}
	byName := map[string]source{}
	for _, s := range all {
		byName[s.Name] = s
	}
	return byName, nil
}

// printModules writes a table. What has several values takes several lines.
func printModules(out io.Writer, rows []moduleRow) error {
	var text strings.Builder
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(table, "MODULE\tSTATE\tTEAM\tNEEDS\tUSES\tROUTES\tMIGRATIONS\tPUBLISHES\tSUBSCRIBES")
	for _, r := range rows {
		state := "off"
		if r.Enabled {
			state = "on"
		}
		cells := [][]string{
			{r.Name},
			{state + " (" + r.Because + ")"},
			{r.Team},
			r.Needs, r.Uses,
			{strconv.Itoa(r.Routes)},
			{strconv.Itoa(len(r.Migrations))},
			r.Publishes, r.Subscribes,
		}
		height := 1
		for _, cell := range cells {
			height = max(height, len(cell))
		}
		for line := range height {
			_, _ = fmt.Fprintln(table, strings.Join(across(cells, line), "\t"))
		}
	}
	_ = table.Flush() // into memory
	for line := range strings.Lines(text.String()) {
		if _, err := fmt.Fprintln(out, strings.TrimRight(line, " \n")); err != nil {
			return err
		}
	}
	return nil
}

// across is one line of several cells.
func across(cells [][]string, line int) []string {
	texts := make([]string, len(cells))
	for i, cell := range cells {
		switch {
		case line < len(cell):
			texts[i] = cell[line]
		case line == 0:
			texts[i] = "-"
		}
	}
	return texts
}
