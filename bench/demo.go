package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
)

// demoSample is how many orders of a demo database the rows ask for in turn:
// more than a cache of pages makes one of, and spread over all of them.
const demoSample = 20_000

// errDemo is a demo database that the rows can do nothing with.
var errDemo = errors.New("the database of `zomato demo` is not as the rows need it")

// hasDemo tells whether the binary knows `zomato demo`.
func hasDemo(ctx context.Context, binary, folder string) bool {
	return command(ctx, binary, folder, "demo", "--help").Run() == nil
}

// demo is a database as `zomato demo --orders N` fills it.
func demo(orders int) *fixture {
	return &fixture{name: fmt.Sprintf("demo-%d", orders), fill: func(ctx context.Context, p *place) (*town, error) {
		if err := p.run(ctx, "demo", "--orders", strconv.Itoa(orders)); err != nil {
			return nil, err
		}
		return p.while(ctx, func(s *server) (*town, error) { return explore(ctx, s, orders) })
	}}
}

// explore finds out what the rows can ask: orders spread over all of them, and
// their customers and restaurants. Ids begin at 1 and have no gaps in a database
// that was just filled; an order that is not there is an error.
func explore(ctx context.Context, s *server, orders int) (*town, error) {
	t := &town{}
	sample := min(orders, demoSample)
	for i := range sample {
		// A prime step makes neighbours in time no neighbours on the disk.
		t.orders = append(t.orders, 1+(int64(i)*7919*int64(orders/sample))%int64(orders))
	}
	kitchens, customers := map[int64]bool{}, map[int64]bool{}
	for _, id := range t.orders[:min(townCustomers, sample)] {
		var o struct {
			Customer   int64 `json:"customer_id"`
			Restaurant int64 `json:"restaurant_id"`
		}
		if err := s.do(ctx, http.MethodGet, fmt.Sprintf("/orders/%d", id), nil, http.StatusOK, &o); err != nil {
			return nil, err
		}
		if !customers[o.Customer] {
			customers[o.Customer] = true
			t.customers = append(t.customers, o.Customer)
			full, err := hasPage(ctx, s, o.Customer)
			if err != nil {
				return nil, err
			}
			if full {
				t.regulars = append(t.regulars, o.Customer)
			}
		}
		if kitchens[o.Restaurant] || len(t.kitchens) == townKitchens {
			continue
		}
		kitchens[o.Restaurant] = true
		k, err := visit(ctx, s, o.Restaurant)
		if err != nil {
			return nil, err
		}
		if k.dishes[1] != 0 {
			t.kitchens = append(t.kitchens, k)
		}
	}
	if len(t.kitchens) == 0 {
		return nil, fmt.Errorf("%w: no restaurant of the first %d orders has two dishes", errDemo, len(t.customers))
	}
	if len(t.regulars) == 0 {
		t.regulars = t.customers
	}
	return t, nil
}

// hasPage tells whether a customer has a page full of orders: lists of different
// lengths would not be compared by what the database costs.
func hasPage(ctx context.Context, s *server, customer int64) (bool, error) {
	var page []struct{}
	err := s.do(ctx, http.MethodGet, fmt.Sprintf("/customers/%d/orders?limit=%d", customer, townHistory), nil, http.StatusOK, &page)
	return len(page) == townHistory, err
}

// visit finds two dishes that can be ordered, whatever was ordered before: of a
// restaurant that is active, with no limit of their stock. What it does not find
// is 0.
func visit(ctx context.Context, s *server, restaurant int64) (kitchen, error) {
	k := kitchen{restaurant: restaurant}
	var open struct {
		Active bool `json:"is_active"`
	}
	if err := s.do(ctx, http.MethodGet, fmt.Sprintf("/restaurants/%d", restaurant), nil, http.StatusOK, &open); err != nil || !open.Active {
		return k, err
	}
	var menu []struct {
		ID    int64  `json:"id"`
		Stock *int64 `json:"stock"`
	}
	if err := s.do(ctx, http.MethodGet, fmt.Sprintf("/restaurants/%d/menu?available=true", restaurant), nil, http.StatusOK, &menu); err != nil {
		return k, err
	}
	found := 0
	for _, item := range menu {
		if item.Stock == nil && found < len(k.dishes) {
			k.dishes[found] = item.ID
			found++
		}
	}
	return k, nil
}
