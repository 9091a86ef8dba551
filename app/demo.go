package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/schollz/progressbar/v3"
	"go.uber.org/fx"
	"go.uber.org/zap"

	"zomato/app/demo"
	"zomato/modules/customers"
	"zomato/modules/orders"
	"zomato/modules/restaurants"
	"zomato/modules/reviews"
	"zomato/platform/clock"
	"zomato/platform/config"
	"zomato/platform/module"
)

// demoCommand fills an empty database.
type demoCommand struct {
	Orders int    `default:"5000" help:"How many orders of the last four weeks, 10 to 10,000,000; a million takes some minutes."`
	Seed   uint64 `default:"1" help:"Another number gives another city life."`
}

// Run fills the database.
func (c demoCommand) Run() error {
	cfg, log, err := load()
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return c.fill(ctx, cfg, log, clock.System{}.Now(), os.Stdout, os.Stderr)
}

// demoNeeds are what the demo fills in.
type demoNeeds struct {
	fx.In

	Schema      schema
	Enabled     module.Enabled
	Service     restaurants.Service
	Restaurants restaurants.Importer
	Customers   customers.Importer
	Orders      orders.Importer
	Reviews     reviews.Importer
}

// modules are those that are switched on. The error is a sentence for the
// operator.
func (n demoNeeds) modules() (demo.Modules, error) {
	for _, name := range []string{"restaurants", "customers"} {
		if !n.Enabled.Has(name) {
			return demo.Modules{}, fmt.Errorf("demo needs %s: enable it", name)
		}
	}
	out := demo.Modules{Restaurants: n.Service, RestaurantImport: n.Restaurants, Customers: n.Customers}
	if n.Enabled.Has("orders") {
		out.Orders = n.Orders
	}
	if n.Enabled.Has("reviews") {
		out.Reviews = n.Reviews
	}
	return out, nil
}

// fill builds the graph, makes sure of the tables and fills them.
func (c demoCommand) fill(ctx context.Context, cfg config.Config, log *zap.Logger, now time.Time, out io.Writer, progress *os.File) error {
	var needs demoNeeds
	// Nothing is started: what is started serves.
	if _, err := newApp(cfg, log, moduleTable(), fx.Invoke(func(n demoNeeds) { needs = n })); err != nil {
		return err
	}
	to, err := needs.modules()
	var served bool
	if err == nil {
		served, err = needs.Schema.prepare(ctx)
	}
	if err == nil {
		err = c.fillInto(ctx, to, served, now, out, progress)
	}
	return errors.Join(err, needs.Schema.DB.Close())
}

func (c demoCommand) fillInto(ctx context.Context, to demo.Modules, served bool, now time.Time, out io.Writer, progress *os.File) error {
	options := demo.Options{Orders: c.Orders, Seed: c.Seed, Now: now}
	if served {
		options.Pause = servedPause
	}
	show, done := progressOn(progress, "filling", int64(c.Orders), progressbar.OptionShowCount(), progressbar.OptionSetPredictTime(true))
	options.Progress = func(n int) { show(int64(n), fmt.Sprintf("%d orders", n)) }
	begin := time.Now()
	report, err := demo.Fill(ctx, to, options)
	done()
	if err != nil && ctx.Err() != nil {
		err = errors.New("interrupted") // whatever came of it in the database
	}
	switch {
	case err == nil:
	case report.Restaurants > 0:
		return fmt.Errorf("the database holds a part of the demo now; remove it and start again: %w", err)
	default:
		return err
	}
	_, _ = fmt.Fprintf(out, "%d restaurants with %d menu items, %d customers", report.Restaurants, report.MenuItems, report.Customers)
	if to.Orders != nil {
		_, _ = fmt.Fprintf(out, ", %d orders", c.Orders)
	}
	if to.Reviews != nil {
		_, _ = fmt.Fprintf(out, ", %d reviews", report.Reviews)
	}
	_, _ = fmt.Fprintf(out, " in %s\n", time.Since(begin).Round(time.Millisecond))
	if to.Orders == nil {
		return nil
	}
	for _, status := range []orders.Status{
		orders.StatusPlaced, orders.StatusConfirmed, orders.StatusPreparing,
		orders.StatusOutForDelivery, orders.StatusDelivered, orders.StatusCancelled,
	} {
		_, _ = fmt.Fprintf(out, "%8d %s\n", report.Orders[status], status)
	}
	return nil
}
