package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"zomato/modules/cache/cachefx"
	"zomato/modules/customers/customersfx"
	"zomato/modules/orders/ordersfx"
	"zomato/modules/restaurants/restaurantsfx"
	"zomato/modules/reviews/reviewsfx"
	"zomato/platform/httpserver"
	"zomato/platform/module"
)

// moduleTable is THE module table, in the order in which migrations run. It is
// the one shared file that a new module edits.
func moduleTable() []module.Module {
	return []module.Module{
		{Name: "restaurants", On: restaurantsfx.Module(), Off: restaurantsfx.Disabled()},
		{Name: "customers", Uses: []string{"restaurants"}, On: customersfx.Module(), Off: customersfx.Disabled()},
		{Name: "orders", Needs: []string{"customers", "restaurants"}, On: ordersfx.Module(), Off: ordersfx.Disabled()},
		{Name: "reviews", Needs: []string{"customers", "orders", "restaurants"}, On: reviewsfx.Module(), Off: reviewsfx.Disabled()},
		{Name: "cache", On: cachefx.Module(), Off: cachefx.Disabled()},
	}
}

// choose decides which modules of the table run. The error is a sentence for
// the operator: an unknown name, or a module without one that it needs.
func choose(table []module.Module, only, disabled []string) (module.Enabled, error) {
	var known []string
	for _, m := range table {
		known = append(known, m.Name)
	}
	var errs []error
	for _, name := range slices.Concat(only, disabled) {
		if !slices.Contains(known, name) {
			errs = append(errs, fmt.Errorf("there is no module %q: the modules are %s", name, strings.Join(known, ", ")))
		}
	}
	for _, name := range only {
		if slices.Contains(disabled, name) {
			errs = append(errs, fmt.Errorf("MODULES names %s and DISABLED_MODULES too: leave it out of one", name))
		}
	}
	enabled := module.Enabled{}
	for _, name := range known {
		enabled[name] = (len(only) == 0 || slices.Contains(only, name)) && !slices.Contains(disabled, name)
	}
	for _, m := range table {
		for _, need := range m.Needs {
			if enabled[m.Name] && !enabled[need] {
				errs = append(errs, fmt.Errorf("%s needs %s: enable %s or disable %s", m.Name, need, need, m.Name))
			}
		}
	}
	return enabled, errors.Join(errs...)
}

// statuses lists all modules of the table for GET /.
func statuses(table []module.Module, enabled module.Enabled) []httpserver.ModuleStatus {
	out := make([]httpserver.ModuleStatus, len(table))
	for i, m := range table {
		out[i] = httpserver.ModuleStatus{Name: m.Name, Enabled: enabled.Has(m.Name)}
	}
	return out
}
