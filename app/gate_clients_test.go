package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Sizes of the world of the gates of durability.
const (
	gateDishes = 8
	gateStock  = 1_000_000
	gateCrowd  = 32 // who send the same order at once
)

// orderers are clients that place orders at one product, over its restarts.
// Each has a customer of its own. Their orders have keys, so that they can send
// them again when no answer comes.
type orderers struct {
	address gateAddress
	client  http.Client
	// once: who gets no answer does not try again, and is done.
	once bool
	// keyless is for seeing the gate fail: each try has a key of its own.
	keyless bool
	// firstOrder is the number of each client's first order.
	firstOrder int

	done  atomic.Bool
	group sync.WaitGroup
	// What they met.
	answered, unanswered, unavailable, replayed atomic.Int64

	mu         sync.Mutex
	told       []acknowledged
	violations []string
}

func newOrderers(t *testing.T) *orderers {
	t.Helper()
	transport := &http.Transport{MaxIdleConnsPerHost: 2 * gateCrowd}
	t.Cleanup(transport.CloseIdleConnections)
	return &orderers{client: http.Client{Transport: transport}}
}

// furnish makes the customers of so many clients, and what they can order.
func (o *orderers) furnish(t *testing.T, clients int) {
	t.Helper()
	make1 := func(path, body string) {
		answer, err := o.send("POST", path, body, "")
		require.NoError(t, err)
		require.Equal(t, 201, answer.status, answer.body)
	}
	for i := range clients {
		make1("/customers/", fmt.Sprintf(`{"name":"Client","email":"client%d@example.com"}`, i))
	}
	make1("/restaurants/", `{"name":"Spice Route","cuisine":"Thai"}`)
	for range gateDishes {
		make1("/restaurants/1/menu-items/", fmt.Sprintf(`{"name":"Dish","category":"Main","price":9.99,"stock":%d}`, gateStock))
	}
}

// begin has so many clients place orders until end is called. The first one is
// a crowd that sends each order many times at once.
func (o *orderers) begin(clients int) {
	for i := range clients {
		o.group.Go(func() {
			for n := o.firstOrder; !o.done.Load(); n++ {
				if !o.order(i, n) {
					return
				}
			}
		})
	}
}

// end has everybody finish the order that they are at.
func (o *orderers) end() {
	o.done.Store(true)
	o.group.Wait()
}

type gateAnswer struct {
	status   int
	body     string
	replayed bool
}

// send sends a request once.
func (o *orderers) send(method, path, body, key string) (gateAnswer, error) {
	request, err := http.NewRequestWithContext(context.Background(), method, *o.address.Load()+path, strings.NewReader(body))
	if err != nil {
		return gateAnswer{}, err
	}
	request.Header.Set("Content-Type", "application/json")
	if key != "" {
		request.Header.Set("Idempotency-Key", key)
	}
	response, err := o.client.Do(request)
	if err != nil {
		return gateAnswer{}, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return gateAnswer{response.StatusCode, string(text), response.Header.Get("Idempotency-Replayed") != ""}, err
}

// insist sends a request until there is an answer that says something, or tells
// that there is none. Tries is how often it was sent.
func (o *orderers) insist(method, path, body, key string, lose bool) (answer gateAnswer, tries int, ok bool) {
	for tries = 1; ; tries++ {
		tryKey := key
		if o.keyless && key != "" {
			tryKey = fmt.Sprintf("%s-%d", key, tries)
		}
		answer, err := o.send(method, path, body, tryKey)
		switch {
		case err != nil && o.once:
			o.unanswered.Add(1)
			return answer, tries, false
		case err != nil:
			o.unanswered.Add(1)
		case answer.status == http.StatusServiceUnavailable:
			o.unavailable.Add(1)
			if o.once {
				return answer, tries, false
			}
		case answer.status == http.StatusConflict && strings.Contains(answer.body, "idempotency_in_progress"):
		case lose && tries == 1: // as if the answer had got lost
		default:
			o.answered.Add(1)
			if answer.replayed {
				o.replayed.Add(1)
			}
			return answer, tries, true
		}
		<-time.After(5 * time.Millisecond) // else a product that is away is called without pause
	}
}

// order places an order and moves some of them along. It tells whether there
// were answers.
func (o *orderers) order(client, n int) bool {
	order := acknowledged{Status: "placed", Version: 1, Entries: 1, Address: fmt.Sprintf("gate-%d-%d.", client, n)}
	body := fmt.Sprintf(`{"restaurant_id":1,"delivery_address":%q,"order_items":[{"menu_item_id":%d,"quantity":1},{"menu_item_id":%d,"quantity":2}]}`,
		order.Address, 1+n%gateDishes, 1+(n+3)%gateDishes)
	path, crowd := fmt.Sprintf("/customers/%d/orders/", client+1), 1
	if client == 0 && !o.once {
		crowd = gateCrowd
	}
	answers, heard := make([]gateAnswer, crowd), make([]bool, crowd)
	atOnce(crowd, func(i int) {
		answers[i], _, heard[i] = o.insist("POST", path, body, order.Address, n%7 == 3 && !o.once)
	})
	if !heard[0] {
		return false
	}
	var placed struct{ ID int64 }
	for i, answer := range answers {
		if answer.status != http.StatusCreated || answer.body != answers[0].body || json.Unmarshal([]byte(answer.body), &placed) != nil {
			o.violate("other: order %s was answered %d %s, the first time %s", order.Address, answers[i].status, answers[i].body, answers[0].body)
			return false
		}
	}
	order.ID = placed.ID
	moved := n%3 != 0 || o.move(&order, []string{"confirmed", "cancelled"}[n/3%2])
	o.mu.Lock()
	defer o.mu.Unlock()
	o.told = append(o.told, order)
	return moved
}

// move moves an order on. Once it has been tried, it may have been done.
func (o *orderers) move(order *acknowledged, status string) bool {
	answer, tries, heard := o.insist("PUT", fmt.Sprintf("/orders/%d/status", order.ID), `{"order_status":"`+status+`"}`, "", false)
	if !heard {
		return false
	}
	if answer.status == http.StatusNotFound {
		o.violate("lost: order %s was acknowledged", order.Address)
		return false
	}
	before := answer.status == http.StatusConflict && tries > 1 && strings.Contains(answer.body, `"current_status":"`+status+`"`)
	if answer.status != http.StatusOK && !before {
		o.violate("other: moving order %s was answered %d %s", order.Address, answer.status, answer.body)
		return false
	}
	order.Status, order.Version, order.Entries = status, 2, 2
	return true
}

func (o *orderers) violate(format string, args ...any) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.violations = append(o.violations, fmt.Sprintf(format, args...))
}

// acknowledgements is how many orders were acknowledged so far.
func (o *orderers) acknowledgements() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.told)
}

// failed tells whether a client has met what must not be, and has ended.
func (o *orderers) failed() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.violations) > 0
}

// waitFor waits until something has come about. The bound is no measure: it
// only keeps a broken promise from hanging the run.
func waitFor(t *testing.T, what string, enough func() bool) {
	t.Helper()
	require.Eventually(t, enough, 2*time.Minute, 2*time.Millisecond, what)
}
