package idempotency

import (
	"embed"
	"io/fs"

	"zomato/platform/database"
)

//go:embed migrations
var migrations embed.FS

// Migrations are the table of the kept answers.
func Migrations() database.Migrations {
	files, _ := fs.Sub(migrations, "migrations") // fails only for a name that is no path
	return database.Migrations{Module: "platform_idempotency", FS: files}
}
