// Package customers is the contract of the customers module: who orders, with
// their saved addresses and favourite restaurants.
//
// The module owns everything personal about a customer. Other modules keep the
// customer's id only and ask here for the rest. An erased customer leaves
// nothing personal behind: the record stays as an empty shell, so that orders
// keep a customer id that is never given to somebody else.
//
// Events (events.go) are delivered at least once after the commit; a
// subscriber must not mind to see one twice. They carry ids, never personal
// data, so that erasure does not have to look for copies.
//
// team: customers
package customers
