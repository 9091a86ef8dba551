package redistier

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"zomato/modules/cache/internal/counts"
)

// sumsTime is how long the sums stay after the last instance has added to them.
const sumsTime = 24 * time.Hour

// The sums are one hash, so that Redis keeps or loses all of it: NAMESPACE:COUNT
// has a sum, and deliveries:INSTANCE the number of the last delivery that is in
// the sums. The latter stay as long as the hash, some fifty bytes for each start
// of an instance.

// Sum implements counts.Pool.
func (r *Redis) Sum(ctx context.Context, d counts.Delivery) (sums counts.Set, err error) {
	args := []any{"deliveries" + separator + d.Instance, d.Number, seconds(sumsTime)}
	for namespace, values := range d.Counts {
		for name, n := range values.Named() {
			args = append(args, namespace+separator+name, n)
		}
	}
	err = r.within(ctx, func(s *space) error {
		said, err := addCounts.Run(ctx, r.client, []string{s.sums()}, args...).StringSlice()
		switch {
		case errors.Is(err, goredis.Nil):
			return counts.ErrLost
		case err != nil:
			return fmt.Errorf("add up the counts: %w", err)
		}
		sums = sumsOf(said)
		return nil
	})
	return sums, err
}

// sumsOf reads the hash: names and values in turn.
func sumsOf(said []string) counts.Set {
	named := map[string]map[string]int64{}
	for i := 0; i+1 < len(said); i += 2 {
		namespace, name, _ := strings.Cut(said[i], separator)
		n, err := strconv.ParseInt(said[i+1], 10, 64)
		if err != nil {
			continue // not ours
		}
		if named[namespace] == nil {
			named[namespace] = map[string]int64{}
		}
		named[namespace][name] = n
	}
	sums := counts.Set{}
	for namespace, of := range named {
		sums[namespace] = counts.FromNamed(of)
	}
	return sums
}
