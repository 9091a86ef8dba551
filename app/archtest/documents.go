package archtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"
)

// Document is a file that is written from the sources.
type Document struct {
	File    string // path from the root of the repository
	Content string
}

// updateCommand is what rewrites the documents.
const updateCommand = "go test ./app -run TestGenerated -update"

// Documents writes CODEOWNERS, modules/README.md and app/modules.json from the
// sources. The findings say what could not be read; the documents are then
// incomplete and not to be kept.
func Documents(t *Tree) ([]Document, []Finding) {
	entries, found := t.index()
	team, missing := t.platformTeam()
	found = append(found, missing...)
	return []Document{
		{File: "CODEOWNERS", Content: codeowners(entries, team)},
		{File: "modules/README.md", Content: readme(entries)},
		{File: "app/modules.json", Content: embedded(entries)},
	}, found
}

// Stale compares the documents with the files below fsys and answers a finding
// for each that differs or is missing.
func Stale(fsys fs.FS, documents []Document) []Finding {
	var found []Finding
	for _, d := range documents {
		content, err := fs.ReadFile(fsys, d.File)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			found = append(found, Finding{File: d.File, Text: "is missing: run `" + updateCommand + "` and commit the file"})
		case err != nil:
			found = append(found, Finding{File: d.File, Text: fmt.Sprintf("cannot be read: %v", err)})
		case string(content) != d.Content:
			found = append(found, Finding{File: d.File, Line: firstDifference(string(content), d.Content), Text: "does not say what the sources say: run `" + updateCommand + "` and commit the file"})
		}
	}
	return found
}

func firstDifference(a, b string) int {
	left, right := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(left), len(right)) {
		if left[i] != right[i] {
			return i + 1
		}
	}
	return min(len(left), len(right))
}

// platformTeam is the team that the packages of platform name: one for all,
// since CODEOWNERS has one line for the folder.
func (t *Tree) platformTeam() (string, []Finding) {
	team := ""
	var found []Finding
	for _, f := range t.files {
		named := f.team()
		switch {
		case f.area != "platform" || named == "":
		case team == "":
			team = named
		case named != team:
			found = append(found, f.finding(f.syntax.Package, "belongs to team %s, but the rest of platform to %s: write one team, or move the package to a module", named, team))
		}
	}
	if team == "" {
		found = append(found, Finding{File: "platform", Text: `has no owner: end the package comments there with a line "// team: platform"`})
	}
	return team, found
}

func codeowners(entries []entry, platformTeam string) string {
	var out strings.Builder
	out.WriteString("# Written from the `// team:` comments by `" + updateCommand + "`. Do not edit.\n")
	fmt.Fprintf(&out, "* @zomato/%s\n", platformTeam) // what follows wins over what stands before
	for _, e := range entries {
		fmt.Fprintf(&out, "/modules/%s/ @zomato/%s\n", e.module, e.team)
	}
	return out.String()
}

func readme(entries []entry) string {
	var out strings.Builder
	out.WriteString("<!-- Written from the sources by `" + updateCommand + "`. Do not edit. -->\n" + `
# Modules

Each folder is one feature with one owner, and a deployment can switch it off.
Calls are those that ` + "`app/modules.go`" + ` allows: a module does not start without
what it needs, and lacks a part without what it uses. Besides, every module may
use ` + "`cache`" + `. Events may flow in any direction.

| module | team | calls | publishes | subscribes | routes | answers kept (as) | tables |
|---|---|---|---|---|---|---|---|
`)
	for _, e := range entries {
		calls := append(wrapped("needs ", e.needs, ""), wrapped("uses ", e.uses, "")...)
		fmt.Fprintf(&out, "| [%s](%s/doc.go) | %s | %s | %s | %s | %s | %s | %s |\n", e.module, e.module, e.team,
			cell(calls), cell(e.publishes), cell(e.subscribes), cell(wrapped("`", e.routes, "`")), cell(e.keeps), cell(e.tables))
	}
	return out.String()
}

// embedded is what the binary, which has no sources, is given of them: what it
// cannot ask its modules for. Each module has a line of its own.
func embedded(entries []entry) string {
	lines := make([]string, len(entries))
	for i, e := range entries {
		lines[i] = fmt.Sprintf(`  {"name": %s, "team": %s, "summary": %s, "publishes": %s}`,
			quoted(e.module), quoted(e.team), quoted(e.summary), quoted(append([]string{}, e.publishes...)))
	}
	return "[\n" + strings.Join(lines, ",\n") + "\n]\n"
}

// quoted is a text, or a list of texts, as JSON.
func quoted(v any) string {
	data, _ := json.Marshal(v) // cannot fail for texts
	return string(data)
}

func wrapped(before string, items []string, after string) []string {
	var all []string
	for _, item := range items {
		all = append(all, before+item+after)
	}
	return all
}

// cell writes one line per item; a pipe would end the cell.
func cell(items []string) string {
	if len(items) == 0 {
		return "–"
	}
	return strings.ReplaceAll(strings.Join(items, "<br>"), "|", `\|`)
}
