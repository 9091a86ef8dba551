package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
)

// The fuzz gate writes its requests byte by byte: net/http would refuse to send,
// or would mend, what is to be tried.

// message is one request.
type message struct {
	method, target string
	headers        [][2]string
	body           []byte
	// claims, if not 0, is a Content-Length beyond what is accepted, of a body
	// that is not sent.
	claims  int
	chunked bool

	// refuse says why the request must not succeed; "" when it may.
	refuse string
	// outside are statuses that no operation declares, because the server has
	// them before it knows which operation is meant.
	outside []int
}

func (m message) header(name, value string) message {
	m.headers = append(m.headers[:len(m.headers):len(m.headers)], [2]string{name, value})
	return m
}

// get gives a header; "" for none.
func (m message) get(name string) string {
	for _, h := range m.headers {
		if strings.EqualFold(h[0], name) {
			return h[1]
		}
	}
	return ""
}

// bytes is the request as it is sent.
func (m message) bytes() []byte {
	var out bytes.Buffer
	fmt.Fprintf(&out, "%s %s HTTP/1.1\r\nHost: localhost\r\n", m.method, m.target)
	for _, h := range m.headers {
		fmt.Fprintf(&out, "%s: %s\r\n", h[0], h[1])
	}
	switch {
	case m.claims > 0:
		fmt.Fprintf(&out, "Content-Length: %d\r\n\r\n", m.claims)
	case m.chunked:
		out.WriteString("Transfer-Encoding: chunked\r\n\r\n")
		if len(m.body) > 0 {
			fmt.Fprintf(&out, "%x\r\n%s\r\n", len(m.body), m.body)
		}
		out.WriteString("0\r\n\r\n")
	default:
		if len(m.body) > 0 || m.method == http.MethodPost || m.method == http.MethodPut {
			fmt.Fprintf(&out, "Content-Length: %d\r\n", len(m.body))
		}
		out.WriteString("\r\n")
		out.Write(m.body)
	}
	return out.Bytes()
}

// curl is the request as a line for a shell that has $'…'.
func (m message) curl() string {
	var out strings.Builder
	fmt.Fprintf(&out, "curl -i --path-as-is -X %s %s", m.method, quote("http://127.0.0.1:8000"+m.target))
	for _, h := range m.headers {
		fmt.Fprintf(&out, " -H %s", quote(h[0]+": "+h[1]))
	}
	switch {
	case m.claims > 0:
		fmt.Fprintf(&out, " -H 'Content-Length: %d'", m.claims)
	case m.chunked:
		out.WriteString(" -H 'Transfer-Encoding: chunked'")
	}
	if len(m.body) > 0 {
		fmt.Fprintf(&out, " --data-binary %s", quote(string(m.body)))
	}
	return out.String()
}

func quote(text string) string {
	if !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' || r == '\'' || r == '\\' }) {
		return "'" + text + "'"
	}
	var out strings.Builder
	for i := range len(text) {
		if b := text[i]; b < ' ' || b > '~' || b == '\'' || b == '\\' {
			fmt.Fprintf(&out, `\x%02x`, b)
		} else {
			out.WriteByte(b)
		}
	}
	return "$'" + out.String() + "'"
}

// reply is what came back.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// wire is a connection that is kept alive.
type wire struct {
	address string
	conn    net.Conn
	in      *bufio.Reader
}

// send sends a request and reads its answer.
func (w *wire) send(m message) (reply, error) {
	if w.conn == nil {
		conn, err := new(net.Dialer).DialContext(context.Background(), "tcp", strings.TrimPrefix(w.address, "http://"))
		if err != nil {
			return reply{}, err
		}
		w.conn, w.in = conn, bufio.NewReader(conn)
	}
	got, last, err := w.exchange(m)
	if err != nil || last {
		w.close()
	}
	return got, err
}

func (w *wire) exchange(m message) (got reply, last bool, err error) {
	if _, err = w.conn.Write(m.bytes()); err != nil {
		return got, true, fmt.Errorf("send: %w", err)
	}
	response, err := http.ReadResponse(w.in, &http.Request{Method: m.method})
	if err != nil {
		return got, true, fmt.Errorf("read the answer: %w", err)
	}
	defer response.Body.Close()
	got = reply{status: response.StatusCode, header: response.Header}
	got.body, err = io.ReadAll(response.Body)
	return got, response.Close || m.claims > 0, err
}

func (w *wire) close() {
	if w.conn != nil {
		_ = w.conn.Close() // it was used up
		w.conn = nil
	}
}
