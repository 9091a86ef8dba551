package config

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// Megabytes is an amount of memory in MiB, at least 1.
type Megabytes int

// maxMegabytes is a terabyte.
const maxMegabytes = 1 << 20

// UnmarshalText reads a whole number from 1 up.
func (m *Megabytes) UnmarshalText(text []byte) error {
	number, err := strconv.Atoi(string(text))
	if err != nil || number < 1 || number > maxMegabytes {
		return fmt.Errorf("CACHE_MEMORY_MB=%q is no whole number from 1 to %d", text, maxMegabytes)
	}
	*m = Megabytes(number)
	return nil
}

// CacheTTL is how long answers are kept, by namespace, as durations. What is
// empty is left to the module that owns the answers.
type CacheTTL struct {
	Customers     string `env:"CUSTOMERS" doc:"How long customers' records are kept, such as 90s. Empty: 30m."`
	Restaurants   string `env:"RESTAURANTS" doc:"The same of restaurants. Empty: 30m."`
	Menu          string `env:"MENU" doc:"The same of menus. Empty: 30m."`
	Orders        string `env:"ORDERS" doc:"The same of orders under way and of lists of orders. Empty: 2m."`
	OrdersSettled string `env:"ORDERS_SETTLED" doc:"The same of orders that were delivered or cancelled. Empty: 60m."`
	Reviews       string `env:"REVIEWS" doc:"The same of reviews. Empty: 5m."`
	Search        string `env:"SEARCH" doc:"The same of searches and cuisines. Empty: 2m."`
	Analytics     string `env:"ANALYTICS" doc:"The same of figures. Empty: 15m."`
}

// ttlPrefix is how the variables of CacheTTL begin.
const ttlPrefix = "CACHE_TTL_"

// ByNamespace gives those that are set, by the name of the namespace. The error
// lists all that are no times.
func (c CacheTTL) ByNamespace() (map[string]time.Duration, error) {
	out := map[string]time.Duration{}
	var errs []error
	v := reflect.ValueOf(c)
	for i := range v.NumField() {
		name, text := v.Type().Field(i).Tag.Get("env"), v.Field(i).String()
		if text == "" {
			continue
		}
		ttl, err := time.ParseDuration(text)
		if err != nil || ttl < time.Second {
			errs = append(errs, fmt.Errorf("%s%s=%q is no time of at least a second, such as 90s or 5m", ttlPrefix, name, text))
			continue
		}
		out[strings.ToLower(name)] = ttl
	}
	return out, errors.Join(errs...)
}
