package redistier

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"time"

	"zomato/modules/cache/internal/core"
	"zomato/platform/fault"
)

// version is the first byte of an envelope: what has another one is not read.
const version = 1

// head is the version and the checksum of what follows.
const head = 1 + 4

// flags of an envelope.
const (
	flagSettled = 1 << iota
	flagStrict
	flagAbsent
)

// errGarbage is what decode says of anything that it did not write itself.
var errGarbage = errors.New("not an answer of ours")

var checksums = crc32.MakeTable(crc32.Castagnoli) //nolint:gochecknoglobals // a constant in all but the language

// encode puts an entry into an envelope.
func encode(e *core.Entry) ([]byte, error) {
	var absent []byte
	flags := byte(0)
	if e.Settled {
		flags |= flagSettled
	}
	if e.Strict {
		flags |= flagStrict
	}
	if e.Absent != nil {
		flags |= flagAbsent
		var err error
		if absent, err = json.Marshal(e.Absent); err != nil {
			return nil, fmt.Errorf("encode a refusal: %w", err)
		}
	}
	b := make([]byte, head, int(e.Size(""))+len(absent))
	b[0] = version
	b = append(b, flags)
	for _, at := range []time.Time{e.Stored, e.Renew, e.Fresh, e.Grace, e.ValidUntil} {
		b = binary.AppendVarint(b, nanoseconds(at))
	}
	b = binary.AppendVarint(b, int64(e.Took))
	for _, text := range []string{e.Namespace, e.ETag, e.Link, e.TotalCount} {
		b = appendText(b, text)
	}
	b = binary.AppendUvarint(b, uint64(len(e.Tags)))
	for i, tag := range e.Tags {
		b = appendText(b, tag)
		b = append(b, tokenText(e.Tokens[i])...)
	}
	b = appendText(b, string(absent))
	b = appendText(b, string(e.Body))
	binary.LittleEndian.PutUint32(b[1:head], crc32.Checksum(b[head:], checksums))
	return b, nil
}

// nanoseconds since 1970; math.MinInt64 is the zero time.
func nanoseconds(at time.Time) int64 {
	if at.IsZero() {
		return math.MinInt64
	}
	return at.UnixNano()
}

func timeOf(nanoseconds int64) time.Time {
	if nanoseconds == math.MinInt64 {
		return time.Time{}
	}
	return time.Unix(0, nanoseconds)
}

func appendText(b []byte, text string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(text))), text...)
}

// tokenSize is how many bytes a token has in Redis.
const tokenSize = 16

// tokenText is a token as Redis keeps it.
func tokenText(t core.Token) string {
	var b [tokenSize]byte
	binary.LittleEndian.PutUint64(b[:8], t[0])
	binary.LittleEndian.PutUint64(b[8:], t[1])
	return string(b[:])
}

// tokenOf reads a token; false where it is none.
func tokenOf(text string) (core.Token, bool) {
	if len(text) != tokenSize {
		return core.Token{}, false
	}
	b := []byte(text)
	return core.Token{binary.LittleEndian.Uint64(b[:8]), binary.LittleEndian.Uint64(b[8:])}, true
}

// decode takes an entry out of its envelope.
func decode(text string) (*core.Entry, error) {
	if len(text) <= head || text[0] != version {
		return nil, errGarbage
	}
	b := []byte(text)
	if crc32.Checksum(b[head:], checksums) != binary.LittleEndian.Uint32(b[1:head]) {
		return nil, errGarbage
	}
	r := reader{rest: b[head:]}
	flags := r.take(1)
	e := &core.Entry{Answer: &core.Answer{}}
	for _, at := range []*time.Time{&e.Stored, &e.Renew, &e.Fresh, &e.Grace, &e.ValidUntil} {
		*at = timeOf(r.varint())
	}
	e.Took = time.Duration(r.varint())
	for _, to := range []*string{&e.Namespace, &e.ETag, &e.Link, &e.TotalCount} {
		*to = string(r.text())
	}
	for range r.length() {
		e.Tags = append(e.Tags, string(r.text()))
		token, _ := tokenOf(string(r.take(tokenSize)))
		e.Tokens = append(e.Tokens, token)
	}
	absent := r.text()
	e.Body = r.text()
	if r.failed || len(r.rest) > 0 {
		return nil, errGarbage
	}
	e.Settled, e.Strict = flags[0]&flagSettled != 0, flags[0]&flagStrict != 0
	if flags[0]&flagAbsent != 0 {
		e.Absent = &fault.Error{}
		if err := json.Unmarshal(absent, e.Absent); err != nil {
			return nil, errGarbage
		}
	}
	e.Fetched()
	return e, nil
}

// reader reads an envelope from the front. After a failure it gives nothing more.
type reader struct {
	rest   []byte
	failed bool
}

func (r *reader) take(n int) []byte {
	if r.failed || n < 0 || n > len(r.rest) {
		r.failed, r.rest = true, nil
		return make([]byte, max(0, min(n, tokenSize)))
	}
	taken := r.rest[:n:n]
	r.rest = r.rest[n:]
	return taken
}

func (r *reader) varint() int64 {
	value, n := binary.Varint(r.rest)
	r.skip(n)
	return value
}

// length reads how many of something follow. More than there are bytes left is
// never true.
func (r *reader) length() int {
	value, n := binary.Uvarint(r.rest)
	if value > uint64(len(r.rest)) {
		n = 0
	}
	if r.skip(n); r.failed {
		return 0
	}
	return int(value)
}

func (r *reader) skip(n int) {
	if n <= 0 {
		r.failed, r.rest = true, nil
		return
	}
	r.rest = r.rest[n:]
}

func (r *reader) text() []byte { return r.take(r.length()) }
