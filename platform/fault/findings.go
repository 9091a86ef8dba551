package fault

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Findings collects what is wrong with the fields of a request, so that all of
// it is reported at once. The zero value is ready.
type Findings []Field

// Add reports one finding. The detail is formatted as by fmt.Sprintf.
func (f *Findings) Add(pointer, code, detail string, args ...any) {
	*f = append(*f, Field{Pointer: pointer, Code: code, Detail: fmt.Sprintf(detail, args...)})
}

// Text trims a text that must be there and reports it when it is empty or
// longer than that many characters.
func (f *Findings) Text(pointer string, text *string, most int) {
	if *text = trim(*text); *text == "" {
		f.Add(pointer, "required", "This field must not be empty.")
	}
	f.length(pointer, *text, most)
}

// OptionalText trims a text that may be absent, makes an empty one absent and
// reports one that is longer than that many characters.
func (f *Findings) OptionalText(pointer string, text **string, most int) {
	if *text == nil {
		return
	}
	trimmed := trim(**text)
	if *text = &trimmed; trimmed == "" {
		*text = nil
	}
	f.length(pointer, trimmed, most)
}

// trim takes white space off the ends. A text in which nothing can be seen, such
// as a zero-width space, is empty; beside letters such characters stay, since
// some scripts end words with them.
func trim(text string) string {
	text = strings.TrimSpace(text)
	if strings.TrimFunc(text, func(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) }) == "" {
		return ""
	}
	return text
}

func (f *Findings) length(pointer, text string, most int) {
	if utf8.RuneCountInString(text) > most {
		f.Add(pointer, "too_long", "This field must have at most %d characters.", most)
	}
}

// Phone reports a phone number that is there and is not 10 to 15 digits, after
// a plus sign if any.
func (f *Findings) Phone(pointer string, number *string) {
	if number == nil {
		return
	}
	digits := strings.TrimPrefix(*number, "+")
	if len(digits) < 10 || len(digits) > 15 || strings.Trim(digits, "0123456789") != "" {
		f.Add(pointer, "invalid", "The phone number must have 10 to 15 digits, after a + if any.")
	}
}

// Place reports coordinates, in degrees, that are out of range or not both
// there, at #/latitude and #/longitude.
func (f *Findings) Place(latitude, longitude **float64) {
	if (*latitude == nil) != (*longitude == nil) {
		f.Add("#/latitude", "invalid", "Latitude and longitude come together or not at all.")
	}
	f.degrees("#/latitude", latitude, 90)
	f.degrees("#/longitude", longitude, 180)
}

func (f *Findings) degrees(pointer string, value **float64, most float64) {
	if *value == nil {
		return
	}
	// JSON has a zero below zero, which SQLite does not keep: adding 0 drops it.
	degrees := **value + 0
	*value = &degrees
	// Written so that NaN, which compares with nothing, is refused.
	if !(degrees >= -most && degrees <= most) {
		f.Add(pointer, "out_of_range", "This number must be from %v to %v.", -most, most)
	}
}

// Err gives the Invalid fault, or nil when nothing was found.
func (f *Findings) Err() error {
	if len(*f) == 0 {
		return nil
	}
	return Fields(*f...)
}
