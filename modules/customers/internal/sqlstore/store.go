// Package sqlstore keeps the customers module's data, on SQLite and Postgres.
//
// team: customers
package sqlstore

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"zomato/modules/customers"
	"zomato/modules/customers/internal/core"
	"zomato/platform/database"
	"zomato/platform/fault"
	"zomato/platform/paging"
	"zomato/platform/words"
)

//go:embed migrations
var migrations embed.FS

// Migrations are the module's.
func Migrations() database.Migrations {
	files, _ := fs.Sub(migrations, "migrations") // fails only for a name that is no path
	return database.Migrations{Module: "customers", FS: files}
}

// Store implements core.Store. Create it with New.
type Store struct{ db *database.DB }

// New gives the store on that database.
func New(db *database.DB) *Store { return &Store{db} }

var _ core.Store = (*Store)(nil)

// row is a customer as it is stored.
type row struct {
	ID          int64   `db:"id"`
	Name        string  `db:"name"`
	Email       string  `db:"email"`
	PhoneNumber *string `db:"phone_number"`
	Address     *string `db:"address"`
	IsActive    bool    `db:"is_active"`
	Version     int64   `db:"version"`
	CreatedAt   int64   `db:"created_at"`
	UpdatedAt   int64   `db:"updated_at"`
}

const columns = "id, name, email, phone_number, address, is_active, version, created_at, updated_at"

func (r row) customer() customers.Customer {
	return customers.Customer{
		ID: r.ID, Name: r.Name, Email: r.Email, PhoneNumber: r.PhoneNumber, Address: r.Address, IsActive: r.IsActive,
		Version: r.Version, CreatedAt: database.FromMillis(r.CreatedAt), UpdatedAt: database.FromMillis(r.UpdatedAt),
	}
}

// Insert implements core.Store.
func (s *Store) Insert(ctx context.Context, c customers.Customer) (int64, error) {
	var id int64
	err := s.db.Get(ctx, &id, `
		INSERT INTO customers_customers (name, email, email_key, phone_number, address, is_active, version, created_at, updated_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`,
		c.Name, c.Email, emailKey(c.Email), c.PhoneNumber, c.Address, c.IsActive, c.Version,
		database.Millis(c.CreatedAt), database.Millis(c.UpdatedAt))
	if err != nil {
		return 0, taken("insert a customer", err)
	}
	return id, s.index(ctx, id, c)
}

// IsEmpty implements core.Store: the rows of erased customers stay.
func (s *Store) IsEmpty(ctx context.Context) (bool, error) {
	var some bool
	if err := s.db.Get(ctx, &some, `SELECT EXISTS (SELECT 1 FROM customers_customers)`); err != nil {
		return false, fmt.Errorf("look for a customer: %w", err)
	}
	return !some, nil
}

// Get implements core.Store.
func (s *Store) Get(ctx context.Context, id int64) (customers.Customer, error) {
	return s.get(ctx, id, "")
}

// Lock implements core.Store.
func (s *Store) Lock(ctx context.Context, id int64) (customers.Customer, error) {
	return s.get(ctx, id, s.db.ForUpdate())
}

// Hold implements core.Store.
func (s *Store) Hold(ctx context.Context, id int64) (customers.Customer, error) {
	return s.get(ctx, id, s.db.ForShare())
}

func (s *Store) get(ctx context.Context, id int64, lock string) (customers.Customer, error) {
	var r row
	err := s.db.Get(ctx, &r, `SELECT `+columns+` FROM customers_customers WHERE id = ? AND erased_at IS NULL`+lock, id)
	if errors.Is(err, sql.ErrNoRows) {
		return customers.Customer{}, customers.NotFound(id)
	}
	if err != nil {
		return customers.Customer{}, fmt.Errorf("read customer %d: %w", id, err)
	}
	return r.customer(), nil
}

// ByIDs implements core.Store.
func (s *Store) ByIDs(ctx context.Context, ids []int64) ([]customers.Customer, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = id
	}
	var rows []row
	err := s.db.Select(ctx, &rows, `SELECT `+columns+` FROM customers_customers
		WHERE id IN (?`+strings.Repeat(", ?", len(ids)-1)+`) AND erased_at IS NULL`, args...)
	if err != nil {
		return nil, fmt.Errorf("read %d customers: %w", len(ids), err)
	}
	return allOf(rows), nil
}

// List implements core.Store.
func (s *Store) List(ctx context.Context, filter core.Filter, window paging.Window) ([]customers.Customer, error) {
	where, args := conditions(filter)
	var rows []row
	err := s.db.Select(ctx, &rows, `SELECT `+columns+` FROM customers_customers WHERE `+where+`
		AND id > ? ORDER BY id LIMIT ? OFFSET ?`, append(args, window.After, window.Limit+1, window.Skip)...)
	if err != nil {
		return nil, fmt.Errorf("list customers: %w", err)
	}
	return allOf(rows), nil
}

func allOf(rows []row) []customers.Customer {
	out := make([]customers.Customer, len(rows))
	for i, r := range rows {
		out[i] = r.customer()
	}
	return out
}

// Count implements core.Store.
func (s *Store) Count(ctx context.Context, filter core.Filter) (int64, error) {
	where, args := conditions(filter)
	var n int64
	if err := s.db.Get(ctx, &n, `SELECT COUNT(*) FROM customers_customers WHERE `+where, args...); err != nil {
		return 0, fmt.Errorf("count customers: %w", err)
	}
	return n, nil
}

// conditions builds the WHERE of a list; a search needs a condition for each word.
func conditions(filter core.Filter) (string, []any) {
	where, args := []string{"erased_at IS NULL"}, []any{}
	if filter.IsActive != nil {
		where, args = append(where, "is_active = ?"), append(args, *filter.IsActive)
	}
	for _, prefix := range filter.Words {
		from, end := words.Range(prefix)
		where = append(where, "id IN (SELECT customer_id FROM customers_words WHERE word >= ? AND word < ?)")
		args = append(args, from, end)
	}
	return strings.Join(where, " AND "), args
}

// Update implements core.Store.
func (s *Store) Update(ctx context.Context, c customers.Customer) error {
	_, err := s.db.Exec(ctx, `
		UPDATE customers_customers SET name = ?, email = ?, email_key = ?, phone_number = ?, address = ?, is_active = ?,
			version = ?, updated_at = ? WHERE id = ?`,
		c.Name, c.Email, emailKey(c.Email), c.PhoneNumber, c.Address, c.IsActive, c.Version, database.Millis(c.UpdatedAt), c.ID)
	if err != nil {
		return taken(fmt.Sprintf("update customer %d", c.ID), err)
	}
	return s.index(ctx, c.ID, c)
}

// Erase implements core.Store.
func (s *Store) Erase(ctx context.Context, c customers.Customer) error {
	at := database.Millis(c.UpdatedAt)
	for _, statement := range []struct {
		query string
		args  []any
	}{
		{`UPDATE customers_customers SET name = '', email = NULL, email_key = NULL, phone_number = NULL, address = NULL,
			is_active = FALSE, version = version + 1, updated_at = ?, erased_at = ? WHERE id = ?`, []any{at, at, c.ID}},
		{`DELETE FROM customers_words WHERE customer_id = ?`, []any{c.ID}},
		{`DELETE FROM customers_addresses WHERE customer_id = ?`, []any{c.ID}},
		{`DELETE FROM customers_favourites WHERE customer_id = ?`, []any{c.ID}},
	} {
		if _, err := s.db.Exec(ctx, statement.query, statement.args...); err != nil {
			return fmt.Errorf("erase customer %d: %w", c.ID, err)
		}
	}
	return nil
}

// index stores the words by which a customer is searched.
func (s *Store) index(ctx context.Context, id int64, c customers.Customer) error {
	if _, err := s.db.Exec(ctx, `DELETE FROM customers_words WHERE customer_id = ?`, id); err != nil {
		return fmt.Errorf("clear the words of customer %d: %w", id, err)
	}
	found := words.Of(c.Name, c.Email)
	if len(found) == 0 {
		return nil
	}
	args := make([]any, 0, 2*len(found))
	for _, word := range found {
		args = append(args, word, id)
	}
	query := `INSERT INTO customers_words (word, customer_id) VALUES (?, ?)` + strings.Repeat(", (?, ?)", len(found)-1)
	if _, err := s.db.Exec(ctx, query, args...); err != nil {
		return fmt.Errorf("index the words of customer %d: %w", id, err)
	}
	return nil
}

// emailKey is what is unique about an e-mail address: its case does not count.
func emailKey(email string) string { return strings.ToLower(email) }

// taken turns a violated unique index into the fault that the client gets.
func taken(doing string, err error) error {
	switch {
	case database.IsUnique(err, "customers_customers_email"):
		return conflict("email_taken", "#/email", "Another customer has this e-mail address.").Because(err)
	case database.IsUnique(err, "customers_customers_phone"):
		return conflict("phone_taken", "#/phone_number", "Another customer has this phone number.").Because(err)
	default:
		return fmt.Errorf("%s: %w", doing, err)
	}
}

func conflict(code, pointer, detail string) *fault.Error {
	f := fault.New(fault.Conflict, code, detail)
	f.Fields = []fault.Field{{Pointer: pointer, Code: code, Detail: detail}}
	return f
}
