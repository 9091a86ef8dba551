package core

import "zomato/platform/fault"

// TidyCuisines gives the cuisines of a text with commas, and what is wrong.
func TidyCuisines(text string) ([]string, error) {
	var findings fault.Findings
	names := CuisineNames{Text: &text}.tidy(&findings)
	return names, findings.Err()
}

// Undouble repairs a text that was encoded once too much.
func Undouble(text string) string { return undouble(text) }
