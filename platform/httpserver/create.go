package httpserver

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"

	"zomato/platform/access"
	"zomato/platform/idempotency"
)

// Create joins a POST that stores something and its handler, in two halves: do
// calls the use case, show makes the answer of what that gave. So the answer
// can be kept together with the effect, for a client that repeats the request
// with its Idempotency-Key (docs/adr/0016).
//
// The use case writes by idempotency.Write, whose function returns what do
// returns, of the same type: else a request with a key fails.
func Create[I, T, B any](
	op Operation, do func(context.Context, *I) (T, error), show func(in *I, made T) *Created[B],
) Endpoint {
	op.creates = true
	return Endpoint{operation: op, register: func(s *Server, described huma.Operation, _ CachedRoute) {
		huma.Register(s.api, described, func(ctx context.Context, in *I) (*Created[B], error) {
			if requestOf(ctx).keyed != nil {
				return once(ctx, s.options.Keys, in, do, show)
			}
			made, err := do(ctx, in)
			if err != nil {
				return nil, refused(ctx, err)
			}
			return show(in, made), nil
		})
	}}
}

// once answers a request that has a key.
func once[I, T, B any](
	ctx context.Context, keys *idempotency.Keys, in *I, do func(context.Context, *I) (T, error), show func(*I, T) *Created[B],
) (*Created[B], error) {
	if keys == nil {
		return nil, refused(ctx, errors.New("this server keeps no idempotency keys"))
	}
	encode := func(value any) (idempotency.Answer, error) {
		made, ok := value.(T)
		if !ok {
			return idempotency.Answer{}, fmt.Errorf("the use case wrote a %T, and its handler shows a %T", value, made)
		}
		return show(in, made).encode()
	}
	answer, replayed, err := keys.Once(ctx, *requestOf(ctx).keyed, encode, func(ctx context.Context) error {
		_, err := do(ctx, in)
		return err
	})
	if err != nil {
		return nil, refused(ctx, err)
	}
	return createdFrom[B](answer, replayed), nil
}

// Created is the answer to a POST that made a record.
type Created[T any] struct {
	Status   int
	Location string `header:"Location" doc:"The path of the new record"`
	ETag     string `header:"ETag" doc:"Names this version of the record"`
	Replayed string `header:"Idempotency-Replayed" doc:"true when this answers a request that was answered before"`
	Body     Encodable[T]

	customer int64
}

// CreatedAt answers 201 with a new record, its version and the path it has.
func CreatedAt[T any](location string, id, version int64, body T) *Created[T] {
	return &Created[T]{
		Status: http.StatusCreated, Location: location + strconv.FormatInt(id, 10), ETag: tag(version), Body: Encodable[T]{value: body},
	}
}

// About says which customer the answer is about: where it is kept, it is erased
// with them.
func (c *Created[T]) About(customerID int64) *Created[T] {
	c.customer = customerID
	return c
}

// encode makes what is kept of the answer.
func (c *Created[T]) encode() (idempotency.Answer, error) {
	var body bytes.Buffer
	if err := c.Body.writeTo(&body); err != nil {
		return idempotency.Answer{}, err
	}
	return idempotency.Answer{
		Status: c.Status, Location: c.Location, ETag: c.ETag, Body: body.Bytes(), CustomerID: c.customer,
	}, nil
}

// createdFrom makes the answer of what is kept of it.
func createdFrom[T any](a idempotency.Answer, replayed bool) *Created[T] {
	out := &Created[T]{Status: a.Status, Location: a.Location, ETag: a.ETag, Body: Encodable[T]{encoded: a.Body}}
	if replayed {
		out.Replayed = "true"
	}
	return out
}

// Encodable is the body of an answer: a value, or the bytes that it was encoded
// to before, which are sent as they are.
type Encodable[T any] struct {
	value   T
	encoded []byte
}

// Schema implements huma.SchemaProvider: in the document it is a plain T.
func (Encodable[T]) Schema(r huma.Registry) *huma.Schema { return schemaOf[T](r) }

func (e Encodable[T]) writeTo(w io.Writer) error {
	if e.encoded == nil {
		return huma.DefaultJSONFormat.Marshal(w, e.value)
	}
	_, err := w.Write(e.encoded)
	return err
}

// keyParameter describes the header in the document. It is read by takeKey:
// huma does not tell an empty header from none, nor one from two.
func keyParameter() *huma.Param {
	return &huma.Param{
		// Without an example: /docs would send it with every request.
		Name: idempotency.Header, In: "header",
		Description: "Any text of your choice that no other request of yours to this path has had, such as a new UUID. The same request with the same key has its effect once, " +
			"and within 24 hours gets the same answer again, with `Idempotency-Replayed: true`. Another request with the key is 422 `" +
			idempotency.CodeReused + "`; while the first is being answered, 409 `" + idempotency.CodeInProgress +
			"` says in Retry-After when to ask again. A request that was refused may be corrected and sent with the same key.",
		Schema: &huma.Schema{Type: huma.TypeString, MinLength: new(1), MaxLength: new(idempotency.MaxLength), Pattern: "^[!-~]+$"},
	}
}

// takeKey notes the request's idempotency key, if it has one. One that cannot
// be meant is refused: without it the request would be taken for a new one.
func takeKey(c *fiber.Ctx) *problem {
	given := c.Request().Header.PeekAll(idempotency.Header)
	if len(given) == 0 {
		return nil
	}
	key := string(given[0])
	if len(given) > 1 || !idempotency.IsKey(key) {
		detail := fmt.Sprintf("An %s is one header with 1 to %d visible ASCII characters, without spaces.", idempotency.Header, idempotency.MaxLength)
		p := newProblem(http.StatusBadRequest, "malformed_header", detail)
		p.Errors = []problemField{{Pointer: "header/" + idempotency.Header, Code: codeInvalid, Detail: detail}}
		return p
	}
	ctx, request := c.UserContext(), c.Request()
	requestOf(ctx).keyed = new(idempotency.NewRequest(idempotency.Scope{
		Key: key, Path: c.Path(), Method: c.Method(), Caller: access.From(ctx).Scope(),
	}, request.URI().QueryString(), request.Body()))
	return nil
}
