package main

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"zomato/platform/testkit"
	"zomato/platform/testkit/httpclient"
)

// What an Idempotency-Key promises (design: reliability.md §4), over the whole
// application, on both databases.

// posted is a POST that stores something: an example in the world of furnish,
// with order 1 delivered.
type posted struct {
	path, body, other string
	// customer is whom the answer is about; 0 for nobody.
	customer int
}

// storing has every POST that stores something, by its path in the document.
func storing() map[string]posted {
	return map[string]posted{
		"/customers/":                              {"/customers/", `{"name":"Noor Khan","email":"noor@example.com"}`, `{"name":"Noor","email":"noor@example.com"}`, 2},
		"/customers/{customer_id}/addresses/":      {"/customers/1/addresses/", `{"label":"Work","address":"1 Main St"}`, `{"label":"Home","address":"1 Main St"}`, 1},
		"/customers/{customer_id}/orders/":         {"/customers/1/orders/", oneTikka, strings.Replace(oneTikka, "123", "124", 1), 1},
		"/orders/{order_id}/review":                {"/orders/1/review", `{"rating":5}`, `{"rating":4}`, 1},
		"/restaurants/":                            {"/restaurants/", `{"name":"Wok","cuisine":"Thai"}`, `{"name":"Wok 2","cuisine":"Thai"}`, 0},
		"/restaurants/{restaurant_id}/menu-items/": {"/restaurants/1/menu-items/", `{"name":"Naan","category":"Bread","price":60}`, `{"name":"Naan","category":"Bread","price":61}`, 0},
		"/customers/{customer_id}/orders/validate": {}, // only asks
		"/cache/warm/{namespace}":                  {}, // stores nothing that must last
	}
}

// operation is what the document says of one.
type operation struct {
	Parameters []struct{ Name, In string }
	Responses  map[string]struct{ Headers map[string]any }
}

// posts gives the POSTs of the document by their paths.
func (app running) posts(t *testing.T) map[string]operation {
	t.Helper()
	var document struct {
		Paths map[string]struct{ Post *operation }
	}
	app.Do(t, "GET", "/openapi.json", "").Expect(t, 200).JSON(t, &document)
	all := map[string]operation{}
	for path, item := range document.Paths {
		if item.Post != nil {
			all[path] = *item.Post
		}
	}
	return all
}

// delivered gives an application in the world of furnish, with order 1 delivered.
func delivered(t *testing.T, url string) running {
	t.Helper()
	app := serving(t, "DATABASE_URL="+url)
	furnish(t, app)
	deliver(t, app, 1)
	return app
}

func TestEvery_POST_takes_an_idempotency_key_or_stores_nothing(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		app := delivered(t, url)
		examples := storing()
		for path, op := range app.posts(t) {
			example, known := examples[path]
			require.True(t, known, "POST %s is new: add an example to storing()", path)
			delete(examples, path)
			if example.path == "" {
				require.NotContains(t, fmt.Sprint(op.Parameters), "Idempotency-Key", path)
				continue
			}
			require.Contains(t, op.Parameters, struct{ Name, In string }{"Idempotency-Key", "header"}, path)
			for _, status := range []string{"400", "409", "422"} {
				require.Contains(t, op.Responses, status, path)
			}
			require.Contains(t, op.Responses["201"].Headers, "Idempotency-Replayed", path)
			app.checkReplay(t, example)
		}
		require.Empty(t, examples, "no such route any more")
	})
}

// checkReplay holds one POST against all that its key promises.
func (app running) checkReplay(t *testing.T, p posted) {
	t.Helper()
	key := []string{"Idempotency-Key", "key of " + p.path}
	app.Do(t, "POST", p.path, p.body, key...).Problem(t, 400, "malformed_header")
	key[1] = "key-of-" + p.path
	first := app.Do(t, "POST", p.path, p.body, key...).Expect(t, 201)
	require.Empty(t, first.Header.Get("Idempotency-Replayed"))
	require.NotEmpty(t, first.Header.Get("Location"))
	for _, path := range []string{p.path, strings.TrimSuffix(p.path, "/"), p.path + "/"} {
		requireReplayed(t, first, app.Do(t, "POST", path, p.body, key...))
	}
	app.Do(t, "POST", p.path, p.other, key...).Problem(t, 422, "idempotency_key_reused")
	var rows []struct {
		Customer int    `db:"customer_id"`
		Body     []byte `db:"body"`
	}
	require.NoError(t, app.db.Select(t.Context(), &rows, "SELECT COALESCE(customer_id, 0) AS customer_id, body FROM platform_idempotency WHERE key = ?", key[1]))
	require.Len(t, rows, 1, p.path)
	require.Equal(t, first.Body, string(rows[0].Body))
	require.Equal(t, p.customer, rows[0].Customer, "%s: whom the answer is about: erasing them erases it", p.path)
}

// requireReplayed checks that an answer is another one once more.
func requireReplayed(t *testing.T, first, again httpclient.Answer) {
	t.Helper()
	require.Equal(t, first.Status, again.Status, again.Body)
	require.Equal(t, first.Body, again.Body)
	require.Equal(t, "true", again.Header.Get("Idempotency-Replayed"))
	for _, name := range []string{"Location", "ETag", "Content-Type", "Content-Length"} {
		require.Equal(t, first.Header.Get(name), again.Header.Get(name), name)
	}
}

func TestA_kept_answer_stays_as_it_was(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		app := delivered(t, url)
		key := []string{"Idempotency-Key", "k"}
		placed := app.Do(t, "POST", "/customers/1/orders/", oneTikka, key...).Expect(t, 201)
		reviewed := app.Do(t, "POST", "/orders/1/review", `{"rating":5}`, key...).Expect(t, 201)
		app.Do(t, "PUT", fmt.Sprintf("/orders/%d/status", idOf(t, placed)), `{"order_status":"cancelled"}`).Expect(t, 200)
		app.Do(t, "DELETE", "/reviews/1", "").Expect(t, 204)
		app.Do(t, "PUT", "/menu-items/1", `{"is_available":false}`).Expect(t, 200)
		app.Do(t, "PUT", "/customers/1", `{"is_active":false}`).Expect(t, 200)
		requireReplayed(t, placed, app.Do(t, "POST", "/customers/1/orders/", oneTikka, key...))
		requireReplayed(t, reviewed, app.Do(t, "POST", "/orders/1/review", `{"rating":5}`, key...))
	})
}

func TestA_refused_request_may_be_sent_again_with_its_key(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		app := delivered(t, url)
		key := []string{"Idempotency-Key", "k"}
		app.Do(t, "PUT", "/menu-items/1", `{"stock":0}`).Expect(t, 200)
		for range 2 {
			app.Do(t, "POST", "/customers/1/orders/", oneTikka, key...).Problem(t, 409, "out_of_stock")
		}
		app.Do(t, "POST", "/customers/1/orders/", `{}`, key...).Problem(t, 422, "invalid")
		app.Do(t, "POST", "/customers/9/orders/", oneTikka, key...).Problem(t, 404, "customer_not_found")
		require.Zero(t, app.answers(t))
		app.Do(t, "PUT", "/menu-items/1", `{"stock":1}`).Expect(t, 200)
		first := app.Do(t, "POST", "/customers/1/orders/", oneTikka, key...).Expect(t, 201)
		requireReplayed(t, first, app.Do(t, "POST", "/customers/1/orders/", oneTikka, key...))
		require.Equal(t, 1, app.answers(t))
		app.Do(t, "POST", "/customers/1/orders/validate", oneTikka, "Idempotency-Key", "x y").Expect(t, 200)
	})
}

// answers counts what is kept.
func (app running) answers(t *testing.T) (n int) {
	t.Helper()
	require.NoError(t, app.db.Get(t.Context(), &n, "SELECT COUNT(*) FROM platform_idempotency"))
	return n
}

func TestA_key_does_not_reach_what_is_another_customers(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		app := delivered(t, url)
		app.Do(t, "POST", "/customers/", `{"name":"Noor Khan","email":"noor@example.com"}`).Expect(t, 201)
		for customer := 1; customer <= 2; customer++ {
			made := app.Do(t, "POST", fmt.Sprintf("/customers/%d/orders/", customer), oneTikka, "Idempotency-Key", "k").Expect(t, 201)
			require.InDelta(t, customer, made.Object(t)["customer_id"], 0)
			require.Empty(t, made.Header.Get("Idempotency-Replayed"))
		}
	})
}

func TestErasing_a_customer_erases_the_kept_answers(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		app := delivered(t, url)
		for path, p := range storing() {
			if p.path != "" {
				app.Do(t, "POST", p.path, p.body, "Idempotency-Key", path).Expect(t, 201)
			}
		}
		require.Equal(t, 6, app.answers(t))
		app.Do(t, "DELETE", "/customers/1", "").Problem(t, 409, "customer_has_active_orders")
		require.Equal(t, 6, app.answers(t), "nothing was erased")
		app.Do(t, "PUT", "/orders/2/status", `{"order_status":"cancelled"}`).Expect(t, 200)
		app.Do(t, "DELETE", "/customers/1", "").Expect(t, 200)
		require.Equal(t, 3, app.answers(t), "customer 2, a restaurant and a dish are left")
		app.Do(t, "POST", "/customers/1/orders/", oneTikka, "Idempotency-Key", "/customers/{customer_id}/orders/").
			Problem(t, 404, "customer_not_found")
		app.Do(t, "DELETE", "/customers/2", "").Expect(t, 200)
		var bodies [][]byte
		require.NoError(t, app.db.Select(t.Context(), &bodies, "SELECT body FROM platform_idempotency"))
		assert.Len(t, bodies, 2)
		assert.NotContains(t, string(bytes.Join(bodies, nil)), "Noor")
	})
}

// race sends a request with one key many times at once, to several instances,
// and gives the answer of the one that had an effect.
func race(t *testing.T, instances []running, path, body, key string) httpclient.Answer {
	t.Helper()
	answers := make([]httpclient.Answer, 32)
	atOnce(len(answers), func(i int) {
		answers[i] = instances[i%len(instances)].Do(t, "POST", path, body, "Idempotency-Key", key)
	})
	var made []httpclient.Answer
	fresh := 0
	for _, a := range answers {
		if a.Status == http.StatusConflict {
			a.Problem(t, 409, "idempotency_in_progress")
			require.Equal(t, "1", a.Header.Get("Retry-After"))
			continue
		}
		made = append(made, a.Expect(t, 201))
		require.Equal(t, made[0].Body, a.Body)
		if a.Header.Get("Idempotency-Replayed") == "" {
			fresh++
		}
	}
	require.Equal(t, 1, fresh, "one has the effect")
	for _, instance := range instances {
		require.Equal(t, made[0].Body, instance.Do(t, "POST", path, body, "Idempotency-Key", key).Expect(t, 201).Body)
	}
	return made[0]
}

// checkRaces has the same order, customer and review made at once, with a key.
func checkRaces(t *testing.T, instances ...running) {
	t.Helper()
	app := instances[0]
	for round := range 2 * rounds() {
		key := fmt.Sprint("race-", round)
		order := idOf(t, race(t, instances, "/customers/1/orders/", oneTikka, key))
		list := app.Do(t, "GET", "/customers/1/orders?count=true", "").Expect(t, 200)
		require.Equal(t, fmt.Sprint(2+round), list.Header.Get("X-Total-Count"), "one effect each round")
		race(t, instances, "/customers/", fmt.Sprintf(`{"name":"Noor Khan","email":"noor%d@example.com"}`, round), key)
		deliver(t, app, order)
		race(t, instances, fmt.Sprintf("/orders/%d/review", order), `{"rating":4}`, key)
	}
	requireFiguresRight(t, app)
}

func TestGate_race_of_many_with_one_key_one_has_the_effect(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) { checkRaces(t, delivered(t, url)) })
}

func TestGate_race_with_one_key_on_two_instances_one_has_the_effect(t *testing.T) {
	t.Parallel()
	url := testkit.Postgres(t)
	checkRaces(t, delivered(t, url), serving(t, "DATABASE_URL="+url))
}

func TestGate_race_of_a_key_and_an_erasure_leaves_no_answer_behind(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, url string) {
		app := serving(t, "DATABASE_URL="+url)
		for round := range 2 * rounds() {
			customer := idOf(t, app.Do(t, "POST", "/customers/", fmt.Sprintf(`{"name":"Noor Khan","email":"noor%d@example.com"}`, round),
				"Idempotency-Key", fmt.Sprint(round)).Expect(t, 201))
			answers := make([]httpclient.Answer, 4)
			atOnce(len(answers), func(i int) {
				path := fmt.Sprintf("/customers/%d", customer)
				if i == 0 {
					answers[i] = app.Do(t, "DELETE", path, "")
					return
				}
				answers[i] = app.Do(t, "POST", path+"/addresses/", `{"label":"Work","address":"1 Main St"}`, "Idempotency-Key", fmt.Sprint(i))
			})
			answers[0].Expect(t, 200)
			for _, a := range answers[1:] {
				require.Contains(t, []int{201, 404}, a.Status, a.Body)
			}
			require.Zero(t, app.answers(t))
		}
	})
}
