package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"zomato/platform/testkit"
)

// TestReadme_several_instances runs the script that does what the README says
// of several instances: behind nginx, on a Postgres and a Redis. The script says
// what is wrong.
func TestReadme_several_instances(t *testing.T) {
	t.Parallel()
	needNginx(t)
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute) // it waits for nothing longer than half a minute
	defer cancel()
	script := exec.CommandContext(ctx, "bash", "../scripts/three-instances.sh", testkit.Postgres(t), testkit.Redis(t), product(t))
	script.Cancel = func() error { return script.Process.Signal(syscall.SIGTERM) } // it ends what it has started
	script.WaitDelay = 30 * time.Second
	var said bytes.Buffer
	script.Stdout, script.Stderr = &said, &said
	require.NoError(t, script.Run(), "%s", &said)
	require.Contains(t, said.String(), "all of it works")
}

// needNginx skips the test without nginx. Debian keeps it where an ordinary user
// does not look.
func needNginx(t *testing.T) {
	t.Helper()
	for _, name := range []string{"nginx", "/usr/sbin/nginx"} {
		if _, err := exec.LookPath(name); err == nil {
			return
		}
	}
	const sentence = "nginx is not installed (Debian and Ubuntu: apt-get install nginx)"
	if os.Getenv("CI") == "true" {
		t.Fatal(sentence)
	}
	t.Skipf("skipped: %s; with CI=true this test fails", sentence)
}
