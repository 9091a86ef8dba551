package main

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"zomato/bench/internal/stats"
)

const (
	// groupAim is how much faster the group commit places orders than one commit
	// each, on a disk whose fsync takes at least slowDisk at the median: on a
	// faster one there is little to share.
	groupAim = 3
	slowDisk = 150 * time.Microsecond
	// enoughRate is how much of a steady rate must have been reached: a load that
	// falls behind, for want of a CPU, is no open loop and hides what it should show.
	enoughRate = 0.95
	// waitAim, and the disk's own p99 on top, is what p99 may be at half load.
	waitAim = 10 * time.Millisecond
)

// report prints the tables. The error says that rows failed.
func (b *bench) report() error {
	if len(b.groups) > 0 {
		b.reportMachine()
		b.reportRows()
		b.reportComparisons()
		b.reportWaits()
		b.reportHits()
		b.reportServers()
	}
	if len(b.accuracy) > 0 {
		t := b.table("\nwhat\tfigure\tnote")
		for _, a := range b.accuracy {
			fmt.Fprintf(t, "%s\t%s\t%s\n", a.what, a.figure, a.note)
		}
		_ = t.Flush() // to the terminal
	}
	for _, note := range b.notes {
		fmt.Fprintf(b.out, "\nnote: %s\n", note)
	}
	failed := false
	for _, g := range b.groups {
		for _, r := range g.rows {
			failed = failed || r.err != nil
		}
	}
	if failed {
		return errRows
	}
	return nil
}

// table begins a table; the titles may have an empty line above.
func (b *bench) table(titles string) *tabwriter.Writer {
	t := tabwriter.NewWriter(b.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, titles)
	return t
}

func (b *bench) reportMachine() {
	r0, waits := stats.Summarize(b.baseline.perSecond), stats.Summarize(b.baseline.cpu)
	fmt.Fprintf(b.out, "%d CPUs, %s %s/%s; %d rounds of %s\n", runtime.NumCPU(), runtime.Version(), runtime.GOOS, runtime.GOARCH, b.rounds, b.during)
	fmt.Fprintln(b.out, b.disk)
	fmt.Fprintf(b.out, "R0 (bare Fiber, JSON, %d clients): %.0f requests/s (%.0f..%.0f), %.3f CPU s per 1,000; p50 and p95 below are ratios to its own\n\n",
		baselineClients, r0.Median, r0.Min, r0.Max, waits.Median)
}

func (b *bench) reportRows() {
	t := b.table("row\tfrom\tof R0\tspread\trequests/s\tp50\tp95\tCPU s/1,000\taim")
	for _, g := range b.groups {
		for _, r := range g.rows {
			if r.err != nil {
				fmt.Fprintf(t, "%s\t%s\tFAILED\t\t\t\t\t\t%s\n", r.title, r.from(), oneLine(r.err))
				continue
			}
			ratio := stats.Summarize(r.ratio)
			fmt.Fprintf(t, "%s\t%s\t%.3f\t%.3f..%.3f\t%.0f\t× %.1f\t× %.1f\t%s\t%s\n", r.title, r.from(), ratio.Median, ratio.Min, ratio.Max,
				stats.Summarize(r.perSecond).Median, stats.Summarize(r.p50).Median, stats.Summarize(r.p95).Median, cpu(r.cpu), r.aim.told(ratio.Median))
		}
	}
	_ = t.Flush() // to the terminal
}

// oneLine keeps a failure from tearing the table.
func oneLine(err error) string {
	text := strings.Join(strings.Fields(err.Error()), " ")
	const enough = 300
	return text[:min(len(text), enough)]
}

func cpu(seconds []float64) string {
	if len(seconds) == 0 {
		return "–"
	}
	return fmt.Sprintf("%.3f", stats.Summarize(seconds).Median)
}

// told says what is aimed at, and whether it was reached.
func (a aim) told(ratio float64) string {
	if a.atLeast == 0 {
		return ""
	}
	text := fmt.Sprintf("≥ %.2f", a.atLeast)
	if a.better != 0 {
		text += fmt.Sprintf(", better %.2f", a.better)
	}
	return text + reached(ratio >= a.atLeast)
}

func reached(yes bool) string {
	if yes {
		return ": reached"
	}
	return ": MISSED"
}

// comparison divides one row by another, round by round.
type comparison struct {
	what, row, by string
	aim           float64 // at least; 0: none
	note          string
}

func (b *bench) comparisons() []comparison {
	var all []comparison
	for _, key := range []bool{false, true} {
		c := comparison{what: placingRow(64, key) + ", against " + alone, row: placingRow(64, key) + " on sqlite", by: placingRow(64, key) + ", " + alone + " on sqlite"}
		switch {
		case key: // the design says it of orders without one
		case b.disk.P50 >= slowDisk:
			c.aim = groupAim
		default:
			c.note = fmt.Sprintf("no aim: fsync takes less than %s here", slowDisk)
		}
		all = append(all, c)
	}
	for _, k := range []string{" on sqlite", " on postgres"} {
		all = append(all, cacheComparisons(b.options, k)...)
		all = append(all, redisComparisons(k)...)
		all = append(all, comparison{what: figuresRow(b.figures) + " against " + fmt.Sprint(fewOrders) + k, row: figuresRow(b.figures) + k, by: figuresRow(fewOrders) + k, note: "1: it does not grow"})
		if len(b.orders) < 2 {
			continue
		}
		few, many := b.orders[0], b.orders[len(b.orders)-1]
		for _, r := range demoRows(few) {
			base, _ := strings.CutSuffix(r.name, ofOrders(few))
			all = append(all, comparison{what: fmt.Sprintf("%s, %d orders against %d%s", base, many, few, k), row: base + ofOrders(many) + k, by: r.name + k, note: "1: it does not grow"})
		}
	}
	return all
}

func (b *bench) reportComparisons() {
	rows := b.all()
	var lines []string
	for _, c := range b.comparisons() {
		upper, lower := rows[c.row], rows[c.by]
		if upper == nil || lower == nil || upper.err != nil || lower.err != nil {
			continue
		}
		ratio := stats.Summarize(stats.Ratios(upper.ratio, lower.ratio))
		note := c.note
		if c.aim > 0 {
			note = fmt.Sprintf("≥ %.1f", c.aim) + reached(ratio.Median >= c.aim)
		}
		lines = append(lines, fmt.Sprintf("%s\t%.2f\t%.2f..%.2f\t%s", c.what, ratio.Median, ratio.Min, ratio.Max, note))
	}
	lines = append(lines, b.compareStarts()...)
	if len(lines) > 0 {
		t := b.table("\ncomparison\tratio\tspread\taim")
		fmt.Fprintln(t, strings.Join(lines, "\n"))
		_ = t.Flush() // to the terminal
	}
}

// compareStarts divides the times to readiness on the largest of the demo
// databases by those on the smallest.
func (b *bench) compareStarts() []string {
	if len(b.orders) < 2 {
		return nil
	}
	few, many := b.orders[0], b.orders[len(b.orders)-1]
	var lines []string
	for _, large := range b.groups {
		for _, small := range b.groups {
			if large.kind != small.kind || !slices.Equal(large.added, small.added) || large.fixture.name != demo(many).name || small.fixture.name != demo(few).name {
				continue
			}
			ratio := stats.Summarize(stats.Ratios(large.starts, small.starts))
			lines = append(lines, fmt.Sprintf("start to ready, %d orders against %d on %s\t%.2f\t%.2f..%.2f\t%s",
				many, few, strings.Join(append([]string{large.kind.name}, large.added...), ", "), ratio.Median, ratio.Min, ratio.Max, "a time: 1, it does not grow"))
		}
	}
	return lines
}

func (b *bench) reportWaits() {
	var lines []string
	for _, g := range b.groups {
		for _, r := range g.rows {
			for i, share := range shares() {
				w := r.open[i]
				if r.err == nil && w.failed != "" {
					lines = append(lines, fmt.Sprintf("%s\t%d %%\t\t\t\t\t\tNO FIGURE %s", r.title, share, w.failed))
					continue
				}
				if len(w.p99) == 0 || r.err != nil {
					continue
				}
				p99, note := stats.Summarize(w.p99), ""
				if limit := milliseconds(waitAim + b.disk.P99); share == 50 && g.kind.server == "" {
					note = fmt.Sprintf("p99 ≤ %.1f", limit) + reached(p99.Median <= limit)
				}
				if kept := stats.Summarize(w.kept).Median; kept < enoughRate {
					note = fmt.Sprintf("NO FIGURE: the load reached %.0f %% of its rate only", 100*kept)
				}
				lines = append(lines, fmt.Sprintf("%s\t%d %%\t%.0f\t%.2f\t%.2f\t%.2f\t%.2f..%.2f\t%s", r.title, share, stats.Summarize(w.rate).Median,
					stats.Summarize(w.p50).Median, stats.Summarize(w.p95).Median, p99.Median, p99.Min, p99.Max, note))
			}
		}
	}
	if len(lines) > 0 {
		t := b.table("\nlatency at a steady rate\tof capacity\trequests/s\tp50 ms\tp95 ms\tp99 ms\tspread\taim")
		fmt.Fprintln(t, strings.Join(lines, "\n"))
		_ = t.Flush() // to the terminal
	}
}

func (b *bench) reportServers() {
	t := b.table("\nserver on\tstart to ready ms\tspread\tresident MiB after its rows")
	for _, g := range b.groups {
		if len(g.starts) == 0 {
			continue
		}
		ready := stats.Summarize(g.starts)
		fmt.Fprintf(t, "%s\t%.0f\t%.0f..%.0f\t%.0f\n", g.title(), ready.Median, ready.Min, ready.Max, stats.Summarize(g.resident).Median)
	}
	_ = t.Flush() // to the terminal
}
