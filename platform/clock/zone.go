package clock

import (
	"fmt"
	"strings"
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
