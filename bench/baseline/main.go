// Command baseline is a bare Fiber that answers GET /json with a small object.
// Its requests per second are R0, the ceiling that every speed is a ratio to.
// Source: contract/baseline of the product's design, copied unchanged in what it
// serves, so that ratios of different years and machines mean the same.
//
//	go run ./bench/baseline 127.0.0.1:9000
//
// team: platform
package main

import (
	"log"
	"os"

	"github.com/gofiber/fiber/v2"
)

type item struct {
	ID    int64   `json:"id"`
	Name  string  `json:"name"`
	Email string  `json:"email"`
	Price float64 `json:"price"`
	Open  bool    `json:"open"`
}

func main() {
	app := fiber.New(fiber.Config{DisableStartupMessage: true, Immutable: true})
	one := item{1, "Paneer Tikka", "a@example.com", 249.5, true}
	app.Get("/json", func(c *fiber.Ctx) error { return c.JSON(&one) })
	log.Fatal(app.Listen(os.Args[1]))
}
