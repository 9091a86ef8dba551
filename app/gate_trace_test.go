package main

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// walTrace reads what strace saw of a product, line by line, and holds each
// answer against the write-ahead log (https://sqlite.org/fileformat.html#walformat).
//
// With commits that are shared the log is written for the next batch while the
// last one is answered. So an answer is held against its own commit: the order's
// address stands in the answer and in a page of the log, and the first page with
// it belongs to the transaction that ends with the next commit frame.
type walTrace struct {
	begun map[string]string // by thread: a call that has begun, as far as it was printed

	commits bool     // the frame that is being written ends a transaction
	pending []string // orders in frames of a transaction that has not ended
	seen    map[string]bool
	written map[string]bool // orders whose transaction is in the log
	syncing map[string][]string
	synced  map[string]bool // orders whose transaction is on the disk

	answers, syncs int
	violations     []string
}

func newWALTrace() *walTrace {
	return &walTrace{
		begun: map[string]string{}, seen: map[string]bool{}, written: map[string]bool{},
		syncing: map[string][]string{}, synced: map[string]bool{},
	}
}

// Forms of the lines: a call that is printed whole, one that another thread
// interrupts, and the rest of that one. The log's name follows the descriptor.
var (
	traceResumed = regexp.MustCompile(`^(\d+) +<\.\.\. (\w+) resumed>.*\) += (-?\d+)`)
	traceCall    = regexp.MustCompile(`^(\d+) +(\w+)\((\d+)<([^>]*)>(.*)$`)
	traceResult  = regexp.MustCompile(`\) += (-?\d+)[^"]*$`)
	traceLength  = regexp.MustCompile(`", (\d+), \d+(?:\) += -?\d+.*| <unfinished \.\.\.>)$`)
	traceOrder   = regexp.MustCompile(`gate-\d+-\d+\.`)
)

// read takes one line.
func (w *walTrace) read(line string) {
	if found := traceResumed.FindStringSubmatch(line); found != nil {
		thread := found[1]
		if call, ok := w.begun[thread]; ok {
			delete(w.begun, thread)
			w.ended(thread, call, found[3])
		}
		return
	}
	found := traceCall.FindStringSubmatch(line)
	if found == nil {
		return
	}
	thread, name, file, rest := found[1], found[2], found[4], found[5]
	call := ""
	switch {
	case name == "write" && strings.Contains(rest, `, "HTTP/1.1 201`):
		w.answered(rest)
	case !strings.HasSuffix(file, "-wal"):
	case name == "pwrite64":
		call = w.writing(rest)
	case name == "fsync" || name == "fdatasync":
		call = "sync"
		w.syncing[thread] = nil
		for order := range w.written {
			w.syncing[thread] = append(w.syncing[thread], order)
		}
	}
	if call == "" {
		return
	}
	if strings.HasSuffix(rest, "<unfinished ...>") {
		w.begun[thread] = call
	} else if result := traceResult.FindStringSubmatch(rest); result != nil {
		w.ended(thread, call, result[1])
	}
}

// writing is a write to the log that begins: the header of a frame, or its page.
func (w *walTrace) writing(rest string) string {
	length := traceLength.FindStringSubmatch(rest)
	if length == nil {
		return ""
	}
	if length[1] == "24" {
		_, text, _ := strings.Cut(rest, `"`)
		header := unquoteTrace(text)
		w.commits = len(header) >= 8 && header[4:8] != "\x00\x00\x00\x00" // the size of the database after it
		return "header"
	}
	for _, order := range traceOrder.FindAllString(rest, -1) {
		if !w.seen[order] {
			w.seen[order] = true
			w.pending = append(w.pending, order)
		}
	}
	if length[1] == "4096" && w.commits {
		return "commit"
	}
	return "page"
}

// ended is a call that has returned.
func (w *walTrace) ended(thread, call, result string) {
	switch {
	case call == "commit":
		for _, order := range w.pending {
			w.written[order] = true
		}
		w.pending, w.commits = nil, false
	case call == "sync" && result == "0":
		w.syncs++
		for _, order := range w.syncing[thread] {
			delete(w.written, order)
			w.synced[order] = true
		}
	}
}

// answered is an acknowledgement that is about to be sent.
func (w *walTrace) answered(rest string) {
	order := traceOrder.FindString(rest)
	if order == "" {
		return // the furniture
	}
	w.answers++
	if !w.synced[order] {
		w.violations = append(w.violations, fmt.Sprintf("unsynced: order %s was answered before its commit was on the disk", order))
	}
}

// unquoteTrace reads a string as strace prints it, with octal escapes.
func unquoteTrace(text string) string {
	var out strings.Builder
	for i := 0; i < len(text) && text[i] != '"'; i++ {
		if text[i] != '\\' || i+1 == len(text) {
			out.WriteByte(text[i])
			continue
		}
		i++
		digits := 0
		for digits < 3 && i+digits < len(text) && '0' <= text[i+digits] && text[i+digits] <= '7' {
			digits++
		}
		if digits == 0 { // \n, \t and the like
			out.WriteByte(text[i])
			continue
		}
		n, _ := strconv.ParseUint(text[i:i+digits], 8, 16)
		out.WriteByte(byte(n))
		i += digits - 1
	}
	return out.String()
}
