// Package tiers puts the memory of a process and a Redis together, where several
// processes serve one database (docs/adr/0023), or one process has more to keep
// than fits into its memory.
//
// team: cache
package tiers
