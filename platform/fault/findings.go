package fault

import (
	"fmt"
	"strings"
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
	if *text = strings.TrimSpace(*text); *text == "" {
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
	trimmed := strings.TrimSpace(**text)
	if *text = &trimmed; trimmed == "" {
		*text = nil
	}
	f.length(pointer, trimmed, most)
}

func (f *Findings) length(pointer, text string, most int) {
	if utf8.RuneCountInString(text) > most {
		f.Add(pointer, "too_long", "This field must have at most %d characters.", most)
	}
}

// Err gives the Invalid fault, or nil when nothing was found.
func (f *Findings) Err() error {
	if len(*f) == 0 {
		return nil
	}
	return Fields(*f...)
}
