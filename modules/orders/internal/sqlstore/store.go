// Package sqlstore keeps the orders module's data, on SQLite and Postgres.
//
// team: orders
package sqlstore

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"zomato/modules/orders"
	"zomato/modules/orders/internal/core"
	"zomato/platform/calendar"
	"zomato/platform/database"
	"zomato/platform/money"
)

//go:embed migrations
var migrations embed.FS

// Migrations are the module's.
func Migrations() database.Migrations {
	files, _ := fs.Sub(migrations, "migrations") // fails only for a name that is no path
	return database.Migrations{Module: "orders", FS: files}
}

// Store implements core.Store. Create it with New. Safe for concurrent use.
type Store struct {
	db *database.DB
	// figures gathers what orders change about them: most orders of a moment
	// change the same rows.
	figures *database.Gathering[core.Tally]
}

// New gives the store on that database.
func New(db *database.DB) *Store {
	s := &Store{db: db}
	s.figures = database.NewGathering(db, s.storeFigures)
	return s
}

var _ core.Store = (*Store)(nil)

// row is an order as it is stored.
type row struct {
	ID                  int64         `db:"id"`
	CustomerID          int64         `db:"customer_id"`
	RestaurantID        int64         `db:"restaurant_id"`
	RestaurantName      string        `db:"restaurant_name"`
	OrderStatus         orders.Status `db:"order_status"`
	Currency            string        `db:"currency"`
	Subtotal            money.Amount  `db:"subtotal"`
	DeliveryFee         money.Amount  `db:"delivery_fee"`
	Discount            money.Amount  `db:"discount"`
	Tax                 money.Amount  `db:"tax"`
	Total               money.Amount  `db:"total"`
	DeliveryAddress     *string       `db:"delivery_address"`
	SpecialInstructions *string       `db:"special_instructions"`
	OrderDate           int64         `db:"order_date"`
	DeliverySlot        *int64        `db:"delivery_slot"`
	DeliveryTime        *int64        `db:"delivery_time"`
	ConfirmBy           *int64        `db:"confirm_by"`
	PromisedAt          *int64        `db:"promised_at"`
	ConfirmedAt         *int64        `db:"confirmed_at"`
	LocalDay            int64         `db:"local_day"`
	LocalHour           int           `db:"local_hour"`
	Version             int64         `db:"version"`
}

const columns = `id, customer_id, restaurant_id, restaurant_name, order_status, currency, subtotal, delivery_fee, discount, tax,
	total, delivery_address, special_instructions, order_date, delivery_slot, delivery_time, confirm_by, promised_at,
	confirmed_at, local_day, local_hour, version`

// order gives the order without its lines.
func (r row) order() orders.Order {
	return orders.Order{
		ID: r.ID, CustomerID: r.CustomerID, RestaurantID: r.RestaurantID, OrderStatus: r.OrderStatus,
		TotalAmount: r.Total, Currency: r.Currency,
		Pricing:         orders.Pricing{Subtotal: r.Subtotal, DeliveryFee: r.DeliveryFee, Discount: r.Discount, Tax: r.Tax, Total: r.Total},
		DeliveryAddress: r.DeliveryAddress, SpecialInstructions: r.SpecialInstructions, OrderDate: database.FromMillis(r.OrderDate),
		DeliverySlot: instant(r.DeliverySlot), DeliveryTime: instant(r.DeliveryTime), ConfirmBy: instant(r.ConfirmBy),
		PromisedAt: instant(r.PromisedAt), Version: r.Version,
	}
}

// lineRow is a line as it is stored.
type lineRow struct {
	ID              int64        `db:"id"`
	OrderID         int64        `db:"order_id"`
	Position        int          `db:"position"`
	MenuItemID      int64        `db:"menu_item_id"`
	Name            string       `db:"name"`
	Quantity        int          `db:"quantity"`
	ItemPrice       money.Amount `db:"item_price"`
	LineTotal       money.Amount `db:"line_total"`
	SpecialRequests *string      `db:"special_requests"`
	FromStock       bool         `db:"from_stock"`
}

func (r lineRow) line() orders.Line {
	return orders.Line{
		ID: r.ID, MenuItemID: r.MenuItemID, Name: r.Name, Quantity: r.Quantity, ItemPrice: r.ItemPrice,
		LineTotal: r.LineTotal, SpecialRequests: r.SpecialRequests,
	}
}

// Insert implements core.Store: two statements, whatever the number of lines.
func (s *Store) Insert(ctx context.Context, r core.Record) (core.Record, error) {
	stored, err := s.InsertAll(ctx, []core.Record{r})
	if err != nil {
		return r, err
	}
	return stored[0], nil
}

// InsertAll implements core.ImportStore. Each order is a statement of its own:
// no database promises the order of what RETURNING gives, and nothing but the id
// tells orders apart.
func (s *Store) InsertAll(ctx context.Context, records []core.Record) ([]core.Record, error) {
	stored := slices.Clone(records)
	for i := range stored {
		r := &stored[i]
		err := s.db.Get(ctx, &r.ID, insertOrder,
			r.CustomerID, r.RestaurantID, r.RestaurantName, string(r.OrderStatus), r.Currency, int64(r.Pricing.Subtotal),
			int64(r.Pricing.DeliveryFee), int64(r.Pricing.Discount), int64(r.Pricing.Tax), int64(r.Pricing.Total),
			r.DeliveryAddress, r.SpecialInstructions, database.Millis(r.OrderDate), millis(r.DeliverySlot), millis(r.DeliveryTime),
			millis(r.ConfirmBy), millis(r.PromisedAt), millis(r.ConfirmedAt), int64(r.Day), r.Hour, r.Version)
		if err != nil {
			return nil, fmt.Errorf("insert an order of customer %d: %w", r.CustomerID, err)
		}
		// A copy: the plan is committed again if the unit of work runs twice.
		r.OrderItems = slices.Clone(r.OrderItems)
	}
	return stored, s.insertLines(ctx, stored)
}

const insertOrder = `
	INSERT INTO orders_orders (customer_id, restaurant_id, restaurant_name, order_status, currency, subtotal, delivery_fee,
		discount, tax, total, delivery_address, special_instructions, order_date, delivery_slot, delivery_time, confirm_by,
		promised_at, confirmed_at, local_day, local_hour, version)
	VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`

// insertLines stores the lines of new orders and gives them their ids.
func (s *Store) insertLines(ctx context.Context, records []core.Record) error {
	places := map[int64]int{} // of the records, by order
	var lines []lineRow
	for i, r := range records {
		places[r.ID] = i
		for n, l := range r.OrderItems {
			lines = append(lines, lineRow{
				OrderID: r.ID, Position: n, MenuItemID: l.MenuItemID, Name: l.Name, Quantity: l.Quantity, ItemPrice: l.ItemPrice,
				LineTotal: l.LineTotal, SpecialRequests: l.SpecialRequests, FromStock: r.FromStock[n],
			})
		}
	}
	for part := range slices.Chunk(lines, rowsAtOnce) {
		args := make([]any, 0, 9*len(part))
		for _, l := range part {
			args = append(args, l.OrderID, l.Position, l.MenuItemID, l.Name, l.Quantity, int64(l.ItemPrice), int64(l.LineTotal), l.SpecialRequests, l.FromStock)
		}
		var made []lineRow
		err := s.db.Select(ctx, &made, `
			INSERT INTO orders_items (order_id, position, menu_item_id, name, quantity, item_price, line_total, special_requests, from_stock)
			VALUES `+valueRows(9, len(part))+` RETURNING id, order_id, position`, args...)
		if err != nil {
			return fmt.Errorf("insert %d lines, those of order %d first: %w", len(part), part[0].OrderID, err)
		}
		for _, m := range made {
			records[places[m.OrderID]].OrderItems[m.Position].ID = m.ID
		}
	}
	return nil
}

// IsEmpty implements core.ImportStore: orders are never removed.
func (s *Store) IsEmpty(ctx context.Context) (bool, error) {
	var some bool
	if err := s.db.Get(ctx, &some, `SELECT EXISTS (SELECT 1 FROM orders_orders)`); err != nil {
		return false, fmt.Errorf("look for an order: %w", err)
	}
	return !some, nil
}

// rowsAtOnce is how many rows one statement inserts at most: far below the
// 32,766 parameters that SQLite takes.
const rowsAtOnce = 500

// valueRows are the VALUES of a statement that inserts so many rows.
func valueRows(columns, rows int) string {
	row := "(?" + strings.Repeat(", ?", columns-1) + ")"
	return row + strings.Repeat(", "+row, rows-1)
}

// Get implements core.Store.
func (s *Store) Get(ctx context.Context, id int64) (core.Record, error) {
	var r row
	err := s.db.Get(ctx, &r, `SELECT `+columns+` FROM orders_orders WHERE id = ?`, id)
	if errors.Is(err, sql.ErrNoRows) {
		return core.Record{}, orders.NotFound(id)
	}
	if err != nil {
		return core.Record{}, fmt.Errorf("read order %d: %w", id, err)
	}
	lines, err := s.linesOf(ctx, []int64{id})
	if err != nil {
		return core.Record{}, err
	}
	record := core.Record{
		Order: r.order(), RestaurantName: r.RestaurantName, ConfirmedAt: instant(r.ConfirmedAt),
		Day: calendar.Day(r.LocalDay), Hour: r.LocalHour,
	}
	for _, l := range lines[id] {
		record.OrderItems = append(record.OrderItems, l.line())
		record.FromStock = append(record.FromStock, l.FromStock)
	}
	return record, nil
}

// linesOf reads the lines of orders, by order.
func (s *Store) linesOf(ctx context.Context, ids []int64) (map[int64][]lineRow, error) {
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = id
	}
	var rows []lineRow
	if err := s.db.Select(ctx, &rows, linesStatement(len(ids)), args...); err != nil {
		return nil, fmt.Errorf("read the lines of %d orders: %w", len(ids), err)
	}
	out := make(map[int64][]lineRow, len(ids))
	for _, r := range rows {
		out[r.OrderID] = append(out[r.OrderID], r)
	}
	return out, nil
}

func linesStatement(orderCount int) string {
	return `SELECT id, order_id, menu_item_id, name, quantity, item_price, line_total, special_requests, from_stock
		FROM orders_items WHERE order_id IN (?` + strings.Repeat(`, ?`, orderCount-1) + `) ORDER BY order_id, position`
}

// Move implements core.Store: compare-and-set in one statement.
func (s *Store) Move(ctx context.Context, t core.Transition) (bool, error) {
	done, err := s.db.Exec(ctx, `
		UPDATE orders_orders SET order_status = ?, confirmed_at = ?, delivery_time = ?, version = version + 1
		WHERE id = ? AND order_status = ? AND version = ?`,
		string(t.To), millis(t.ConfirmedAt), millis(t.DeliveryTime), t.OrderID, string(t.From), t.Version)
	if err != nil {
		return false, fmt.Errorf("move order %d to %s: %w", t.OrderID, t.To, err)
	}
	moved, err := done.RowsAffected()
	if err != nil {
		return false, fmt.Errorf("count the moved orders: %w", err)
	}
	return moved == 1, nil
}

// millis stores a time that may be missing.
func millis(t *time.Time) *int64 {
	if t == nil {
		return nil
	}
	ms := database.Millis(*t)
	return &ms
}

// instant is the time that millis stored.
func instant(ms *int64) *time.Time {
	if ms == nil {
		return nil
	}
	t := database.FromMillis(*ms)
	return &t
}
