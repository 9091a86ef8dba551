package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"zomato/platform/testkit"
	"zomato/platform/testkit/httpclient"
)

// disk fails and is mended at any time. Variables are for the product on it.
type disk interface {
	variables() []string
	fail(t *testing.T, how string)
	mend(t *testing.T)
}

// faultyDisk is a disk that fails when a test says so, without the rights that a
// real full one takes: a library in front of the C library, which the compiler
// that SQLite needs makes of testdata/faults.c.
type faultyDisk struct{ control, library string }

func newFaultyDisk(t *testing.T) faultyDisk {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("skipped: LD_PRELOAD is Linux's")
	}
	folder := t.TempDir()
	d := faultyDisk{filepath.Join(folder, "faults"), filepath.Join(folder, "faults.so")}
	output, err := exec.CommandContext(t.Context(), "cc", "-shared", "-fPIC", "-o", d.library, "testdata/faults.c", "-ldl").CombinedOutput()
	require.NoError(t, err, "%s", output)
	return d
}

func (d faultyDisk) variables() []string {
	return []string{"LD_PRELOAD=" + d.library, "FAULTS=" + d.control}
}

// fail begins a fault. The file is there whole or not at all.
func (d faultyDisk) fail(t *testing.T, how string) {
	t.Helper()
	require.NoError(t, os.WriteFile(d.control+"~", []byte(how), 0o600))
	require.NoError(t, os.Rename(d.control+"~", d.control))
}

func (d faultyDisk) mend(t *testing.T) {
	t.Helper()
	require.NoError(t, os.Remove(d.control))
}

// gateFaults is how often a disk fails.
func gateFaults() int {
	if gatesAreFull() {
		return 30
	}
	return 2
}

const gateOrder = `{"restaurant_id":1,"delivery_address":"gate-9-9.","order_items":[{"menu_item_id":1,"quantity":1},{"menu_item_id":2,"quantity":2}]}`

// checkFull holds a product whose disk is full against what it promises: nothing
// is written, which it says, and all can be read.
func checkFull(t *testing.T, address string, _ *orderers) {
	t.Helper()
	client := httpclient.New(address)
	for range 3 {
		refused := client.Do(t, "POST", "/customers/1/orders/", gateOrder, "Idempotency-Key", "gate-9-9.")
		refused.Problem(t, 503, "database_unavailable")
		require.Equal(t, "1", refused.Header.Get("Retry-After"))
		require.NotContains(t, refused.Body, "disk", "what is wrong with it is for the log")
		for _, path := range []string{"/restaurants/1", "/restaurants/1/menu", "/customers/1/orders", "/restaurants/search?q=dish", "/health/ready"} {
			client.Do(t, "GET", path, "").Expect(t, 200)
		}
	}
}

// filling fills the disk of a product under load, and frees it again.
func filling(t *testing.T, binary, url string, disk disk, check func(*testing.T, string, *orderers), variables ...string) []string {
	t.Helper()
	o := newOrderers(t)
	p := start(t, url, []string{binary}, append(variables, disk.variables()...)...)
	o.address.set(p.address)
	o.furnish(t, 8)
	o.begin(8)
	for range gateFaults() {
		before := o.acknowledgements()
		waitFor(t, "orders", func() bool { return o.acknowledgements() >= before+8 || o.failed() })
		disk.fail(t, "full")
		check(t, p.address, o)
		disk.mend(t)
	}
	before := o.acknowledgements()
	waitFor(t, "orders after the last time", func() bool { return o.acknowledgements() >= before+8 || o.failed() })
	o.end()
	require.Equal(t, 0, p.stop(), p.log())
	t.Logf("full %d times: %d orders acknowledged, %d answers 503", gateFaults(), len(o.told), o.unavailable.Load())
	return append(o.violations, gateViolations(t, url, o.told)...)
}

func TestGate_disk_full_refuses_writes_and_goes_on_by_itself(t *testing.T) {
	t.Parallel()
	require.Empty(t, filling(t, product(t), testkit.SQLite(t), newFaultyDisk(t), checkFull))
}

func TestGate_disk_full_at_a_start_is_told_in_a_sentence(t *testing.T) {
	t.Parallel()
	url, disk := testkit.SQLite(t), newFaultyDisk(t)
	for range 2 { // without a file, and with one
		disk.fail(t, "full")
		p := spawn(t, url, []string{product(t)}, disk.variables()...)
		<-p.exited
		require.Equal(t, 1, p.command.ProcessState.ExitCode(), p.log())
		require.Contains(t, p.log(), "cannot be opened: its disk is full: make room on it")
		disk.mend(t)
		require.Equal(t, 0, start(t, url, []string{product(t)}, disk.variables()...).stop())
	}
}

// smallDisk is a file system of its own that is filled indeed. It takes root.
type smallDisk struct{ folder string }

func (smallDisk) variables() []string { return nil }

func (d smallDisk) fail(t *testing.T, _ string) {
	t.Helper()
	require.ErrorContains(t, os.WriteFile(d.folder+"/filler", make([]byte, smallDiskSize), 0o600), "no space left")
}

func (d smallDisk) mend(t *testing.T) {
	t.Helper()
	require.NoError(t, os.Remove(d.folder+"/filler"))
}

const smallDiskSize = 64 << 20

// TestGate_disk_full_of_a_file_system shows that the library of the other gates
// is true to life. Where the log has room that it has grown to before, writes
// succeed on a full disk too: so it only waits until some are refused.
func TestGate_disk_full_of_a_file_system(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	mount := exec.CommandContext(t.Context(), "mount", "-t", "tmpfs", "-o", fmt.Sprint("size=", smallDiskSize), "zomato-gate", folder)
	if output, err := mount.CombinedOutput(); err != nil {
		t.Logf("not run: nothing can be mounted here: %s", output)
		return // and no skip: it is no promise of its own
	}
	t.Cleanup(func() {
		require.NoError(t, exec.CommandContext(context.Background(), "umount", folder).Run())
	})
	require.Empty(t, filling(t, product(t), "sqlite:"+folder+"/test.db", smallDisk{folder}, func(t *testing.T, address string, o *orderers) {
		t.Helper()
		before := o.unavailable.Load()
		waitFor(t, "refusals", func() bool { return o.unavailable.Load() > before+100 || o.failed() })
		httpclient.New(address).Do(t, "GET", "/customers/1/orders", "").Expect(t, 200)
	}))
}

// A gate that has never been seen to fail proves nothing.
func TestGate_disk_full_notices_a_failed_commit_that_is_acknowledged(t *testing.T) {
	t.Parallel()
	goesOn := func(t *testing.T, address string, _ *orderers) {
		t.Helper()
		httpclient.New(address).Do(t, "POST", "/customers/1/orders/", gateOrder, "Idempotency-Key", "gate-9-9.").Expect(t, 201)
	}
	violations := filling(t, brokenProduct(t), testkit.SQLite(t), newFaultyDisk(t), goesOn, "BREAK=full")
	require.Contains(t, kindsOf(violations), "lost")
}

// breaking breaks the disk of a product under load: it has to end with status 1,
// and starts again on a disk that works.
func breaking(t *testing.T, binary string, variables ...string) (violations []string) {
	t.Helper()
	url, disk := testkit.SQLite(t), newFaultyDisk(t)
	variables = append(variables, disk.variables()...)
	o := newOrderers(t)
	p := start(t, url, []string{binary}, variables...)
	o.address.set(p.address)
	o.furnish(t, 8)
	o.begin(8)
	for i := range gateFaults() {
		before := o.acknowledgements()
		waitFor(t, "orders", func() bool { return o.acknowledgements() >= before+8 || o.failed() })
		disk.fail(t, []string{"sync", "write"}[i%2])
		// What is acknowledged after that was on its way, one order a client.
		before = o.acknowledgements()
		waitFor(t, "the end", func() bool { return p.ended() || o.acknowledgements() > before+3*8 || o.failed() })
		if !p.ended() {
			violations = append(violations, "alive: it goes on with a broken disk")
			p.kill()
		} else if status := p.command.ProcessState.ExitCode(); status != 1 || !strings.Contains(p.log(), "the disk failed: nothing is written any more") {
			violations = append(violations, fmt.Sprintf("status: %d, %s", status, p.log()))
		}
		disk.mend(t)
		p = start(t, url, []string{binary}, variables...)
		o.address.set(p.address)
	}
	o.end()
	require.Equal(t, 0, p.stop(), p.log())
	t.Logf("%d disk errors: %d orders acknowledged, %d requests without an answer, %d answers 503", gateFaults(), len(o.told), o.unanswered.Load(), o.unavailable.Load())
	return append(append(violations, o.violations...), gateViolations(t, url, o.told)...)
}

func TestGate_disk_error_ends_the_process_and_loses_nothing(t *testing.T) {
	t.Parallel()
	require.Empty(t, breaking(t, product(t)))
}

// A gate that has never been seen to fail proves nothing.
func TestGate_disk_error_notices_a_failed_commit_that_is_acknowledged(t *testing.T) {
	t.Parallel()
	violations := kindsOf(breaking(t, brokenProduct(t), "BREAK=full"))
	require.Contains(t, violations, "alive")
	require.Contains(t, violations, "lost")
}

// powerless is an account without rights, for a test that runs as root, whom no
// permission holds back.
const powerless = 65534

func TestGate_read_only_is_told_in_a_sentence(t *testing.T) {
	t.Parallel()
	for name, forbid := range map[string]func(t *testing.T, folder string){
		"the file":         func(t *testing.T, folder string) { require.NoError(t, os.Chmod(folder+"/test.db", 0o400)) },
		"a file beside it": func(t *testing.T, folder string) { require.NoError(t, os.WriteFile(folder+"/test.db-wal", nil, 0o400)) },
		"the folder":       func(t *testing.T, folder string) { require.NoError(t, os.Chmod(folder, 0o500)) },
		"a new file's folder": func(t *testing.T, folder string) {
			require.NoError(t, os.Remove(folder+"/test.db"))
			require.NoError(t, os.Chmod(folder, 0o500))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := openFolder(t)
			require.NoError(t, os.WriteFile(folder+"/test.db", nil, 0o600))
			forbid(t, folder)
			said, status := servePowerless(t, folder)
			require.Equal(t, 1, status, said)
			require.Regexp(t, `^zomato: the SQLite database cannot be written: .*`+folder+`.*: permission denied: let the account that runs zomato write the file, its folder and the files beside it, or change DATABASE_URL\n$`, said)
		})
	}
}

// openFolder makes a folder that accounts without rights can reach.
func openFolder(t *testing.T) string {
	t.Helper()
	folder, err := os.MkdirTemp("", "zomato-gate-") //nolint:usetesting // t.TempDir is closed to other accounts
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, os.Chmod(folder, 0o700))
		require.NoError(t, os.RemoveAll(folder))
	})
	return folder
}

// servePowerless starts the product on folder/test.db, which belongs to it.
func servePowerless(t *testing.T, folder string) (said string, status int) {
	t.Helper()
	binary, err := os.ReadFile(product(t))
	require.NoError(t, err)
	tools := openFolder(t)
	require.NoError(t, os.Chmod(tools, 0o755))
	require.NoError(t, os.WriteFile(tools+"/zomato", binary, 0o755))
	command := exec.CommandContext(context.Background(), tools+"/zomato") // it ends by itself, or the gate hangs
	command.Env = []string{"LISTEN=127.0.0.1:0", "DATABASE_URL=sqlite:" + folder + "/test.db"}
	if os.Getuid() == 0 {
		command.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: powerless, Gid: powerless}}
		require.NoError(t, filepath.Walk(folder, func(path string, _ os.FileInfo, _ error) error { return os.Chown(path, powerless, powerless) }))
	}
	output, err := command.CombinedOutput()
	require.Error(t, err)
	var lines []string
	for line := range strings.Lines(string(output)) {
		if !strings.HasPrefix(line, "{") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, ""), command.ProcessState.ExitCode()
}
