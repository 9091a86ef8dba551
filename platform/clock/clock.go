// Package clock is where the time comes from, so that rules about time can be
// tested without waiting.
//
// team: platform
package clock

import "time"

// Clock tells the present instant in UTC, to the millisecond: the resolution
// that the databases keep. Safe for concurrent use.
type Clock interface {
	// Now gives the present instant.
	Now() time.Time
}

// System is the clock of the machine.
type System struct{}

// Now implements Clock.
func (System) Now() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }

// Func makes a clock of a function; tests use it to set the time.
type Func func() time.Time

// Now implements Clock.
func (f Func) Now() time.Time { return f() }
