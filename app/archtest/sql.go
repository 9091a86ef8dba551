package archtest

import (
	"go/ast"
	"regexp"
	"strings"
)

// script is a piece of SQL: a .sql file, or a string literal of a Go file.
type script struct {
	place
	file string
	line int    // of the first byte of text
	text string // without comments
	// upward is the part of a migration before "-- +goose Down".
	upward string
	// literal marks a string of a Go file. It may be a fragment of SQL, or
	// no SQL at all.
	literal bool
	// flat marks a text whose line breaks are not those of the file.
	flat bool
	test bool
}

// word is an identifier at its place in a script.
type word struct {
	text string // in lower case, without quotes
	at   int
	// capitals: it is written in capital letters only.
	capitals bool
}

// A name may stand in quotes and behind a schema; only the name is kept.
const sqlName = "(?:[\"`\\[]?\\w+[\"`\\]]?\\.)?[\"`\\[]?(\\w+)"

// statements are the shapes of SQL that the rules know. Each captures names of
// tables. They are compiled for each use: the rules run once per test.
type statements struct {
	create, view, drop, rename, reference, identifier *regexp.Regexp
}

func knownStatements() statements {
	return statements{
		create: regexp.MustCompile(`(?i)\bcreate\s+(?:(?:global|local)\s+)?` +
			`(?:(?:temp|temporary|unlogged|virtual|foreign)\s+)?table\s+(?:if\s+not\s+exists\s+)?` + sqlName),
		view: regexp.MustCompile(`(?i)\bcreate\s+(?:or\s+replace\s+)?(?:(?:temp|temporary|materialized)\s+)?` +
			`view\s+(?:if\s+not\s+exists\s+)?` + sqlName),
		drop:       regexp.MustCompile(`(?i)\bdrop\s+table\s+(?:if\s+exists\s+)?` + sqlName),
		rename:     regexp.MustCompile(`(?i)\balter\s+table\s+(?:if\s+exists\s+)?` + sqlName + "[\"`\\]]?" + `\s+rename\s+to\s+` + sqlName),
		reference:  regexp.MustCompile(`(?i)\breferences\s+` + sqlName),
		identifier: regexp.MustCompile(`\b([A-Za-z_]\w*)`),
	}
}

// migration makes a script of a .sql file.
func migration(at place, file, content string) script {
	upward := content
	if down := regexp.MustCompile(`(?m)^\s*--\s*\+goose\s+Down`).FindStringIndex(content); down != nil {
		upward = content[:down[0]]
	}
	return script{place: at, file: file, line: 1, text: uncommented(content), upward: uncommented(upward)}
}

// words are the names that a statement's last group captures in a script.
func (s script) words(statement *regexp.Regexp) []word {
	var all []word
	for _, match := range statement.FindAllStringSubmatchIndex(s.text, -1) {
		from, to := match[len(match)-2], match[len(match)-1]
		name := s.text[from:to]
		all = append(all, word{text: strings.ToLower(name), at: from, capitals: name == strings.ToUpper(name)})
	}
	return all
}

// lineOf is the line of a byte of the script in its file.
func (s script) lineOf(at int) int {
	if s.flat {
		return s.line
	}
	return s.line + strings.Count(s.text[:at], "\n")
}

// literalScripts are the string literals of a Go file, without import paths and
// struct tags, which are no SQL.
func (f *file) literalScripts() []script {
	var all []script
	tags := map[*ast.BasicLit]bool{}
	ast.Inspect(f.syntax, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ImportSpec:
			return false
		case *ast.Field:
			tags[n.Tag] = true
		case *ast.BasicLit:
			if value, ok := text(n); ok && !tags[n] {
				all = append(all, script{
					place: f.place, file: f.name, line: f.line(n.Pos()), text: uncommented(value),
					literal: true, flat: !strings.HasPrefix(n.Value, "`"), test: f.test,
				})
			}
		}
		return true
	})
	return all
}

// uncommented blanks the comments of a script and keeps everything else where
// it is, line breaks too.
func uncommented(sql string) string {
	var out strings.Builder
	for sql != "" {
		token := firstToken(sql)
		if strings.HasPrefix(token, "--") || strings.HasPrefix(token, "/*") {
			out.WriteString(strings.Map(blank, token))
		} else {
			out.WriteString(token)
		}
		sql = sql[len(token):]
	}
	return out.String()
}

func blank(r rune) rune {
	if r == '\n' {
		return r
	}
	return ' '
}

// firstToken is the comment or the quoted text at the start of a script, or
// what stands before the next one.
func firstToken(sql string) string {
	end := ""
	switch {
	case strings.HasPrefix(sql, "--"):
		end = "\n"
	case strings.HasPrefix(sql, "/*"):
		end = "*/"
	case sql[0] == '\'' || sql[0] == '"':
		end = sql[:1]
	default:
		if next := strings.IndexAny(sql[1:], `-/'"`); next >= 0 {
			return sql[:1+next]
		}
		return sql
	}
	at := strings.Index(sql[1:], end)
	if at < 0 {
		return sql
	}
	return sql[:1+at+len(end)]
}
