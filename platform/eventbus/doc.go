// Package eventbus tells subscribers what has happened. An event is stored in
// the outbox table by the transaction that makes it true, so it is delivered
// if and only if that transaction is committed, also when the process dies in
// between.
//
// # Publishing
//
//	err := db.Write(ctx, func(ctx context.Context) error {
//		if err := store.Update(ctx, customer); err != nil {
//			return err
//		}
//		return events.Publish(ctx, customers.Changed{CustomerID: customer.ID})
//	})
//
// The bus is for reactions. What must be true when the request is answered is
// a call in the same transaction, not an event.
//
// # Subscribing
//
// Before is for invalidation and nothing else. Its handlers run after the
// commit, in the order of the commits (on Postgres: of the hooks that follow
// them) and before Write returns to the caller, which waits 300 ms at most for
// all of them together. They do not use the database. AtCommit is the same
// without the wait: its handlers run on the goroutine that commits. On SQLite
// they have microseconds, since the writer is held, so they only change something
// in memory. On Postgres nobody else waits for them, and they may use the network
// for a few hundred milliseconds. There a subscription that is Announced is also
// called before the commit, which it can still refuse: for what other processes
// have to know before the event can have become true.
//
// After is for everything else. Its handlers run after the answer, in the order
// of the outbox, outside any transaction, for 10 s at most, and do their own
// Write if they need one.
//
// # What holds for both
//
//   - Delivery is at least once, and what is repeated may come after newer
//     events: handlers are idempotent.
//   - A subscriber has one goroutine in a process, so its handlers do not run at
//     the same time there, and cannot hold up another subscriber (but for
//     AtCommit). An error or a panic is a failure; it changes nothing for the
//     caller of Write or for the others. It is logged and stored, so it carries no
//     personal data.
//   - ID tells a handler which event it is: the same number in every process and
//     at every repetition.
//   - A failed event is tried again, after 50 ms first and 5 s at last. An
//     After-subscriber waits for it; after 10 failures the event is parked:
//     moved to the table platform_outbox_parked, logged and counted. A
//     Before-subscriber goes on meanwhile and never gives up, because a lost
//     invalidation would show old data for good.
//   - An After-subscriber handles an event in one process, which holds a lease
//     of 15 s, by the clock that New was given: clocks of instances should agree
//     to a few seconds. A Before-subscriber handles it in every process: those
//     that did not write it poll for it every 200 ms.
//   - A new subscriber starts at the oldest event that is still there. Events
//     that it has no handler for are passed over.
//
// Subscribers are known by their name, in the table platform_subscribers: a
// name that changes is a new subscriber. Events stay for ten minutes after
// every subscriber has passed them, for the polls of other instances. A
// subscriber that no process has had for a day is forgotten.
//
// On Postgres an event can be read once every transaction that began to write
// before its own has ended, in any database of the server: a long one delays
// polls and After-subscribers, but not Before in the process that wrote.
//
// team: platform
package eventbus
