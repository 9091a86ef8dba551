package httpserver

import (
	"encoding/binary"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/google/uuid"
)

// requestID takes the client's id when it is sane, else makes one.
func requestID(given string, now time.Time) string {
	if given == "" || len(given) > 128 {
		return newRequestID(now)
	}
	for _, r := range given {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("-_.:", r) {
			return newRequestID(now)
		}
	}
	return given
}

// newRequestID makes a UUID of version 7 (RFC 9562 §5.7). Nobody has to be
// unable to guess it, so no system call is made for its random bits.
func newRequestID(now time.Time) string {
	var id uuid.UUID
	binary.BigEndian.PutUint64(id[:8], uint64(now.UnixMilli())<<16|0x7000|rand.Uint64()&0xfff) //nolint:gosec // see above
	binary.BigEndian.PutUint64(id[8:], rand.Uint64()&^(3<<62)|1<<63)                           //nolint:gosec // see above
	return id.String()
}
