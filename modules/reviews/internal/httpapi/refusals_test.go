package httpapi_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// refusal is a request, and what it is refused with.
type refusal struct {
	method, path, body string
	status             int
	code, pointer      string
}

// writing are refused reviews. Order 10 has a review, 13 could get one.
func writing() []refusal {
	long := strings.Repeat("é", 2001)
	const path = "/orders/13/review"
	return []refusal{
		{"POST", path, `{"rating":0}`, 422, "out_of_range", "#/rating"},
		{"POST", path, `{"rating":6}`, 422, "out_of_range", "#/rating"},
		{"POST", path, `{"rating":-1}`, 422, "out_of_range", "#/rating"},
		{"POST", path, `{"rating":4.5}`, 422, "invalid", "#/rating"},
		{"POST", path, `{"rating":"5"}`, 422, "invalid", "#/rating"},
		{"POST", path, `{"rating":true}`, 422, "invalid", "#/rating"},
		{"POST", path, `{"rating":null}`, 422, "invalid", "#/rating"},
		{"POST", path, `{"comment":"Good"}`, 422, "required", "#/rating"},
		{"POST", path, `{}`, 422, "required", "#/rating"},
		{"POST", path, `{"rating":5,"comment":7}`, 422, "invalid", "#/comment"},
		{"POST", path, `{"rating":5,"comment":"` + long + `"}`, 422, "too_long", "#/comment"},
		{"POST", path, `{"rating":5,"stars":5}`, 422, "unknown_field", "#/stars"},
		{"POST", path, `{"rating":5,"Comment":"Good"}`, 422, "unknown_field", "#/Comment"},
		{"POST", path, `{"rating":5,"author":"Ravi"}`, 422, "unknown_field", "#/author"},
		{"POST", path, `[5]`, 422, "invalid", ""},
		{"POST", path + "?rating=5", `{"rating":5}`, 422, "unknown_field", "query/rating"},
		{"POST", path, `{"rating":5`, 400, "malformed_json", ""},
		{"POST", path, ``, 400, "body_required", ""},
		{"POST", "/orders/99/review", `{"rating":5}`, 404, "order_not_found", ""},
		{"POST", "/orders/11/review", `{"rating":5}`, 409, "order_not_delivered", ""},
		{"POST", "/orders/10/review", `{"rating":5}`, 409, "review_exists", ""},
		{"POST", "/orders/12/review", `{"rating":5}`, 409, "review_window_closed", ""},
		{"POST", "/orders/99/review", `{"rating":6}`, 422, "out_of_range", "#/rating"}, // the schema, before anything is looked up
		{"POST", "/orders/0/review", `{"rating":5}`, 422, "invalid", "path/order_id"},
		{"POST", "/orders/x/review", `{"rating":5}`, 422, "invalid", "path/order_id"},
	}
}

// changing are refused changes. Review 1 exists.
func changing() []refusal {
	return []refusal{
		{"PUT", "/reviews/1", `{"rating":0}`, 422, "out_of_range", "#/rating"},
		{"PUT", "/reviews/1", `{"rating":4.5}`, 422, "invalid", "#/rating"},
		{"PUT", "/reviews/1", `{"rating":"5"}`, 422, "invalid", "#/rating"},
		{"PUT", "/reviews/1", `{"rating":null}`, 422, "invalid", "#/rating"},
		{"PUT", "/reviews/1", `{"comment":"` + strings.Repeat("é", 2001) + `"}`, 422, "too_long", "#/comment"},
		{"PUT", "/reviews/1", `{"reply":{"text":"Good"}}`, 422, "unknown_field", "#/reply"},
		{"PUT", "/reviews/1", `{"sentiment":"positive"}`, 422, "unknown_field", "#/sentiment"},
		{"PUT", "/reviews/1?x=1", `{"rating":5}`, 422, "unknown_field", "query/x"},
		{"PUT", "/reviews/1", `{"rating":`, 400, "malformed_json", ""},
		{"PUT", "/reviews/9", `{"rating":5}`, 404, "review_not_found", ""},
		{"PUT", "/reviews/x", `{"rating":5}`, 422, "invalid", "path/review_id"},
		{"PUT", "/reviews/1/reply", `{}`, 422, "required", "#/text"},
		{"PUT", "/reviews/1/reply", `{"text":""}`, 422, "required", "#/text"},
		{"PUT", "/reviews/1/reply", `{"text":" "}`, 422, "required", "#/text"},
		{"PUT", "/reviews/1/reply", `{"text":7}`, 422, "invalid", "#/text"},
		{"PUT", "/reviews/1/reply", `{"text":"` + strings.Repeat("é", 1001) + `"}`, 422, "too_long", "#/text"},
		{"PUT", "/reviews/1/reply", `{"text":"Good","at":"2026-03-01T12:00:00Z"}`, 422, "unknown_field", "#/at"},
		{"PUT", "/reviews/1/reply", `nothing`, 400, "malformed_json", ""},
		{"PUT", "/reviews/9/reply", `{"text":"Good"}`, 404, "review_not_found", ""},
		{"PUT", "/reviews/9/reply", `{"text":" "}`, 404, "review_not_found", ""},
		{"PUT", "/reviews/-1/reply", `{"text":"Good"}`, 422, "invalid", "path/review_id"},
		{"DELETE", "/reviews/9", "", 404, "review_not_found", ""},
		{"DELETE", "/reviews/0", "", 422, "invalid", "path/review_id"},
		{"DELETE", "/reviews/1?hard=true", "", 422, "unknown_field", "query/hard"},
		{"DELETE", "/reviews/1/reply", "", 405, "method_not_allowed", ""},
	}
}

// reading are questions without an answer.
func reading() []refusal {
	return []refusal{
		{"GET", "/reviews/9", "", 404, "review_not_found", ""},
		{"GET", "/reviews/0", "", 422, "invalid", "path/review_id"},
		{"GET", "/reviews/1.5", "", 422, "invalid", "path/review_id"},
		{"GET", "/reviews/99999999999999999999", "", 422, "invalid", "path/review_id"},
		{"GET", "/reviews/1?x=1", "", 422, "unknown_field", "query/x"},
		{"GET", "/orders/99/review", "", 404, "order_not_found", ""},
		{"GET", "/orders/13/review", "", 404, "review_not_found", ""},
		{"GET", "/orders/x/review", "", 422, "invalid", "path/order_id"},
		{"GET", "/restaurants/9/reviews", "", 404, "restaurant_not_found", ""},
		{"GET", "/restaurants/0/reviews", "", 422, "invalid", "path/restaurant_id"},
		{"GET", "/restaurants/2/reviews?rating=0", "", 422, "out_of_range", "query/rating"},
		{"GET", "/restaurants/2/reviews?rating=6", "", 422, "out_of_range", "query/rating"},
		{"GET", "/restaurants/2/reviews?rating=4.5", "", 422, "invalid", "query/rating"},
		{"GET", "/restaurants/2/reviews?min_rating=6", "", 422, "out_of_range", "query/min_rating"},
		{"GET", "/restaurants/2/reviews?sentiment=happy", "", 422, "invalid", "query/sentiment"},
		{"GET", "/restaurants/2/reviews?sort=best", "", 422, "invalid", "query/sort"},
		{"GET", "/restaurants/2/reviews?limit=101", "", 422, "out_of_range", "query/limit"},
		{"GET", "/restaurants/2/reviews?cursor=x", "", 422, "invalid", "query/cursor"},
		{"GET", "/restaurants/2/reviews?stars=5", "", 422, "unknown_field", "query/stars"},
		{"GET", "/customers/9/reviews", "", 404, "customer_not_found", ""},
		{"GET", "/customers/1/reviews?sort=oldest", "", 422, "unknown_field", "query/sort"},
		{"GET", "/customers/x/reviews", "", 422, "invalid", "path/customer_id"},
	}
}

func TestRequests_that_are_refused(t *testing.T) {
	t.Parallel()
	s := serve(t)
	kept := s.write(t)
	s.deliver(13, 4, noon())
	for _, r := range append(append(writing(), changing()...), reading()...) {
		answer := s.Do(t, r.method, r.path, r.body)
		require.Equal(t, r.status, answer.Status, "%+v: %s", r, answer.Body)
		p := answer.Problem(t, r.status, r.code)
		if r.pointer != "" {
			require.Len(t, p["errors"], 1, "%+v", r)
			require.Equal(t, r.pointer, p["errors"].([]any)[0].(map[string]any)["pointer"], "%+v", r)
		}
	}
	require.Equal(t, kept.Body, s.Do(t, "GET", "/reviews/1", "").Body, "nothing has changed")
	s.Do(t, "POST", "/orders/13/review", `{"rating":5,"comment":null}`).Expect(t, 201)
}

func TestA_cursor_goes_on_in_its_own_order_only(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.collection(t, 5, 3)
	next := s.Do(t, "GET", "/restaurants/2/reviews?limit=1&sort=highest", "").Expect(t, 200).Next(t)
	require.Contains(t, next, "sort=highest")
	s.Do(t, "GET", next, "").Expect(t, 200)
	s.Do(t, "GET", strings.Replace(next, "highest", "lowest", 1), "").Problem(t, 422, "invalid")
	s.Do(t, "GET", next+"&skip=1", "").Problem(t, 422, "invalid")
}

func TestA_review_is_edited_within_7_days(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.write(t)
	*s.now = noon().Add(7 * 24 * time.Hour)
	s.Do(t, "PUT", "/reviews/1", `{"rating":4}`).Expect(t, 200)
	*s.now = s.now.Add(time.Millisecond)
	s.Do(t, "PUT", "/reviews/1", `{"rating":3}`).Problem(t, 409, "edit_window_closed")
	s.Do(t, "DELETE", "/reviews/1", "").Expect(t, 204)
}

func TestOf_a_missing_rating_and_a_long_comment_both_are_told(t *testing.T) {
	t.Parallel()
	s := serve(t)
	p := s.Do(t, "POST", "/orders/10/review", `{"comment":"`+strings.Repeat("é", 2001)+`","x":1}`).Problem(t, 422, "invalid")
	require.Len(t, p["errors"], 3)
	s.Do(t, "POST", "/orders/10/review", `{"rating":1,"comment":"`+strings.Repeat("é", 2000)+`"}`).Expect(t, 201)
}
