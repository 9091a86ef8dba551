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

// System is the clock of the machine. It never tells a millisecond that ends
// with a zero, but the one after it (docs/adr/0014).
type System struct{}

// Now implements Clock.
func (System) Now() time.Time { return ThreeDecimals(time.Now().UTC()) }

// ThreeDecimals cuts an instant to the millisecond, such that RFC 3339 as
// encoding/json writes it, without trailing zeros, always has three decimals:
// then times sort as texts like they do as times. It is off by less than two
// milliseconds, and keeps the order of instants.
func ThreeDecimals(at time.Time) time.Time {
	at = at.Truncate(time.Millisecond)
	if at.UnixMilli()%10 == 0 {
		at = at.Add(time.Millisecond)
	}
	return at
}

// Told cuts an instant from elsewhere to what a Clock could have told, but for
// the three decimals: the databases keep no more, and all times are in UTC.
func Told(at time.Time) time.Time { return at.UTC().Truncate(time.Millisecond) }

// Func makes a clock of a function; tests use it to set the time.
type Func func() time.Time

// Now implements Clock.
func (f Func) Now() time.Time { return f() }
