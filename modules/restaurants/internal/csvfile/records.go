package csvfile

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
)

// The limits of a record. They bound the memory that a broken file costs, and
// how far a quote that is never closed is followed.
const (
	maxLine  = 64 << 10 // bytes
	maxLines = 50
)

// reader splits a file into records (RFC 4180). Unlike encoding/csv it finds its
// way back: there a quote that is opened and not closed takes everything with it
// up to the next quote, here the line on which it stands is one bad record and
// the next line is read as if nothing had been.
type reader struct {
	in    *bufio.Reader
	bytes int64  // read from the file
	line  int64  // of the last line that was taken
	ahead []line // read, and not yet taken
	width int    // fields of a record; 0 while the header is read
}

// line is one line of the file without its end.
type line struct {
	text string
	long bool // it was cut
}

// record is a row of the file, good or bad.
type record struct {
	line   int64
	raw    string
	fields []string
	bad    string
}

func newReader(file io.Reader) *reader {
	return &reader{in: bufio.NewReaderSize(file, maxLine)}
}

// next gives the next record that is not an empty line; the error is io.EOF
// behind the last.
func (r *reader) next() (record, error) {
	for {
		first, ok, err := r.peek(0)
		if err != nil {
			return record{}, err
		}
		if !ok {
			return record{}, io.EOF
		}
		if strings.TrimSpace(first.text) != "" {
			break
		}
		r.take(1)
	}
	return r.record()
}

// record reads the record that begins on the next line.
func (r *reader) record() (record, error) {
	first := r.ahead[0]
	at := record{line: r.line + 1, raw: first.text}
	if first.long {
		r.take(1)
		at.bad = fmt.Sprintf("The line is longer than %d bytes.", maxLine)
		return at, nil
	}
	text := first.text
	for lines := 1; ; lines++ {
		fields, open, bad := split(text)
		if !open || lines == maxLines || len(text) > maxLine {
			return r.finish(at, text, fields, lines, bad, open), nil
		}
		further, ok, err := r.peek(lines)
		if err != nil {
			return record{}, err
		}
		if !ok || further.long {
			return r.finish(at, text, nil, lines, "", true), nil
		}
		text += "\n" + further.text
	}
}

// finish judges what was split. Of several lines that do not make a record, only
// the first is taken: the others may be records of their own.
func (r *reader) finish(at record, text string, fields []string, lines int, bad string, open bool) record {
	wrong := bad != "" || open || r.width > 0 && len(fields) != r.width
	if wrong && lines > 1 || open {
		r.take(1)
		at.bad = "A quote is opened on this line and closes no field."
		return at
	}
	r.take(lines)
	at.raw, at.fields, at.bad = text, fields, bad
	if wrong && bad == "" {
		at.bad = fmt.Sprintf("The row has %d fields, the header has %d.", len(fields), r.width)
	}
	return at
}

// split splits one record into its fields. Open says that it ends inside quotes.
func split(text string) (fields []string, open bool, bad string) {
	for {
		if !strings.HasPrefix(text, `"`) {
			field, rest, more := strings.Cut(text, ",")
			if strings.Contains(field, `"`) {
				return nil, false, fmt.Sprintf("Field %d has a quote and is not in quotes.", len(fields)+1)
			}
			fields = append(fields, field)
			if !more {
				return fields, false, ""
			}
			text = rest
			continue
		}
		field, rest, closed := unquote(text[1:])
		if !closed {
			return nil, true, ""
		}
		fields = append(fields, field)
		if rest == "" {
			return fields, false, ""
		}
		if rest[0] != ',' {
			return nil, false, fmt.Sprintf("Field %d has text behind its closing quote.", len(fields))
		}
		text = rest[1:]
	}
}

// unquote reads a field up to the quote that closes it; two of them are one of
// the text.
func unquote(text string) (field, rest string, closed bool) {
	var out strings.Builder
	for {
		at := strings.IndexByte(text, '"')
		if at < 0 {
			return "", "", false
		}
		out.WriteString(text[:at])
		text = text[at+1:]
		if !strings.HasPrefix(text, `"`) {
			return out.String(), text, true
		}
		out.WriteByte('"')
		text = text[1:]
	}
}

// take takes lines that were peeked.
func (r *reader) take(lines int) {
	r.ahead = r.ahead[lines:]
	r.line += int64(lines)
}

// peek gives the line that is so many after the next; false behind the last.
func (r *reader) peek(n int) (line, bool, error) {
	for len(r.ahead) <= n {
		next, err := r.read()
		if errors.Is(err, io.EOF) {
			return line{}, false, nil
		}
		if err != nil {
			return line{}, false, err
		}
		r.ahead = append(r.ahead, next)
	}
	return r.ahead[n], true, nil
}

// read reads a line; the error is io.EOF behind the last. What is beyond the
// limit is read over.
func (r *reader) read() (line, error) {
	text, err := r.in.ReadSlice('\n')
	start := r.bytes == 0
	r.bytes += int64(len(text))
	next := line{long: errors.Is(err, bufio.ErrBufferFull)}
	if start {
		text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")) // a byte order mark
	}
	next.text = strings.TrimSuffix(strings.TrimSuffix(string(text), "\n"), "\r")
	for errors.Is(err, bufio.ErrBufferFull) {
		var rest []byte
		rest, err = r.in.ReadSlice('\n')
		r.bytes += int64(len(rest))
	}
	if errors.Is(err, io.EOF) && (len(text) > 0 || next.long) {
		err = nil
	}
	return next, err
}
