// Package orders is the contract of the orders module: placing an order, its
// way from placed to delivered or cancelled, and its timeline.
//
// An order keeps copies of the names and prices it was placed with: a later
// change of a menu or a restaurant never changes an order. Its customer and
// restaurant are kept as ids. The timeline has its own table and is kept as
// long as the order.
//
// Placing is two steps (design: reliability.md §4). Preparing reads and checks,
// outside of any transaction; committing only writes, and every write is
// conditional on what was read. When something has changed in between, the
// order is prepared again, so that the caller learns what is wrong now.
//
// Events (events.go) are delivered at least once after the commit; a
// subscriber must not mind to see one twice. They carry ids and the new status,
// never personal data.
//
// team: orders
package orders
