package httpapi_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"zomato/modules/reviews/internal/sentiment"
)

func TestThe_second_request_of_the_contract_works_word_for_word(t *testing.T) {
	t.Parallel()
	s := serve(t)
	made := s.Do(t, "POST", "/orders/10/review", request).Expect(t, 201)
	require.Equal(t, "/reviews/1", made.Header.Get("Location"))
	require.Regexp(t, `^"1\.`, made.Header.Get("ETag"))
	require.JSONEq(t, fmt.Sprintf(`{"id":1,"order_id":10,"customer_id":1,"restaurant_id":2,"rating":5,"comment":"Amazing food and fast delivery!",
		"sentiment":"positive","sentiment_score":%v,"reply":null,"author":"Asha R.","created_at":"2026-03-01T12:00:00Z","edited_at":null}`,
		sentiment.New().Score(comment)), made.Body)
	require.Positive(t, made.Object(t)["sentiment_score"])
}

func TestA_review_is_read_by_its_id_and_by_its_order(t *testing.T) {
	t.Parallel()
	s := serve(t)
	made := s.write(t)
	for path, control := range map[string]string{"/reviews/1": "public, no-cache", "/orders/10/review": "private, no-cache"} {
		got := s.Do(t, "GET", path, "").Expect(t, 200)
		require.Equal(t, made.Body, got.Body)
		require.Equal(t, made.Header.Get("ETag"), got.Header.Get("ETag"))
		require.Equal(t, control, got.Header.Get("Cache-Control"))
		same := s.Do(t, "GET", path, "", "If-None-Match", got.Header.Get("ETag")).Expect(t, 304)
		require.Empty(t, same.Body)
		s.Do(t, "GET", path, "", "If-None-Match", `"1.other"`).Expect(t, 200)
		s.Do(t, "HEAD", path, "").Expect(t, 200)
		require.NotContains(t, got.Body, "asha@example.com")
		require.NotContains(t, got.Body, "Rao")
	}
}

func TestA_review_is_edited_replied_to_and_deleted(t *testing.T) {
	t.Parallel()
	s := serve(t)
	first := s.write(t).Header.Get("ETag")
	*s.now = noon().Add(time.Hour)
	edited := s.Do(t, "PUT", "/reviews/1", `{"rating":1}`, "If-Match", first).Expect(t, 200)
	require.Equal(t, reviewed(t, map[string]any{"rating": 1.0, "edited_at": "2026-03-01T13:00:00Z"}), edited.Object(t))
	require.Regexp(t, `^"2\.`, edited.Header.Get("ETag"))
	for _, change := range []struct{ method, path, body string }{
		{"PUT", "/reviews/1", `{"rating":2}`}, {"PUT", "/reviews/1/reply", `{"text":"Sorry"}`}, {"DELETE", "/reviews/1", ""},
	} {
		s.Do(t, change.method, change.path, change.body, "If-Match", first).Problem(t, 412, "version_changed")
		s.Do(t, change.method, change.path, change.body, "If-Match", "2").Problem(t, 400, "malformed_header")
	}
	require.Equal(t, edited.Body, s.Do(t, "GET", "/reviews/1", "").Body)

	*s.now = noon().Add(2 * time.Hour)
	replied := s.Do(t, "PUT", "/reviews/1/reply", `{"text":" Sorry! "}`, "If-Match", edited.Header.Get("ETag")).Expect(t, 200)
	want := map[string]any{
		"rating": 1.0, "edited_at": "2026-03-01T13:00:00Z", "reply": map[string]any{"text": "Sorry!", "at": "2026-03-01T14:00:00Z"},
	}
	require.Equal(t, reviewed(t, want), replied.Object(t))
	emptied := s.Do(t, "PUT", "/reviews/1", `{"comment":null}`).Expect(t, 200).Object(t)
	require.Nil(t, emptied["comment"])
	require.Equal(t, "negative", emptied["sentiment"], "of the one star")
	require.InDelta(t, 1.0, emptied["rating"], 0)
	again := s.Do(t, "PUT", "/reviews/1/reply", `{"text":"Come again"}`).Expect(t, 200)
	require.Equal(t, again.Body, s.Do(t, "GET", "/reviews/1", "").Body)
	require.Equal(t, "Come again", again.Object(t)["reply"].(map[string]any)["text"])
	withdrawn := s.Do(t, "PUT", "/reviews/1/reply", `{"text":null}`).Expect(t, 200)
	require.Nil(t, withdrawn.Object(t)["reply"])

	gone := s.Do(t, "DELETE", "/reviews/1", "", "If-Match", withdrawn.Header.Get("ETag")).Expect(t, 204)
	require.Empty(t, gone.Body)
	s.Do(t, "GET", "/reviews/1", "").Problem(t, 404, "review_not_found")
	s.Do(t, "GET", "/orders/10/review", "").Problem(t, 404, "review_not_found")
	s.Do(t, "POST", "/orders/10/review", request).Problem(t, 409, "review_exists")
	require.JSONEq(t, `[]`, s.Do(t, "GET", "/restaurants/2/reviews", "").Body)
}

func TestLists_are_paged_by_their_links(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.collection(t, 5, 3, 1, 3, 5)
	for start, want := range map[string][]float64{
		"/restaurants/2/reviews?limit=2":                                 {5, 4, 3, 2, 1},
		"/restaurants/2/reviews/?limit=2&sort=newest":                    {5, 4, 3, 2, 1},
		"/restaurants/2/reviews?limit=2&sort=oldest":                     {1, 2, 3, 4, 5},
		"/restaurants/2/reviews?limit=2&sort=highest":                    {5, 1, 4, 2, 3},
		"/restaurants/2/reviews?limit=2&sort=lowest&count=true":          {3, 2, 4, 1, 5},
		"/restaurants/2/reviews?limit=1&rating=3":                        {4, 2},
		"/restaurants/2/reviews?limit=1&min_rating=3&sort=oldest":        {1, 2, 4, 5},
		"/restaurants/2/reviews?limit=1&sentiment=neutral":               {4, 2},
		"/restaurants/2/reviews?limit=1&sentiment=positive&min_rating=5": {5, 1},
		"/restaurants/2/reviews?sentiment=negative&rating=5":             nil,
		"/restaurants/2/reviews?limit=1&sentiment=negative&sort=highest": {3},
		"/restaurants/2/reviews?limit=2&skip=3":                          {2, 1},
		"/restaurants/3/reviews":                                         nil,
		"/customers/1/reviews?limit=2":                                   {5, 4, 3, 2, 1},
		"/customers/4/reviews":                                           nil,
	} {
		var ids []float64
		for path := start; path != ""; {
			page := s.Do(t, "GET", path, "").Expect(t, 200)
			var list []struct{ ID float64 }
			page.JSON(t, &list)
			for _, one := range list {
				ids = append(ids, one.ID)
			}
			require.LessOrEqual(t, len(ids), len(want), start)
			path = page.Next(t)
		}
		require.Equal(t, want, ids, start)
	}
	require.Equal(t, "5", s.Do(t, "GET", "/restaurants/2/reviews?limit=2&count=true", "").Header.Get("X-Total-Count"))
	require.Equal(t, "2", s.Do(t, "GET", "/restaurants/2/reviews?rating=3&count=true", "").Header.Get("X-Total-Count"))
	require.Empty(t, s.Do(t, "GET", "/restaurants/2/reviews?limit=2", "").Header.Get("X-Total-Count"))
	require.JSONEq(t, `[]`, s.Do(t, "GET", "/customers/4/reviews", "").Expect(t, 200).Body)
}

func TestLists_show_reviews_as_they_are_and_may_be_kept(t *testing.T) {
	t.Parallel()
	s := serve(t)
	made := s.write(t)
	for path, control := range map[string]string{"/restaurants/2/reviews": "public, no-cache", "/customers/1/reviews": "private, no-cache"} {
		list := s.Do(t, "GET", path, "").Expect(t, 200)
		require.JSONEq(t, "["+made.Body+"]", list.Body)
		require.Equal(t, control, list.Header.Get("Cache-Control"))
		require.NotEmpty(t, list.Header.Get("ETag"))
		s.Do(t, "GET", path, "", "If-None-Match", list.Header.Get("ETag")).Expect(t, 304)
	}
	tag := s.Do(t, "GET", "/restaurants/2/reviews", "").Header.Get("ETag")
	s.Do(t, "PUT", "/reviews/1/reply", `{"text":"Thank you!"}`).Expect(t, 200)
	s.Do(t, "GET", "/restaurants/2/reviews", "", "If-None-Match", tag).Expect(t, 200)
}

func TestThe_document_says_what_may_be_null(t *testing.T) {
	t.Parallel()
	s := serve(t)
	var document struct {
		Components struct {
			Schemas map[string]struct {
				Properties map[string]struct{ Type any }
			}
		}
	}
	s.Do(t, "GET", "/openapi.json", "").Expect(t, 200).JSON(t, &document)
	for name, fields := range map[string]map[string]any{
		"reviews.NewReview":     {"rating": "integer", "comment": []any{"string", "null"}},
		"reviews.ReviewChanges": {"rating": "integer", "comment": []any{"string", "null"}},
		"reviews.NewReply":      {"text": []any{"string", "null"}},
		"reviews.Review":        {"comment": []any{"string", "null"}, "author": []any{"string", "null"}, "edited_at": []any{"string", "null"}},
	} {
		for field, want := range fields {
			require.Equal(t, want, document.Components.Schemas[name].Properties[field].Type, "%s of %s", field, name)
		}
	}
}
