package eventbus

import (
	"embed"
	"io/fs"

	"zomato/platform/database"
)

//go:embed migrations
var migrations embed.FS

// Migrations are the tables of the outbox.
func Migrations() database.Migrations {
	files, _ := fs.Sub(migrations, "migrations") // fails only for a name that is no path
	return database.Migrations{Module: "platform_eventbus", FS: files}
}
