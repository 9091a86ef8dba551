package csvfile

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"zomato/modules/restaurants/internal/core"
)

//go:embed mappings
var shipped embed.FS

// ownSource is the source of a file that has our own headers.
const ownSource = "import"

// mapping says what the columns of a file mean.
type mapping struct {
	name string // "" for our own headers
	// Source names where the external ids are from.
	Source string `json:"source"`
	// Columns are the headers of the file by our names.
	Columns map[string]string `json:"columns"`
	// Defaults, Countries and Replace are those of core.ImportRules.
	Defaults  map[string]string  `json:"defaults"`
	Countries map[string]country `json:"countries"`
	Replace   map[string]string  `json:"replace"`
}

// country is core.Country as a mapping file writes it.
type country struct {
	Currency string              `json:"currency"`
	Timezone string              `json:"timezone"`
	Cities   map[string][]string `json:"cities"`
}

func (m mapping) rules() core.ImportRules {
	rules := core.ImportRules{Source: m.Source, Defaults: m.Defaults, Replace: m.Replace}
	if m.Countries != nil {
		rules.Countries = make(map[string]core.Country, len(m.Countries))
		for code, c := range m.Countries {
			rules.Countries[code] = core.Country(c)
		}
	}
	return rules
}

// parseMapping reads a mapping file for this kind of file.
func parseMapping(name string, content []byte, known core.ImportColumns) (mapping, error) {
	m := mapping{name: name}
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&m); err != nil {
		return m, fmt.Errorf("read the mapping %s: %w", name, err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return m, fmt.Errorf("read the mapping %s: there is more behind its end", name)
	}
	all := slices.Concat(known.Required, known.Optional)
	for _, names := range []map[string]string{m.Columns, m.Defaults} {
		for column := range names {
			if !slices.Contains(all, column) {
				return m, fmt.Errorf("the mapping %s: there is no column %q: the columns are %s", name, column, strings.Join(all, ", "))
			}
		}
	}
	if err := m.rules().Check(); err != nil {
		return m, fmt.Errorf("the mapping %s: %w", name, err)
	}
	return m, nil
}

// shippedMapping gives a mapping that ships.
func shippedMapping(name string, known core.ImportColumns) (mapping, error) {
	content, err := shipped.ReadFile("mappings/" + name + ".json")
	if err != nil {
		return mapping{}, fmt.Errorf("there is neither a file nor a mapping %q: those that ship are %s", name, strings.Join(shippedNames(), ", "))
	}
	return parseMapping(name, content, known)
}

// shippedNames are the names of the mappings that ship, sorted.
func shippedNames() []string {
	files, _ := shipped.ReadDir("mappings") // embedded: it is there
	names := make([]string, len(files))
	for i, file := range files {
		names[i] = strings.TrimSuffix(file.Name(), ".json")
	}
	return names
}

// ownMapping is that of a file with our own headers.
func ownMapping(headers []string, known core.ImportColumns) mapping {
	m := mapping{Source: ownSource, Columns: map[string]string{}}
	for _, column := range slices.Concat(known.Required, known.Optional) {
		if indexOf(headers, column) >= 0 {
			m.Columns[column] = column
		}
	}
	return m
}

// choose gives the mapping that fits the headers when none was asked for: our
// own names, or else one that ships.
func choose(headers []string, known core.ImportColumns) (mapping, map[string]int, error) {
	own := ownMapping(headers, known)
	places, err := own.find(headers, known)
	if err == nil {
		return own, places, nil
	}
	for _, name := range shippedNames() {
		m, broken := shippedMapping(name, known)
		if broken != nil {
			continue // it is for another kind of file
		}
		if places, unfit := m.find(headers, known); unfit == nil {
			return m, places, nil
		}
	}
	return own, nil, err
}

// find gives the places of our columns in the file. The error says which are
// not there, and what is.
func (m mapping) find(headers []string, known core.ImportColumns) (map[string]int, error) {
	places := map[string]int{}
	var missing []string
	for _, column := range slices.Concat(known.Required, known.Optional) {
		header, mapped := m.Columns[column]
		if !mapped {
			if slices.Contains(known.Required, column) && m.Defaults[column] == "" {
				missing = append(missing, column)
			}
			continue
		}
		at := indexOf(headers, header)
		if at < 0 {
			missing = append(missing, fmt.Sprintf("%s (%q)", column, header))
			continue
		}
		if indexOf(headers[at+1:], header) >= 0 {
			return nil, fmt.Errorf("the file has two columns %q", header)
		}
		places[column] = at
	}
	if len(missing) > 0 {
		return nil, fmt.Errorf("the file has no column for %s; its headers are %s", strings.Join(missing, ", "), quoted(headers))
	}
	return places, nil
}

func indexOf(headers []string, name string) int {
	return slices.IndexFunc(headers, func(header string) bool {
		return strings.EqualFold(strings.TrimSpace(header), strings.TrimSpace(name))
	})
}

func quoted(headers []string) string {
	out := make([]string, len(headers))
	for i, header := range headers {
		out[i] = fmt.Sprintf("%q", header)
	}
	return strings.Join(out, ", ")
}
