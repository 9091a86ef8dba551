// Package cache is the contract of the cache module: finished answers to GET
// requests are kept and served again without work, until something that they
// show has changed.
//
// It owns what is kept and the numbers about it. It has no tables: what it holds
// can be lost at any time, which changes speed and never answers.
//
// A module says how its answers are kept in policies, which it contributes to
// the fx group "cache.policies": one Policy for each GET operation. The cache
// knows no module; which events change what is part of the policies.
//
// # Promises
//
//   - Once a client has the answer to its change, no later read through the same
//     instance shows the state before (docs/adr/0021). Through another instance
//     of the same Postgres, what is not strict follows within a second; what is
//     strict is not kept there.
//   - A cold answer that many ask for at once is loaded once.
//   - Switched off, every answer is the same.
//
// team: cache
package cache
