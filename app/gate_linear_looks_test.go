package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

// lookedOrder and lookedCustomer are what a look sees of an answer.
type lookedOrder struct {
	ID       int64
	Status   string `json:"order_status"`
	Customer *lookedCustomer
	Timeline []struct{ Event string }
}

type lookedCustomer struct {
	Name  string
	Phone string `json:"phone_number"`
}

// idleTime is how long a transaction may stand still: Postgres ends it then, and who
// was reading in it is told so.
const idleTime = 4 * time.Second

// look reads something of a subject through one of the instances.
func (w *watchers) look(s *subject) {
	order := s.order.Load()
	paths := []string{fmt.Sprintf("/customers/%d", s.customer), fmt.Sprintf("/customers/%d/orders", s.customer)}
	if order != 0 {
		paths = append(paths, fmt.Sprintf("/orders/%d", order), fmt.Sprintf("/orders/%d", order), fmt.Sprintf("/orders/%d/events", order))
	}
	kind := rand.IntN(len(paths))
	var headers []string
	if rand.IntN(10) == 0 {
		headers = []string{"Cache-Control", "no-cache"}
	}
	got := w.send(rand.IntN(len(w.instances)), "GET", paths[kind], "", headers...)
	switch {
	case got.status == 0:
		return
	case got.status == 503 && got.end-got.call > int64(idleTime): // its instance was frozen in a transaction
		w.ended.Add(1)
		return
	case got.status != 200:
		w.fail("read: GET %s through %d: %d %s", paths[kind], got.via, got.status, got.body)
		return
	case got.state == "HIT":
		w.hits.Add(1)
	}
	if err := w.read(s, kind, order, "GET "+paths[kind], got); err != nil {
		w.fail("other: GET %s: %v: %s", paths[kind], err, got.body)
	}
}

// read notes what an answer shows of the records of a subject.
func (w *watchers) read(s *subject, kind int, order int64, about string, got seen) error {
	body := []byte(got.body)
	switch kind {
	case 0:
		var shown lookedCustomer
		if err := json.Unmarshal(body, &shown); err != nil {
			return err
		}
		return w.readName(s, about, got, shown)
	case 1:
		var shown []lookedOrder
		if err := json.Unmarshal(body, &shown); err != nil {
			return err
		}
		if at := slices.IndexFunc(shown, func(o lookedOrder) bool { return o.ID == order }); at >= 0 {
			w.note(got, about, demand{record: statusOf(order)}, heard{value: shown[at].Status})
		} else if order != 0 {
			w.note(got, about, demand{record: statusOf(order)}, heard{value: "nothing"})
		}
		return nil
	case 4:
		var shown []struct{ Event string }
		if err := json.Unmarshal(body, &shown); err != nil || len(shown) == 0 {
			return fmt.Errorf("no events: %w", err)
		}
		w.note(got, about, demand{record: statusOf(order)}, heard{value: shown[len(shown)-1].Event})
		return nil
	}
	var shown lookedOrder
	if err := json.Unmarshal(body, &shown); err != nil || shown.Customer == nil || len(shown.Timeline) == 0 {
		return fmt.Errorf("no whole order: %w", err)
	}
	w.note(got, about, demand{record: statusOf(order)}, heard{value: shown.Status})
	if last := shown.Timeline[len(shown.Timeline)-1].Event; last != shown.Status {
		return fmt.Errorf("torn: the timeline ends with %s", last)
	}
	if shown.Status == "delivered" {
		return nil // it is not kept strictly any more: the name may lag
	}
	return w.readName(s, about, got, *shown.Customer)
}

// readName notes a name. Name and phone number are changed together.
func (w *watchers) readName(s *subject, about string, got seen, shown lookedCustomer) error {
	var n, phone int64
	if _, err := fmt.Sscanf(shown.Name+" "+shown.Phone, "N%d +9198%d", &n, &phone); err != nil {
		return err
	}
	if n != phone {
		return fmt.Errorf("torn: %s has the number %s", shown.Name, shown.Phone)
	}
	w.note(got, about, demand{record: nameOf(s.customer)}, heard{value: fmt.Sprint(n)})
	return nil
}
