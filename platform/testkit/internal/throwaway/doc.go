// Package throwaway starts a Postgres or a Redis that lives as long as one test
// run: on a free loopback port, in a temporary folder, with nothing kept.
//
// The servers trust everybody who reaches them and give durability up for
// speed. They are for tests only.
//
// Started by root, they run as an unprivileged user, because initdb refuses
// root. On Linux they end with the process that started them, even when that
// one is killed; a folder that was left behind is removed by the next start.
//
// team: platform
package throwaway
