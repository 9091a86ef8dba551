// Package unwatched_test forgets its TestMain.
package unwatched_test

import (
	"testing"

	"zomato/platform/testkit"
)

func TestRedis(t *testing.T) { testkit.Redis(t) }
