package main

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
)

const (
	// realRestaurants are the restaurants to search; the README beside them
	// names their source.
	realRestaurants = "bench/data/zomato_restaurants.csv.gz"
	// fillers is how many requests are under way when a database is filled.
	fillers = 32

	townKitchens  = 16
	townCustomers = 256 // one for each client that places orders
	townRegulars  = 20  // customers with a history
	townHistory   = 20  // orders of each of them: a page
)

// town is what the rows ask about.
type town struct {
	kitchens  []kitchen
	customers []int64
	regulars  []int64 // customers with orders
	orders    []int64 // orders with all parts
	few, many kitchen // of figures: with few and with many orders
}

// kitchen is a restaurant with two of its dishes.
type kitchen struct {
	restaurant int64
	dishes     [2]int64
}

// order is the body that places one with two lines (design: api.md §2).
func (k kitchen) order() map[string]any {
	return map[string]any{
		"restaurant_id": k.restaurant, "delivery_address": "123 Main St", "special_instructions": "Leave at door",
		"order_items": []map[string]any{
			{"menu_item_id": k.dishes[0], "quantity": 2, "special_requests": "extra spicy"},
			{"menu_item_id": k.dishes[1], "quantity": 1},
		},
	}
}

// realTown are the real restaurants, and besides them some kitchens and
// customers, some of whom have a history.
func realTown() *fixture {
	return &fixture{name: "town", fill: func(ctx context.Context, p *place) (*town, error) {
		file, err := unpack(p.folder)
		if err != nil {
			return nil, err
		}
		if err = p.run(ctx, "import", "restaurants", file); err != nil {
			return nil, err
		}
		return p.while(ctx, func(s *server) (*town, error) {
			t, err := settle(ctx, s, townKitchens, townCustomers)
			if err != nil {
				return nil, err
			}
			t.regulars = t.customers[:townRegulars]
			orders, err := placeOrders(ctx, s, townRegulars*townHistory, t.regulars, t.kitchens)
			if err != nil {
				return nil, err
			}
			t.orders = orders
			return t, atOnce(len(orders), func(i int) error { return deliver(ctx, s, orders[i]) })
		})
	}}
}

// twoKitchens are a restaurant with a hundred orders and one with so many: its
// figures should cost the same.
func twoKitchens(many int) *fixture {
	return &fixture{name: "figures", fill: func(ctx context.Context, p *place) (*town, error) {
		return p.while(ctx, func(s *server) (*town, error) {
			t, err := settle(ctx, s, 2, townCustomers)
			if err != nil {
				return nil, err
			}
			t.few, t.many = t.kitchens[0], t.kitchens[1]
			for kitchen, orders := range map[int]int{0: fewOrders, 1: many} {
				if _, err = placeOrders(ctx, s, orders, t.customers, t.kitchens[kitchen:kitchen+1]); err != nil {
					return nil, err
				}
			}
			return t, nil
		})
	}}
}

// settle makes kitchens and customers.
func settle(ctx context.Context, s *server, kitchens, customers int) (*town, error) {
	t := &town{kitchens: make([]kitchen, kitchens), customers: make([]int64, customers)}
	err := atOnce(customers, func(i int) error {
		var made struct{ ID int64 }
		body := map[string]any{"name": "Asha Rao", "email": fmt.Sprintf("asha%d@example.com", i), "phone_number": fmt.Sprintf("+9198%08d", i)}
		err := s.do(ctx, http.MethodPost, "/customers/", body, http.StatusCreated, &made)
		t.customers[i] = made.ID
		return err
	})
	return t, errors.Join(err, atOnce(kitchens, func(i int) (err error) {
		t.kitchens[i], err = openKitchen(ctx, s, i)
		return err
	}))
}

func openKitchen(ctx context.Context, s *server, number int) (kitchen, error) {
	var made struct{ ID int64 }
	body := map[string]any{"name": fmt.Sprintf("Kitchen %d", number), "cuisines": []string{"Thai"}}
	if err := s.do(ctx, http.MethodPost, "/restaurants/", body, http.StatusCreated, &made); err != nil {
		return kitchen{}, err
	}
	k := kitchen{restaurant: made.ID}
	for i, dish := range []map[string]any{
		{"name": "Paneer Tikka", "category": "Starters", "price": 249.5, "is_vegetarian": true, "preparation_time": 15},
		{"name": "Green Curry", "category": "Main", "price": 310, "preparation_time": 20},
	} {
		if err := s.do(ctx, http.MethodPost, fmt.Sprintf("/restaurants/%d/menu-items/", k.restaurant), dish, http.StatusCreated, &made); err != nil {
			return kitchen{}, err
		}
		k.dishes[i] = made.ID
	}
	return k, nil
}

// placeOrders places so many orders, of these customers in turn and at these
// kitchens in turn, and gives their ids.
func placeOrders(ctx context.Context, s *server, n int, customers []int64, kitchens []kitchen) ([]int64, error) {
	orders := make([]int64, n)
	return orders, atOnce(n, func(i int) error {
		var placed struct{ ID int64 }
		path := fmt.Sprintf("/customers/%d/orders/", customers[i%len(customers)])
		// Not in step with the customers: each orders at several kitchens.
		at := kitchens[(i+i/len(customers))%len(kitchens)]
		err := s.do(ctx, http.MethodPost, path, at.order(), http.StatusCreated, &placed)
		orders[i] = placed.ID
		return err
	})
}

// deliver walks an order to its end and reviews it, so that it has all parts.
func deliver(ctx context.Context, s *server, order int64) error {
	if err := walk(ctx, s, order); err != nil {
		return err
	}
	review := map[string]any{"rating": 5, "comment": "Amazing food and fast delivery!"}
	return s.do(ctx, http.MethodPost, fmt.Sprintf("/orders/%d/review", order), review, http.StatusCreated, nil)
}

// walk moves a placed order to its end.
func walk(ctx context.Context, s *server, order int64) error {
	for _, status := range steps() {
		if err := s.do(ctx, http.MethodPut, fmt.Sprintf("/orders/%d/status", order), map[string]any{"order_status": status}, http.StatusOK, nil); err != nil {
			return err
		}
	}
	return nil
}

// steps are the ways that a placed order goes (design: domain.md §1).
func steps() []string { return []string{"confirmed", "preparing", "out_for_delivery", "delivered"} }

// atOnce does n things, some at once, and gives the first error, after which no
// further one is begun.
func atOnce(n int, do func(i int) error) error {
	var next, failed atomic.Int64
	var first error
	var once sync.Once
	var all sync.WaitGroup
	for range min(fillers, n) {
		all.Go(func() {
			for i := next.Add(1) - 1; i < int64(n) && failed.Load() == 0; i = next.Add(1) - 1 {
				if err := do(int(i)); err != nil {
					failed.Store(1)
					once.Do(func() { first = err })
				}
			}
		})
	}
	all.Wait()
	return first
}

// unpack writes the real restaurants into the folder and gives their path.
func unpack(folder string) (path string, err error) {
	packed, err := os.Open(filepath.FromSlash(realRestaurants))
	if err != nil {
		return "", fmt.Errorf("open the restaurants (run this from the root of the repository): %w", err)
	}
	defer func() { _ = packed.Close() }() // it was only read
	table, err := gzip.NewReader(packed)
	if err != nil {
		return "", fmt.Errorf("unpack the restaurants: %w", err)
	}
	path = filepath.Join(folder, "zomato_restaurants.csv")
	file, err := os.Create(path)
	if err != nil {
		return "", fmt.Errorf("unpack the restaurants: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if _, err = io.Copy(file, table); err != nil { //nolint:gosec // G110: a file of this repository
		return "", fmt.Errorf("unpack the restaurants: %w", err)
	}
	return path, nil
}
