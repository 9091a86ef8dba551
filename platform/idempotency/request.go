package idempotency

import (
	"crypto/sha256"
	"encoding/binary"
	"strings"
	"time"

	"zomato/platform/fault"
)

// Header is the request header that carries the key.
const Header = "Idempotency-Key"

// MaxLength bounds a key, in characters.
const MaxLength = 255

// The codes of refusals.
const (
	// CodeReused (invalid): the key was used for another request.
	CodeReused = "idempotency_key_reused"
	// CodeInProgress (conflict, with RetryAfter): a request with this key is
	// being answered.
	CodeInProgress = "idempotency_in_progress"
)

// retryAfter is the least that the header can say; a request takes milliseconds.
const retryAfter = time.Second

// Request is a request that has a key.
type Request struct {
	Scope

	// Fingerprint tells it from another request in the same scope.
	Fingerprint [sha256.Size]byte
}

// Scope is where a key counts. The path is that of the request and not its
// template, by which one customer could receive another's order.
type Scope struct {
	Key    string
	Path   string // without slashes at the end: all forms are one resource
	Method string
	Caller string // see access.Principal.Scope
}

// NewRequest describes a request by its scope, its query and its body.
func NewRequest(scope Scope, query, body []byte) Request {
	scope.Path = strings.TrimRight(scope.Path, "/") // as Fiber finds the route
	r := Request{Scope: scope}
	hash := sha256.New()
	// The length keeps a piece of the query from counting as one of the body.
	_, _ = hash.Write(binary.BigEndian.AppendUint64(nil, uint64(len(query)))) // a hash takes everything
	_, _ = hash.Write(query)
	_, _ = hash.Write(body)
	hash.Sum(r.Fingerprint[:0])
	return r
}

// IsKey tells whether a text can be a key: 1 to 255 visible ASCII characters.
func IsKey(text string) bool {
	for i := range len(text) {
		if text[i] <= ' ' || text[i] > '~' {
			return false
		}
	}
	return text != "" && len(text) <= MaxLength
}

// Answer is what is kept of an answer.
type Answer struct {
	Status   int
	Location string
	ETag     string // what the server makes the ETag header of
	Body     []byte
	// CustomerID is the customer that the answer is about; 0 when it is about
	// none. With them it is erased.
	CustomerID int64
}

func reused() error {
	return fault.Fields(fault.Field{
		Pointer: "header/" + Header, Code: CodeReused,
		Detail: "This key was used for another request: take a new one.",
	})
}

func inProgress(cause error) error {
	return fault.New(fault.Conflict, CodeInProgress, "A request with this key is being answered: repeat yours in a moment.").
		After(retryAfter).Because(cause)
}
