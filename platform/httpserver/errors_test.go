package httpserver_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"zomato/platform/access"
	"zomato/platform/httpserver"
	"zomato/platform/testkit/httpclient"
)

func TestEvery_refusal_is_a_problem_document(t *testing.T) {
	t.Parallel()
	url := start(t, func(o *httpserver.Options) { o.Deadline = 20 * time.Millisecond })
	for _, c := range []struct {
		name, method, path, body string
		headers                  []string
		status                   int
		code                     string
	}{
		{"an unknown route", "GET", "/nowhere", "", nil, 404, "route_not_found"},
		{"another case", "GET", "/DISHES/", "", nil, 404, "route_not_found"},
		{"a fault", "GET", "/dishes/404", "", nil, 404, "dish_not_found"},
		{"a method that the path does not know", "DELETE", "/dishes/", "", nil, 405, "method_not_allowed"},
		{"a method that nobody knows", "BREW", "/dishes/", "", nil, 501, "method_not_implemented"},
		{"malformed JSON", "POST", "/dishes/", `{"name": `, nil, 400, "malformed_json"},
		{"two JSON values", "POST", "/dishes/", `{} {}`, nil, 400, "malformed_json"},
		{"no body", "POST", "/dishes/", "", nil, 400, "body_required"},
		{"the character zero", "POST", "/dishes/", `{"name":"a\u0000","price":1}`, nil, 400, "malformed_json"},
		{"a compressed body", "POST", "/dishes/", `{}`, []string{"Content-Encoding", "gzip"}, 415, "unsupported_content_encoding"},
		{"another media type", "POST", "/dishes/", `{}`, []string{"Content-Type", "text/plain"}, 415, "unsupported_media_type"},
		{"another media type in JSON", "POST", "/dishes/", `{}`, []string{"Content-Type", "application/merge-patch+json"}, 415, "unsupported_media_type"},
		{"a media type that is none", "PUT", "/dishes/1", `{}`, []string{"Content-Type", "/"}, 415, "unsupported_media_type"},
		{"bytes that are not UTF-8", "POST", "/dishes/", "{\"name\":\"\xff\",\"price\":1}", nil, 400, "malformed_json"},
		{"a body too large", "POST", "/dishes/", tooLarge, nil, 413, "body_too_large"},
		{"headers too large", "GET", "/dishes/", "", []string{"X-Large", strings.Repeat("x", 16<<10)}, 431, "headers_too_large"},
		{"a broken escape in the query", "GET", "/dishes/?%zz=1", "", nil, 400, "malformed_query"},
		{"a zero in the query", "GET", "/dishes/?limit=%00", "", nil, 400, "malformed_query"},
		{"a broken escape in the path", "GET", "/dishes/%zz", "", nil, 400, "malformed_path"},
		{"a malformed If-Match", "PUT", "/dishes/1", `{}`, []string{"If-Match", "3"}, 400, "malformed_header"},
		{"an old If-Match", "PUT", "/dishes/1", `{}`, []string{"If-Match", `"2.abc"`}, 412, "changed"},
		{"a panic", "GET", "/broken/panic", "", nil, 500, "internal"},
		{"an error that is no fault", "GET", "/broken/text", "", nil, 500, "internal"},
		{"a deadline", "GET", "/broken/slow", "", nil, 503, "timeout"},
		{"a part that is not available", "GET", "/broken/busy", "", nil, 503, "busy"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := callRaw(t, url, c.method, c.path, c.body, c.headers...)
			problem := got.Problem(t, c.status, c.code)
			if c.status != 431 { // then the path is not known
				require.Equal(t, strings.Split(c.path, "?")[0], problem["instance"])
			}
			require.NotContains(t, got.Body, "secret")
			require.Equal(t, "no-store", got.Header.Get("Cache-Control"))
			if c.status == 503 {
				require.NotEmpty(t, got.Header.Get("Retry-After"))
			}
		})
	}
}

// tooLarge stands for a body beyond the limit. Only its length is sent: the
// server answers and closes without reading it, and to write into that would
// sometimes lose the answer.
const tooLarge = "too large"

// callRaw sends what the standard client would refuse to send.
func callRaw(t *testing.T, url, method, path, body string, headers ...string) httpclient.Answer {
	t.Helper()
	text := fmt.Sprintf("%s %s HTTP/1.1\r\nHost: test\r\nConnection: close\r\n", method, path)
	contentType := "Content-Type: application/json\r\n"
	for i := 0; i+1 < len(headers); i += 2 {
		if headers[i] == "Content-Type" {
			contentType = ""
		}
		text += headers[i] + ": " + headers[i+1] + "\r\n"
	}
	switch body {
	case "":
	case tooLarge:
		text, body = text+contentType+"Content-Length: 300000\r\n", ""
	default:
		text += contentType + fmt.Sprintf("Content-Length: %d\r\n", len(body))
	}
	return raw(t, url, text+"\r\n"+body, 1)[0]
}

func TestFindings_name_the_field_and_the_code(t *testing.T) {
	t.Parallel()
	url := start(t)
	for _, c := range []struct {
		name, method, path, body, pointer, code string
	}{
		{"a field is missing", "POST", "/dishes/", `{"price":1}`, "#/name", "required"},
		{"an empty text", "POST", "/dishes/", `{"name":"","price":1}`, "#/name", "required"},
		{"a text too long", "POST", "/dishes/", `{"name":"12345678901","price":1}`, "#/name", "too_long"},
		{"a list too long", "POST", "/dishes/", `{"name":"x","price":1,"tags":["a","b","c"]}`, "#/tags", "too_long"},
		{"a wrong type deep inside", "POST", "/dishes/", `{"name":"x","price":1,"tags":["a",1]}`, "#/tags/1", "invalid"},
		{"a number out of range", "POST", "/dishes/", `{"name":"x","price":0}`, "#/price", "out_of_range"},
		{"three decimals", "POST", "/dishes/", `{"name":"x","price":1.005}`, "#/price", "invalid"},
		{"a price as text", "POST", "/dishes/", `{"name":"x","price":"1"}`, "#/price", "invalid"},
		{"an unknown field", "POST", "/dishes/", `{"name":"x","price":1,"is_admin":true}`, "#/is_admin", "unknown_field"},
		{"a field in capitals", "POST", "/dishes/", `{"NAME":"x","name":"x","price":1}`, "#/NAME", "unknown_field"},
		{"null for a field that cannot be empty", "PUT", "/dishes/1", `{"name":null}`, "#/name", "invalid"},
		{"null for an optional field of a new record", "POST", "/dishes/", `{"name":"x","price":1,"tags":null}`, "#/tags", "invalid"},
		{"null for a required field", "POST", "/dishes/", `{"name":null,"price":1}`, "#/name", "invalid"},
		{"three decimals in an update", "PUT", "/dishes/1", `{"price":1.005}`, "#/price", "invalid"},
		{"a number that no float holds", "POST", "/dishes/", `{"name":"x","price":1e400}`, "#/price", "invalid"},
		{"an unknown field with dots and slashes", "POST", "/dishes/", `{"name":"x","price":1,"a/b~c.d":1}`, "#/a~1b~0c.d", "unknown_field"},
		{"a number that no integer holds", "PUT", "/dishes/1", `{"stock":1e300}`, "#", "invalid"},
		{"an unknown parameter", "GET", "/dishes/?limitt=1", "", "query/limitt", "unknown_field"},
		{"a parameter in capitals", "GET", "/dishes/?LIMIT=1", "", "query/LIMIT", "unknown_field"},
		{"a limit too high", "GET", "/dishes/?limit=101", "", "query/limit", "out_of_range"},
		{"a limit of zero", "GET", "/dishes/?limit=0", "", "query/limit", "out_of_range"},
		{"one value given twice", "GET", "/dishes/?limit=1&limit=2", "", "query/limit", "invalid"},
		{"skip and cursor", "GET", "/dishes/?skip=1&cursor=x", "", "query/skip", "invalid"},
		{"an id that is no number", "GET", "/dishes/abc", "", "path/dish_id", "invalid"},
		{"an id with a sign", "GET", "/dishes/+1", "", "path/dish_id", "invalid"},
		{"an id of zero", "GET", "/dishes/0", "", "path/dish_id", "invalid"},
		{"an id with a zero in front", "GET", "/dishes/01", "", "path/dish_id", "invalid"},
		{"an id beyond all integers", "GET", "/dishes/99999999999999999999", "", "path/dish_id", "invalid"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := call(t, c.method, url+c.path, c.body)
			problem := got.Problem(t, 422, c.code)
			require.Len(t, problem["errors"], 1, got.Body)
			found := problem["errors"].([]any)[0].(map[string]any)
			require.Equal(t, c.pointer, found["pointer"], got.Body)
			require.Equal(t, c.code, found["code"], got.Body)
			require.NotEmpty(t, found["detail"])
		})
	}
}

func TestAll_findings_are_reported_at_once(t *testing.T) {
	t.Parallel()
	got := call(t, "POST", start(t)+"/dishes/", `{"name":"","price":1.005,"x":1}`)
	require.Len(t, got.Problem(t, 422, "invalid")["errors"], 3, got.Body)
}

func TestAll_nulls_are_reported_at_once(t *testing.T) {
	t.Parallel()
	url := start(t)
	got := call(t, "PUT", url+"/dishes/1", `{"name":null,"price":null,"stock":null}`)
	require.Len(t, got.Problem(t, 422, "invalid")["errors"], 2, got.Body)
	call(t, "PUT", url+"/dishes/1", `{"stock":null}`).Expect(t, 200)
	call(t, "PUT", url+"/dishes/1", `{"stock":null`).Problem(t, 400, "malformed_json")
	call(t, "PUT", url+"/dishes/1", `[null]`).Problem(t, 422, "invalid")
	call(t, "POST", url+"/dishes/", `{"name":"null","price":1}`).Expect(t, 201)
}

func TestAccess_is_decided_before_the_input_is_read(t *testing.T) {
	t.Parallel()
	url := start(t, func(o *httpserver.Options) {
		o.Principal = func(authorization string) access.Principal {
			if authorization == "courier" {
				return access.Principal{Role: access.Courier}
			}
			return access.Principal{}
		}
	})
	require.Equal(t, 200, call(t, "GET", url+"/dishes/1", "").Status)
	refused := call(t, "POST", url+"/dishes/", `{"name": `)
	refused.Problem(t, 401, "unauthenticated")
	forbidden := call(t, "POST", url+"/dishes/", `{"name": `, "Authorization", "courier")
	forbidden.Problem(t, 403, "forbidden")
	require.Equal(t, 401, call(t, "GET", url+"/metrics", "").Status)
}

func TestWhat_is_no_HTTP_is_refused_as_a_problem(t *testing.T) {
	t.Parallel()
	url := start(t)
	for _, garbage := range []string{"GARBAGE\r\n\r\n", "GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n", "GET /\x01 HTTP/1.1\r\nHost: t\r\n\r\n"} {
		raw(t, url, garbage, 1)[0].Problem(t, 400, "malformed_request")
	}
}

func TestA_small_body_has_a_small_refusal(t *testing.T) {
	t.Parallel()
	tags := strings.Repeat("1,", 10_000) + "1"
	got := call(t, "POST", start(t)+"/dishes/", `{"name":"x","price":1,"tags":[`+tags+`]}`)
	problem := got.Problem(t, 422, "invalid")
	require.Len(t, problem["errors"], 50)
	require.Contains(t, problem["detail"], "10002")
	require.Less(t, len(got.Body), 10_000)
}

func TestCase_does_not_count_in_a_media_type(t *testing.T) {
	t.Parallel()
	got := call(t, "POST", start(t)+"/dishes/", `{"name":"x","price":1}`, "Content-Type", "Application/JSON; Charset=UTF-8")
	got.Expect(t, 201)
}

func TestThe_answer_is_JSON_whatever_Accept_says(t *testing.T) {
	t.Parallel()
	url := start(t)
	for _, accept := range []string{"text/html", "json", "application/json;q=0", "a;b;c,d", ";", "a;,", "\xff"} {
		for method, status := range map[string]int{"GET": 200, "PUT": 200, "DELETE": 204} {
			got := callRaw(t, url, method, "/dishes/1", `{"name":"New"}`, "Accept", accept).Expect(t, status)
			if status == 200 {
				require.Equal(t, "application/json", got.Header.Get("Content-Type"), accept)
			}
		}
	}
}
