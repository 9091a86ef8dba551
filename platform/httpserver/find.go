package httpserver

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"zomato/platform/access"
)

// Find tells which operation answers GET path, a path with its query, and with
// what request for the cache, when the caller of the context asks. Known is
// false where no operation does.
func (s *Server) Find(ctx context.Context, path string) (operation string, request CacheRequest, known bool) {
	asked, err := url.ParseRequestURI(path)
	if err != nil || asked.IsAbs() {
		return "", CacheRequest{}, false
	}
	for _, op := range s.gets {
		params, ok := match(op.Path, asked.Path)
		if !ok {
			continue
		}
		return op.ID, CacheRequest{
			Key: CacheKey(scopeOf(op.Access, access.From(ctx)), asked.Path, asked.Query()), Param: func(name string) string { return params[name] },
		}, true
	}
	return "", CacheRequest{}, false
}

// match compares a path with that of an operation, and gives its parameters.
func match(template, path string) (params map[string]string, ok bool) {
	want, have := segments(template), segments(path)
	if len(want) != len(have) {
		return nil, false
	}
	params = map[string]string{}
	for i, segment := range want {
		if name, parameter := strings.CutPrefix(segment, "{"); parameter && have[i] != "" {
			params[strings.TrimSuffix(name, "}")] = have[i]
		} else if segment != have[i] {
			return nil, false
		}
	}
	return params, true
}

func segments(path string) []string { return strings.Split(strings.TrimSuffix(path, "/"), "/") }

// note remembers an operation for Find.
func (s *Server) note(op Operation) {
	if op.Method == http.MethodGet {
		s.gets = append(s.gets, op)
	}
}
