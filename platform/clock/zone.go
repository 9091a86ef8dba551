package clock

import (
	"fmt"
	"strings"
	"sync"
	"time"
)

// Zone finds a time zone by its name in the IANA database, such as
// Asia/Kolkata, or UTC. Go also knows "", "Local" and whatever files a machine
// has beside the database: they mean something else on every machine.
func Zone(name string) (*time.Location, error) {
	area, _, named := strings.Cut(name, "/")
	if name != "UTC" && (!named || area == "posix" || area == "right") {
		return nil, fmt.Errorf("%q is no IANA time zone such as Asia/Kolkata", name)
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("%q is no IANA time zone such as Asia/Kolkata: %w", name, err)
	}
	return zone, nil
}

// Zones is Zone with a memory, for what asks at every request: finding a zone
// opens a file. It grows with the names that exist, some 600. The zero value is
// ready. Safe for concurrent use.
type Zones struct{ known sync.Map }

// Zone finds a time zone as the function Zone does.
func (z *Zones) Zone(name string) (*time.Location, error) {
	if found, ok := z.known.Load(name); ok {
		if zone, ok := found.(*time.Location); ok { // it always is one
			return zone, nil
		}
	}
	zone, err := Zone(name)
	if err == nil {
		z.known.Store(name, zone)
	}
	return zone, err
}
