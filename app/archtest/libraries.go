package archtest

import "slices"

// confinement keeps a library in its place.
type confinement struct {
	library  string   // as people call it
	packages []string // import paths; what lies below is meant too
	allowed  func(place) bool
	where    string // the allowed places, for the finding
	instead  string // what to do elsewhere
}

// confinements are rule 5. There is no exception for tests, with one reason for
// all: what a test needs of a database, a server or a Redis comes from
// platform/testkit, so that it exists once; testkit itself is in the lists.
func confinements() []confinement {
	return []confinement{
		{
			library:  "fx",
			packages: []string{"go.uber.org/fx", "go.uber.org/dig"},
			allowed:  func(p place) bool { return p.area == "app" || p.area == "platform" || p.wiring() },
			where:    "app, platform and modules/<name>/<name>fx",
			instead:  "write a plain constructor here and provide it from the wiring package",
		},
		{
			library:  "fiber",
			packages: []string{"github.com/gofiber/fiber", "github.com/gofiber/contrib", "github.com/valyala/fasthttp"},
			// The baseline is what our use of it is measured against.
			allowed: func(p place) bool { return web(p) || p.area == "bench" && p.inside("baseline") },
			where:   "modules/<name>/internal/httpapi, platform/httpserver and bench/baseline",
			instead: "move what speaks HTTP to httpapi and hand on plain values",
		},
		{
			library:  "huma",
			packages: []string{"github.com/danielgtaylor/huma"},
			allowed:  web,
			where:    "modules/<name>/internal/httpapi and platform/httpserver",
			instead:  "move request and response types to httpapi and hand on plain values",
		},
		{
			library:  "sqlx",
			packages: []string{"github.com/jmoiron/sqlx"},
			allowed: func(p place) bool {
				return p.module != "" && p.inside("internal/sqlstore") || p.platform("database", "eventbus", "idempotency", "testkit")
			},
			where:   "modules/<name>/internal/sqlstore and platform/{database,eventbus,idempotency,testkit}",
			instead: "add a method to the Store and call that",
		},
		{
			library:  "Redis",
			packages: []string{"github.com/redis", "github.com/go-redis", "github.com/gofiber/storage", "github.com/alicebob/miniredis"},
			allowed: func(p place) bool {
				return p.area == "platform" || p.module == "cache" && p.inside("internal")
			},
			where:   "modules/cache/internal and platform",
			instead: "use the contract of modules/cache",
		},
		{
			library:  "the database driver",
			packages: []string{"github.com/mattn/go-sqlite3", "github.com/jackc/pgx", "github.com/lib/pq", "modernc.org/sqlite"},
			allowed:  func(p place) bool { return p.platform("database", "testkit") },
			where:    "platform/database and platform/testkit",
			instead:  "take the connection from the context through platform/database",
		},
		{
			library:  "database/sql",
			packages: []string{"database/sql"},
			// The other libraries of the list are kept out of core by their own entry.
			allowed: func(p place) bool { return !p.inside("internal/core") },
			where:   "outside modules/<name>/internal/core",
			instead: "let the Store answer with values and with faults of the contract",
		},
	}
}

func web(p place) bool {
	return p.module != "" && p.inside("internal/httpapi") || p.platform("httpserver")
}

// platform tells whether the place lies in one of these packages of platform.
func (p place) platform(packages ...string) bool {
	return p.area == "platform" && slices.ContainsFunc(packages, p.inside)
}

func checkLibraries(t *Tree) []Finding {
	var found []Finding
	for _, f := range t.files {
		for _, imp := range f.imports() {
			for _, c := range confinements() {
				if c.covers(imp.path) && !c.allowed(f.place) {
					found = append(found, f.finding(imp.pos, "%s is imported here (%s), but its place is %s: %s", c.library, imp.path, c.where, c.instead))
				}
			}
		}
	}
	return found
}

func (c confinement) covers(importPath string) bool {
	return slices.ContainsFunc(c.packages, func(library string) bool { return within(importPath, library) })
}
