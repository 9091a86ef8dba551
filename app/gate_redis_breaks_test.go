package main

// redisReplacements break what the shared tier promises.
func redisReplacements() []replacement {
	return []replacement{
		{"../modules/cache/internal/core/route.go", "\trelated, err := r.tokens(ctx, q, o)\n", "\trelated, err := r.tokens(ctx, q, o)\n\terr = brokenTokens(o, err)\n"},
		{"../modules/cache/internal/redistier/client.go", "return c.ConsecutiveFailures >= breakAfter", `return c.ConsecutiveFailures >= breakAfter && !Broken("breaker")`},
		{"../modules/cache/internal/tiers/link.go", "\tt.using, t.last = false, cause.Error()\n", "\tif redistier.Broken(\"breaker\") {\n\t\treturn\n\t}\n\tt.using, t.last = false, cause.Error()\n"},
		{"../modules/cache/internal/redistier/keys.go", "func escaped(text string) string {\n", "func escaped(text string) string {\n\tif Broken(\"escape\") {\n\t\treturn text\n\t}\n"},
		{"../modules/cache/internal/redistier/keys.go", "shortened(database) + separator", "shortened(brokenIdentity(database)) + separator"},
		{"../platform/database/write.go", "\treturn op.runAfter(), nil\n", "\top.dieCommitted()\n\treturn op.runAfter(), nil\n"},
		{"../platform/database/batch.go", "\t\twaits[at] = b.kept[at].op.runAfter()\n", "\t\tb.kept[at].op.dieCommitted()\n\t\twaits[at] = b.kept[at].op.runAfter()\n"},
	}
}

// redisBrokenSources are what those lines call.
func redisBrokenSources() map[string]string {
	return map[string]string{
		"../modules/cache/internal/tiers/broken.go": brokenTier,
		"../modules/cache/internal/core/brokentokens.go": `package core

import (
	"io"
	"os"
)

// tokens: what cannot be kept is not answered.
func brokenTokens(o *outcome, err error) error {
	if err == nil && os.Getenv("BREAK") == "tokens" && len(o.tokens) < len(o.tags) {
		return io.ErrUnexpectedEOF
	}
	return err
}
`,
		"../modules/cache/internal/redistier/brokenredis.go": `package redistier

import "os"

// breaker: a Redis that fails is asked all the same. escape: patterns are not
// escaped. identity: all databases are one.
func Broken(name string) bool { return os.Getenv("BREAK") == name }

func brokenIdentity(database string) string {
	if Broken("identity") {
		return ""
	}
	return database
}
`,
		"../platform/database/brokenlost.go": `package database

import (
	"os"
	"syscall"
)

// dieCommitted ends the process after a commit, before anybody is told of it,
// while there is a file that DIES names. Commits that nobody is told of pass.
func (op *operation) dieCommitted() {
	if _, missing := os.Stat(os.Getenv("DIES")); missing != nil || len(op.after) == 0 {
		return
	}
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {} // it takes a moment
}
`,
	}
}
