// Package redistier keeps answers and the tokens of tags in Redis, where all
// instances that serve one database find them.
//
// What it writes is found under the prefix of the configuration, the identity of
// the database and the run of the Redis: what another database, or a Redis
// before its restart, has kept can neither be read nor taken for ours. Every key
// has a time after which Redis removes it.
//
// The rules are docs/adr/0021 (tokens) and docs/adr/0023 (several processes).
//
// team: cache
package redistier
