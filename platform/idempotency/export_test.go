package idempotency

import "time"

// SetSweeping changes how often old answers are removed, and how many at once.
func (k *Keys) SetSweeping(every time.Duration, size int) { k.every, k.size = every, size }
