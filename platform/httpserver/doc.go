// Package httpserver is the HTTP side of the product: Fiber carries, huma
// describes and validates, and every answer follows design/api.md §3.
//
// A module contributes Routes: a list of endpoints made by Handle, each with
// its Operation (path, access rule, errors) next to its typed handler. What is
// the same for all stands here once: request ids, deadlines, access, problem
// documents, strict fields and parameters, ETags and conditional requests,
// paging, the document and its page, health and metrics.
//
// With a cache (ResponseCache) an answer to a GET that is kept is served in
// front of all that (hits); what is not goes through it (through). The answers
// are the same without, but for X-Cache and Age.
//
// team: platform
package httpserver
