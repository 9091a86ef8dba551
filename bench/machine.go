package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"zomato/bench/internal/stats"
)

const (
	diskWrites = 1000
	diskBlock  = 4096 // bytes: a page of the database
	// diskPatience ends the measurement on a disk that turns.
	diskPatience = 20 * time.Second
	// ticks per second of the times in /proc/PID/stat: fixed on Linux, whatever
	// the kernel's own clock does (man 5 proc_pid_stat, sysconf(_SC_CLK_TCK)).
	ticks = 100
)

// disk is how long a write of one block and its fsync take.
type disk struct {
	P50, P99 time.Duration
	writes   int
}

func (d disk) String() string {
	return fmt.Sprintf("write of 4 KiB + fsync in the folder of the databases: p50 %s, p99 %s (%d writes)",
		d.P50.Round(time.Microsecond), d.P99.Round(time.Microsecond), d.writes)
}

// measureDisk writes block behind block, as a log is written.
func measureDisk(folder string) (d disk, err error) {
	file, err := os.CreateTemp(folder, "fsync-")
	if err != nil {
		return d, fmt.Errorf("measure the disk: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close(), os.Remove(file.Name())) }()
	block := make([]byte, diskBlock)
	var took []time.Duration
	for begin := time.Now(); len(took) < diskWrites && time.Since(begin) < diskPatience; {
		at := time.Now()
		if _, err = file.Write(block); err == nil {
			err = file.Sync()
		}
		if err != nil {
			return d, fmt.Errorf("measure the disk: %w", err)
		}
		took = append(took, time.Since(at))
	}
	return disk{P50: stats.Percentile(took, 0.50), P99: stats.Percentile(took, 0.99), writes: len(took)}, nil
}

// cpuSeconds is the time that the process has computed so far; false where the
// system does not tell (there is no /proc).
func (s *server) cpuSeconds() (float64, bool) {
	content, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.process.Process.Pid))
	if err != nil {
		return 0, false
	}
	// The name of the program, in brackets, may hold spaces; utime and stime are
	// the 12th and the 13th behind it.
	_, rest, _ := strings.Cut(string(content), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0, false
	}
	user, errUser := strconv.ParseFloat(fields[11], 64)
	system, errSystem := strconv.ParseFloat(fields[12], 64)
	return (user + system) / ticks, errUser == nil && errSystem == nil
}

// residentMiB is the memory that the process has now, and 0 where the system
// does not tell.
func (s *server) residentMiB() float64 {
	content, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.process.Process.Pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(content)) {
		var kib float64
		if n, _ := fmt.Sscanf(line, "VmRSS: %f kB", &kib); n == 1 {
			return kib / 1024
		}
	}
	return 0
}
