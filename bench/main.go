// Command bench measures the product from outside, as its user meets it: it
// builds the binary, starts it on a port of its own with an empty database in a
// temporary folder, and stops it. It prints a table. Nothing in it is a test:
// tests assert no figure (design: reliability.md §7).
//
//	go run ./bench        # from the root of the repository; `make bench`
//
// The rows so far: how well the sentiment of a review is told.
//
// team: platform
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"text/tabwriter"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintf(os.Stderr, "bench: %v\n", err)
		os.Exit(1)
	}
}

// row is one line of the table.
type row struct{ what, figure, note string }

// run measures everything and prints the table.
func run(ctx context.Context, out io.Writer) error {
	folder, err := os.MkdirTemp("", "zomato-bench-")
	if err != nil {
		return fmt.Errorf("make a temporary folder: %w", err)
	}
	defer func() { _ = os.RemoveAll(folder) }() // what is left is in the system's folder for it
	binary, err := build(ctx, folder)
	if err != nil {
		return err
	}
	rows, err := sentiment(ctx, binary, folder)
	if err != nil {
		return fmt.Errorf("measure the sentiment: %w", err)
	}
	return table(out, rows)
}

func table(out io.Writer, rows []row) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "what\tfigure\tnote")
	for _, r := range rows {
		fmt.Fprintf(w, "%s\t%s\t%s\n", r.what, r.figure, r.note)
	}
	return w.Flush()
}
