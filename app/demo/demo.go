// Package demo fills an empty database with a city to click through: the real
// restaurants of Faridabad that cook Indian dishes, menus of real dishes, made-up
// customers, and some weeks of their orders and reviews. It goes through the
// importers that the modules publish, so that every rule holds and every figure
// counts what is there. The same seed and the same moment give the same data.
//
// team: platform
package demo

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"zomato/modules/customers"
	"zomato/modules/orders"
	"zomato/modules/restaurants"
	"zomato/modules/reviews"
	"zomato/platform/clock"
)

// How many orders there can be: the first ten are there to be looked at (see
// showcase), and all customers are in memory at once.
const (
	minOrders = 10
	maxOrders = 10_000_000
)

// history is how far back orders go. A review may be written within 30 days of
// a delivery, so that all of them can have had one.
const history = 28 * 24 * time.Hour

// ordersAtOnce is how many orders are one unit of work: enough that its commit
// costs little, and few enough that others do not wait long.
const ordersAtOnce = 1000

// Modules are what the demo is filled in through. Orders and Reviews are nil
// where the module is switched off.
type Modules struct {
	Restaurants      restaurants.Service
	RestaurantImport restaurants.Importer
	Customers        customers.Importer
	Orders           orders.Importer
	Reviews          reviews.Importer
}

// Options say what to fill in.
type Options struct {
	// Orders is their number, from minOrders to maxOrders.
	Orders int
	// Seed chooses one of the possible cities.
	Seed uint64
	// Now is the moment that all times are before.
	Now time.Time
	// Pause is how long others may write between two units of work.
	Pause time.Duration
	// Progress is told how many of the orders there are by now.
	Progress func(orders int)
}

// Report is what was filled in.
type Report struct {
	Restaurants, MenuItems, Customers, Reviews int
	// Orders are counted by their status.
	Orders map[orders.Status]int
}

// errNotEmpty says that the database has records already.
var errNotEmpty = errors.New("the database is not empty: demo fills an empty one only; name another one by DATABASE_URL")

// errIDs says that the first restaurant, customer or order got another id than 1,
// which examples rely on: ids were used up before, or somebody stores records
// through a server meanwhile.
var errIDs = errors.New("the ids of the demo's records do not begin at 1: give demo a fresh database, to which nobody writes meanwhile")

// Fill fills the database. What an error leaves behind is in the report, a part
// of the demo: once there are restaurants, the database is no longer empty.
func Fill(ctx context.Context, to Modules, o Options) (Report, error) {
	if err := o.check(); err != nil {
		return Report{}, err
	}
	if err := to.checkEmpty(ctx); err != nil {
		return Report{}, err
	}
	f := filler{
		to: to, options: o, random: rand.New(rand.NewPCG(o.Seed, 0)), //nolint:gosec // the same seed, the same city
		begin: o.Now.Add(-history), report: Report{Orders: map[orders.Status]int{}},
	}
	if err := f.fillCity(ctx); err != nil {
		return f.report, err
	}
	if err := f.fillPeople(ctx); err != nil {
		return f.report, err
	}
	if to.Orders == nil {
		return f.report, nil
	}
	var err error
	if f.sentences, err = readSentences(); err != nil {
		return f.report, err
	}
	return f.report, f.fillOrders(ctx)
}

func (o Options) check() error {
	if o.Orders < minOrders {
		return fmt.Errorf("%d orders are too few: the least are %d", o.Orders, minOrders)
	}
	if o.Orders > maxOrders {
		return fmt.Errorf("%d orders are too many: the most are %d", o.Orders, maxOrders)
	}
	return nil
}

func (m Modules) checkEmpty(ctx context.Context) error {
	asks := []func(context.Context) (bool, error){m.RestaurantImport.IsEmpty, m.Customers.IsEmpty}
	if m.Orders != nil {
		asks = append(asks, m.Orders.IsEmpty)
	}
	if m.Reviews != nil {
		asks = append(asks, m.Reviews.IsEmpty)
	}
	for _, isEmpty := range asks {
		empty, err := isEmpty(ctx)
		if err != nil {
			return err
		}
		if !empty {
			return errNotEmpty
		}
	}
	return nil
}

// filler is one run.
type filler struct {
	to      Modules
	options Options
	random  *rand.Rand
	begin   time.Time // of the orders
	report  Report

	sentences map[bool][]string // of reviews, by whether the guest liked it
	kitchens  []kitchen
	people    []customers.Customer
}

// moment makes a time one that the clock of the product could have told.
func moment(at time.Time) time.Time { return clock.ThreeDecimals(at) }

// pause lets others write.
func (f *filler) pause(ctx context.Context) error {
	if f.options.Pause > 0 {
		timer := time.NewTimer(f.options.Pause)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
		}
	}
	return ctx.Err()
}

// one gives one of several at random.
func one[T any](random *rand.Rand, of []T) T { return of[random.IntN(len(of))] }
