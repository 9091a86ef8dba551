package core

import (
	"strconv"
	"strings"

	"zomato/platform/fault"
	"zomato/platform/money"
)

// cells reads the fields of a row, and collects what is wrong and what is odd.
type cells struct {
	row      ImportRow
	rules    ImportRules
	replace  *strings.Replacer
	findings fault.Findings
	oddities []string
}

func (c *cells) wrong(column, detail string, args ...any) {
	c.findings.Add("#/"+column, "invalid", detail, args...)
}

// odd notes what is strange, each kind once a row.
func (c *cells) odd(kind string) {
	for _, known := range c.oddities {
		if known == kind {
			return
		}
	}
	c.oddities = append(c.oddities, kind)
}

// says tells whether the row says anything in that column. What it does not say
// leaves a record that is there as it is.
func (c *cells) says(column string) bool { return strings.TrimSpace(c.row.Values[column]) != "" }

// value gives a field, or the default.
func (c *cells) value(column string) string {
	value, has := c.row.Values[column]
	if value = strings.TrimSpace(value); value != "" {
		return value
	}
	standard := c.rules.Defaults[column]
	if has && standard != "" {
		c.odd(column + oddMissingSuffix)
	}
	return standard
}

// text gives a text of one line, repaired where that is certain.
func (c *cells) text(column string) string {
	text := c.lines(column)
	if strings.ContainsAny(text, "\n\r") {
		c.odd(oddBroken)
	}
	return strings.Join(strings.Fields(text), " ")
}

// lines gives a text that may have several lines.
func (c *cells) lines(column string) string {
	text := c.value(column)
	repaired := c.replace.Replace(undouble(text))
	if repaired != text {
		c.odd(oddRepaired)
	}
	if isDamaged(repaired) {
		c.odd(oddDamaged)
	}
	if hasControl(repaired) {
		c.wrong(column, "This field has a control character.")
	}
	return repaired
}

// optional gives a text, or nil for none.
func (c *cells) optional(column string) *string {
	text := c.text(column)
	if text == "" {
		return nil
	}
	return &text
}

// integer gives a whole number, or nil for none.
func (c *cells) integer(column string) *int {
	value := c.value(column)
	if value == "" {
		return nil
	}
	number, err := strconv.Atoi(value)
	if err != nil {
		c.wrong(column, "This field must be a whole number, not %q.", shorten(value))
		return nil
	}
	return &number
}

// number gives a number, or nil for none.
func (c *cells) number(column string) *float64 {
	value := c.value(column)
	if value == "" {
		return nil
	}
	number, err := strconv.ParseFloat(value, 64)
	if err != nil {
		c.wrong(column, "This field must be a number, not %q.", shorten(value))
		return nil
	}
	return &number
}

// amount gives an amount of money; 0 for none.
func (c *cells) amount(column string) money.Amount {
	value := c.value(column)
	if value == "" {
		return 0
	}
	amount, err := money.Parse(value)
	if err != nil {
		c.wrong(column, "This field %v, not %q.", err, shorten(value))
	}
	return amount
}

// yes gives a truth, or the standard for none.
func (c *cells) yes(column string, standard bool) bool {
	switch value := strings.ToLower(c.value(column)); value {
	case "":
		return standard
	case "yes", "y", "true", "t", "1":
		return true
	case "no", "n", "false", "f", "0":
		return false
	default:
		c.wrong(column, "This field must be yes or no, not %q.", shorten(value))
		return standard
	}
}

// id gives an external id as it is stored. It is taken as it stands: what is
// repaired could be the id of another.
func (c *cells) id(column string) string {
	id := c.value(column)
	c.findings.Text("#/"+column, &id, maxExternalID)
	if hasControl(id) {
		c.wrong(column, "This field has a control character.")
	}
	return c.rules.external(id)
}

// reason puts what is wrong into one line; "" when nothing is.
func (c *cells) reason() string {
	parts := make([]string, len(c.findings))
	for i, f := range c.findings {
		parts[i] = strings.TrimPrefix(f.Pointer, "#/") + ": " + f.Detail
	}
	return strings.Join(parts, " ")
}

// shorten keeps a report readable.
func shorten(text string) string {
	const most = 40
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}
