package httpserver_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"zomato/platform/access"
	"zomato/platform/clock"
	"zomato/platform/database"
	"zomato/platform/database/databasetest"
	"zomato/platform/httpserver"
	"zomato/platform/idempotency"
	"zomato/platform/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

type newNote struct {
	NoteAs string `path:"how"`
	Body   struct {
		Text string `json:"text"`
	}
}

type note struct {
	ID   int64  `json:"id"`
	Text string `json:"text"`
}

// notes serves a POST whose use case writes, by the way that the path says, and
// counts what it has stored.
func notes(t *testing.T) (url string, stored func() int) {
	t.Helper()
	db := databasetest.Open(t, testkit.SQLite(t), idempotency.Migrations())
	do := func(ctx context.Context, in *newNote) (note, error) {
		insert := func(ctx context.Context) (n note, err error) {
			n.Text = in.Body.Text
			err = db.Get(ctx, &n.ID, "INSERT INTO notes (text) VALUES (?) RETURNING id", n.Text)
			return n, err
		}
		switch in.NoteAs {
		case "unguarded":
			var made note
			return made, db.Write(ctx, func(ctx context.Context) (err error) {
				made, err = insert(ctx)
				return err
			})
		case "another":
			_, err := idempotency.Write(ctx, db, func(ctx context.Context) (string, error) {
				_, err := insert(ctx)
				return "no note", err
			})
			return note{}, err
		default:
			return idempotency.Write(ctx, db, insert)
		}
	}
	routes := httpserver.Routes{Module: "notes", Endpoints: []httpserver.Endpoint{httpserver.Create(
		httpserver.Operation{ID: "create", Method: "POST", Path: "/notes/{how}/", Access: access.Public(), Status: 201}, do,
		func(_ *newNote, made note) *httpserver.Created[note] {
			return httpserver.CreatedAt("/notes/", made.ID, 3, made)
		},
	)}}
	require.NoError(t, db.Write(t.Context(), func(ctx context.Context) error {
		_, err := db.Exec(ctx, "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL)")
		return err
	}))
	url = start(t, func(o *httpserver.Options) {
		o.Routes, o.Context = []httpserver.Routes{routes}, database.WithScope
		o.Keys = idempotency.New(db, clock.Func(func() time.Time { return time.Unix(1_800_000_000, 0) }), zap.NewNop())
		o.Principal = func(authorization string) access.Principal {
			return access.Principal{Role: access.Customer, CustomerID: int64(len(authorization))}
		}
	})
	return url, func() (n int) {
		require.NoError(t, db.Get(t.Context(), &n, "SELECT COUNT(*) FROM notes"))
		return n
	}
}

func TestCreate_answers_again_with_the_same_bytes(t *testing.T) {
	t.Parallel()
	url, stored := notes(t)
	const body = `{"text":"<a> & é"}`
	keyless := call(t, "POST", url+"/notes/x/", body).Expect(t, 201)
	first := call(t, "POST", url+"/notes/x/", body, "Idempotency-Key", "k").Expect(t, 201)
	require.Equal(t, strings.Replace(keyless.Body, `"id":1`, `"id":2`, 1), first.Body, "as without a key")
	again := call(t, "POST", url+"/notes/x/", body, "Idempotency-Key", "k").Expect(t, 201)
	require.Equal(t, first.Body, again.Body)
	require.Equal(t, "true", again.Header.Get("Idempotency-Replayed"))
	require.Empty(t, first.Header.Get("Idempotency-Replayed"))
	for _, name := range []string{"ETag", "Location", "Content-Type"} {
		require.NotEmpty(t, first.Header.Get(name))
		require.Equal(t, first.Header.Get(name), again.Header.Get(name))
	}
	require.Regexp(t, `^"3\.`, again.Header.Get("ETag"))
	require.Equal(t, 2, stored())
}

func TestCreate_keeps_callers_and_paths_apart(t *testing.T) {
	t.Parallel()
	url, stored := notes(t)
	for i, request := range [][2]string{{"/notes/x/", ""}, {"/notes/y/", ""}, {"/notes/x/", "1"}, {"/notes/x/", "12"}} {
		made := call(t, "POST", url+request[0], `{"text":"a"}`, "Idempotency-Key", "k", "Authorization", request[1]).Expect(t, 201)
		require.Empty(t, made.Header.Get("Idempotency-Replayed"))
		require.Equal(t, i+1, stored())
	}
	call(t, "POST", url+"/notes/x/", `{"text": "a"}`, "Idempotency-Key", "k").Problem(t, 422, "idempotency_key_reused")
}

func TestCreate_refuses_what_is_no_key(t *testing.T) {
	t.Parallel()
	url, stored := notes(t)
	for name, headers := range map[string][]string{
		"empty":       {"Idempotency-Key", ""},
		"two words":   {"Idempotency-Key", "a b"},
		"too long":    {"Idempotency-Key", strings.Repeat("k", 256)},
		"a letter é":  {"Idempotency-Key", "é"},
		"twice":       {"Idempotency-Key", "a", "Idempotency-Key", "a"},
		"in any case": {"idempotency-key", "a", "IDEMPOTENCY-KEY", "b"},
		"a tab":       {"Idempotency-Key", "a\tb"},
	} {
		p := callRaw(t, url, "POST", "/notes/x/", `{"text":"a"}`, headers...).Problem(t, 400, "malformed_header")
		require.Equal(t, "header/Idempotency-Key", p["errors"].([]any)[0].(map[string]any)["pointer"], name)
	}
	require.Zero(t, stored())
	callRaw(t, url, "POST", "/notes/x/", `{"text":"a"}`, "Idempotency-Key", strings.Repeat("k", 255)).Expect(t, 201)
	callRaw(t, url, "POST", "/notes/x/", `{"text":"a"}`, "Idempotency-Key", " surrounded ").Expect(t, 201)
	require.Equal(t, 2, stored())
}

// These are mistakes of a module, which its tests must see.
func TestCreate_fails_where_a_key_would_guard_nothing(t *testing.T) {
	t.Parallel()
	url, stored := notes(t)
	for _, how := range []string{"unguarded", "another"} {
		call(t, "POST", url+"/notes/"+how+"/", `{"text":"a"}`, "Idempotency-Key", "k").Problem(t, 500, "internal")
	}
	require.Equal(t, 1, stored(), "what shows another type is undone")
	call(t, "POST", start(t)+"/dishes/", `{"name":"x","price":1}`, "Idempotency-Key", "k").Problem(t, 500, "internal")
}

func TestCreate_tells_of_the_key_in_the_document(t *testing.T) {
	t.Parallel()
	var document struct {
		Paths map[string]map[string]struct {
			Parameters []struct{ Name, In string }
			Responses  map[string]struct {
				Content map[string]struct{ Schema map[string]any }
			}
		}
	}
	call(t, "GET", start(t)+"/openapi.json", "").Expect(t, 200).JSON(t, &document)
	post := document.Paths["/dishes/"]["post"]
	require.Equal(t, "[{Idempotency-Key header}]", fmt.Sprint(post.Parameters))
	require.Contains(t, post.Responses, "409")
	require.Equal(t, "#/components/schemas/Dish", post.Responses["201"].Content["application/json"].Schema["$ref"], "the body's own schema")
	require.Empty(t, document.Paths["/dishes/"]["get"].Responses["409"].Content)
}
