package core_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"zomato/modules/orders"
	"zomato/modules/orders/internal/core"
	"zomato/platform/access"
	"zomato/platform/fault"
)

// The statuses, in the order of the workflow.
func statuses() []orders.Status {
	return []orders.Status{
		orders.StatusPlaced, orders.StatusConfirmed, orders.StatusPreparing, orders.StatusOutForDelivery,
		orders.StatusDelivered, orders.StatusCancelled,
	}
}

// with stores an order of customer 1 at restaurant 2 with that status, which
// was confirmed that long ago.
func (k kitchen) with(status orders.Status, confirmed time.Duration) int64 {
	id := int64(len(k.store.records)) + 1
	at := now().Add(-confirmed)
	k.store.records[id] = core.Record{
		Order: orders.Order{ID: id, CustomerID: 1, RestaurantID: 2, OrderStatus: status, Version: 3}, ConfirmedAt: &at,
	}
	return id
}

// legal are the moves of domain.md §1, written once more: who may make them,
// "c" customer, "r" restaurant, "d" courier; staff may make all of them.
func legal() map[string]string {
	return map[string]string{
		"placed confirmed": "r", "placed cancelled": "cr",
		"confirmed preparing": "r", "confirmed cancelled": "cr",
		"preparing out_for_delivery": "rd", "preparing cancelled": "r",
		"out_for_delivery delivered": "rd", "out_for_delivery cancelled": "",
	}
}

func TestStatus_every_role_makes_its_moves_and_no_other(t *testing.T) {
	t.Parallel()
	for letter, who := range map[string]access.Principal{
		"c": {Role: access.Customer, CustomerID: 1}, "r": {Role: access.Restaurant, RestaurantID: 2}, "d": {Role: access.Courier},
		"s": {Role: access.Staff}, "a": {Role: access.Admin}, "n": {Role: access.Nobody},
	} {
		for _, from := range statuses() {
			for _, to := range statuses() {
				t.Run(fmt.Sprintf("%s from %s to %s", letter, from, to), func(t *testing.T) {
					t.Parallel()
					k := open()
					id := k.with(from, time.Minute)
					before := k.store.records[id]
					reason := "other"
					m := core.Move{To: to, ReasonCode: &reason}
					changed, err := k.ChangeStatus(access.With(t.Context(), who), id, m, nil)
					who, known := legal()[string(from)+" "+string(to)]
					mine := letter == "s" || letter == "a" || (known && letter != "n" && containsLetter(who, letter))
					switch {
					case from == to:
						require.NoError(t, err)
						require.Equal(t, before, k.store.records[id])
					case !known:
						require.True(t, fault.Is(err, "invalid_transition"), "%v", err)
					case mine:
						require.NoError(t, err)
						require.Equal(t, to, changed.OrderStatus)
						require.Equal(t, int64(4), changed.Version)
						require.Len(t, k.store.timeline, 1)
						require.Len(t, k.store.events, 1)
						return
					default:
						require.True(t, fault.IsKind(err, fault.Forbidden) || fault.Is(err, "too_late_to_cancel"), "%v", err)
					}
					require.Equal(t, before, k.store.records[id])
					require.Empty(t, k.store.timeline)
					require.Empty(t, k.store.events)
				})
			}
		}
	}
}

func containsLetter(letters, letter string) bool {
	for _, l := range letters {
		if string(l) == letter {
			return true
		}
	}
	return false
}

func TestStatus_a_refusal_says_what_may_follow(t *testing.T) {
	t.Parallel()
	k := open()
	_, err := k.ChangeStatus(access.With(t.Context(), access.Principal{Role: access.Staff}), k.with(orders.StatusPlaced, 0), core.Move{To: orders.StatusPreparing}, nil)
	f, ok := fault.As(err)
	require.True(t, ok)
	require.Equal(t, map[string]any{
		"current_status": orders.StatusPlaced, "requested_status": orders.StatusPreparing,
		"allowed": []orders.Status{orders.StatusConfirmed, orders.StatusCancelled},
	}, f.Extra)
}

func TestStatus_a_customer_may_cancel_for_two_minutes_after_the_confirmation(t *testing.T) {
	t.Parallel()
	ctx := access.With(t.Context(), access.Principal{Role: access.Customer, CustomerID: 1})
	k := open()
	_, err := k.ChangeStatus(ctx, k.with(orders.StatusConfirmed, 120*time.Second), core.Move{To: orders.StatusCancelled}, nil)
	require.NoError(t, err)
	_, err = k.ChangeStatus(ctx, k.with(orders.StatusConfirmed, 120*time.Second+time.Millisecond), core.Move{To: orders.StatusCancelled}, nil)
	require.True(t, fault.Is(err, "too_late_to_cancel") && fault.IsKind(err, fault.Conflict), "%v", err)
}

func TestStatus_reasons_are_those_of_the_role(t *testing.T) {
	t.Parallel()
	all := map[access.Role][]string{
		access.Restaurant: {"store_closed", "closing_early", "too_busy", "item_unavailable", "missing_info", "pricing", "address", "technical", "other"},
		access.Customer:   {"changed_mind", "wrong_items", "wrong_address", "too_late", "duplicate", "other"},
		access.Courier:    {"customer_unreachable", "address_not_found", "accident", "damaged", "other"},
	}
	codes := map[string][]access.Role{"not_confirmed_in_time": nil, "because": nil}
	for role, list := range all {
		for _, code := range list {
			codes[code] = append(codes[code], role, access.Staff)
		}
	}
	for _, role := range []access.Role{access.Restaurant, access.Customer, access.Courier, access.Staff} {
		for code, roles := range codes {
			k := open()
			from, to := orders.StatusPlaced, orders.StatusCancelled
			if role == access.Courier {
				from, to = orders.StatusOutForDelivery, orders.StatusDelivered
			}
			ctx := access.With(t.Context(), access.Principal{Role: role, CustomerID: 1, RestaurantID: 2})
			_, err := k.ChangeStatus(ctx, k.with(from, 0), core.Move{To: to, ReasonCode: &code}, nil)
			mine := false
			for _, r := range roles {
				mine = mine || r == role
			}
			if mine {
				require.NoError(t, err, "%v %s", role, code)
				require.Equal(t, code, *k.store.timeline[0].ReasonCode)
			} else {
				require.Equal(t, []string{"#/reason_code invalid"}, found(t, err), "%v %s", role, code)
			}
		}
	}
	k := open()
	ctx := access.With(t.Context(), access.Principal{Role: access.Restaurant, RestaurantID: 2})
	_, err := k.ChangeStatus(ctx, k.with(orders.StatusPlaced, 0), core.Move{To: orders.StatusCancelled}, nil)
	require.Equal(t, []string{"#/reason_code required"}, found(t, err))
}

func TestStatus_the_second_of_two_is_refused_although_its_move_would_be_legal(t *testing.T) {
	t.Parallel()
	ctx := access.With(t.Context(), access.Principal{Role: access.Staff})
	for _, c := range []struct {
		to       orders.Status
		versions []int64
		code     string
	}{
		{orders.StatusCancelled, nil, "status_changed"},
		{orders.StatusCancelled, []int64{3}, "version_changed"},
		{orders.StatusConfirmed, nil, ""},
		{orders.StatusConfirmed, []int64{3}, "version_changed"},
	} {
		k := open()
		id := k.with(orders.StatusPlaced, 0)
		k.store.between = func() {
			r := k.store.records[id]
			r.OrderStatus, r.Version = orders.StatusConfirmed, 4
			k.store.records[id] = r
		}
		got, err := k.ChangeStatus(ctx, id, core.Move{To: c.to}, c.versions)
		if c.code == "" {
			require.NoError(t, err)
			require.Equal(t, int64(4), got.Version)
		} else {
			require.True(t, fault.Is(err, c.code), "%v", err)
		}
		require.Empty(t, k.store.timeline)
		require.Empty(t, k.store.events)
	}
}

func TestOrders_of_others_do_not_exist(t *testing.T) {
	t.Parallel()
	k := open()
	id := k.with(orders.StatusPlaced, 0)
	for _, who := range []access.Principal{{Role: access.Customer, CustomerID: 9}, {Role: access.Customer}, {Role: access.Restaurant, RestaurantID: 9}} {
		ctx := access.With(t.Context(), who)
		_, details := k.Details(ctx, id)
		_, timeline := k.Timeline(ctx, id)
		_, change := k.ChangeStatus(ctx, id, core.Move{To: orders.StatusPlaced}, nil)
		for _, err := range []error{details, timeline, change} {
			require.True(t, fault.Is(err, orders.CodeNotFound), "%+v: %v", who, err)
		}
	}
}

func TestCancelling_gives_back_what_was_taken_from_stock_until_the_kitchen_begins(t *testing.T) {
	t.Parallel()
	ctx := access.With(t.Context(), access.Principal{Role: access.Staff})
	for _, c := range []struct {
		path []orders.Status
		left int
	}{
		{nil, 5},
		{[]orders.Status{orders.StatusConfirmed}, 5},
		{[]orders.Status{orders.StatusConfirmed, orders.StatusPreparing}, 3},
		{[]orders.Status{orders.StatusConfirmed, orders.StatusPreparing, orders.StatusOutForDelivery}, 3},
	} {
		k := open()
		item := paneer()
		item.Stock = new(5)
		k.menu.AddItem(item)
		placed, err := k.Place(ctx, twoLines())
		require.NoError(t, err)
		bread := naan() // unlimited when it was ordered
		bread.Stock = new(1)
		k.menu.AddItem(bread)
		for _, to := range append(c.path, orders.StatusCancelled) {
			_, err = k.ChangeStatus(ctx, placed.ID, core.Move{To: to}, nil)
			require.NoError(t, err)
		}
		items, err := k.menu.Items(ctx, []int64{5, 7})
		require.NoError(t, err)
		require.Equal(t, c.left, *items[0].Stock, "%v", c.path)
		require.Equal(t, 1, *items[1].Stock, "what was not taken does not come back")
	}
}
