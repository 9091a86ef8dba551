package httpserver

import (
	"time"

	"github.com/valyala/fasthttp"
)

// ContainsZero tells whether JSON has the escape of the character zero.
func ContainsZero(data []byte) bool { return containsZero(data) }

// Matches tells whether If-None-Match names a tag.
func Matches(header, tag string) bool { return matches(header, tag) }

// RequestID gives the id of a request that says this one.
func RequestID(given string) string { return requestID(given, time.Now()) }

// Handler answers a request without a connection.
func (s *Server) Handler() fasthttp.RequestHandler { return s.app.Server().Handler }
