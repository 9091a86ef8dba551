package httpapi_test

import (
	"context"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"zomato/modules/restaurants/internal/core"
	"zomato/modules/restaurants/internal/httpapi"
	"zomato/modules/restaurants/internal/sqlstore"
	"zomato/modules/restaurants/restaurantstest"
	"zomato/platform/access"
	"zomato/platform/clock"
	"zomato/platform/database"
	"zomato/platform/database/databasetest"
	"zomato/platform/eventbus"
	"zomato/platform/httpserver"
	"zomato/platform/testkit"
	"zomato/platform/testkit/httpclient"
)

// served is a running server with the module's routes, and what stands behind.
type served struct {
	httpclient.Client

	core  *core.Service
	store *sqlstore.Store
	db    *database.DB
}

// serve runs the module's routes on a fresh SQLite file. It is always noon.
func serve(t *testing.T, change ...func(*httpserver.Options)) served {
	t.Helper()
	db := databasetest.Open(t, testkit.SQLite(t), eventbus.Migrations(), sqlstore.Migrations())
	noon := clock.Func(func() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) })
	store := sqlstore.New(db)
	service, err := core.New(core.Dependencies{
		Store: store, Transactions: db, Events: eventbus.NewPublisher(db, noon), Clock: noon, Timezone: "Asia/Kolkata",
	})
	require.NoError(t, err)
	analytics := core.NewAnalytics(store, db, restaurantstest.Figures{}, restaurantstest.Figures{})
	options := httpserver.Options{
		Listen: "127.0.0.1:0", Routes: []httpserver.Routes{httpapi.Routes(service, analytics, httpapi.Parts{Orders: true, Reviews: true})},
		Metrics: prometheus.NewRegistry(), Context: database.WithScope,
	}
	for _, c := range change {
		c(&options)
	}
	server, err := httpserver.New(options, zap.NewNop())
	require.NoError(t, err)
	require.NoError(t, server.Start(context.Background()))
	t.Cleanup(func() { require.NoError(t, server.Stop(context.Background())) })
	return served{httpclient.New("http://" + server.Address()), service, store, db}
}

// as makes every caller the principal whose role stands in Authorization: a
// restaurant is restaurant 1.
func as(options *httpserver.Options) {
	roles := map[string]access.Principal{
		"customer": {Role: access.Customer, CustomerID: 1}, "restaurant": {Role: access.Restaurant, RestaurantID: 1},
		"courier": {Role: access.Courier}, "staff": {Role: access.Staff}, "admin": {Role: access.Admin},
	}
	options.Principal = func(authorization string) access.Principal { return roles[authorization] }
}

// findings gives the pointers and codes of a problem.
func findings(problem map[string]any) map[string]string {
	out := map[string]string{}
	all, _ := problem["errors"].([]any)
	for _, one := range all {
		if f, ok := one.(map[string]any); ok {
			pointer, _ := f["pointer"].(string)
			out[pointer], _ = f["code"].(string)
		}
	}
	return out
}

// ids gives the ids of a list.
func ids(t *testing.T, answer httpclient.Answer) []int64 {
	t.Helper()
	var list []struct {
		ID int64 `json:"id"`
	}
	answer.Expect(t, 200).JSON(t, &list)
	out := make([]int64, len(list))
	for i, one := range list {
		out[i] = one.ID
	}
	return out
}
