// Package database opens the application's database (SQLite or Postgres, by
// URL), runs its migrations and gives modules one way to read and one way to
// write on both.
//
// # Reading and writing
//
// Write is the unit of work: its function runs in one transaction, and the
// transaction travels in the function's context. A store never asks where it
// is: DB.Get, DB.Select, DB.Exec and DB.Conn take the transaction when their
// context carries one and the read pool otherwise. Outside a Write only reads
// are possible.
//
//	err := db.Write(ctx, func(ctx context.Context) error {
//		_, err := db.Exec(ctx, `UPDATE orders_orders SET version = version + 1 WHERE id = ?`, id)
//		return err
//	})
//
// Read is the unit of an answer: what its function reads, in however many
// statements, is of one state of the database. A single statement needs none.
//
//	err := db.Read(ctx, func(ctx context.Context) error {
//		if err := db.Get(ctx, &order, `SELECT version FROM orders_orders WHERE id = ?`, id); err != nil {
//			return err
//		}
//		return db.Select(ctx, &lines, `SELECT name, quantity FROM orders_items WHERE order_id = ?`, id)
//	})
//
// What holds inside the function of a Write, on both databases:
//
//   - Its context cannot be cancelled. The caller's deadline counts until the
//     function starts, not later: a statement that SQLite interrupts undoes
//     the whole transaction, silently. On Postgres the transaction as a whole
//     has ten seconds, should the server not answer at all.
//   - It may run more than once, and what it did before is then undone: assign
//     to captured variables, never append or add to them.
//   - It does database work only: no network, no waiting, no goroutine. Other
//     writers wait for it.
//   - A Write inside a Write joins it as a savepoint: its failure undoes its
//     own part only.
//   - A failed statement ends its part, also on SQLite, which would allow more:
//     until the surrounding Write returns, every further statement is refused
//     with ErrAborted. Expected conflicts are met with ON CONFLICT DO NOTHING,
//     or with a Write of their own.
//   - Rows are read to the end or closed before the next statement.
//   - It says nothing about when the transaction is committed, or with whom:
//     only that it is once Write has returned nil.
//
// Aside is a Write for those for whom Writes on Postgres wait: it needs none of
// their connections.
//
// The function of a Read has the same rules about database work, failed
// statements and rows. Otherwise its context ends with the caller's, it runs
// once, a Read inside a Read or Write joins it without a savepoint, and a Write
// inside a Read is refused.
//
// # Errors
//
// sql.ErrNoRows stays as it is. A violated unique index is a *UniqueError (ask
// with IsUnique). Whatever means "not now" (busy, timed out, refused, full) is
// a fault of kind Unavailable with the code "database_unavailable", or with
// "overloaded" when too many Writes wait for SQLite's writer. Misuse is one of
// the sentinels below. Everything else is the driver's error.
//
// A DB and everything it gives may be used by many goroutines at once, except
// a transaction's context, which belongs to the one goroutine that runs the
// function.
//
// team: platform
package database
