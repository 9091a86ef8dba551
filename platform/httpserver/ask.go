package httpserver

import (
	"context"
	"fmt"
	"strings"

	"github.com/valyala/fasthttp"
)

type askedKey struct{}

// Ask sends GET path to the server from inside, without a connection, as a
// caller that has not said who they are. It is how the cache is warmed: the
// request goes the way of all others, but is neither counted nor logged, unless
// it fails. It gives the status of the answer, or an error when the context has
// ended before.
func (s *Server) Ask(ctx context.Context, path string) (status int, err error) {
	if !strings.HasPrefix(path, "/") {
		return 0, fmt.Errorf("%q is no path", path)
	}
	if err = ctx.Err(); err != nil {
		return 0, fmt.Errorf("ask for %s: %w", path, err)
	}
	var request fasthttp.Request
	request.SetRequestURI(path)
	var raw fasthttp.RequestCtx
	raw.Init(&request, nil, nil)
	raw.SetUserValue(askedKey{}, ctx)
	s.app.Server().Handler(&raw)
	status = raw.Response.StatusCode()
	if err = ctx.Err(); err != nil && status >= fasthttp.StatusInternalServerError {
		return 0, fmt.Errorf("ask for %s: %w", path, err)
	}
	return status, nil
}
