package core

import (
	"context"
	"fmt"
	"strings"

	"zomato/platform/fault"
	"zomato/platform/words"
)

// The limits of a restaurant's cuisines.
const (
	maxCuisines    = 20
	maxCuisineName = 50 // characters
)

// Cuisine is a kind of food, with the number of active restaurants that have it.
type Cuisine struct {
	ID          int64
	Name        string // as it was written when it was first used
	Restaurants int64
}

// CuisineNames are the cuisines of a restaurant as a request writes them: a
// list, or one text with commas. What is nil was not given.
type CuisineNames struct {
	List []string
	Text *string
}

// Cuisines gives all cuisines that an active restaurant has, by name.
func (s *Service) Cuisines(ctx context.Context) ([]Cuisine, error) {
	return s.store.Cuisines(ctx)
}

// tidy gives the names trimmed and each once, and reports what breaks a rule,
// also that there is none.
func (n CuisineNames) tidy(findings *fault.Findings) []string {
	switch {
	case n.Text != nil && n.List != nil:
		findings.Add("#/cuisine", "invalid", "Give cuisines or cuisine, not both.")
		return nil
	case n.Text != nil:
		// A comma too many at the end, say, names no cuisine.
		return distinct(findings, "#/cuisine", "#/cuisine", splitList(*n.Text))
	default:
		return distinct(findings, "#/cuisines", "#/cuisines/%d", n.List)
	}
}

// tidyChange does the same for an update, where cuisines that are not given
// (nil) stay.
func (n CuisineNames) tidyChange(findings *fault.Findings) []string {
	if n.Text == nil && n.List == nil {
		return nil
	}
	return n.tidy(findings)
}

// distinct gives the names trimmed, without those that differ in nothing but
// case and accents from one before. Findings point at the whole, or at the name
// with that index.
func distinct(findings *fault.Findings, whole, each string, names []string) []string {
	if len(names) == 0 {
		findings.Add(whole, "required", "A restaurant has at least one cuisine.")
	}
	if len(names) > maxCuisines {
		findings.Add(whole, "too_long", "A restaurant has at most %d cuisines.", maxCuisines)
		return nil
	}
	out := make([]string, 0, len(names))
	seen := map[string]bool{}
	for i, name := range names {
		at := each
		if whole != each {
			at = fmt.Sprintf(each, i)
		}
		findings.Text(at, &name, maxCuisineName)
		if strings.Contains(name, ",") {
			findings.Add(at, "invalid", "The name of a cuisine has no comma.")
		}
		if folded := words.Fold(name); !seen[folded] {
			seen[folded] = true
			out = append(out, name)
		}
	}
	return out
}

// splitList gives the parts of a text with commas, trimmed, without empty ones.
func splitList(text string) []string {
	var parts []string
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	return parts
}
