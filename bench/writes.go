package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"zomato/bench/internal/load"
)

// alone is the variable that takes the group commit away: one operation a
// transaction. A binary that does not know it does not mind.
const alone = "WRITE_BATCH=1"

// statusClients is how many clients move orders at once.
const statusClients = 64

// writes are placing and moving orders.
func writes(f *fixture) []row {
	var all []row
	for _, key := range []bool{false, true} {
		for _, clients := range []int{1, 8, 64, 256} {
			r := placing(f, clients, key)
			r.long = key && clients != 64 // one row tells what a key costs, about
			all = append(all, r)
		}
		single := placing(f, 64, key)
		single.name, single.environment, single.aim, single.latency = single.name+", "+alone, []string{alone}, aim{}, false
		single.long = key
		all = append(all, single)
	}
	return append(all, row{name: fmt.Sprintf("status update, %d clients", statusClients), fixture: f, clients: statusClients, status: http.StatusOK, traffic: moving})
}

// placing is a row of orders with two lines.
func placing(f *fixture, clients int, key bool) row {
	r := row{name: placingRow(clients, key), fixture: f, clients: clients, status: http.StatusCreated}
	if clients == 64 {
		r.latency, r.aim = true, aim{atLeast: 0.09, better: 0.13}
		if key {
			r.aim = aim{atLeast: 0.07}
		}
	}
	r.traffic = func(_ context.Context, at *stage) (load.Traffic, error) {
		traffic := load.Traffic{Key: key, Header: map[string]string{"Content-Type": "application/json"}}
		for i, customer := range at.customers {
			body, err := json.Marshal(at.kitchens[i%len(at.kitchens)].order())
			if err != nil {
				return traffic, fmt.Errorf("write an order: %w", err)
			}
			traffic.Requests = append(traffic.Requests, load.Request{Method: http.MethodPost, Path: fmt.Sprintf("/customers/%d/orders/", customer), Body: string(body)})
		}
		return traffic, nil
	}
	return r
}

func placingRow(clients int, key bool) string {
	if key {
		return fmt.Sprintf("placing with a key, %d clients", clients)
	}
	return fmt.Sprintf("placing, %d clients", clients)
}

// moving places orders and gives the requests that move all of them one step,
// then all the next one, to their end: no request is refused for coming before
// the one that it needs, and none is asked twice, which would change nothing.
func moving(ctx context.Context, at *stage) (load.Traffic, error) {
	traffic := load.Traffic{Once: true, Header: map[string]string{"Content-Type": "application/json"}}
	var orders []int64
	// Each order is moved four times. Moving is faster than placing, and wrk than
	// this process; what is placed in twice the time was always enough, and when
	// it is not, the row fails.
	for begin := time.Now(); time.Since(begin) < 2*at.during || len(orders) < 20*statusClients; {
		placed, err := placeOrders(ctx, at.server, 10*statusClients, at.customers, at.kitchens)
		if err != nil {
			return traffic, err
		}
		orders = append(orders, placed...)
	}
	for _, status := range steps() {
		body := fmt.Sprintf(`{"order_status":%q}`, status)
		for _, order := range orders {
			traffic.Requests = append(traffic.Requests, load.Request{Method: http.MethodPut, Path: fmt.Sprintf("/orders/%d/status", order), Body: body})
		}
	}
	return traffic, nil
}
