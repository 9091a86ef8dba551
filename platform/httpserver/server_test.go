package httpserver_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap/zaptest"

	"zomato/platform/access"
	"zomato/platform/fault"
	"zomato/platform/httpserver"
	"zomato/platform/money"
	"zomato/platform/paging"
	"zomato/platform/testkit/httpclient"
)

// dish is what the routes of these tests answer.
type dish struct {
	ID    int64        `json:"id"`
	Name  string       `json:"name"`
	Price money.Amount `json:"price"`
	Stock *int         `json:"stock"`
}

type dishBody struct {
	Name  string           `json:"name" minLength:"1" maxLength:"10"`
	Price httpserver.Money `json:"price" exclusiveMinimum:"0"`
	Tags  []string         `json:"tags,omitempty" maxItems:"2"`
}

type newDish struct{ Body dishBody }

type dishPatch struct {
	Name  httpserver.Field[string]           `json:"name,omitempty" minLength:"1"`
	Price httpserver.Field[httpserver.Money] `json:"price,omitempty"`
	Stock httpserver.Nullable[int]           `json:"stock,omitempty" minimum:"0"`
}

// DishInput is exported since huma does not look into other embedded types.
type DishInput struct {
	ID int64 `path:"dish_id"`
}

// createDish is the route that stores something, or says so.
func createDish() httpserver.Endpoint {
	return httpserver.Create(
		httpserver.Operation{ID: "create-dish", Method: "POST", Path: "/dishes/", Access: access.Only(access.Staff), Status: 201},
		func(_ context.Context, in *newDish) (dish, error) {
			return dish{ID: 5, Name: in.Body.Name, Price: in.Body.Price.Amount()}, nil
		},
		func(_ *newDish, made dish) *httpserver.Created[dish] {
			return httpserver.CreatedAt("/dishes/", made.ID, 1, made)
		},
	)
}

// kitchen are the routes of these tests: one of each kind.
func kitchen() httpserver.Routes {
	staff := access.Only(access.Staff)
	type list = httpserver.List[dish]
	return httpserver.Routes{Module: "kitchen", Endpoints: []httpserver.Endpoint{
		httpserver.Handle(httpserver.Operation{ID: "get-dish", Method: "GET", Path: "/dishes/{dish_id}", Access: access.Public(), Errors: []int{404}},
			func(_ context.Context, in *DishInput) (*httpserver.Item[dish], error) {
				if in.ID == 404 {
					return nil, fault.New(fault.NotFound, "dish_not_found", "There is no dish %d.", in.ID)
				}
				return httpserver.ItemOf(dish{ID: in.ID, Name: "Naan", Price: 6000}, 3), nil
			}),
		httpserver.Handle(httpserver.Operation{ID: "search-dishes", Method: "GET", Path: "/dishes/search", Access: access.Public()},
			func(_ context.Context, _ *struct{}) (*httpserver.Whole[[]dish], error) {
				return httpserver.WholeOf([]dish{}), nil
			}),
		httpserver.Handle(httpserver.Operation{ID: "list-dishes", Method: "GET", Path: "/dishes/", Access: staff},
			func(_ context.Context, in *struct{ httpserver.PageQuery }) (*list, error) {
				total := int64(2)
				return httpserver.ListOf(&in.PageQuery, paging.Page[dish]{Next: "abc", Total: &total}), nil
			}),
		createDish(),
		httpserver.Handle(httpserver.Operation{ID: "update-dish", Method: "PUT", Path: "/dishes/{dish_id}", Access: staff},
			func(_ context.Context, in *struct {
				DishInput
				httpserver.IfMatch
				Body dishPatch
			},
			) (*httpserver.Item[dish], error) {
				for _, v := range in.Versions() {
					if v == 3 {
						return httpserver.ItemOf(dish{ID: in.ID, Name: in.Body.Name.Value}, 4), nil
					}
				}
				if in.Versions() != nil {
					return nil, fault.New(fault.Precondition, "changed", "The dish has changed.")
				}
				return httpserver.ItemOf(dish{ID: in.ID, Price: in.Body.Price.Value.Amount()}, 4), nil
			}),
		httpserver.Handle(httpserver.Operation{ID: "delete-dish", Method: "DELETE", Path: "/dishes/{dish_id}", Access: staff},
			func(context.Context, *DishInput) (*httpserver.Empty, error) { return &httpserver.Empty{}, nil }),
		httpserver.Handle(httpserver.Operation{ID: "break", Method: "GET", Path: "/broken/{how}", Access: access.Public()},
			func(ctx context.Context, in *struct {
				How string `path:"how"`
			},
			) (*httpserver.Whole[string], error) {
				switch in.How {
				case "panic":
					panic("secret text")
				case "busy":
					return nil, fault.New(fault.Unavailable, "busy", "Too much to do.")
				case "slow":
					<-ctx.Done()
					return nil, ctx.Err()
				default:
					return nil, errors.New("secret text")
				}
			}),
	}}
}

// start serves the routes on a free port until the test ends.
func start(t *testing.T, change ...func(*httpserver.Options)) string {
	t.Helper()
	options := httpserver.Options{Listen: "127.0.0.1:0", Routes: []httpserver.Routes{kitchen()}, Metrics: prometheus.NewRegistry()}
	for _, c := range change {
		c(&options)
	}
	server, err := httpserver.New(options, zaptest.NewLogger(t))
	require.NoError(t, err)
	require.NoError(t, server.Start(context.Background()))
	t.Cleanup(func() { require.NoError(t, server.Stop(context.Background())) })
	return "http://" + server.Address()
}

// call sends one request to an absolute address.
func call(t *testing.T, method, url, body string, headers ...string) httpclient.Answer {
	t.Helper()
	return httpclient.New("").Do(t, method, url, body, headers...)
}

// raw sends bytes as they are over one connection and reads n answers.
func raw(t *testing.T, url, text string, n int) []httpclient.Answer {
	t.Helper()
	conn, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", strings.TrimPrefix(url, "http://"))
	require.NoError(t, err)
	defer func() { require.NoError(t, conn.Close()) }()
	_, err = io.WriteString(conn, text)
	require.NoError(t, err)
	reader := bufio.NewReader(conn)
	out := make([]httpclient.Answer, n)
	for i := range out {
		response, err := http.ReadResponse(reader, nil)
		require.NoError(t, err)
		data, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		if response.Close { // net/http takes the header out
			response.Header.Set("Connection", "close")
		}
		out[i] = httpclient.Answer{Status: response.StatusCode, Header: response.Header, Body: string(data)}
	}
	return out
}

func itoa(n int) string { return strconv.Itoa(n) }

type errOf string

func (e errOf) Error() string { return string(e) }
