// Package idempotency lets a client repeat a POST whose answer it did not get:
// the effect happens once, and the repetition is answered with the same bytes
// (design: reliability.md §4; docs/adr/0016).
//
// The HTTP server calls Keys.Once around a request that has a key, and the use
// case writes by Write instead of its unit of work's own. Both meet in the
// context, so that what a use case reads and checks before it writes stays
// outside of the transaction, and so that it need not know of HTTP.
//
// The promises, for one key in one scope (caller, method, path):
//   - The row with the answer is committed with the effect or not at all.
//   - Only success is kept. After a refusal or failure the key is as new.
//   - The same request gets the same answer for 24 hours; another one with the
//     same key is refused (CodeReused).
//   - Of several at once one has an effect. In the same process the others are
//     refused without waiting (CodeInProgress); in another process on the same
//     Postgres they end in the answer of the first, or are refused.
//   - The row names the customer it is about and is erased with them (Forget).
//
// team: platform
package idempotency
