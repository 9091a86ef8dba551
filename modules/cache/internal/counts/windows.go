package counts

import (
	"sync"
	"time"
)

// WindowStep is how often the counts are noted, windowMarks how many notes are
// kept: a quarter of an hour.
const (
	WindowStep  = 10 * time.Second
	windowMarks = 90
)

// Windows remembers how the counts were a while ago.
type Windows struct {
	mu    sync.Mutex
	marks []Ratio // the newest last
}

// Ratio counts hits and misses.
type Ratio struct{ Hits, Misses int64 }

// Ratio gives the hits and misses.
func (v *Values) Ratio() Ratio { return Ratio{v.Hits(), v.Misses} }

// Note remembers the counts of this moment. It is to be called at each step.
func (w *Windows) Note(now Ratio) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.marks = append(w.marks, now); len(w.marks) > windowMarks {
		w.marks = w.marks[1:]
	}
}

// Last tells what there was in the last so many minutes, to ten seconds.
func (w *Windows) Last(minutes int, now Ratio) Ratio {
	w.mu.Lock()
	defer w.mu.Unlock()
	back := int(time.Duration(minutes) * time.Minute / WindowStep)
	if len(w.marks) < back {
		return now
	}
	then := w.marks[len(w.marks)-back]
	return Ratio{now.Hits - then.Hits, now.Misses - then.Misses}
}
