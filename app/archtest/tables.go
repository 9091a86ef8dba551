package archtest

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
)

// checkTables is rule 6, over the .sql files and over the strings of the Go
// files that hold SQL. The tests of a module obey it too, since a test that
// fills another module's table depends on how that one keeps its data; but a
// table that a test makes for itself may have any name, and a test may look at
// the tables of platform, such as at an event in the outbox. The tests of
// platform are exempt: their databases hold nothing but made-up tables.
func checkTables(t *Tree) []Finding {
	var found []Finding
	known := knownStatements()
	for _, s := range t.allScripts() {
		found = append(found, t.foreignNames(s, known)...)
		found = append(found, t.unprefixedTables(s, known)...)
	}
	return found
}

func (t *Tree) allScripts() []script {
	all := slices.Clone(t.scripts)
	for _, f := range t.files {
		if f.module != "" && f.inside("internal/sqlstore") || f.area == "platform" && !f.test {
			all = append(all, f.literalScripts()...)
		}
	}
	return all
}

// tableOwner is the module, or "platform", to which a name belongs by its
// prefix; "" for a name of nobody.
func (t *Tree) tableOwner(name string) string {
	longest := ""
	for _, owner := range append([]string{"platform"}, t.modules...) {
		if strings.HasPrefix(name, owner+"_") && len(owner) > len(longest) {
			longest = owner
		}
	}
	return longest
}

// foreignNames finds identifiers with the prefix of somebody else.
func (t *Tree) foreignNames(s script, known statements) []Finding {
	us := owner(s.place)
	references := s.words(known.reference)
	var found []Finding
	for _, name := range references {
		them := t.tableOwner(name.text)
		if them == us || them == "" && s.literal {
			continue
		}
		found = append(found, s.finding(name,
			"a foreign key ties %s to %q, which is not a table of its own: keep the id in a plain BIGINT column and check it through the other's contract, inside the same Write",
			us, name.text))
	}
	for _, name := range s.words(known.identifier) {
		them := t.tableOwner(name.text)
		if them == us || them == "" || slices.Contains(references, name) || them == "platform" && s.test {
			continue
		}
		if s.literal && name.capitals { // a variable of the environment
			continue
		}
		advice := fmt.Sprintf("call the contract of %s, or keep what you need of its events in a table of your own, %s_…", them, us)
		switch {
		case us == "platform":
			advice = "platform knows no module; move this SQL to modules/" + them
		case them == "platform":
			advice = "go through the package of platform that owns it"
		}
		found = append(found, s.finding(name, "the SQL of %s names %q, which has the prefix of %s: %s", us, name.text, them, advice))
	}
	return found
}

func (t *Tree) unprefixedTables(s script, known statements) []Finding {
	if s.test {
		return nil
	}
	us := owner(s.place)
	var found []Finding
	for _, statement := range []*regexp.Regexp{known.create, known.view, known.rename} {
		for _, name := range s.words(statement) {
			// A name with another owner is found above.
			if t.tableOwner(name.text) == "" {
				found = append(found, s.finding(name, "%q does not say that it belongs to %s: call it %q", name.text, us, us+"_"+name.text))
			}
		}
	}
	return found
}

func (s script) finding(at word, format string, args ...any) Finding {
	return Finding{File: s.file, Line: s.lineOf(at.at), Text: fmt.Sprintf(format, args...)}
}

// checkMigrations is rule 7.
func checkMigrations(t *Tree) []Finding {
	dialects := []string{"sqlite", "postgres"}
	migrations := map[string]map[string]bool{} // folder -> "sqlite/0001_x.sql" -> true
	shape := regexp.MustCompile(`^[0-9]{4}_[a-z0-9_]+\.sql$`)
	var found []Finding
	for _, s := range t.scripts {
		dialect, base := path.Base(path.Dir(s.file)), path.Base(s.file)
		folder := path.Dir(path.Dir(s.file))
		if !slices.Contains(dialects, dialect) || path.Base(folder) != "migrations" {
			found = append(found, Finding{File: s.file, Text: "this SQL is no migration of either database: move it to migrations/sqlite and migrations/postgres of its store, or into the Go file that runs it"})
			continue
		}
		if !shape.MatchString(base) {
			found = append(found, Finding{File: s.file, Text: "a migration is called NNNN_what_it_does.sql, in small letters: rename it in both folders"})
		}
		if migrations[folder] == nil {
			migrations[folder] = map[string]bool{}
		}
		migrations[folder][dialect+"/"+base] = true
	}
	for folder, files := range migrations {
		for file := range files {
			dialect, base := path.Split(file)
			other := dialects[1-slices.Index(dialects, path.Clean(dialect))]
			if !files[other+"/"+base] {
				found = append(found, Finding{File: path.Join(folder, file), Text: fmt.Sprintf(
					"%s has no migration of this name: add %s/%s/%s, with a comment for its only content if there is nothing to do there", other, folder, other, base)})
			}
		}
	}
	return found
}
