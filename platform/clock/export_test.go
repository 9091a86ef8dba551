package clock

import "time"

// ThreeDecimals is how System tells an instant.
func ThreeDecimals(at time.Time) time.Time { return threeDecimals(at) }
