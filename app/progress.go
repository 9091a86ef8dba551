package main

import (
	"fmt"
	"os"
	"time"

	"github.com/mattn/go-isatty"
	"github.com/schollz/progressbar/v3"
)

// plainEvery is how often progress is told where there is no terminal.
const plainEvery = 2 * time.Second

// progressOn gives what shows progress towards a size, in words too, and what
// ends that: a bar on a terminal; elsewhere a line now and then, with the time
// that is left if it goes on like that.
func progressOn(to *os.File, what string, size int64, options ...progressbar.Option) (show func(at int64, words string), done func()) {
	size = max(size, 1)
	if isatty.IsTerminal(to.Fd()) {
		bar := progressbar.NewOptions64(size, append(options, progressbar.OptionSetWriter(to), progressbar.OptionSetDescription(what),
			progressbar.OptionFullWidth(), progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish())...)
		return func(at int64, words string) {
				bar.Describe(words)
				_ = bar.Set64(min(at, size)) // a bar that cannot be drawn is no reason to stop
			}, func() {
				_ = bar.Finish() // likewise
			}
	}
	begin := time.Now()
	last := begin
	return func(at int64, words string) {
		if time.Since(last) < plainEvery || at <= 0 {
			return
		}
		last = time.Now()
		left := time.Duration(float64(time.Since(begin)) * float64(size-at) / float64(at))
		_, _ = fmt.Fprintf(to, "%s, %d %%, about %s left\n", words, 100*at/size, left.Round(time.Second))
	}, func() {}
}
